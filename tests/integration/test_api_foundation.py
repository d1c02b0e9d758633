"""What holds for every route of the API: errors, caching, paging, limits, and who may ask without credentials."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from processing.errors import (
    DatabaseUnavailableError,
    EditConflictError,
    ProcessingError,
    ReplacedRecordingError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.services import LOCAL_RESEARCHER, Services, build_services, closing_services
from processing.services.session_lists import SessionLists
from processing.settings import Settings
from processing.use_cases.read_models import SessionInputs
from rest_api.limits import ApiLimits
from rest_api.program import opened_api
from tests.integration.api import asking, make_api
from tests.integration.api_people import bearer
from tests.integration.clinic import Clinic, make_clinic
from tests.integration.conftest import fresh_database

SESSIONS = "/api/v1/sessions"
PAGE = "https://research.example"


@pytest.fixture(scope="module")
def clinic(server_url: str) -> Iterator[Clinic]:
    for url in fresh_database(server_url):
        yield make_clinic(url)


@pytest.fixture(scope="module")
def services(clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("api"), database_url=clinic.url, _env_file=None)
    settings.bucket_dir.mkdir(parents=True)
    with closing_services(build_services(settings, clinic.url)) as built:
        yield built


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[httpx.Client]:
    """The local clinician's."""
    with asking(make_api(services, tokens={"researcher": LOCAL_RESEARCHER})) as made:
        yield made


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Let the list of sessions fail."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionLists, "page", fail)
        yield


def kind(answer: httpx.Response) -> str:
    """Return the kind of a problem, whose shape is checked."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "correlation_id"} <= set(problem)
    assert problem["status"] == answer.status_code
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    return str(problem["type"]).removeprefix("urn:ghostly:problem:")


def test_every_error_is_a_problem(client: httpx.Client) -> None:
    answers = {
        "unknown address": client.get("/api/v1/nothing"),
        "unknown thing": client.get(f"{SESSIONS}/P999S001"),
        "unknown method": client.delete(SESSIONS),
        "value": client.get(SESSIONS, params={"limit": "many", "status": "done"}),
        "malformed code": client.get(f"{SESSIONS}/nonsense"),
        "malformed body": client.post("/api/v1/exports", content=b"{"),
        "cursor": client.get(SESSIONS, params={"cursor": "abc"}),
        "NUL": client.get(SESSIONS, params={"cursor": "YWZ0ZXJ-AA"}),
    }
    assert {name: (answer.status_code, kind(answer)) for name, answer in answers.items()} == {
        "unknown address": (404, "not-found"),
        "unknown thing": (404, "not-found"),
        "unknown method": (405, "method-not-allowed"),
        "value": (422, "invalid-request"),
        "malformed code": (422, "invalid-request"),
        "malformed body": (422, "invalid-request"),
        "cursor": (422, "invalid-parameter"),
        "NUL": (422, "invalid-parameter"),
    }
    assert answers["unknown method"].headers["allow"] in ("GET, HEAD", "POST")
    fields = {error["field"] for error in answers["value"].json()["errors"]}
    assert fields == {"query.limit", "query.status.0"}


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (UnreadableRecordingError("No."), 422, "unreadable-recording"),
        (ReplacedRecordingError("No."), 409, "replaced-recording"),
        (EditConflictError("No."), 409, "edit-conflict"),
        (StorageUnavailableError("No."), 503, "storage-unavailable"),
        (DatabaseUnavailableError("No."), 503, "database-unavailable"),
    ],
)
def test_errors_of_the_work_have_one_status_each(
    client: httpx.Client, error: ProcessingError, status: int, expected: str
) -> None:
    with failing(error):
        answer = client.get(SESSIONS)
    assert (answer.status_code, kind(answer)) == (status, expected)
    assert answer.json()["kind"] == error.kind
    assert ("retry-after" in answer.headers) == (status == 503)


def test_what_nobody_foresaw_is_logged_and_not_told(client: httpx.Client) -> None:
    with capture_logs() as logs, failing(ZeroDivisionError("the secret of P001")):
        answer = client.get(SESSIONS, headers={"X-Correlation-ID": "my-own-id"})
    assert (answer.status_code, kind(answer)) == (500, "internal")
    assert "secret" not in answer.text
    assert answer.json()["correlation_id"] == "my-own-id"
    assert [entry["error"] for entry in logs if entry["event"] == "api_failed"] == ["ZeroDivisionError"]
    (line,) = [entry for entry in logs if entry["event"] == "api_answered"]
    assert (line["status_code"], line["caller"]) == (500, "local")


def test_the_log_says_who_asked_for_what_without_query_or_body(client: httpx.Client) -> None:
    with capture_logs() as logs:
        client.get(f"{SESSIONS}/P999S001", params={"x": "private"}, headers=bearer("researcher"))
    (line,) = [entry for entry in logs if entry["event"] == "api_answered"]
    assert (line["method"], line["about"], line["status_code"]) == ("GET", {"code": "P999S001"}, 404)
    assert line["route"].endswith("/sessions/{code}")
    assert line["caller"] == f"person {LOCAL_RESEARCHER.user_id}"
    assert "private" not in str(logs)


def test_what_did_not_change_is_not_sent_again(client: httpx.Client, services: Services) -> None:
    where = f"{SESSIONS}/P001S001"
    first = client.get(where)
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Authorization"
    etag = first.headers["etag"]
    for given in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = client.get(where, headers={"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get(where, headers={"If-None-Match": '"other"'}).status_code == 200
    other = client.get(where, headers={"If-None-Match": etag, **bearer("researcher")})
    assert other.status_code == 200  # another representation: without dates
    services.save_inputs("P001S001", SessionInputs(perceived_effort_cr10=4.0))
    assert client.get(where, headers={"If-None-Match": etag}).status_code == 200


def test_the_clinic_s_own_results_are_told_whole(client: httpx.Client) -> None:
    for path in ("", "/versions", "/versions/1"):
        assert client.get(f"{SESSIONS}/P001S001{path}").status_code == 200


@pytest.mark.parametrize("who", [{}, bearer("researcher")])
def test_pages_neither_repeat_nor_skip_while_sessions_arrive(
    client: httpx.Client, services: Services, who: dict[str, str]
) -> None:
    before = [s["code"] for s in client.get(SESSIONS, headers=who).json()["sessions"]]
    seen, where = [], f"{SESSIONS}?limit=2"
    while where:
        answer = client.get(where, headers=who)
        page = answer.json()
        seen += [session["code"] for session in page["sessions"]]
        link = answer.headers.get("link", "")
        assert (page["next"] is None) == (link == "")
        where = link.partition(">")[0].removeprefix("<")
        _arrive(services)
    assert seen == before
    assert len(seen) >= 6


def _arrive(services: Services) -> None:
    services.database.fetch_one(
        "select session_id from app.ingest_storage_event(gen_random_uuid()::text, 'webhook', 'INSERT', 'b',"
        " 'P001/' || gen_random_uuid() || '.c3d', 'v1', 1000, 'c', '{}')"
    )


def test_filters_narrow_the_list_and_stay_in_the_link(client: httpx.Client) -> None:
    answer = client.get(
        SESSIONS,
        params={
            "patient": "P002",
            "status": ["pending", "failed"],
            "limit": 1,
            "recorded_from": "2020-01-01",
        },
    )
    assert [session["patient"] for session in answer.json()["sessions"]] == ["P002"]
    link = answer.headers["link"]
    assert "patient=P002&status=pending&status=failed&limit=1&recorded_from=2020-01-01&cursor=" in link
    assert link.endswith('; rel="next"')


def test_too_many_requests_are_asked_to_wait(services: Services) -> None:
    made = services.api_keys.create("Fast", ["read"], days=1, owner=LOCAL_RESEARCHER.user_id)
    key = bearer(made.text.reveal())
    with asking(make_api(services, limits=ApiLimits(requests_per_minute=3, refused_per_minute=2))) as client:
        answers = [client.get(SESSIONS, headers=key) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
            '"requests";r=2', '"requests";r=1', '"requests";r=0', '"requests";r=0'
        ]  # fmt: skip
        assert kind(answers[3]) == "too-many-requests"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        # Another caller has a budget of their own, and whoever guesses is slowed down without locking anybody out.
        assert client.get(SESSIONS).status_code == 200
        guesses = [client.get(SESSIONS, headers=bearer(f"guess {n}")).status_code for n in range(3)]
        assert guesses == [401, 401, 429]
        assert client.get(SESSIONS).status_code == 200


def test_bodies_are_capped_before_anybody_is_known(services: Services) -> None:
    limits = ApiLimits(max_json_bytes=100, body_timeout_s=0.2)
    with asking(make_api(services, local=False, limits=limits)) as client:
        declared = client.post("/api/v1/exports", content=b"x" * 101)
        streamed = client.post("/api/v1/exports", content=(b"x" * 60 for _ in range(3)))
        for answer in (declared, streamed):
            assert (answer.status_code, kind(answer)) == (413, "body-too-large")
            assert answer.headers["connection"] == "close"
        port = client.base_url.port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.sendall(b"POST /api/v1/exports HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
            assert b" 408 " in slow.recv(4096).partition(b"\r\n")[0]


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff\xfe{}", b'{"format": NaN}', b""])
def test_a_body_that_is_no_json_is_the_senders_fault(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/api/v1/exports", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, kind(answer)) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Host": "evil.example"}, "evil.example"),
        ({"Host": "localhost.evil.example:8080"}, "evil.example"),
        ({"Host": "[::1"}, "without credentials"),
        ({"Origin": "http://evil.example"}, "another web site"),
        ({"Origin": "null"}, "another web site"),
        ({"Origin": "http://127.0.0.1:3000"}, "another web site"),
        ({"Sec-Fetch-Site": "cross-site"}, "another web site"),
        ({"Sec-Fetch-Site": "same-site"}, "another web site"),
        ({"X-Forwarded-For": "203.0.113.7"}, "proxy"),
        ({"Via": "1.1 somewhere"}, "proxy"),
        ({"X-Forwarded-Host": "emg.example"}, "proxy"),
        ({"X-Forwarded-Proto": "https"}, "proxy"),
        ({"X-Client-IP": "203.0.113.7"}, "proxy"),
        ({"True-Client-IP": "203.0.113.7"}, "proxy"),
        ({"CF-Connecting-IP": "203.0.113.7"}, "proxy"),
        ({"Host": "evil.example@127.0.0.1"}, "without credentials"),
        ({"Host": "127.0.0.1/evil.example"}, "without credentials"),
        ({"Host": "127.0.0.1.evil.example"}, "without credentials"),
        ([("Origin", "{own}"), ("Origin", "http://evil.example")], "another web site"),
    ],
)
def test_the_local_clinician_is_nobody_from_elsewhere(client: httpx.Client, headers: Any, why: str) -> None:
    if isinstance(headers, list):
        own = str(client.base_url).rstrip("/")
        headers = [(name, value.format(own=own)) for name, value in headers]
    answer = client.get(SESSIONS, headers=headers)
    assert (answer.status_code, kind(answer)) == (403, "foreign-request")
    assert why in answer.json()["detail"]


def test_a_proxy_that_says_nothing_is_known_by_its_old_http(client: httpx.Client) -> None:
    port = client.base_url.port or 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as proxy:
        proxy.sendall(f"GET {SESSIONS} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert b" 403 " in proxy.recv(4096).partition(b"\r\n")[0]


def test_this_computer_s_own_names_and_pages_are_the_local_clinician(client: httpx.Client) -> None:
    port = client.base_url.port
    for headers in (
        {"Host": f"localhost:{port}"},
        {"Host": f"[::1]:{port}"},
        {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ):
        assert client.get(SESSIONS, headers=headers).status_code == 200
    # With credentials it does not matter where a request comes from: nobody's browser adds them by itself.
    assert client.get(SESSIONS, headers={"Host": "x.example", **bearer("researcher")}).status_code == 200


def test_pages_of_other_origins_read_nothing_unless_they_are_named(
    client: httpx.Client, services: Services
) -> None:
    ask = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
    closed = client.options(SESSIONS, headers=ask)
    assert closed.status_code == 405
    plain = client.get(SESSIONS, headers={"Origin": PAGE, **bearer("researcher")})
    assert not [name for answer in (closed, plain) for name in answer.headers if "access-control" in name]
    tokens = {"researcher": LOCAL_RESEARCHER}
    with asking(make_api(services, tokens=tokens, local=False, cors_origins=frozenset({PAGE}))) as opened:
        allowed = opened.options(SESSIONS, headers={**ask, "Access-Control-Request-Headers": "authorization"})
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PAGE)
        assert "access-control-allow-credentials" not in allowed.headers
        read = opened.get(SESSIONS, headers={"Origin": PAGE, **bearer("researcher")})
        assert (read.status_code, read.headers["access-control-allow-origin"]) == (200, PAGE)
        assert "ETag" in read.headers["access-control-expose-headers"]
        refused = opened.get(SESSIONS, headers={"Origin": PAGE})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, PAGE)
        other = opened.options(SESSIONS, headers={**ask, "Origin": "https://other.example"})
        assert (other.status_code, "access-control-allow-origin" in other.headers) == (400, False)


def test_health_is_for_everybody_and_says_when_the_store_is_away(services: Services) -> None:
    with asking(make_api(services, local=False)) as client:
        assert client.get("/api/v1/health").json() == {"live": True, "ready": True}
        gone = services.settings.bucket_dir.rename(services.settings.data_dir / "elsewhere")
        try:
            assert client.get("/api/v1/health").json()["ready"]  # looked at a moment ago
            with asking(make_api(services, local=False)) as other:
                away = other.get("/api/v1/health")
        finally:
            gone.rename(services.settings.bucket_dir)
    assert (away.status_code, away.json()) == (503, {"live": True, "ready": False})


def test_the_description_declares_every_error_and_how_to_sign_in(client: httpx.Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    operations = {
        operation["operationId"]: operation
        for methods in described["paths"].values()
        for operation in methods.values()
    }
    assert len(operations) == sum(len(methods) for methods in described["paths"].values())
    guarded = {name: each for name, each in operations.items() if name != "get_health"}
    lacking = {
        name
        for name, each in guarded.items()
        if not {"401", "403", "422", "429", "503"} <= set(each["responses"])
    }
    assert lacking == set()
    assert [
        name for name, each in operations.items() if not each.get("summary") or not each["description"]
    ] == []
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("0.0.0.0", 401)])
def test_the_program_knows_a_local_clinician_only_where_nobody_else_reaches_it(
    services: Services, clinic: Clinic, host: str, status: int
) -> None:
    settings = services.settings.model_copy(
        update={"database_url": None, "database_url_dashboard": _secret(clinic.url_of("app_dashboard"))}
    )
    with opened_api(settings, host=host) as app, asking(app) as client:
        assert client.get(SESSIONS).status_code == status


def _secret(text: str) -> SecretStr:
    return SecretStr(text)
