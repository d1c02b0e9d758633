"""Traces of a patient in any table, found through the catalogue: a table that is added later is searched too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

Connection = psycopg.Connection[DictRow]

INSTEAD = "erased"
# Here a text is the key of a file or a row of somebody else: it is reported, not changed.
_KEYS = {
    ("therapy_sessions", "object_name"),
    ("therapy_sessions", "session_code"),
    ("storage_events", "object_name"),
    ("storage_events", "event_id"),
    ("patients", "code"),
}
_KEPT_WHOLE = "erased_patients"

_TABLES = """
select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app', 'procrastinate') and c.relkind in ('r', 'p') and not c.relispartition order by 1, 2
"""

_OWNED = """
select c.table_name, c.column_name from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'app' and t.table_type = 'BASE TABLE' and c.udt_name = 'uuid'
  and c.column_name in ('session_id', 'patient_id')
  and c.table_name not in ('therapy_sessions', 'patients', 'storage_events')
order by 1, 2
"""

_TEXTS = """
select c.table_name, c.column_name, c.udt_name, exists (
    select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indisunique and i.indrelid = to_regclass(format('app.%I', c.table_name)) and a.attname = c.column_name
) as once
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'app' and t.table_type = 'BASE TABLE' and c.udt_name in ('text', 'varchar', 'jsonb')
  and c.is_generated = 'NEVER' order by 1, 2
"""

_REDACT_JOBS = """
update procrastinate.procrastinate_jobs j
set args = regexp_replace(j.args::text, %(jsonb)s, %(instead)s, 'g')::jsonb
where j.args::text ~ %(jsonb)s and exists (
    select from app.therapy_sessions s where s.id::text = j.args ->> 'session_id')
"""

_REDACT_LOG = """
update app.audit_log a
set row_key = %(instead)s, reason = null, correlation_id = null,
    before = case when a.before is not null then '{"erased": true}'::jsonb end,
    after = case when a.after is not null then '{"erased": true}'::jsonb end
where a.table_name <> 'erased_patients'
  and (a.row_key = any(%(keys)s) or a.table_name || '/' || a.row_key = any(%(rows)s)
       or a.row_key ~ ('^' || %(code)s || '(S[0-9]+)?$')
       or a.before ->> 'session_id' = any(%(sessions)s::text[]) or a.after ->> 'session_id' = any(%(sessions)s::text[])
       or a.before ->> 'patient_id' = %(patient)s or a.after ->> 'patient_id' = %(patient)s
       or a.after ->> 'session' = any(%(codes)s))
"""


def owned_tables(connection: Connection) -> list[tuple[str, str]]:
    """Return the tables whose rows belong to a session or a patient, each with the column that says to which."""
    return [(row["table_name"], row["column_name"]) for row in connection.execute(_OWNED.encode())]


def delete_owned_rows(connection: Connection, subject: Any) -> None:
    """Delete rows of a patient and of their sessions that no foreign key took along."""
    for table, column in owned_tables(connection):
        keys = list(subject.session_ids) if column == "session_id" else [subject.patient_id]
        connection.execute(
            sql.SQL("delete from {} where {} = any(%s::uuid[])").format(
                sql.Identifier("app", table), sql.Identifier(column)
            ),
            (keys,),
        )


def redact_audit_log(
    connection: Connection, keys: Sequence[str], rows: Sequence[str], values: dict[str, Any]
) -> int:
    """Take everything out of the entries about a patient but who did something, what kind of thing, and when.

    ``keys`` are the patient's in every table, ``rows`` are written ``table/key``.
    """
    wanted = values | {"keys": list(keys), "rows": list(rows), "instead": INSTEAD}
    done = connection.execute(_REDACT_LOG.encode(), wanted)
    return done.rowcount


def redact_mentions(connection: Connection, pattern: str, in_words: str) -> dict[str, int]:
    """Replace what matches in the words of other rows; return how many rows of each table were changed.

    ``pattern`` is for JSON, ``in_words`` for text that people write.
    """
    columns: dict[str, list[tuple[str, str, bool]]] = {}
    for row in connection.execute(_TEXTS.encode()).fetchall():
        if row["table_name"] != _KEPT_WHOLE and (row["table_name"], row["column_name"]) not in _KEYS:
            found = (row["column_name"], row["udt_name"], row["once"])
            columns.setdefault(row["table_name"], []).append(found)
    changed = {}
    values = {"jsonb": pattern, "words": in_words, "instead": INSTEAD}
    for table, of_table in columns.items():
        settings = sql.SQL(", ").join(
            sql.SQL("{0} = regexp_replace({0}::text, {1}, {2}, 'g')::{3}").format(
                sql.Identifier(column), _pattern_for(kind), _instead(once), sql.SQL(kind)
            )
            for column, kind, once in of_table
        )
        matches = sql.SQL(" or ").join(
            sql.SQL("{}::text ~ {}").format(sql.Identifier(column), _pattern_for(kind))
            for column, kind, _ in of_table
        )
        query = sql.SQL("update {} set {} where ({}){}").format(
            sql.Identifier("app", table), settings, matches, _but_the_entry(table)
        )
        changed[table] = connection.execute(query, values).rowcount
    # A job of somebody else may go under the correlation id of a request that named the patient.
    changed["procrastinate_jobs"] = connection.execute(_REDACT_JOBS.encode(), values).rowcount
    return {table: count for table, count in changed.items() if count}


def _pattern_for(kind: str) -> sql.Placeholder:
    return sql.Placeholder("jsonb" if kind == "jsonb" else "words")


def _instead(once: bool) -> sql.Composable:
    """Return what is put in place; two names that must differ go on being different."""
    numbered = sql.SQL("%(instead)s::text || '-' || left(md5(random()::text), 8)")
    return numbered if once else sql.Placeholder("instead")


def count_matches(connection: Connection, pattern: str, *, code: str) -> dict[str, int]:
    """Return how many rows of each table match as text, the erasure's own entry left out."""
    found = {}
    for schema, table in _tables(connection):
        query = sql.SQL("select count(*) as n from {} t where t::text ~ %(pattern)s{}").format(
            sql.Identifier(schema, table), _but_the_entry(table)
        )
        row = connection.execute(query, {"pattern": pattern}).fetchone()
        if row is not None and row["n"]:
            found[f"{schema}.{table}"] = int(row["n"])
    return found


def count_words(connection: Connection, words: Sequence[str]) -> dict[str, int]:
    """Return how many rows of each table hold one of these words, in any case."""
    if not words:
        return {}
    found = {}
    for schema, table in _tables(connection):
        query = sql.SQL(
            "select count(*) as n from {} t where exists (select from unnest(%s::text[]) as w (word)"
            " where position(lower(w.word) in lower(t::text)) > 0)"
        ).format(sql.Identifier(schema, table))
        row = connection.execute(query, (list(words),)).fetchone()
        if row is not None and row["n"]:
            found[f"{schema}.{table}"] = int(row["n"])
    return found


def _tables(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(_TABLES.encode()).fetchall()
    return [(row["schema"], row["name"]) for row in rows if row["name"] != _KEPT_WHOLE]


def _but_the_entry(table: str) -> sql.SQL:
    return sql.SQL(" and table_name <> 'erased_patients'" if table == "audit_log" else "")
