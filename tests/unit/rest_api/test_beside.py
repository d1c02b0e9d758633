"""The API beside the listener: one address, two applications, and settings that say where it answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from processing.cli.start import _programs
from processing.errors import InvalidParameterError
from processing.settings import Settings
from webhook_listener.beside import Beside


def test_only_addresses_below_api_go_to_the_api() -> None:
    asked: list[str] = []

    def application(name: str):  # type: ignore[no-untyped-def]
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            asked.append(name)

        return run

    async def ask() -> None:
        for scope in (
            {"type": "http", "path": "/api/v1/sessions"},
            {"type": "http", "path": "/webhooks/storage/c3d-upload"},
            {"type": "http", "path": "/apiary"},
            {"type": "lifespan"},
        ):
            await Beside(application("listener"), application("api"))(scope, None, None)  # type: ignore[arg-type]

    asyncio.run(ask())
    assert asked == ["api", "listener", "listener", "listener"]


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({}, True),
        ({"database_url": "postgresql://x"}, True),
        ({"database_url_listener": "postgresql://x"}, False),
        ({"database_url_listener": "postgresql://x", "database_url_dashboard": "postgresql://y"}, True),
    ],
)
def test_the_api_never_connects_under_the_listeners_role(values: dict[str, str], may: bool) -> None:
    assert Settings(**values, _env_file=None).api_may_connect is may


def test_at_home_the_listener_is_told_the_way_in_of_the_api(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, _env_file=None)
    programs = {program.name: program.environment for program in _programs(settings, "dbname=x", "s")}
    assert "user=app_dashboard" in programs["listener"]["DATABASE_URL_DASHBOARD"]
    assert "user=app_listener" in programs["listener"]["DATABASE_URL"]
    assert "DATABASE_URL_DASHBOARD" not in programs["worker"]
    without = _programs(settings.model_copy(update={"api_enabled": False}), "dbname=x", "s")
    assert not any("DATABASE_URL_DASHBOARD" in p.environment for p in without if p.name == "listener")


@pytest.mark.parametrize(
    "origins", ["*", "https://*.example", "https://a.example/", "a.example", "https://u@a.example", "null"]
)
def test_only_exact_origins_may_be_named(origins: str) -> None:
    with pytest.raises(InvalidParameterError, match="exact origins"):
        assert Settings(api_cors_origins=origins, _env_file=None).api_origins
    several = Settings(api_cors_origins=" https://a.example,http://localhost:3000 ", _env_file=None)
    assert several.api_origins == {"https://a.example", "http://localhost:3000"}
