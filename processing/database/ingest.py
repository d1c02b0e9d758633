"""Put storage events into the inbox: event, session and job in one transaction."""

from __future__ import annotations

from typing import Any

from processing.database.json_values import foreign_json, foreign_text
from processing.database.pool import Database
from processing.errors import AccessDeniedError
from processing.use_cases.erasure import erased_error
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent

_INGEST = """
select * from app.ingest_storage_event(
    %(event_id)s, %(source)s, %(event_type)s, %(bucket)s, %(object_name)s, %(object_version)s,
    %(size_bytes)s, %(correlation_id)s, %(body)s)
"""

# The same for a person: checked, and a new patient becomes theirs.
_INGEST_UPLOAD = _INGEST.replace("ingest_storage_event", "ingest_upload")

_RECORD_IGNORED = """
select app.record_ignored_event(
    %(event_id)s, %(event_type)s, %(bucket)s, %(object_name)s, %(reason)s, %(body)s) as is_new
"""


_MAY_UPLOAD = "select app.may_upload(%(code)s) as may, app.is_erased(%(code)s) as erased"


def ingest_event(
    database: Database, event: StorageEvent, *, event_id: str, correlation_id: str
) -> IngestOutcome:
    """Store an event with its session and job, or find that they are stored already.

    Raises
    ------
    DatabaseUnavailableError
        If the transaction could not be completed; then nothing is stored.
    AccessDeniedError
        If a person adds to a patient who is not theirs.
    """
    row = database.fetch_one(
        _INGEST if database.identity is None else _INGEST_UPLOAD,
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
    return row is not None and bool(row["is_new"])


def check_may_upload(database: Database, patient_code: str) -> None:
    """Raise AccessDeniedError if the person whom these connections act for may not add recordings to a patient.

    Raises InvalidParameterError if the code is that of an erased patient.
    """
    if database.identity is None:
        return
    row = database.fetch_one(_MAY_UPLOAD, {"code": patient_code})
    if row is not None and row["erased"]:
        raise erased_error(patient_code)
    if row is None or not row["may"]:
        raise AccessDeniedError(f"Recordings of patient {patient_code} may not be added under this sign-in.")


def _text(value: object) -> str | None:
    return foreign_text(value[:1000]) if isinstance(value, str) else None
