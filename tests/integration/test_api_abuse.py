"""What nobody should get out of the API by asking oddly: dates by guessing, names from errors, others' places."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from processing.errors import ExpiredSignInError, ProcessingError
from processing.services import LOCAL_RESEARCHER
from processing.services.posted import PostedService
from processing.use_cases.api_keys import KeyText, make_key
from rest_api import create_api
from rest_api.access import AccessControl
from rest_api.limits import ApiLimits
from rest_api.routes import health
from tests.integration.api import asking, make_api
from tests.integration.api_people import bearer
from tests.integration.api_sessions import CODE, FILE, RESEARCHER, ApiClinic, api_clinic

ANALYSES, SESSIONS = "/api/v1/analyses", "/api/v1/sessions"


@pytest.fixture(scope="module")
def clinic(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClinic]:
    with api_clinic(server_url, tmp_path_factory.mktemp("api")) as made:
        yield made


@contextmanager
def serving(clinic: ApiClinic, limits: ApiLimits) -> Iterator[tuple[FastAPI, httpx.Client]]:
    """Yield an API of its own limits, and a client that is the local clinician without credentials."""
    api = make_api(clinic.operator, tokens={"researcher": LOCAL_RESEARCHER}, limits=limits)
    with asking(api) as client:
        yield api, client


def until(happened: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    ends = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_researcher_cannot_ask_what_came_before_a_time(clinic: ApiClinic) -> None:
    place = f"older~2026-03-10T10:15:33~{'f' * 8}-ffff-ffff-ffff-{'f' * 12}"
    cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    theirs = clinic.client.get(SESSIONS, params={"cursor": cursor}, headers=RESEARCHER)
    assert (theirs.status_code, theirs.json()["kind"]) == (422, "InvalidParameterError")
    assert clinic.client.get(SESSIONS, params={"cursor": cursor}).status_code == 200


@contextmanager
def moved(path: Path) -> Iterator[None]:
    aside = path.rename(path.with_name("aside"))
    try:
        yield
    finally:
        aside.rename(path)


@pytest.mark.parametrize(
    ("gone", "status", "said"),
    [
        (f"P014/{FILE}", 404, "The recording of this session is not in the bucket any more."),
        ("", 503, "The store of recordings does not answer at the moment. Please ask again shortly."),
    ],
)
def test_a_recording_that_is_away_is_not_named_to_researchers(
    clinic: ApiClinic, gone: str, status: int, said: str
) -> None:
    drawn = [
        f"/signals/jit/{CODE}/CH1",
        f"/sessions/{CODE}/signals/export?format=csv",
    ]
    beside = [
        *(f"/sessions/{CODE}{rest}" for rest in ("", "/versions", "/versions/1", "/recording", "/report")),
        *(f"/signals/jit/{CODE}/channels", f"/sessions/{CODE}/export?format=json", "/sessions"),
    ]
    with moved(clinic.operator.settings.bucket_dir / gone):
        answers = {
            path: clinic.client.get(f"/api/v1{path}", headers=RESEARCHER) for path in (*drawn, *beside)
        }
        answers["dry-run"] = clinic.client.post(
            f"/api/v1/sessions/{CODE}/dry-run", json={"settings": {}}, headers=RESEARCHER
        )
        own = clinic.client.get(f"/api/v1/sessions/{CODE}/recording")
        told = "".join(errors_of_pages(clinic))
    found = {(answers[path].status_code, answers[path].json()["detail"]) for path in drawn}
    assert found == {(status, said)}
    assert (own.status_code, own.json()["detail"]) == (status, said)
    tells = re.compile(r"Ghostly|2026-?03|P014/|\.c3d")
    assert {
        path: tells.findall(answer.text) for path, answer in answers.items() if tells.search(answer.text)
    } == {}
    assert told.count("recording") == 3
    assert not tells.search(told)


def errors_of_pages(clinic: ApiClinic) -> Iterator[str]:
    """Yield what the pages' use cases say of a recording that is away."""
    services = clinic.operator.for_viewer(LOCAL_RESEARCHER)
    review = services.load_review(CODE)
    asked: list[Callable[[], Any]] = [
        lambda: services.load_traces(review),
        lambda: services.exports.check_recording(review),
        lambda: services.signal_details.sources(review),
    ]
    for ask in asked:
        with pytest.raises(ProcessingError) as caught:
            ask()
        yield str(caught.value)


def test_slow_uploads_of_one_caller_are_two_and_block_nobody_else(clinic: ApiClinic) -> None:
    head = "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\n\r\nx"
    with capture_logs() as logs, serving(clinic, ApiLimits()) as (api, client):
        held = api.state.api.held
        slow = [socket.create_connection(("127.0.0.1", client.base_url.port or 0)) for _ in range(2)]
        for each in slow:
            each.sendall(head.format(ANALYSES, client.base_url.port, 64 * 1024 * 1024).encode())
        until(lambda: held.bytes == 2)
        third = client.post(ANALYSES, content=b"x")
        assert (third.status_code, third.json()["kind"]) == (503, "BusyError")
        assert "2 files of yours" in third.json()["detail"]
        assert client.post(ANALYSES, content=b"", headers=RESEARCHER).status_code == 422
        for each in slow:
            each.close()
        until(lambda: not held.by_caller and held.bytes == 0)
        until(lambda: [entry["event"] for entry in logs].count("api_hung_up") == 2)
    assert "api_failed" not in {entry["event"] for entry in logs}  # nothing is wrong with the server


def test_no_more_is_held_than_there_is_room_for(clinic: ApiClinic) -> None:
    with serving(clinic, ApiLimits()) as (api, client):
        held = api.state.api.held
        held.most_bytes = 2
        full = client.post(ANALYSES, content=b"abc")
        assert (full.status_code, full.headers["retry-after"], full.json()["kind"]) == (503, "5", "BusyError")
        held.most_bytes = 3
        assert client.post(ANALYSES, content=b"abc").json()["kind"] == "UnreadableRecordingError"
        assert held.bytes == 0  # whatever was answered, its bytes are free again


def test_a_file_counts_until_the_work_on_it_is_over(
    clinic: ApiClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(PostedService, "analyse", lambda *_, **__: release.wait(10))
    with serving(clinic, ApiLimits(heavy_timeout_s=0.1)) as (api, client):
        assert client.post(ANALYSES, content=b"abc").status_code == 503
        assert api.state.api.held.bytes == 3
        release.set()
        until(lambda: api.state.api.held.bytes == 0)


def test_a_body_that_does_not_arrive_in_the_configured_time_is_refused(clinic: ApiClinic) -> None:
    with serving(clinic, ApiLimits(body_timeout_s=0.2)) as (_, client):
        port = client.base_url.port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.sendall(
                f"POST {ANALYSES} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 9\r\n\r\nx".encode()
            )
            assert b" 408 " in slow.recv(4096).partition(b"\r\n")[0]


def test_health_waits_neither_long_nor_in_anybody_s_way(
    clinic: ApiClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(health, "answers", lambda _services: release.wait(20))
    with serving(clinic, ApiLimits(max_threads=1, health_timeout_s=0.1)) as (_, client):
        looked = client.get("/api/v1/health", timeout=5)
        assert (looked.status_code, looked.json()["ready"]) == (503, False)
        assert client.get(SESSIONS).status_code == 200
        release.set()


def test_half_a_character_in_a_setting_s_name_is_the_sender_s_fault(clinic: ApiClinic) -> None:
    for path, how in (
        (f"{SESSIONS}/{CODE}/dry-run", {"content": rb'{"settings": {"\ud800": 1}}'}),
        (ANALYSES, {"content": b"x", "params": {"settings": r'{"\ud800": 1}'}}),
        (ANALYSES, {"content": b"x", "params": {"channel_map": r'{"\ud800": "left"}'}}),
    ):
        answer = clinic.client.post(path, headers={"Content-Type": "application/json"}, **how)
        assert answer.status_code == 422


def test_guessing_keys_costs_the_database_nothing_and_locks_nobody_out(clinic: ApiClinic) -> None:
    services, asked = clinic.operator, []
    good = services.api_keys.create("Good", ["read"], days=1, owner=LOCAL_RESEARCHER.user_id).text

    def find(key: KeyText) -> Any:
        asked.append(key.sha256)
        return services.api_keys.find(key)

    def expired(_token: str) -> Any:
        raise ExpiredSignInError("The sign-in is over.")

    access = AccessControl(read_token=expired, find_key=find)
    with asking(create_api(services, access=access, limits=ApiLimits(refused_per_minute=2))) as client:

        def status(credentials: str) -> int:
            return client.get(SESSIONS, headers=bearer(credentials)).status_code

        assert status(good.reveal()) == 200
        # Whoever is signed in no longer guesses nothing: 401 says to sign in again, 429 would say to wait.
        assert [status("expired") for _ in range(4)] == [401] * 4
        assert [status(make_key().reveal()) for _ in range(4)] == [401, 401, 429, 429]
        assert len(asked) == 3
        assert (status(good.reveal()), status("expired")) == (200, 401)
