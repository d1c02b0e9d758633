"""The schema goes up, comes down, and is recorded where the Supabase CLI looks."""

from __future__ import annotations

import threading

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
    assert len(migrations.rollback(empty_database, n)) == n
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


def test_every_migration_has_a_rollback() -> None:
    names = {path.name for path in (migrations.SQL_ROOT / "migrations").glob("*.sql")}
    assert names == {path.name for path in (migrations.SQL_ROOT / "rollbacks").glob("*.sql")}


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
