"""The pool after an interruption: the next caller gets a connection, not an error."""

from __future__ import annotations

import psycopg
import pytest

from processing.database import Database, pool
from processing.errors import DatabaseUnavailableError


def test_connections_that_the_server_closed_cost_no_request(database_url: str) -> None:
    database = Database(database_url, wait_s=0.5)
    try:
        assert database.fetch_one("select 1 as one") == {"one": 1}
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        assert [database.fetch_one("select 1 as one") for _ in range(4)] == [{"one": 1}] * 4
    finally:
        database.close()


def test_a_database_that_is_away_is_said_so_in_words() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", wait_s=0.2)
    try:
        with pytest.raises(DatabaseUnavailableError, match="Nothing is lost"):
            database.fetch_one("select 1")
    finally:
        database.close()


def test_an_error_inside_a_transaction_undoes_it(database_url: str) -> None:
    database = Database(database_url)
    try:
        with pytest.raises(ZeroDivisionError, match="division"):
            _insert_and_fail(database)
        assert database.fetch_all("select code from app.patients") == []
    finally:
        database.close()


def _insert_and_fail(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("insert into app.patients (code) values ('P001')")
        raise ZeroDivisionError("division")


def test_a_frozen_program_does_not_keep_its_rows_locked(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_FROZEN", "set idle_in_transaction_session_timeout = '200ms'")
    frozen, other = Database(database_url), Database(database_url)
    try:
        other.execute("insert into app.patients (code) values ('P077')")
        with pytest.raises(DatabaseUnavailableError, match="cannot be reached at the moment"):
            _freeze_inside_a_transaction(frozen, other)
        assert other.fetch_one("select site from app.patients where code = 'P077'") == {"site": "other"}
        assert frozen.fetch_one("select 1 as one") == {"one": 1}
    finally:
        frozen.close()
        other.close()


def _freeze_inside_a_transaction(frozen: Database, other: Database) -> None:
    with frozen.transaction() as connection:
        connection.execute("update app.patients set site = 'frozen' where code = 'P077'")
        other.execute("update app.patients set site = 'other' where code = 'P077'")  # waits for the lock
        connection.execute("select 1")
