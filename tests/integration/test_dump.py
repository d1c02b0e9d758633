"""A dump is restored beside other databases of its server, and what goes wrong is said in the program's own words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from processing.database import dump
from processing.database.dump import Dumped, dump_database, restore_database
from processing.database.embedded_server import client_program
from processing.errors import DatabaseUnavailableError, InvalidParameterError


def test_a_restored_database_that_differs_from_the_saved_one_is_reported_by_table(
    database_url: str, empty_database: str, tmp_path: Path
) -> None:
    """Its server has every role already: those are taken as they are."""
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into app.patients (code) values ('P001')")
    dumped = dump_database(database_url, tmp_path / "dump")
    assert dumped.rows["app.patients"] == 1
    promised = replace(dumped, rows={**dumped.rows, "app.patients": 2, "app.unheard_of": 0})
    with pytest.raises(InvalidParameterError, match=r"differs .*, in app\.patients, app\.unheard_of\."):
        restore_database(empty_database, tmp_path / "dump", promised)


def test_what_is_no_dump_is_refused_in_pg_restores_words(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(b"no dump")
    with pytest.raises(DatabaseUnavailableError, match=r"^pg_restore failed: .*archive"):
        restore_database(empty_database, tmp_path / "dump", Dumped("18", {}, [], []))


def test_a_password_is_handed_on_where_other_users_of_the_machine_cannot_read_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody can list a program's arguments, and only its user its environment."""
    noting = tmp_path / "pg_dump"
    noting.write_text(
        f"#!/bin/sh\necho \"$@\" > '{tmp_path}/arguments'\necho \"$PGPASSWORD\" > '{tmp_path}/password'\n"
        f"exec '{client_program('pg_dump')}' \"$@\"\n"
    )
    noting.chmod(0o700)
    monkeypatch.setattr(dump, "client_program", lambda name: tmp_path / name)

    dumped = dump_database(make_conninfo(database_url, password="hunter2"), tmp_path / "dump")

    assert dumped.migrations
    assert (tmp_path / "password").read_text() == "hunter2\n"
    assert "--dbname=" in (tmp_path / "arguments").read_text()
    assert "hunter2" not in (tmp_path / "arguments").read_text()
