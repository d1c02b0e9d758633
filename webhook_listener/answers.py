"""The shapes of what the listener answers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from processing.recording import RecordingMetadata
from processing.use_cases.ingest_types import IngestOutcome


def json_answer(content: Mapping[str, Any], status: int = 200) -> Response:
    """Return a JSON answer; dates and UUIDs may be among the values."""
    return Response(orjson.dumps(content, default=str), status, media_type="application/json")


def problem(
    status: int, detail: str, *, correlation_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as RFC 9457 problem JSON."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "correlation_id": correlation_id,
    }
    return Response(
        orjson.dumps(content), status, headers=dict(headers or {}), media_type="application/problem+json"
    )


def acknowledgement(
    outcome: IngestOutcome, metadata: RecordingMetadata | None, correlation_id: str
) -> dict[str, Any]:
    """Return the body of a 202 or 200."""
    return {
        "session_code": outcome.session_code,
        "session_id": outcome.session_id,
        "status": outcome.status,
        "metadata": None if metadata is None else _recording(metadata),
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "correlation_id": correlation_id,
    }


def _recording(metadata: RecordingMetadata) -> dict[str, Any]:
    return {
        "channels": [channel.name for channel in metadata.channels],
        "sampling_rate_hz": metadata.sampling_rate_hz,
        "duration_s": metadata.duration_s,
        "recorded_at": metadata.recorded_at.isoformat() if metadata.recorded_at else None,
    }
