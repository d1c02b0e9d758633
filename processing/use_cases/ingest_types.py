"""What goes into the ingest use case and what comes out, whoever announced the object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import uuid4

# A job without an event of its own goes on under the correlation id that its session has.
SAME_CORRELATION = ""


def new_correlation_id(origin: str) -> str:
    """Return an id that ties event, job, log lines and notice together; ``origin`` says where it began."""
    return f"{origin}-{uuid4().hex[:16]}"


EventSource: TypeAlias = Literal["webhook", "upload", "reconcile"]
Outcome: TypeAlias = Literal["accepted", "duplicate", "parked", "ignored"]


@dataclass(frozen=True, slots=True)
class StorageEvent:
    """One object version that somebody announced.

    ``object_name`` is untrusted data: any text of up to 1000 characters, never a path as it stands.
    ``object_version`` is empty when the sender did not name one, ``size_bytes`` None likewise. ``body`` is
    the whole event as it arrived, kept so that it can be replayed.
    """

    event_type: str
    bucket: str
    object_name: str
    object_version: str
    size_bytes: int | None
    source: EventSource
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of an event.

    ``created`` is True only for the first delivery, the one that stored a row. ``parked`` means stored, but
    waiting for a person (an unknown patient, for example); ``reason`` then says for what, in one sentence.
    """

    created: bool
    outcome: Outcome
    reason: str | None
    session_code: str | None
    session_id: str | None
    status: str | None
    event_row_id: int | None
