"""The older product's table ``analysis_results``: copied in batches, verified row by row, then relieved of its signals.

Nothing of it is read or changed by the rest of this product, so the older one may run on until its signals go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from processing.database.older_copy import copy_row
from processing.database.older_source import find_older_table, place_of, sha256_of
from processing.database.pool import Database
from processing.errors import InvalidParameterError


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
        self._database, self._bucket, self._unit = database, bucket, unit
        self._table = find_older_table(database, schema)

    def survey(self) -> Survey:
        """Count what is there, and what is done."""
        with self._database.transaction() as connection:
            counts = connection.execute(
                sql.SQL(
                    "select (select count(*) from {}) as n_rows, pg_total_relation_size({}) as table_bytes,"
                    " (select count(*) from app.older_results) as n_copied,"
                    " (select count(verified_at) from app.older_results) as n_verified,"
                    " (select count(result_version) from app.older_results) as n_shown"
                ).format(self._table.name, self._table.name.as_string())
            ).fetchone()
            assert counts is not None
            with connection.cursor("facts") as rows:  # on the server: there may be many
                rows.execute(sql.SQL("select older_id, facts from ({}) s").format(self._table.source))
                unplaced = tuple(row["older_id"] for row in rows if place_of(row["facts"]) is None)
        return Survey(unplaced=unplaced, has_signals=self._table.has_signals, **counts)

    def copy(self, *, batch: int = 10) -> Iterator[int]:
        """Copy what is missing or was changed since, oldest first; yield the number of rows after each batch.

        Every batch is a transaction, so that an interruption loses at most one, and the next run goes on.
        """
        if batch < 1:
            raise InvalidParameterError(f"A batch of {batch} rows; expected 1 or more.")
        while True:
            with self._database.transaction() as connection:
                rows = connection.execute(self._table.missing, {"batch": batch}).fetchall()
                for row in rows:
                    copy_row(connection, row, bucket=self._bucket, unit=self._unit)
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
                ).format(self._table.source)
            )
            rows = connection.execute(
                sql.SQL(
                    "select r.id::text as older_id from {} r left join app.older_results o on o.older_id = r.id::text"
                    " where o.verified_at is null order by 1"
                ).format(self._table.name)
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
        if not self._table.has_signals:
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
        ).format(self._table.name)
        while self._execute(clear, {"batch": batch}):
            pass
        self._maintain(sql.SQL("vacuum {}"))
        with self._database.transaction() as connection:
            connection.execute("set local lock_timeout = '3s'")
            connection.execute(sql.SQL("lock table {} in access exclusive mode").format(self._table.name))
            # A row that the older product added at the very last moment keeps everything as it is.
            rest = connection.execute(
                sql.SQL("select count(*) as n from {} where emg_signals is not null").format(self._table.name)
            ).fetchone()
            if rest is None or rest["n"]:
                raise InvalidParameterError("A new row arrived meanwhile: copy again, then drop.")
            try:
                connection.execute(sql.SQL("alter table {} drop column emg_signals").format(self._table.name))
            except psycopg.errors.DependentObjectsStillExist as exc:
                raise InvalidParameterError(
                    "A view of the older product reads 'emg_signals': drop that view first. The signals' values are "
                    "gone already, the column is still there."
                ) from exc
        self._maintain(sql.SQL("vacuum full {}"))
        self._table = find_older_table(self._database, self._table.schema)
        return before, self._bytes()

    def restore_signals(
        self, regenerate: Callable[[str, str | None], Mapping[str, Any] | None]
    ) -> tuple[int, list[str]]:
        """Fill the dropped column again; return how many rows have it, and those whose file no longer gives it.

        ``regenerate(object_name, sha256)`` returns the signals of a recording, or None.
        """
        self._execute(
            sql.SQL("alter table {} add column if not exists emg_signals jsonb").format(self._table.name), {}
        )
        self._table = find_older_table(self._database, self._table.schema)
        missing = self._database_rows(
            sql.SQL(
                "select o.older_id, s.object_name, o.statistics #>> '{{result,file_hash}}' as file_hash from {} r"
                " join app.older_results o on o.older_id = r.id::text and o.had_signals"
                " join app.therapy_sessions s on s.id = o.session_id where r.emg_signals is null"
            ).format(self._table.name)
        )
        lost: list[str] = []
        put = sql.SQL("update {} set emg_signals = %(signals)s where id::text = %(older_id)s").format(
            self._table.name
        )
        for row in missing:
            signals = regenerate(row["object_name"], sha256_of(row["file_hash"]))
            if signals is None:
                lost.append(row["older_id"])
            else:
                self._execute(put, {"signals": Jsonb(dict(signals)), "older_id": row["older_id"]})
        return len(missing) - len(lost), lost

    def _bytes(self) -> int:
        row = self._database.fetch_one(
            "select pg_total_relation_size(%(table)s::regclass) as n", {"table": self._table.name.as_string()}
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
                connection.execute(statement.format(self._table.name))
