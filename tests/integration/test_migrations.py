"""The schema goes up, comes down, and is recorded where the Supabase CLI looks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from processing.database import migrations
from processing.errors import DatabaseUnavailableError, InvalidParameterError


def _tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'app'"
        )
        return {name for (name,) in rows.fetchall()}


def test_upgrade_builds_every_table_and_a_second_one_does_nothing(empty_database: str) -> None:
    assert migrations.upgrade(empty_database)
    assert {
        "patients",
        "therapy_sessions",
        "emg_statistics",
        "performance_scores",
        "storage_events",
    } <= _tables(empty_database)
    assert migrations.upgrade(empty_database) == []
    assert all(migration.applied for migration in migrations.migration_status(empty_database))


def test_rolling_everything_back_leaves_nothing_and_can_be_repeated(empty_database: str) -> None:
    n = len(migrations.upgrade(empty_database))
    assert len(migrations.rollback(empty_database, n, lose_entries=True)) == n
    assert _tables(empty_database) == set()
    assert len(migrations.upgrade(empty_database)) == n


def test_two_upgrades_at_once_apply_each_migration_once(empty_database: str) -> None:
    applied: list[int] = []
    threads = [
        threading.Thread(target=lambda: applied.append(len(migrations.upgrade(empty_database))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied)[:-1] == [0, 0, 0]
    assert sum(applied) == len(migrations.migration_status(empty_database))


def test_two_processes_at_once_apply_each_migration_once(empty_database: str) -> None:
    command = [sys.executable, "-m", "processing", "migrate", "--upgrade"]
    environment = os.environ | {"DATABASE_URL": empty_database}
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60)[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    recorded = _recorded(empty_database)
    assert len(recorded) == len(set(recorded)) == len(migrations.migration_status(empty_database))
    assert all(migration.applied for migration in migrations.migration_status(empty_database))


def _recorded(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select version from supabase_migrations.schema_migrations order by version"
        )
        return [version for (version,) in rows.fetchall()]


def test_what_is_recorded_is_what_the_supabase_cli_reads(database_url: str) -> None:
    """The CLI matches its files ``<version>_<name>.sql`` with the versions of this very table."""
    with psycopg.connect(database_url) as connection:
        columns = connection.execute(
            "select column_name, data_type, is_nullable from information_schema.columns"
            " where table_schema = 'supabase_migrations' and table_name = 'schema_migrations' order by 1"
        ).fetchall()
        rows = connection.execute(
            "select version || '_' || name || '.sql', statements from supabase_migrations.schema_migrations"
        ).fetchall()
    assert columns == [
        ("name", "text", "YES"),
        ("statements", "ARRAY", "YES"),
        ("version", "text", "NO"),
    ]
    files = {path.name: path.read_text() for path in (migrations.SQL_ROOT / "migrations").glob("*.sql")}
    assert {name: "".join(statements) for name, statements in rows} == files
    assert all(len(name.partition("_")[0]) == 14 and name[:14].isdigit() for name in files)


@pytest.mark.parametrize(
    "columns",
    [
        "version text not null primary key",
        "version text not null primary key, statements text[], name text, created_by text,"
        " idempotency_key text unique, rollback text[]",
    ],
)
def test_a_history_that_another_version_of_the_cli_began_is_continued(
    empty_database: str, columns: str
) -> None:
    first = min(path.stem for path in (migrations.SQL_ROOT / "migrations").glob("*.sql"))
    sql = (migrations.SQL_ROOT / "migrations" / f"{first}.sql").read_text()
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create schema supabase_migrations")
        connection.execute(f"create table supabase_migrations.schema_migrations ({columns})".encode())
        connection.execute(sql.encode())  # as the CLI applied it
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version) values (%s)",
            (first.partition("_")[0],),
        )
    assert len(migrations.upgrade(empty_database)) == len(migrations.migration_status(empty_database)) - 1


def test_every_migration_has_a_rollback() -> None:
    names = {path.name for path in (migrations.SQL_ROOT / "migrations").glob("*.sql")}
    assert names == {path.name for path in (migrations.SQL_ROOT / "rollbacks").glob("*.sql")}


def test_a_rollback_that_would_delete_what_people_entered_is_refused_until_it_is_asked_for(
    database_url: str,
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into app.patients (code) values ('P001')")
        connection.execute(
            "insert into app.prescriptions (patient_id, revision, valid_from, expected_left, expected_right,"
            " percent_mvc_left, percent_mvc_right, hold_s)"
            " select id, 1, date '2026-01-01', 12, 12, 75, 75, 2 from app.patients"
        )
    applied = [m.name for m in migrations.migration_status(database_url) if m.applied]
    n = len(applied) - applied.index("prescriptions_mvc")
    with pytest.raises(InvalidParameterError, match=r"would delete 1 row of prescriptions.*--lose-entries"):
        migrations.rollback(database_url, n)
    assert "prescriptions" in _tables(database_url)
    assert migrations.rollback(database_url, 1, lose_entries=True)[0].name == "prescriptions_mvc"


def test_a_rollback_without_entries_needs_no_permission(database_url: str) -> None:
    assert len(migrations.rollback(database_url, 3)) == 3


def test_a_migration_whose_rollback_file_is_missing_stays_applied(database_url: str, tmp_path: Path) -> None:
    last = migrations.migration_status(database_url)[-1]
    (tmp_path / "migrations").symlink_to(migrations.SQL_ROOT / "migrations")
    with pytest.raises(
        InvalidParameterError, match=f"{last.version} has no rollback file '{last.path.name}'"
    ):
        migrations.rollback(database_url, 1, root=tmp_path)
    assert all(migration.applied for migration in migrations.migration_status(database_url))


def test_what_a_rollback_file_calls_derived_is_something_that_it_drops() -> None:
    for path in (migrations.SQL_ROOT / "rollbacks").glob("*.sql"):
        sql = path.read_text(encoding="utf-8")
        for line in sql.splitlines():
            if line.startswith("-- derived: "):
                for name in line.removeprefix("-- derived: ").split(", "):
                    table, _, column = name.partition(".")
                    assert f"drop column {column}" in sql if column else f"drop table app.{table}" in sql, (
                        name
                    )


def test_every_table_has_row_level_security(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        open_tables = connection.execute(
            "select relname from pg_class where relnamespace = 'app'::regnamespace"
            " and relkind = 'r' and not relrowsecurity"
        ).fetchall()
    assert open_tables == []


def test_rolling_back_zero_migrations_is_refused(database_url: str) -> None:
    with pytest.raises(InvalidParameterError, match="expected 1 or more"):
        migrations.rollback(database_url, 0)


def test_a_database_that_is_away_is_named_as_such() -> None:
    with pytest.raises(DatabaseUnavailableError, match="cannot be reached for migrating"):
        migrations.upgrade("postgresql://nobody@127.0.0.1:1/none")
