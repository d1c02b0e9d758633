"""One delivery, from the request to its answer: read, verify, hand over, acknowledge."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from http_edge.body import BodyRefusedError, read_body
from processing.breaker import Breaker
from processing.errors import DatabaseUnavailableError, TransientError
from processing.recording import RecordingMetadata
from processing.storage.names import show_name
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent
from webhook_listener.answers import acknowledgement, json_answer, problem
from webhook_listener.metrics import ListenerMetrics
from webhook_listener.payloads import IgnoredEvent, read_event
from webhook_listener.services import ListenerLimits, ListenerServices
from webhook_listener.signatures import RejectedDeliveryError, SignatureVerifier, VerifiedDelivery

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response, and what the log line and the metrics say about it."""

    outcome: str
    response: Response
    facts: dict[str, Any]


class Threads:
    """Runs synchronous calls beside the event loop, so many at a time and none waited for without end."""

    def __init__(self, limits: ListenerLimits) -> None:
        self._limits = limits
        self._calls = CapacityLimiter(limits.max_threads)
        self._peeks = CapacityLimiter(limits.max_peeks)
        # While the database is away nobody waits for it, and the threads stay free.
        self._breaker = Breaker(
            "database",
            failures_are=DatabaseUnavailableError,
            refusal=lambda: DatabaseUnavailableError("The database does not answer at the moment"),
        )

    async def ask_database(self, function: Callable[[], _T]) -> _T:
        """Like :meth:`call`, for calls that raise when the database is away: then they are refused at once."""
        self._breaker.admit()
        started = False

        def run() -> _T:
            nonlocal started
            started = True
            return function()

        try:
            result = await self.call(run)
        except DatabaseUnavailableError:
            if started:  # a queue before the threads says nothing about the database
                self._breaker.failed()
            raise
        except Exception:
            self._breaker.answered()
            raise
        self._breaker.answered()
        return result

    async def call(self, function: Callable[[], _T]) -> _T:
        """Return the call's result; DatabaseUnavailableError if it takes too long.

        A call that is given up still ends in its thread; handing over twice is harmless.
        """
        try:
            async with asyncio.timeout(self._limits.call_timeout_s):
                return await to_thread.run_sync(function, limiter=self._calls, abandon_on_cancel=True)
        except TimeoutError as exc:
            raise DatabaseUnavailableError(f"No answer within {self._limits.call_timeout_s:g} s") from exc

    def peek(self, function: Callable[[], _T]) -> asyncio.Task[_T] | None:
        """Start a call that nobody depends on, in threads of its own; None if those are all taken."""
        if self._peeks.available_tokens < 1:
            return None
        running: Awaitable[_T] = to_thread.run_sync(function, limiter=self._peeks, abandon_on_cancel=True)
        task = asyncio.ensure_future(running)
        task.add_done_callback(_retrieve)
        return task


class DeliveryHandler:
    """Answers the storage webhook: 202 new, 200 repeat, 401, 408, 413, or 503 for "send it again"."""

    def __init__(
        self,
        services: ListenerServices,
        *,
        verifier: SignatureVerifier,
        bucket: str,
        limits: ListenerLimits,
        metrics: ListenerMetrics,
        threads: Threads,
    ) -> None:
        self._services = services
        self._verifier = verifier
        self._bucket = bucket
        self._limits = limits
        self._metrics = metrics
        self._threads = threads

    async def handle(self, request: Request) -> Response:
        """Return the answer to one delivery, count it and write its one log line."""
        started = time.perf_counter()
        correlation_id: str = request.state.correlation_id
        try:
            answer = await self._answer(request, correlation_id)
        except TransientError as exc:
            answer = self._unavailable(exc, correlation_id)
        except Exception as exc:
            _log.exception("webhook_failed", error=type(exc).__name__)
            detail = "The delivery could not be taken over; the reconciliation will find the file"
            answer = _Answer("failed", problem(500, detail, correlation_id=correlation_id), {})
        seconds = time.perf_counter() - started
        self._metrics.acknowledged(answer.outcome, seconds)
        _log.info(
            "webhook_answered",
            outcome=answer.outcome,
            status_code=answer.response.status_code,
            duration_ms=round(seconds * 1000, 1),
            **answer.facts,
        )
        return answer.response

    async def _answer(self, request: Request, correlation_id: str) -> _Answer:
        limits = self._limits
        try:
            raw = await read_body(request, max_bytes=limits.max_body_bytes, timeout_s=limits.body_timeout_s)
            delivery = self._verifier.verify(request.headers, raw)
        except BodyRefusedError as exc:
            # What is left of the body would be taken for the next request of this connection.
            close = {"Connection": "close"}
            detail = f"At most {limits.max_body_bytes} bytes within {limits.body_timeout_s:g} s are taken"
            response = problem(exc.status, detail, correlation_id=correlation_id, headers=close)
            return _Answer(exc.reason, response, {})
        except ClientDisconnect:
            return _Answer(
                "disconnected", problem(400, "The sender hung up", correlation_id=correlation_id), {}
            )
        except RejectedDeliveryError as exc:
            self._metrics.rejected(exc.reason)
            return _Answer(
                "rejected", problem(401, str(exc), correlation_id=correlation_id), {"reason": exc.reason}
            )
        event = read_event(raw, bucket=self._bucket)
        event_id = kept_event_id(delivery, raw)
        if isinstance(event, IgnoredEvent):
            return await self._ignore(event, event_id, correlation_id)
        return await self._accept(event, event_id, correlation_id)

    async def _accept(self, event: StorageEvent, event_id: str, correlation_id: str) -> _Answer:
        peek_until = time.monotonic() + self._limits.peek_budget_s
        peeking = self._threads.peek(partial(self._services.peek_metadata, event.object_name))
        try:
            outcome = await self._threads.ask_database(
                partial(self._services.ingest, event, event_id=event_id, correlation_id=correlation_id)
            )
            metadata = await _result_until(peeking, peek_until)
        finally:
            if peeking is not None:
                peeking.cancel()
        return _answer(outcome, metadata, event_id, correlation_id, event.object_name)

    async def _ignore(self, event: IgnoredEvent, event_id: str, correlation_id: str) -> _Answer:
        created = await self._threads.ask_database(
            partial(self._services.record_ignored, event_id, event.body, event.reason)
        )
        session_code = None
        if event.removed and event.object_name is not None:
            session_code = await self._threads.ask_database(
                partial(self._services.note_removed, event.object_name)
            )
        outcome = IngestOutcome(
            created=created,
            outcome="ignored",
            reason=event.reason,
            session_code=session_code,
            session_id=None,
            status=None,
            event_row_id=None,
        )
        return _answer(outcome, None, event_id, correlation_id, event.object_name)

    def _unavailable(self, exc: TransientError, correlation_id: str) -> _Answer:
        headers = {"Retry-After": str(self._limits.retry_after_s)}
        detail = "The delivery could not be stored just now; send it again"
        response = problem(503, detail, correlation_id=correlation_id, headers=headers)
        return _Answer("unavailable", response, {"error": exc.kind})


def kept_event_id(delivery: VerifiedDelivery, raw: bytes) -> str:
    """Return under which identity a delivery is stored: the sender's id and a hash of the body.

    A repeat has the same of both. A sender that uses an id again for another object would otherwise be told that
    this object is known, under another session's code.
    """
    if delivery.scheme == "x-supabase-signature":
        return delivery.event_id  # is a hash of the body
    return f"{delivery.event_id}#{hashlib.sha256(raw).hexdigest()[:16]}"


def _answer(
    outcome: IngestOutcome,
    metadata: RecordingMetadata | None,
    event_id: str,
    correlation_id: str,
    object_name: str | None,
) -> _Answer:
    facts = {
        "event_id": event_id,
        "reason": outcome.reason,
        "session_code": outcome.session_code,
        "object": None if object_name is None else show_name(object_name),
        "peeked": metadata is not None,
    }
    body = acknowledgement(outcome, metadata, correlation_id)
    return _Answer(outcome.outcome, json_answer(body, 202 if outcome.created else 200), facts)


async def _result_until(task: asyncio.Task[_T] | None, moment: float) -> _T | None:
    """Return a task's result if it is there by then; None if it is late or failed."""
    if task is None:
        return None
    done, _ = await asyncio.wait({task}, timeout=max(0.0, moment - time.monotonic()))
    if not done or task.cancelled() or task.exception() is not None:
        return None
    return task.result()


def _retrieve(task: asyncio.Task[_T]) -> None:
    """Look at a task's exception, so that asyncio does not report one that nobody waited for."""
    if not task.cancelled():
        task.exception()
