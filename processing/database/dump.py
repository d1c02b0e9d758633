"""A whole database into one file and back: PostgreSQL's dump, the roles that it leaves out, and a count to check by.

The counts are taken in the very snapshot that is dumped, so that a restore can be compared row by row.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row

from processing.database.embedded_server import client_program
from processing.errors import DatabaseUnavailableError, InvalidParameterError

_OURS = ("app", "procrastinate", "supabase_migrations")

_TABLES = """
select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = any(%(schemas)s) order by 1, 2
"""

_SCHEMAS = """
select nspname as name from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1
"""

_ROLES = """
select r.rolname as name, r.rolcanlogin as login, r.rolinherit as inherit,
       array(select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid
             where m.member = r.oid order by 1) as member_of
from pg_roles r
where r.rolname in ('anon', 'authenticated', 'service_role') or r.rolname ~ '^app_' order by 1
"""

_FACTS = """
select current_setting('server_version') as version, to_regrole('supabase_admin') is not null as hosted,
       pg_export_snapshot() as snapshot
"""

_NOT_EMPTY = (
    "select to_regnamespace('app') is not null or to_regnamespace('procrastinate') is not null as there"
)


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a dump holds: rows by table, the roles that its rights name, and the migrations that made it."""

    server_version: str
    rows: Mapping[str, int]
    roles: Sequence[Mapping[str, Any]]
    migrations: Sequence[str]


def dump_database(url: str, path: Path) -> Dumped:
    """Write a consistent dump of a database that may be in use.

    Of a Supabase project only our schemas and the queue's: accounts and files are its own backups'.

    Raises
    ------
    DatabaseUnavailableError
        If the database cannot be reached, or ``pg_dump`` fails; the message is its own.
    """
    with _connected(url) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        facts = _row(connection, _FACTS)
        schemas = _OURS
        if not facts["hosted"]:
            schemas = tuple(row["name"] for row in connection.execute(_SCHEMAS.encode()))
        only = [f"--schema={name}" for name in _OURS] if facts["hosted"] else []
        _run(
            "pg_dump", url,
            ["--format=custom", "--no-owner", f"--snapshot={facts['snapshot']}", f"--file={path}", *only],
        )  # fmt: skip
        return Dumped(
            server_version=facts["version"],
            rows=count_rows(connection, schemas),
            roles=connection.execute(_ROLES.encode()).fetchall(),
            migrations=tuple(
                row["version"]
                for row in connection.execute(
                    "select version from supabase_migrations.schema_migrations order by 1"
                )
            ),
        )


def restore_database(url: str, path: Path, dumped: Dumped) -> None:
    """Fill an empty database from a dump, all of it or nothing, and compare every table's rows.

    Raises
    ------
    InvalidParameterError
        If the database is not empty, or the rows differ from what was dumped.
    DatabaseUnavailableError
        If the database cannot be reached, or ``pg_restore`` fails.
    """
    with _connected(url) as connection:
        if _row(connection, _NOT_EMPTY)["there"]:
            raise InvalidParameterError("The database is not empty: restore into a new one.")
        for role in dumped.roles:
            _make_role(connection, role)
        for role in dumped.roles:
            for group in role["member_of"]:
                connection.execute(
                    sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(role["name"]))
                )
    _run("pg_restore", url, ["--exit-on-error", "--single-transaction", "--no-owner", str(path)])
    with _connected(url) as connection:
        found = count_rows(connection, sorted({name.partition(".")[0] for name in dumped.rows}))
        differing = {
            name for name in found.keys() | dumped.rows.keys() if found.get(name) != dumped.rows.get(name)
        }
        if differing:
            raise InvalidParameterError(
                f"The restored database differs from the one that was saved, in {', '.join(sorted(differing))}."
            )
        connection.commit()
        connection.autocommit = True
        connection.execute("analyze")


def count_rows(connection: psycopg.Connection[DictRow], schemas: Sequence[str]) -> dict[str, int]:
    """Return the number of rows of every table of these schemas, as ``schema.table``."""
    counts = {}
    for table in connection.execute(_TABLES.encode(), {"schemas": list(schemas)}).fetchall():
        query = sql.SQL("select count(*) as n from {}").format(sql.Identifier(table["schema"], table["name"]))
        row = connection.execute(query).fetchone()
        counts[f"{table['schema']}.{table['name']}"] = 0 if row is None else int(row["n"])
    return counts


def _make_role(connection: psycopg.Connection[DictRow], role: Mapping[str, Any]) -> None:
    """Make a role that is not there yet, without a password: a backup holds none."""
    there = connection.execute("select to_regrole(%s) is not null as there", (role["name"],)).fetchone()
    if there is not None and not there["there"]:
        connection.execute(
            sql.SQL("create role {} {} {}").format(
                sql.Identifier(role["name"]),
                sql.SQL("login" if role["login"] else "nologin"),
                sql.SQL("inherit" if role["inherit"] else "noinherit"),
            )
        )


def _run(program: str, url: str, arguments: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs; the password goes through the environment, which nobody else can read."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    password = parts.pop("password", None)
    environment = {name: os.environ[name] for name in ("PATH", "TZ", "HOME") if name in os.environ}
    if password is not None:
        environment["PGPASSWORD"] = password
    done = subprocess.run(
        [client_for(program, parts), f"--dbname={make_conninfo('', **parts)}", "--no-password", *arguments],
        capture_output=True, text=True, env=environment | {"LC_ALL": "C"}, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        words = done.stderr.strip().splitlines()
        raise DatabaseUnavailableError(f"{program} failed: {words[-1] if words else 'it said nothing'}")


def client_for(name: str, parts: Mapping[str, str]) -> Path:
    """Return the wheel's program for a socket, the machine's own for a server elsewhere: the wheel's has no TLS.

    Raises
    ------
    DatabaseUnavailableError
        If this machine has none.
    """
    host = parts.get("host", "")
    if not host or host.startswith("/"):
        return client_program(name)
    found = shutil.which(name)
    if found is None:
        raise DatabaseUnavailableError(
            f"'{name}' is not installed here: install PostgreSQL's client programs, or run it on the server itself."
        )
    return Path(found)


def _connected(url: str) -> psycopg.Connection[DictRow]:
    try:
        return psycopg.connect(url, row_factory=dict_row, connect_timeout=5)
    except psycopg.OperationalError as exc:
        raise DatabaseUnavailableError(f"The database cannot be reached: {exc}") from exc


def _row(connection: psycopg.Connection[DictRow], query: str) -> DictRow:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None  # every one of these queries returns one row
    return row
