"""Apply, list and roll back the SQL files of ``supabase/``, recorded as the Supabase CLI records them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row

from processing.errors import DatabaseUnavailableError, InvalidParameterError

SQL_ROOT = Path(__file__).resolve().parents[2] / "supabase"

# Any constant will do, as long as every process takes the same one: two migrations never run at once.
_ADVISORY_LOCK = 0x6768_6F73

# Step by step as the CLI does it: a project that an older CLI began has the first column only.
# How the files in rollbacks/ are written; a test holds them to it.
_DERIVED = re.compile(r"^-- derived: (.+)$", re.MULTILINE)
_DROPPED_TABLE = re.compile(r"^drop table app\.(\w+)", re.MULTILINE)
_ALTERED_TABLE = re.compile(r"^alter table app\.(\w+)\s+([^;]*drop column[^;]*);", re.MULTILINE)
_DROPPED_COLUMN = re.compile(r"drop column (\w+)")

_HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of ``supabase/migrations`` and whether it has been applied."""

    version: str
    name: str
    path: Path
    applied: bool


def migration_status(url: str, *, root: Path = SQL_ROOT) -> list[Migration]:
    """Return every migration in order, with its state in this database."""
    with _locked_connection(url) as connection:
        return _status(connection, root)


def upgrade(url: str, *, root: Path = SQL_ROOT) -> list[Migration]:
    """Apply what is missing, each file in a transaction of its own, and return what was applied.

    Safe to run twice and from two processes at once. The queue's own tables come from the Procrastinate
    that is installed; on a plain PostgreSQL what Supabase would bring comes from ``bootstrap/``.
    """
    with _locked_connection(url) as connection:
        _ensure_queue_schema(connection)
        plain = not _is_supabase(connection)
        pending = [migration for migration in _status(connection, root) if not migration.applied]
        if plain and pending:
            _run_bootstrap(connection, root, "plain_postgres")
        for migration in pending:
            statements = migration.path.read_text(encoding="utf-8")
            with connection.transaction():
                connection.execute(statements.encode())
                connection.execute(
                    "insert into supabase_migrations.schema_migrations (version, name, statements)"
                    " values (%s, %s, %s)",
                    (migration.version, migration.name, [statements]),
                )
        _run_bootstrap(connection, root, "queue_access")
        if plain:
            _run_bootstrap(connection, root, "local_clinician")
        return pending


def rollback(url: str, n: int, *, lose_entries: bool = False, root: Path = SQL_ROOT) -> list[Migration]:
    """Undo the last ``n`` applied migrations, newest first, and return them.

    What people entered into tables and columns that a migration brought goes with them; that must be asked for.

    Raises
    ------
    InvalidParameterError
        If a migration has no rollback file, or its rollback would delete what is in its tables and ``lose_entries``
        does not allow it; nothing newer stays undone by halves, each is its own transaction.
    """
    if n < 1:
        raise InvalidParameterError(f"The number of migrations to roll back is {n}; expected 1 or more.")
    with _locked_connection(url) as connection:
        newest_first = [m for m in reversed(_status(connection, root)) if m.applied][:n]
        for migration in newest_first:
            undo = root / "rollbacks" / migration.path.name
            if not undo.exists():
                raise InvalidParameterError(
                    f"Migration {migration.version} has no rollback file '{undo.name}'."
                )
            undoing = undo.read_text(encoding="utf-8")
            losses = [] if lose_entries else _losses(connection, undoing)
            if losses:
                raise InvalidParameterError(
                    f"Rolling back {migration.version} would delete {', '.join(losses)}. Save them first, then add "
                    "--lose-entries."
                )
            with connection.transaction():
                connection.execute(undoing.encode())
                connection.execute(
                    "delete from supabase_migrations.schema_migrations where version = %s",
                    (migration.version,),
                )
        return newest_first


def _losses(connection: psycopg.Connection[DictRow], rollback_sql: str) -> list[str]:
    """Return what a rollback file would delete, in words; what it marks as derived can be computed again."""
    derived = {name for line in _DERIVED.findall(rollback_sql) for name in re.split(r"[,\s]+", line.strip())}
    found = []
    for table in _DROPPED_TABLE.findall(rollback_sql):
        query = sql.SQL("select count(*) as n from {}").format(sql.Identifier("app", table))
        found.append((table, "row", query))
    for table, columns in _ALTERED_TABLE.findall(rollback_sql):
        for column in _DROPPED_COLUMN.findall(columns):
            query = sql.SQL("select count({}) as n from {}").format(
                sql.Identifier(column), sql.Identifier("app", table)
            )
            found.append((f"{table}.{column}", "value", query))
    losses = []
    for name, unit, query in found:
        row = None if name in derived else connection.execute(query).fetchone()
        if row is not None and row["n"]:
            losses.append(f"{row['n']} {unit}{'' if row['n'] == 1 else 's'} of {name}")
    return losses


def _locked_connection(url: str) -> psycopg.Connection[DictRow]:
    """Connect and hold the migration lock until the connection closes."""
    try:
        connection = psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=5)
    except psycopg.OperationalError as exc:
        raise DatabaseUnavailableError(f"The database cannot be reached for migrating: {exc}") from exc
    connection.execute("set client_min_messages = warning")
    connection.execute("select pg_advisory_lock(%s)", (_ADVISORY_LOCK,))
    connection.execute(_HISTORY.encode())
    return connection


def _status(connection: psycopg.Connection[DictRow], root: Path) -> list[Migration]:
    rows = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
    applied = {row["version"] for row in rows}
    files = sorted((root / "migrations").glob("*.sql"))
    return [
        Migration(version, name, path, version in applied)
        for path in files
        for version, _, name in [path.stem.partition("_")]
    ]


def _is_supabase(connection: psycopg.Connection[DictRow]) -> bool:
    row = connection.execute("select to_regrole('supabase_admin') is not null as there").fetchone()
    return row is not None and bool(row["there"])


def _run_bootstrap(connection: psycopg.Connection[DictRow], root: Path, name: str) -> None:
    """Run what is no migration: it depends on the server, and may be run again and again."""
    statements = (root / "bootstrap" / f"{name}.sql").read_text(encoding="utf-8")
    with connection.transaction():
        connection.execute(statements.encode())


def _ensure_queue_schema(connection: psycopg.Connection[DictRow]) -> None:
    from procrastinate.schema import SchemaManager

    row = connection.execute(
        "select to_regclass('procrastinate.procrastinate_jobs') is not null as there"
    ).fetchone()
    if row is not None and row["there"]:
        return
    with connection.transaction():
        connection.execute("create schema if not exists procrastinate")
        connection.execute("set local search_path = procrastinate")
        connection.execute(SchemaManager.get_schema().encode())
