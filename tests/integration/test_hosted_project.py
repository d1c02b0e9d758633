"""A Supabase project keeps what is its own: neither its accounts are dumped nor those of a home installation made.

The role is what tells a project; only its name is needed here, and it is undone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from processing.database import migrations
from processing.database.dump import dump_database
from processing.database.embedded_server import client_program


@pytest.fixture
def project(database_url: str) -> Iterator[str]:
    """A migrated database that looks like a project's."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create role supabase_admin nologin")
        try:
            yield database_url
        finally:
            connection.execute("drop role supabase_admin")


def test_a_dump_of_a_project_holds_our_schemas_alone(project: str, tmp_path: Path) -> None:
    dumped = dump_database(project, tmp_path / "dump")
    listed = subprocess.run(
        [client_program("pg_restore"), "--list", tmp_path / "dump"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "TABLE DATA app patients" in listed
    assert "TABLE DATA procrastinate procrastinate_jobs" in listed
    assert "auth users" not in listed
    assert {name.partition(".")[0] for name in dumped.rows} == {
        "app", "procrastinate", "supabase_migrations",
    }  # fmt: skip


def test_upgrading_a_project_makes_no_account_that_nobody_signed_up_for(project: str) -> None:
    assert _n_accounts_after_upgrade(project) == (0, 0)


def test_upgrading_a_database_at_home_makes_its_local_accounts_again(database_url: str) -> None:
    assert _n_accounts_after_upgrade(database_url) == (3, 3)


def _n_accounts_after_upgrade(url: str) -> tuple[int, int]:
    """Return how many accounts and profiles an upgrade makes where there are none."""
    with psycopg.connect(url) as connection:
        connection.execute("delete from app.user_profiles")
        connection.execute("delete from auth.users")
    migrations.upgrade(url)
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select (select count(*) from auth.users), (select count(*) from app.user_profiles)"
        ).fetchone()
    assert row is not None
    return row
