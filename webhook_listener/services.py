"""What the listener calls: plain synchronous functions, run in threads, that a test can replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from processing.recording import RecordingMetadata
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent
from processing.use_cases.operations import OperationsFacts


class Ingest(Protocol):
    """Stores the event, the session and the job in one transaction; raises DatabaseUnavailableError."""

    def __call__(self, event: StorageEvent, *, event_id: str, correlation_id: str) -> IngestOutcome: ...


@dataclass(frozen=True, slots=True)
class ListenerServices:
    """The use cases behind the routes.

    ``record_ignored(event_id, body, reason)`` keeps a genuine delivery that asks for nothing and returns
    whether it is new. ``peek_metadata(name)`` reads a recording's header; whatever it raises, the answer does
    without. ``session_status(session_code)`` is None for an unknown session. ``check_ready()`` returns the
    details to show, with ``ready`` True or False among them. ``note_removed(name)`` keeps that an object left the
    bucket. ``operations_facts()`` says how queue and workers stand, for the metrics.
    """

    ingest: Ingest
    record_ignored: Callable[[str, dict[str, Any], str], bool]
    peek_metadata: Callable[[str], RecordingMetadata]
    session_status: Callable[[str], dict[str, Any] | None]
    check_ready: Callable[[], dict[str, Any]]
    note_removed: Callable[[str], str | None]
    operations_facts: Callable[[], OperationsFacts]


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """Bounds of one request and of what runs at the same time."""

    max_body_bytes: int = 64 * 1024
    body_timeout_s: float = 5.0
    peek_budget_s: float = 0.030
    # The sender gives up after 5 s; before that it should hear that it was heard, or that it was not.
    call_timeout_s: float = 4.0
    retry_after_s: int = 5
    # As many as there are connections: more would wait for one, and a short wait must mean that the database is away.
    max_threads: int = 8
    max_peeks: int = 4
