"""The sign-in routes by themselves: what strangers send, and what counts as somebody's doing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette

from pages._components.sign_in.cookie import cookie_name
from pages._components.sign_in.desk import close_desk, get_desk
from pages._components.sign_in.routes import SIGN_IN_ROUTES
from tests.auth_server import ANON_KEY, AuthServer, auth_server

HOST = "127.0.0.1:8501"
OWN = {"Host": HOST, "Origin": f"http://{HOST}", "Content-Type": "application/json"}


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthServer]:
    close_desk()
    with auth_server() as server:
        server.add_user("ann@clinic.test")
        monkeypatch.setenv("SUPABASE_URL", server.url)
        monkeypatch.setenv("SUPABASE_ANON_KEY", ANON_KEY)
        yield server
        close_desk()


def _post(path: str, body: bytes, **headers: str) -> httpx.Response:
    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=SIGN_IN_ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.post(path, headers={**OWN, **headers}, content=body)

    return asyncio.run(post())


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "http://evil@127.0.0.1:8501", "//", "http://127.0.0.1:8501:1"]
)
def test_an_origin_that_is_not_the_pages_own_is_refused(auth: AuthServer, origin: str) -> None:
    assert _post("/sign-in/keep", b"{}", Origin=origin).status_code == 403


@pytest.mark.parametrize(
    "body", [b"[" * 1000, b"\xff\xfe", b'{"ticket": "\\ud800"}', b'{"ticket": ' + b"9" * 900 + b"}"]
)
def test_a_body_that_is_no_ticket_is_worth_nothing(auth: AuthServer, body: bytes) -> None:
    assert _post("/sign-in/keep", body).status_code == 410


def test_a_ticket_brings_the_cookie_once(auth: AuthServer) -> None:
    desk = get_desk()
    key = desk.enter_with_password("ann@clinic.test", "correct horse", address=None).key
    ticket = json.dumps({"ticket": desk.sessions.issue_ticket(key)}).encode()
    assert _post("/sign-in/keep", ticket).cookies[cookie_name(HOST)] == key
    assert _post("/sign-in/keep", ticket).status_code == 410


def test_a_page_that_reports_activity_is_believed_over_the_runs_of_its_script(auth: AuthServer) -> None:
    desk = get_desk()
    key = desk.enter_with_password("ann@clinic.test", "correct horse", address=None).key
    assert not desk.session(key).tells_activity
    assert _post("/sign-in/active", b"{}", Cookie=f"{cookie_name(HOST)}={key}").status_code == 204
    assert desk.session(key).tells_activity
