"""The listener over HTTP, with functions in place of the use cases."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI

from http_edge.server import make_server
from processing.breaker import FAILURES_IN_A_ROW
from processing.errors import (
    DatabaseUnavailableError,
    NotFoundError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.ports import StoredObject
from processing.recording import ChannelInfo, ClockCheck, GameInfo, RecordedMeasures, RecordingMetadata
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent
from processing.use_cases.operations import OperationsFacts, QueueFacts
from processing.webhooks import encode_event, sign_event, storage_event
from tests.unit.storage.supabase_double import running_server
from webhook_listener import delivery as delivery_module
from webhook_listener.app import DELIVERY_PATHS, create_app
from webhook_listener.delivery import Threads
from webhook_listener.services import ListenerLimits, ListenerServices
from webhook_listener.signatures import SignatureVerifier

BUCKET = "c3d-examples"
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
STORED = StoredObject("P001/a.c3d", "version-1", 1234, datetime(2025, 3, 4, tzinfo=UTC))
METADATA = RecordingMetadata(
    sampling_rate_hz=1000.0,
    n_samples=24000,
    duration_s=24.0,
    channels=(ChannelInfo("CH1", "CH1 Raw", 0, "left", "V", False, 1.0),),
    analog_labels=("CH1 Raw",),
    recorded_at=datetime(2025, 3, 4, 5, 6, 7),
    clock_check=ClockCheck(1000.0, None, 24.0, None, None, ""),
    game=GameInfo(),
    measures=RecordedMeasures(),
)
FACTS = OperationsFacts(
    queue=QueueFacts(
        waiting=3, retrying=1, running=1, oldest_waiting_s=12.5, longest_running_s=0.4, most_attempts=2
    ),
    workers_alive=3,
    last_heartbeat_s=1.0,
    unfinished={"pending": 3, "failed": 2},
    analysed_last_hour=40,
    failed_last_hour=2,
    failed_hour_before=0,
    analysis_p50_ms=170.0,
    analysis_p95_ms=None,
    missing_objects=1,
    notifications_waiting=0,
    reconciliation_age_s=30.0,
    reconciliation_error=None,
    clock_skew_s=0.01,
)
FAST = ListenerLimits(body_timeout_s=0.3, call_timeout_s=0.3)


class Clinic:
    """Stands in for the use cases: remembers what it was given, and fails as it is told to."""

    def __init__(self) -> None:
        self.events: dict[str, StorageEvent] = {}
        self.ignored: dict[str, tuple[dict[str, Any], str]] = {}
        self.correlation_ids: list[str] = []
        self.removed: list[str] = []
        self.ingest_fails: Exception | None = None
        self.ingest_takes_s = 0.0
        self.asked = 0
        self.peek: Callable[[str], RecordingMetadata] = lambda _name: METADATA
        self.outcome: Mapping[str, Any] = {}
        self.ready: Callable[[], dict[str, Any]] = lambda: {"ready": True, "database": "ok"}
        self._lock = threading.Lock()

    def ingest(self, event: StorageEvent, *, event_id: str, correlation_id: str) -> IngestOutcome:
        self.asked += 1
        time.sleep(self.ingest_takes_s)
        if self.ingest_fails is not None:
            raise self.ingest_fails
        with self._lock:
            created = event_id not in self.events
            self.events.setdefault(event_id, event)
            self.correlation_ids.append(correlation_id)
        outcome = {
            "created": created,
            "outcome": "accepted" if created else "duplicate",
            "reason": None,
            "session_code": "P001S001",
            "session_id": "1f2e",
            "status": "pending",
            "event_row_id": 1,
        }
        return IngestOutcome(**(outcome | self.outcome))

    def record_ignored(self, event_id: str, body: dict[str, Any], reason: str) -> bool:
        if self.ingest_fails is not None:
            raise self.ingest_fails
        created = event_id not in self.ignored
        self.ignored[event_id] = (body, reason)
        return created

    def session_status(self, session_code: str) -> dict[str, Any] | None:
        if self.ingest_fails is not None:
            raise self.ingest_fails
        return {"session_code": session_code, "status": "completed"} if session_code == "P001S001" else None

    def note_removed(self, name: str) -> str | None:
        self.removed.append(name)
        return "P001S001"

    def facts(self) -> OperationsFacts:
        if self.ingest_fails is not None:
            raise self.ingest_fails
        return FACTS

    @property
    def touched(self) -> bool:
        return bool(self.events or self.ignored)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def listener(clinic: Clinic, limits: ListenerLimits = FAST, secret: str = SECRET) -> FastAPI:
    services = ListenerServices(
        ingest=clinic.ingest,
        record_ignored=clinic.record_ignored,
        peek_metadata=lambda name: clinic.peek(name),
        session_status=clinic.session_status,
        check_ready=lambda: clinic.ready(),
        note_removed=clinic.note_removed,
        operations_facts=clinic.facts,
    )
    return create_app(services, verifier=SignatureVerifier(secret), bucket=BUCKET, limits=limits)


def ask(app: FastAPI, method: str, path: str, **kwargs: Any) -> httpx.Response:
    return ask_all(app, [(method, path, kwargs)])[0]


def ask_all(app: FastAPI, requests: list[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://listener") as client:
            asked = [client.request(method, path, **kwargs) for method, path, kwargs in requests]
            return await asyncio.gather(*asked)

    return asyncio.run(send())


def delivery(made: Any = None, *, event_id: str = "evt_1", **headers: str) -> dict[str, Any]:
    body = made if isinstance(made, bytes) else encode_event(made or storage_event(STORED, BUCKET))
    signed = sign_event(SECRET, event_id, time.time(), body)
    return {"content": body, "headers": signed | {k.replace("_", "-"): v for k, v in headers.items()}}


def deliver(app: FastAPI, made: Any = None, **kwargs: Any) -> httpx.Response:
    return ask(app, "POST", DELIVERY_PATHS[0], **delivery(made, **kwargs))


@pytest.mark.parametrize("path", DELIVERY_PATHS)
def test_a_new_event_is_acknowledged_with_its_session_and_header(clinic: Clinic, path: str) -> None:
    # A patient listener: what a busy machine leaves of 30 ms is another matter.
    response = ask(listener(clinic, ListenerLimits(peek_budget_s=5.0)), "POST", path, **delivery())
    assert response.status_code == 202
    assert response.json() == {
        "session_code": "P001S001",
        "session_id": "1f2e",
        "status": "pending",
        "metadata": {
            "channels": ["CH1"],
            "sampling_rate_hz": 1000.0,
            "duration_s": 24.0,
            "recorded_at": "2025-03-04T05:06:07",
        },
        "outcome": "accepted",
        "reason": None,
        "correlation_id": response.headers["x-correlation-id"],
    }
    event = next(iter(clinic.events.values()))
    assert (event.object_name, event.object_version, event.size_bytes) == ("P001/a.c3d", "version-1", 1234)


def test_a_repeat_is_answered_200(clinic: Clinic) -> None:
    app = listener(clinic)
    assert [deliver(app).status_code for _ in range(2)] == [202, 200]
    assert len(clinic.events) == 1


def test_an_id_used_again_for_another_object_is_another_event(clinic: Clinic) -> None:
    other = StoredObject("P001/b.c3d", "version-1", 1234, STORED.updated_at)
    app = listener(clinic)
    assert deliver(app).status_code == 202
    assert deliver(app, storage_event(other, BUCKET)).status_code == 202
    assert [event.object_name for event in clinic.events.values()] == ["P001/a.c3d", "P001/b.c3d"]


def test_the_same_event_sixteen_times_at_once_is_new_only_once(clinic: Clinic) -> None:
    app = listener(clinic, ListenerLimits())
    responses = ask_all(app, [("POST", DELIVERY_PATHS[0], delivery())] * 16)
    assert sorted(response.status_code for response in responses) == [200] * 15 + [202]


def test_a_parked_event_is_acknowledged_with_its_reason(clinic: Clinic) -> None:
    clinic.outcome = {
        "outcome": "parked",
        "reason": "Unknown patient.",
        "session_code": None,
        "session_id": None,
    }
    response = deliver(listener(clinic))
    assert response.status_code == 202
    assert (response.json()["outcome"], response.json()["reason"]) == ("parked", "Unknown patient.")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"webhook_signature": "v1,AAAA"}, "mismatch"),
        ({"webhook_signature": "zzz"}, "malformed"),
        ({"webhook_signature": "v1,YQ==, v1,YQ=="}, "malformed"),
        ({"webhook_timestamp": "nan"}, "malformed"),
        ({"webhook_timestamp": str(int(time.time()) - 1000)}, "stale"),
        ({"webhook_timestamp": str(int(time.time()) + 1000)}, "stale"),
        ({"webhook_id": ""}, "malformed"),
    ],
)
def test_a_bad_signature_is_401_counted_and_touches_nothing(
    clinic: Clinic, headers: dict[str, str], reason: str
) -> None:
    app = listener(clinic)
    response = deliver(app, **headers)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["correlation_id"] == response.headers["x-correlation-id"]
    assert not clinic.touched
    metrics = ask(app, "GET", "/metrics").text
    assert f'webhook_rejected_signatures_total{{reason="{reason}"}} 1.0' in metrics
    assert 'webhook_acknowledgements_total{outcome="rejected"} 1.0' in metrics


def test_no_signature_or_a_body_that_is_not_text_is_401(clinic: Clinic) -> None:
    app = listener(clinic)
    assert ask(app, "POST", DELIVERY_PATHS[0], content=b"{}").status_code == 401
    assert deliver(app, b"\xff\xfe\x00").status_code == 401
    assert not clinic.touched


def test_a_verified_body_digest_is_accepted_and_its_repeat_known(clinic: Clinic) -> None:
    body = encode_event(storage_event(STORED, BUCKET))
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    request = {"content": body, "headers": {"x-supabase-signature": f"sha256={digest}"}}
    app = listener(clinic)
    assert [ask(app, "POST", DELIVERY_PATHS[0], **request).status_code for _ in range(2)] == [202, 200]
    assert list(clinic.events) == [f"sha256:{hashlib.sha256(body).hexdigest()}"]


@pytest.mark.parametrize(
    "made",
    [
        b"not json",
        b"[]",
        {"hello": "world"},
        storage_event(STORED, "other"),
        storage_event(STORED, BUCKET, "DELETE"),
        storage_event(STORED, BUCKET, "UPDATE", previous=STORED),
        storage_event(StoredObject("P001/a.txt", "v", 1, STORED.updated_at), BUCKET),
    ],
)
def test_a_signed_event_that_asks_for_nothing_is_recorded_with_a_reason(clinic: Clinic, made: Any) -> None:
    app = listener(clinic)
    response = deliver(app, made)
    assert response.status_code == 202
    assert response.json()["outcome"] == "ignored"
    assert response.json()["reason"] == next(iter(clinic.ignored.values()))[1]
    assert clinic.events == {}
    assert deliver(app, made).status_code == 200


@pytest.mark.parametrize("made", [None, {"hello": "world"}], ids=["event", "ignored"])
def test_a_database_that_is_down_is_503_with_a_time_to_come_back(clinic: Clinic, made: Any) -> None:
    clinic.ingest_fails = DatabaseUnavailableError("connection refused to 10.0.0.7")
    response = deliver(listener(clinic), made)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert "10.0.0.7" not in response.text


def test_a_database_that_does_not_answer_is_503_in_time(clinic: Clinic) -> None:
    clinic.ingest_takes_s = 1.0
    started = time.monotonic()
    response = deliver(listener(clinic))
    assert response.status_code == 503
    assert time.monotonic() - started < 0.9


def test_while_the_database_is_away_only_one_delivery_now_and_then_waits_for_it(clinic: Clinic) -> None:
    clinic.ingest_takes_s = 0.1
    clinic.ingest_fails = DatabaseUnavailableError("down")
    app = listener(clinic)
    slow = ask_all(app, [("POST", DELIVERY_PATHS[0], delivery(event_id=f"e{n}")) for n in range(3)])
    clinic.ingest_takes_s = 0.25
    refused = ask_all(app, [("POST", DELIVERY_PATHS[0], delivery(event_id=f"f{n}")) for n in range(40)])
    assert {answer.status_code for answer in [*slow, *refused]} == {503}
    assert all("retry-after" in answer.headers for answer in refused)
    assert clinic.asked == 3


def test_a_database_that_comes_back_is_asked_again(clinic: Clinic) -> None:
    clinic.ingest_fails = DatabaseUnavailableError("down")
    app = listener(clinic)
    assert [deliver(app).status_code for _ in range(4)] == [503] * 4
    clinic.ingest_fails = None
    time.sleep(1.1)
    assert [deliver(app).status_code for _ in range(2)] == [202, 200]


def test_an_unforeseen_error_is_a_500_that_tells_nothing(clinic: Clinic) -> None:
    clinic.ingest_fails = RuntimeError("secret detail")
    response = deliver(listener(clinic))
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret detail" not in response.text


@pytest.mark.parametrize(
    "error", [UnreadableRecordingError("bad"), StorageUnavailableError("down"), ValueError("unforeseen")]
)
def test_a_header_that_cannot_be_read_only_leaves_the_metadata_out(clinic: Clinic, error: Exception) -> None:
    def fail(_name: str) -> RecordingMetadata:
        raise error

    clinic.peek = fail
    response = deliver(listener(clinic))
    assert (response.status_code, response.json()["metadata"]) == (202, None)


def test_a_slow_header_does_not_delay_the_answer(clinic: Clinic) -> None:
    release = threading.Event()

    def wait(_name: str) -> RecordingMetadata:
        release.wait(5)
        return METADATA

    clinic.peek = wait
    app = listener(clinic, ListenerLimits(max_peeks=1))
    started = time.monotonic()
    try:
        responses = [deliver(app, event_id=f"evt_{i}") for i in range(3)]
    finally:
        release.set()
    assert time.monotonic() - started < 1.5
    assert [(response.status_code, response.json()["metadata"]) for response in responses] == [
        (202, None)
    ] * 3


def test_a_delivery_does_not_queue_for_a_header_while_others_are_read(clinic: Clinic) -> None:
    reading, release = threading.Event(), threading.Event()

    def wait(_name: str) -> RecordingMetadata:
        reading.set()
        release.wait(5)
        return METADATA

    clinic.peek = wait
    app = listener(clinic, ListenerLimits(max_peeks=1, peek_budget_s=5.0))

    async def send() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://listener") as client:
            first = asyncio.create_task(client.post(DELIVERY_PATHS[0], **delivery(event_id="evt_1")))
            try:
                assert await asyncio.to_thread(reading.wait, 5)
                second = await client.post(DELIVERY_PATHS[0], **delivery(event_id="evt_2"))
                assert not first.done()
            finally:
                release.set()
            return await first, second

    first, second = asyncio.run(send())
    assert (first.status_code, first.json()["metadata"]["channels"]) == (202, ["CH1"])
    assert (second.status_code, second.json()["metadata"]) == (202, None)


def test_waiting_for_a_thread_does_not_count_as_a_database_that_is_away() -> None:
    calls: list[str] = []

    async def ask() -> list[str]:
        threads = Threads(ListenerLimits(call_timeout_s=0.0))  # over before any thread could be had
        said = []
        for _ in range(2 * FAILURES_IN_A_ROW):
            with pytest.raises(DatabaseUnavailableError) as refused:
                await threads.ask_database(lambda: calls.append("asked"))
            said.append(str(refused.value))
        return said

    # Had it counted, the last ones would have been refused as of a database that does not answer.
    assert asyncio.run(ask()) == ["No answer within 0 s"] * 2 * FAILURES_IN_A_ROW
    assert calls == []


def test_a_header_and_a_row_are_asked_for_at_the_same_time(clinic: Clinic) -> None:
    both = threading.Barrier(2, timeout=5)

    def meet(_name: str) -> RecordingMetadata:
        both.wait()
        return METADATA

    clinic.peek = meet
    plain = clinic.ingest

    def ingest(event: StorageEvent, **kwargs: Any) -> IngestOutcome:
        both.wait()
        return plain(event, **kwargs)

    clinic.ingest = ingest  # type: ignore[method-assign]
    response = deliver(listener(clinic, ListenerLimits(peek_budget_s=5.0)))
    assert response.json()["metadata"]["channels"] == ["CH1"]


def test_a_declared_length_above_the_cap_is_413_unread(clinic: Clinic) -> None:
    response = deliver(listener(clinic), b"x" * (64 * 1024 + 1))
    assert response.status_code == 413
    assert not clinic.touched


def test_a_body_of_exactly_the_cap_is_read(clinic: Clinic) -> None:
    assert deliver(listener(clinic), b"x" * (64 * 1024)).status_code == 202


@pytest.mark.parametrize("secret", [f"{SECRET},whsec_{'A' * 40}", f"v1,whsec_{'A' * 40} v1,{SECRET}"])
def test_a_rotated_secret_is_accepted_beside_the_new_one(clinic: Clinic, secret: str) -> None:
    assert deliver(listener(clinic, secret=secret)).status_code == 202


def test_a_plain_correlation_id_is_kept_and_handed_on(clinic: Clinic) -> None:
    response = deliver(listener(clinic), X_Correlation_ID="trace-7")
    assert response.headers["x-correlation-id"] == "trace-7"
    assert response.json()["correlation_id"] == "trace-7"
    assert clinic.correlation_ids == ["trace-7"]


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "a\tb", "<script>"])
def test_an_odd_correlation_id_is_replaced(clinic: Clinic, given: str) -> None:
    response = deliver(listener(clinic), X_Correlation_ID=given)
    assert response.headers["x-correlation-id"] != given
    assert len(response.headers["x-correlation-id"]) == 32


def test_one_line_is_logged_per_delivery_with_the_name_escaped_and_no_body(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = structlog.testing.LogCapture()
    monkeypatch.setattr(delivery_module, "_log", structlog.wrap_logger(None, processors=[capture]))
    stored = StoredObject("P001/x\nlevel=error\x1b[31m Müller.c3d", "version-1", 1, STORED.updated_at)
    deliver(listener(clinic), storage_event(stored, BUCKET))
    (line,) = capture.entries
    assert (line["event"], line["outcome"], line["status_code"]) == ("webhook_answered", "accepted", 202)
    assert line["object"] == "'P001/x\\nlevel=error\\x1b[31m M\\xfcller.c3d'"
    assert "httpStatusCode" not in str(line)
    assert SECRET not in str(line)


def test_the_status_of_a_session_is_shown(clinic: Clinic) -> None:
    app = listener(clinic)
    found = ask(app, "GET", "/webhooks/storage/status/P001S001")
    assert (found.status_code, found.json()["status"]) == (200, "completed")
    missing = ask(app, "GET", "/webhooks/storage/status/none")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    clinic.ingest_fails = DatabaseUnavailableError("down")
    assert ask(app, "GET", "/webhooks/storage/status/P001S001").status_code == 503


def test_an_unknown_path_or_method_is_a_problem_too(clinic: Clinic) -> None:
    app = listener(clinic)
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("GET", DELIVERY_PATHS[0], 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
    ]:
        response = ask(app, method, path)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"


def test_health_tells_living_from_ready(clinic: Clinic) -> None:
    app = listener(clinic)
    assert ask(app, "GET", "/health/live").json() == {"status": "ok"}
    assert ask(app, "GET", "/health/ready").status_code == 200

    def down() -> dict[str, Any]:
        raise DatabaseUnavailableError("down")

    def broken() -> dict[str, Any]:
        raise NotFoundError("no such table")

    for check in (down, broken, lambda: {"ready": False, "queue": "stuck"}, dict):
        clinic.ready = check
        assert ask(app, "GET", "/health/ready").status_code == 503
    assert ask(app, "GET", "/health/live").status_code == 200


def test_acknowledgements_are_counted_and_timed_per_app(clinic: Clinic) -> None:
    app = listener(clinic)
    for _ in range(3):
        deliver(app)
    text = ask(app, "GET", "/metrics").text
    assert 'webhook_acknowledgements_total{outcome="accepted"} 1.0' in text
    assert 'webhook_acknowledgements_total{outcome="duplicate"} 2.0' in text
    assert "webhook_acknowledgement_seconds_count 3.0" in text
    assert "webhook_acknowledgements_total{" not in ask(listener(clinic), "GET", "/metrics").text


@pytest.fixture
def port(clinic: Clinic) -> Iterator[int]:
    """A listener behind a real socket: how bodies arrive cannot be seen without one."""
    with running_server(make_server(listener(clinic), "127.0.0.1", 0)) as port:
        yield port


def raw_exchange(port: int, head: bytes, chunks: list[bytes], pause_s: float = 0.0) -> bytes:
    """Send a request piece by piece until the server answers, and return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head)
        connection.settimeout(max(pause_s, 0.001))
        answer = b""
        for chunk in chunks:
            try:
                connection.sendall(chunk)
                answer = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            break
        connection.settimeout(5)
        try:
            while received := connection.recv(65536):
                answer += received
        except OSError:
            pass
        return answer


def test_a_slowly_dripping_body_is_408_and_hung_up_on(clinic: Clinic, port: int) -> None:
    head = f"POST {DELIVERY_PATHS[0]} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode()
    started = time.monotonic()
    answer = raw_exchange(port, head, [b"x"] * 100, pause_s=0.05)
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started < 3
    assert not clinic.touched


def test_an_endless_body_without_a_length_is_413(clinic: Clinic, port: int) -> None:
    head = f"POST {DELIVERY_PATHS[0]} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunk = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    answer = raw_exchange(port, head, [chunk] * 1000)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"server:" not in answer.lower()
    assert not clinic.touched


def test_a_sender_that_hangs_up_does_no_harm(clinic: Clinic, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(
            f"POST {DELIVERY_PATHS[0]} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nx".encode()
        )
    response = httpx.post(f"http://127.0.0.1:{port}{DELIVERY_PATHS[0]}", **delivery())
    assert response.status_code == 202
    assert len(clinic.events) == 1


def test_metrics_hold_what_the_database_knows_about_queue_and_workers(clinic: Clinic) -> None:
    text = ask(listener(clinic), "GET", "/metrics").text
    assert "queue_waiting_jobs 3.0" in text
    assert "queue_oldest_waiting_seconds 12.5" in text
    assert "analysis_p50_seconds 0.17" in text
    assert 'sessions{status="failed"} 2.0' in text
    assert "analysis_p95_seconds" not in text, "what is not known has no sample"


def test_metrics_of_the_listener_itself_survive_the_database(clinic: Clinic) -> None:
    clinic.ingest_fails = DatabaseUnavailableError("away")
    answer = ask(listener(clinic), "GET", "/metrics")
    assert answer.status_code == 200
    assert "webhook_acknowledgement_seconds" in answer.text
    assert "queue_waiting_jobs" not in answer.text


def test_a_deleted_object_is_noted_on_its_session(clinic: Clinic) -> None:
    answer = deliver(listener(clinic), storage_event(STORED, BUCKET, "DELETE"))
    assert (answer.status_code, answer.json()["session_code"]) == (202, "P001S001")
    assert clinic.removed == ["P001/a.c3d"]


def test_an_object_deleted_from_another_bucket_is_nobody_s(clinic: Clinic) -> None:
    assert deliver(listener(clinic), storage_event(STORED, "elsewhere", "DELETE")).status_code == 202
    assert clinic.removed == []
