"""A real PostgreSQL for all tests of this folder, and a fresh migrated database for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from processing.database.embedded import embedded_postgres
from processing.database.migrations import upgrade
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from tests.integration.shared_cache import client_of
from tests.redis_server import RedisServer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a server that holds a migrated database ``template_app``.

    It is an embedded one unless ``TEST_DATABASE_URL`` names another, as its superuser and without passwords for roles.
    """
    with ExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(
            embedded_postgres(tmp_path_factory.mktemp("server") / "postgres")
        )
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop database if exists template_app with (force)")
            connection.execute("create database template_app")
        upgrade(make_conninfo(url, dbname="template_app"))
        yield url


@pytest.fixture(scope="module")
def cluster_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded cluster that exists and does not run, for the tests of one file."""
    folder = tmp_path_factory.mktemp("embedded") / "postgres"
    with embedded_postgres(folder):
        pass
    return folder


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """The connection string of a database without any table."""
    yield from fresh_database(server_url, "template0")


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """The connection string of a migrated database of this test's own."""
    yield from fresh_database(server_url)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an embedded installation in a temporary folder."""
    monkeypatch.chdir(tmp_path)  # no .env of the developer's
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture
def services(settings: Settings, database_url: str) -> Iterator[Services]:
    """The real use cases on the real database and a folder as the bucket."""
    with closing_services(build_services(settings, database_url)) as built:
        yield built


def fresh_database(server_url: str, template: str = "template_app") -> Iterator[str]:
    """Yield the connection string of a new database and drop it afterwards."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    yield make_conninfo(server_url, dbname=name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def redis_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for the tests of one file."""
    started = RedisServer(tmp_path_factory.mktemp("redis"))
    yield started
    started.stop()


@pytest.fixture
def redis_server(redis_process: RedisServer) -> RedisServer:
    """An empty Redis that keeps nothing on disk and has room."""
    with client_of(redis_process) as client:
        client.flushall()
        client.config_set("maxmemory", 0)
    return redis_process
