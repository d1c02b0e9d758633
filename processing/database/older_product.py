"""The older product's table ``analysis_results``: copied in batches, verified row by row, then relieved of its signals.

Nothing of it is read or changed by the rest of this product, so the older one may run on until its signals go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from processing.database.pool import Database
from processing.errors import InvalidParameterError, NotFoundError
from processing.use_cases.document import channel_to_plain, metadata_to_plain, score_to_plain
from processing.use_cases.older_results import (
    OlderResult,
    older_channels,
    older_counts,
    older_metadata,
    older_score,
)

Connection = psycopg.Connection[DictRow]

_SIGNALS = "emg_signals"
# What the older product changes by merely looking, and no statistic.
_HOUSEKEEPING = {_SIGNALS, "cache_hits", "last_accessed_at", "expires_at"}
_PATIENT = re.compile(r"P[0-9]{3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PIPELINE = "older "

_COLUMNS = """
select table_name, column_name from information_schema.columns
where table_schema = %(schema)s and table_name in ('analysis_results', 'c3d_metadata')
order by table_name, ordinal_position
"""

_OWN_RESULT = """
select exists (select from app.processing_parameters where session_id = %(session_id)s
               and pipeline_version not like 'older %%') as own,
       (select coalesce(max(result_version), 0) from app.processing_parameters
        where session_id = %(session_id)s) as newest,
       (select expected_contractions from app.session_settings where session_id = %(session_id)s) as expected
"""

_FORGET = """
with gone as (delete from app.older_results where older_id = %(older_id)s returning session_id, result_version),
     result as (delete from app.processing_parameters p using gone g
                where (p.session_id, p.result_version) = (g.session_id, g.result_version))
select result_version from gone
"""

_KEEP = """
insert into app.older_results (older_id, session_id, result_version, statistics, had_signals)
values (%(older_id)s, %(session_id)s, %(result_version)s, %(statistics)s, %(had_signals)s)
"""

_PARAMETERS = """
insert into app.processing_parameters
    (session_id, result_version, pipeline_version, object_version, file_sha256, size_bytes, recording, parameters,
     timings_ms, created_at)
values (%(session_id)s, %(result_version)s, %(pipeline_version)s, %(object_version)s, %(file_sha256)s, %(size_bytes)s,
        %(recording)s, %(parameters)s, %(timings_ms)s, %(created_at)s)
"""

_CHANNEL = """
insert into app.emg_statistics
    (session_id, result_version, position, channel_name, side, verdict, n_contractions, n_faint, details)
values (%(session_id)s, %(result_version)s, %(position)s, %(name)s, %(side)s, 'not_judged', %(n)s, 0, %(details)s)
"""

_SCORE = """
insert into app.performance_scores (session_id, result_version, low, high, details)
values (%(session_id)s, %(result_version)s, 0, 100, %(details)s)
"""

_COMPLETE = """
update app.therapy_sessions
set processing_status = 'completed', failure_kind = null, failure_message = null,
    result_version = %(result_version)s, recorded_at = coalesce(recorded_at, %(recorded_at)s),
    duration_s = coalesce(duration_s, %(duration_s)s), updated_at = now()
where id = %(session_id)s
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """How far the migration is. ``unplaced`` names rows whose patient cannot be told."""

    n_rows: int
    n_copied: int
    n_verified: int
    n_shown: int
    unplaced: tuple[str, ...]
    table_bytes: int
    has_signals: bool


class OlderProduct:
    """The older tables of one schema, seen by their owner.

    Parameters
    ----------
    database : Database
        Connections of the owner of both products' tables.
    bucket : str
        Where the older product's files lie.
    schema : str
        Of the older tables.
    unit : str
        Of the older product's amplitudes: those of the file, which for GHOSTLY is assumed to be volts.

    Raises
    ------
    NotFoundError
        If the schema has no table of the known shapes.
    """

    def __init__(self, database: Database, *, bucket: str, schema: str = "public", unit: str = "V") -> None:
        self._database, self._bucket, self._schema, self._unit = database, bucket, schema, unit
        columns: dict[str, list[str]] = {}
        for row in database.fetch_all(_COLUMNS, {"schema": schema}):
            columns.setdefault(row["table_name"], []).append(row["column_name"])
        self._columns = columns.get("analysis_results", [])
        self._metadata = "c3d_metadata_id" in self._columns and "id" in columns.get("c3d_metadata", [])
        if "id" not in self._columns or not {"analytics_data", "analytics_summary"} & set(self._columns):
            raise NotFoundError(
                f"Schema '{schema}' has no table 'analysis_results' with 'analytics_data' or 'analytics_summary'."
            )

    def survey(self) -> Survey:
        """Count what is there, and what is done."""
        with self._database.transaction() as connection:
            counts = connection.execute(
                sql.SQL(
                    "select (select count(*) from {}) as n_rows, pg_total_relation_size({}) as table_bytes,"
                    " (select count(*) from app.older_results) as n_copied,"
                    " (select count(verified_at) from app.older_results) as n_verified,"
                    " (select count(result_version) from app.older_results) as n_shown"
                ).format(self._table, str(self._table.as_string()))
            ).fetchone()
            assert counts is not None
            rows = connection.execute(
                sql.SQL("select older_id, facts from ({}) s").format(self._source)
            ).fetchall()
        unplaced = tuple(row["older_id"] for row in rows if _place(row["facts"]) is None)
        return Survey(unplaced=unplaced, has_signals=_SIGNALS in self._columns, **counts)

    def copy(self, *, batch: int = 10) -> Iterator[int]:
        """Copy what is missing or was changed since, oldest first; yield the number of rows after each batch.

        Every batch is a transaction, so that an interruption loses at most one, and the next run goes on.
        """
        if batch < 1:
            raise InvalidParameterError(f"A batch of {batch} rows; expected 1 or more.")
        while True:
            with self._database.transaction() as connection:
                rows = connection.execute(self._missing, {"batch": batch}).fetchall()
                for row in rows:
                    self._copy_one(connection, row)
            if not rows:
                return
            yield len(rows)

    def verify(self) -> tuple[str, ...]:
        """Compare every row with its copy, statistic by statistic, and return those that differ or are missing."""
        with self._database.transaction() as connection:
            connection.execute(
                "update app.older_results set verified_at = null where verified_at is not null"
            )
            connection.execute(
                sql.SQL(
                    "update app.older_results o set verified_at = now() from ({}) s where s.older_id = o.older_id"
                    " and md5(s.statistics::text) = md5(o.statistics::text)"
                    " and (o.result_version is null or exists (select from app.performance_scores p"
                    " where (p.session_id, p.result_version) = (o.session_id, o.result_version))"
                    " and (select array_agg(e.n_contractions order by e.channel_name) from app.emg_statistics e"
                    " where (e.session_id, e.result_version) = (o.session_id, o.result_version))"
                    " = (select array_agg(coalesce((c.value ->> 'contraction_count')::integer,"
                    " jsonb_array_length(c.value -> 'contractions'), 0) order by c.key)"
                    " from jsonb_each(s.analytics) c where jsonb_typeof(c.value) = 'object'))"
                ).format(self._source)
            )
            rows = connection.execute(
                sql.SQL(
                    "select r.id::text as older_id from {} r left join app.older_results o on o.older_id = r.id::text"
                    " where o.verified_at is null order by 1"
                ).format(self._table)
            ).fetchall()
        return tuple(row["older_id"] for row in rows)

    def drop_signals(self, *, batch: int = 10) -> tuple[int, int]:
        """Remove the signals once every row is verified; return the table's bytes before and after.

        First the values go, batch by batch under row locks only; the column and the empty pages go when the table is
        small, under a lock of milliseconds that is given up rather than waited for.

        Raises
        ------
        InvalidParameterError
            If a row is not verified; nothing is dropped then.
        """
        if _SIGNALS not in self._columns:
            raise InvalidParameterError("The signals are gone already: there is no column 'emg_signals'.")
        left = self.verify()
        if left:
            raise InvalidParameterError(
                f"{len(left)} rows are not copied and verified, the first is {left[0]}: nothing was dropped."
            )
        before = self._bytes()
        clear = sql.SQL(
            "update {0} set emg_signals = null where id in (select r.id from {0} r join app.older_results o"
            " on o.older_id = r.id::text and o.verified_at is not null"
            " where r.emg_signals is not null limit %(batch)s for update of r)"
        ).format(self._table)
        while self._execute(clear, {"batch": batch}):
            pass
        self._maintain(sql.SQL("vacuum {}"))
        with self._database.transaction() as connection:
            connection.execute("set local lock_timeout = '3s'")
            connection.execute(sql.SQL("lock table {} in access exclusive mode").format(self._table))
            # A row that the older product added at the very last moment keeps everything as it is.
            rest = connection.execute(
                sql.SQL("select count(*) as n from {} where emg_signals is not null").format(self._table)
            ).fetchone()
            if rest is None or rest["n"]:
                raise InvalidParameterError("A new row arrived meanwhile: copy again, then drop.")
            try:
                connection.execute(sql.SQL("alter table {} drop column emg_signals").format(self._table))
            except psycopg.errors.DependentObjectsStillExist as exc:
                raise InvalidParameterError(
                    "A view of the older product reads 'emg_signals': drop that view first. The signals' values are "
                    "gone already, the column is still there."
                ) from exc
        self._maintain(sql.SQL("vacuum full {}"))
        self._columns.remove(_SIGNALS)
        return before, self._bytes()

    def restore_signals(
        self, regenerate: Callable[[str, str | None], Mapping[str, Any] | None]
    ) -> tuple[int, list[str]]:
        """Fill the dropped column again; return how many rows have it, and those whose file no longer gives it.

        ``regenerate(object_name, sha256)`` returns the signals of a recording, or None.
        """
        self._execute(
            sql.SQL("alter table {} add column if not exists emg_signals jsonb").format(self._table), {}
        )
        if _SIGNALS not in self._columns:
            self._columns.append(_SIGNALS)
        missing = self._database_rows(
            sql.SQL(
                "select o.older_id, s.object_name, o.statistics #>> '{{result,file_hash}}' as file_hash from {} r"
                " join app.older_results o on o.older_id = r.id::text and o.had_signals"
                " join app.therapy_sessions s on s.id = o.session_id where r.emg_signals is null"
            ).format(self._table)
        )
        lost: list[str] = []
        put = sql.SQL("update {} set emg_signals = %(signals)s where id::text = %(older_id)s").format(
            self._table
        )
        for row in missing:
            signals = regenerate(row["object_name"], _sha256(row["file_hash"]))
            if signals is None:
                lost.append(row["older_id"])
            else:
                self._execute(put, {"signals": Jsonb(dict(signals)), "older_id": row["older_id"]})
        return len(missing) - len(lost), lost

    @property
    def _table(self) -> sql.Identifier:
        return sql.Identifier(self._schema, "analysis_results")

    @property
    def _source(self) -> sql.Composed:
        """The older rows: ``statistics`` is everything but signals, ``facts`` what places a row."""
        kept = sql.SQL(", ").join(
            sql.SQL("r.{}").format(sql.Identifier(name))
            for name in self._columns
            if name not in _HOUSEKEEPING
        )
        analytics = sql.SQL(", ").join(
            sql.SQL("r.{}").format(sql.Identifier(name))
            for name in ("analytics_data", "analytics_summary")
            if name in self._columns
        )
        metadata = sql.SQL("to_jsonb(m)") if self._metadata else sql.SQL("'{}'::jsonb")
        join = (
            sql.SQL("left join {} m on m.id = r.c3d_metadata_id").format(
                sql.Identifier(self._schema, "c3d_metadata")
            )
            if self._metadata
            else sql.SQL("")
        )
        return sql.SQL(
            "select older_id, analytics, had_signals, jsonb_build_object('result', result, 'metadata', metadata)"
            " as statistics, (result - 'analytics_data' - 'analytics_summary') || metadata as facts, created_at"
            " from (select r.id::text as older_id, to_jsonb(coalesce({analytics})) as analytics,"
            " {signals} as had_signals, (select to_jsonb(x) from (select {kept}) x) as result,"
            " {metadata} as metadata, {created} as created_at from {table} r {join}) a"
        ).format(
            analytics=analytics,
            signals=sql.SQL("r.emg_signals is not null" if _SIGNALS in self._columns else "false"),
            kept=kept,
            metadata=metadata,
            created=sql.SQL("r.created_at::timestamptz" if "created_at" in self._columns else "now()"),
            table=self._table,
            join=join,
        )

    @property
    def _missing(self) -> sql.Composed:
        return sql.SQL(
            "select s.* from ({}) s left join app.older_results o using (older_id)"
            " where (o.older_id is null or md5(o.statistics::text) <> md5(s.statistics::text))"
            " and case when coalesce(s.facts ->> 'file_path', s.facts ->> 'object_name') is null"
            " then coalesce(s.facts ->> 'resolved_patient_id', s.facts ->> 'patient_id') ~ '^P[0-9]{{3}}$'"
            " else coalesce(s.facts ->> 'file_path', s.facts ->> 'object_name') ~ '^P[0-9]{{3}}/.' end"
            " order by s.created_at, s.older_id limit %(batch)s"
        ).format(self._source)

    def _copy_one(self, connection: Connection, row: DictRow) -> None:
        place, facts = _place(row["facts"]), row["facts"]
        if place is None:
            raise InvalidParameterError(f"Row {row['older_id']} names no patient.")
        code, object_name = place
        version = f"older:{facts.get('file_hash') or row['older_id']}"
        adopted = connection.execute(
            "select app.adopt_older_session(%s, %s, %s, %s, %s) as id",
            (code, self._bucket, object_name, version, row["created_at"]),
        ).fetchone()
        assert adopted is not None
        session_id = adopted["id"]
        before = connection.execute(_FORGET, {"older_id": row["older_id"]}).fetchone()
        state = connection.execute(_OWN_RESULT, {"session_id": session_id}).fetchone()
        assert state is not None
        older = _told(row, facts, expected=state["expected"], unit=self._unit)
        result_version = None
        sha256 = _sha256(facts.get("file_hash"))
        if older.tells_enough and sha256 is not None and not state["own"]:
            result_version = (before or {}).get("result_version") or state["newest"] + 1
            self._write_result(
                connection, older, facts, session_id, result_version, version, sha256, row["created_at"]
            )
        connection.execute(
            _KEEP,
            {
                "older_id": row["older_id"],
                "session_id": session_id,
                "result_version": result_version,
                "statistics": Jsonb(row["statistics"]),
                "had_signals": row["had_signals"],
            },
        )

    def _write_result(
        self,
        connection: Connection,
        older: OlderResult,
        facts: Mapping[str, Any],
        session_id: Any,
        result_version: int,
        version: str,
        sha256: str,
        created_at: Any,
    ) -> None:
        key = {"session_id": session_id, "result_version": result_version}
        metadata = older_metadata(older)
        connection.execute(
            _PARAMETERS,
            {
                **key,
                "pipeline_version": _PIPELINE + str(facts.get("processing_version") or "unknown"),
                "object_version": version,
                "file_sha256": sha256,
                "size_bytes": facts.get("file_size") or facts.get("file_size_bytes"),
                "recording": Jsonb(metadata_to_plain(metadata)),
                "parameters": Jsonb(facts.get("processing_params") or {}),
                "timings_ms": Jsonb({k: v for k, v in facts.items() if k == "processing_time_ms"}),
                "created_at": created_at,
            },
        )
        for position, (channel, n) in enumerate(zip(older_channels(older), older_counts(older), strict=True)):
            connection.execute(
                _CHANNEL,
                {
                    **key,
                    "position": position,
                    "name": channel.name,
                    "side": channel.side,
                    "n": n,
                    "details": Jsonb(channel_to_plain(channel)),
                },
            )
        connection.execute(_SCORE, {**key, "details": Jsonb(score_to_plain(older_score(older)))})
        connection.execute(
            _COMPLETE, {**key, "recorded_at": older.recorded_at, "duration_s": older.duration_s}
        )

    def _bytes(self) -> int:
        row = self._database.fetch_one(
            "select pg_total_relation_size(%(table)s::regclass) as n", {"table": self._table.as_string()}
        )
        return 0 if row is None else int(row["n"])

    def _execute(self, statement: sql.Composed, values: dict[str, Any]) -> int:
        with self._database.transaction() as connection:
            return connection.execute(statement, values).rowcount

    def _database_rows(self, statement: sql.Composed) -> list[DictRow]:
        with self._database.transaction() as connection:
            return connection.execute(statement).fetchall()

    def _maintain(self, statement: sql.SQL) -> None:
        with psycopg.connect(self._database.url, autocommit=True) as connection:
            connection.execute("set lock_timeout = '3s'")
            # Busy: the space is then freed by the server's own vacuuming, only later.
            with suppress(psycopg.errors.LockNotAvailable):
                connection.execute(statement.format(self._table))


def _place(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return patient code and object name of an older row, or None if they cannot be told."""
    path = facts.get("file_path", facts.get("object_name"))
    if path is not None:  # the folder decides, as it does for what arrives
        folder, _, name = str(path).partition("/")
        return (folder, str(path)) if name and _PATIENT.fullmatch(folder) else None
    code = str(facts.get("resolved_patient_id", facts.get("patient_id")))
    name = facts.get("file_hash") or facts["id"]
    return (code, f"{code}/{name}.c3d") if _PATIENT.fullmatch(code) else None


def _told(row: DictRow, facts: Mapping[str, Any], *, expected: int, unit: str) -> OlderResult:
    when = facts.get("resolved_session_date") or facts.get("session_date")
    recorded_at = None if when is None else datetime.fromisoformat(str(when)).replace(tzinfo=None)
    rate, duration = facts.get("sampling_rate"), facts.get("duration_seconds")
    return OlderResult(
        analytics=row["analytics"] if isinstance(row["analytics"], Mapping) else {},
        sampling_rate_hz=float(rate) if isinstance(rate, int | float) and rate > 0 else None,
        duration_s=float(duration) if isinstance(duration, int | float) and duration > 0 else None,
        recorded_at=recorded_at,
        expected=expected,
        unit=unit,
    )


def _sha256(value: Any) -> str | None:
    text = str(value or "").lower()
    return text if _SHA256.fullmatch(text) else None
