"""Put storage events into the inbox: event, session and job in one transaction."""

from __future__ import annotations

from typing import Any

from processing.database.json_values import foreign_json, foreign_text
from processing.database.pool import Database
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent

_INGEST = """
select * from app.ingest_storage_event(
    %(event_id)s, %(source)s, %(event_type)s, %(bucket)s, %(object_name)s, %(object_version)s,
    %(size_bytes)s, %(correlation_id)s, %(body)s)
"""

_RECORD_IGNORED = """
insert into app.storage_events (event_id, source, event_type, bucket, object_name, outcome, reason, body)
values (%(event_id)s, 'webhook', %(event_type)s, %(bucket)s, %(object_name)s, 'ignored', %(reason)s, %(body)s)
on conflict (event_id) do nothing
returning id
"""


def ingest_event(
    database: Database, event: StorageEvent, *, event_id: str, correlation_id: str
) -> IngestOutcome:
    """Store an event with its session and job, or find that they are stored already.

    Raises
    ------
    DatabaseUnavailableError
        If the transaction could not be completed; then nothing is stored.
    """
    row = database.fetch_one(
        _INGEST,
        {
            "event_id": event_id,
            "source": event.source,
            "event_type": foreign_text(event.event_type),
            "bucket": foreign_text(event.bucket),
            "object_name": foreign_text(event.object_name),
            "object_version": foreign_text(event.object_version),
            "size_bytes": event.size_bytes,
            "correlation_id": correlation_id,
            "body": foreign_json(event.body),
        },
    )
    assert row is not None  # the function always returns one row
    session_id = row["session_id"]
    return IngestOutcome(
        created=row["created"],
        outcome=row["outcome"],
        reason=row["reason"],
        session_code=row["session_code"],
        session_id=None if session_id is None else str(session_id),
        status=row["status"],
        event_row_id=row["event_row_id"],
    )


def record_ignored(database: Database, event_id: str, body: Any, reason: str) -> bool:
    """Store a signed event that asks for nothing, with the reason; return whether it is a new one."""
    event = body if isinstance(body, dict) else {}
    record = event.get("record") or event.get("old_record")
    record = record if isinstance(record, dict) else {}
    row = database.fetch_one(
        _RECORD_IGNORED,
        {
            "event_id": event_id,
            "event_type": foreign_text(str(event.get("type", "unknown"))[:40]),
            "bucket": _text(record.get("bucket_id")),
            "object_name": _text(record.get("name")),
            "reason": foreign_text(reason),
            "body": foreign_json(body),
        },
    )
    return row is not None


def _text(value: object) -> str | None:
    return foreign_text(value[:1000]) if isinstance(value, str) else None
