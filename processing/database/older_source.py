"""Where the older product's rows are, and what of them is kept: found in the catalogue, read by one statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from processing.database.pool import Database
from processing.errors import NotFoundError

SIGNALS = "emg_signals"
# What the older product changes by merely looking, and no statistic.
_HOUSEKEEPING = {SIGNALS, "cache_hits", "last_accessed_at", "expires_at"}
_PATIENT = re.compile(r"P[0-9]{3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

_COLUMNS = """
select table_name, column_name from information_schema.columns
where table_schema = %(schema)s and table_name in ('analysis_results', 'c3d_metadata')
order by table_name, ordinal_position
"""


@dataclass(frozen=True, slots=True)
class OlderTable:
    """The table ``analysis_results`` of a schema: its columns, and whether rows of ``c3d_metadata`` belong to them."""

    schema: str
    columns: tuple[str, ...]
    has_metadata: bool

    @property
    def has_signals(self) -> bool:
        """Whether the column with the signals is there."""
        return SIGNALS in self.columns

    @property
    def name(self) -> sql.Identifier:
        """The table, for a statement."""
        return sql.Identifier(self.schema, "analysis_results")

    @property
    def source(self) -> sql.Composed:
        """The older rows: ``statistics`` is everything but signals, ``facts`` what places a row."""
        kept = sql.SQL(", ").join(
            sql.SQL("r.{}").format(sql.Identifier(name)) for name in self.columns if name not in _HOUSEKEEPING
        )
        analytics = sql.SQL(", ").join(
            sql.SQL("r.{}").format(sql.Identifier(name))
            for name in ("analytics_data", "analytics_summary")
            if name in self.columns
        )
        metadata = sql.SQL("to_jsonb(m)") if self.has_metadata else sql.SQL("'{}'::jsonb")
        join = (
            sql.SQL("left join {} m on m.id = r.c3d_metadata_id").format(
                sql.Identifier(self.schema, "c3d_metadata")
            )
            if self.has_metadata
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
            signals=sql.SQL("r.emg_signals is not null" if SIGNALS in self.columns else "false"),
            kept=kept,
            metadata=metadata,
            created=sql.SQL("r.created_at::timestamptz" if "created_at" in self.columns else "now()"),
            table=self.name,
            join=join,
        )

    @property
    def missing(self) -> sql.Composed:
        return sql.SQL(
            "select s.* from ({}) s left join app.older_results o using (older_id)"
            " where (o.older_id is null or md5(o.statistics::text) <> md5(s.statistics::text))"
            " and case when coalesce(s.facts ->> 'file_path', s.facts ->> 'object_name') is null"
            " then coalesce(s.facts ->> 'resolved_patient_id', s.facts ->> 'patient_id') ~ '^P[0-9]{{3}}$'"
            " else coalesce(s.facts ->> 'file_path', s.facts ->> 'object_name') ~ '^P[0-9]{{3}}/.' end"
            " and not app.is_erased(substring(coalesce(s.facts ->> 'file_path', s.facts ->> 'object_name',"
            " s.facts ->> 'resolved_patient_id', s.facts ->> 'patient_id') from '^P[0-9]{{3}}'))"
            " order by s.created_at, s.older_id limit %(batch)s"
        ).format(self.source)


def find_older_table(database: Database, schema: str) -> OlderTable:
    """Return the older product's table of a schema.

    Raises
    ------
    NotFoundError
        If the schema has no table of the known shapes.
    """
    columns: dict[str, list[str]] = {}
    for row in database.fetch_all(_COLUMNS, {"schema": schema}):
        columns.setdefault(row["table_name"], []).append(row["column_name"])
    results = columns.get("analysis_results", [])
    if "id" not in results or not {"analytics_data", "analytics_summary"} & set(results):
        raise NotFoundError(
            f"Schema '{schema}' has no table 'analysis_results' with 'analytics_data' or 'analytics_summary'."
        )
    has_metadata = "c3d_metadata_id" in results and "id" in columns.get("c3d_metadata", [])
    return OlderTable(schema, tuple(results), has_metadata)


def place_of(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return patient code and object name of an older row, or None if they cannot be told."""
    path = facts.get("file_path", facts.get("object_name"))
    if path is not None:  # the folder decides, as it does for what arrives
        folder, _, name = str(path).partition("/")
        return (folder, str(path)) if name and _PATIENT.fullmatch(folder) else None
    code = str(facts.get("resolved_patient_id", facts.get("patient_id")))
    name = facts.get("file_hash") or facts["id"]
    return (code, f"{code}/{name}.c3d") if _PATIENT.fullmatch(code) else None


def sha256_of(value: Any) -> str | None:
    """Return a digest as it is written here, or None if the value is none."""
    text = str(value or "").lower()
    return text if _SHA256.fullmatch(text) else None
