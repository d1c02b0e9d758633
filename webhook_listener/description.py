"""What the listener takes and answers, as OpenAPI; it is served nowhere, but tests hold the listener to it."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "correlation_id"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "correlation_id": _TEXT,
    },
}
_ACKNOWLEDGEMENT = {
    "type": "object",
    "required": ["session_code", "session_id", "status", "metadata", "outcome", "reason", "correlation_id"],
    "properties": {
        "session_code": _TEXT_OR_NULL,
        "session_id": _TEXT_OR_NULL,
        "status": _TEXT_OR_NULL,
        "metadata": {"type": ["object", "null"]},
        "outcome": {"enum": ["accepted", "duplicate", "parked", "ignored"]},
        "reason": _TEXT_OR_NULL,
        "correlation_id": _TEXT,
    },
}
_READINESS = {"type": "object", "required": ["ready"], "properties": {"ready": {"type": "boolean"}}}


def _answer(description: str, schema: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _refusal(description: str) -> dict[str, Any]:
    return _answer(description, _PROBLEM, "application/problem+json")


_AWAY = _refusal("The database does not answer; Retry-After says when to try again.")

DELIVERY: dict[int | str, dict[str, Any]] = {
    200: _answer("A repeat; nothing was stored anew.", _ACKNOWLEDGEMENT),
    202: _answer("Stored.", _ACKNOWLEDGEMENT),
    401: _refusal("The delivery is not signed as it must be."),
    408: _refusal("The body did not arrive in time."),
    413: _refusal("The body is too large."),
    503: _AWAY,
}
STATUS: dict[int | str, dict[str, Any]] = {
    200: _answer("How the session stands.", {"type": "object", "required": ["session_code", "status"]}),
    404: _refusal("There is no such session."),
    503: _AWAY,
}
LIVE: dict[int | str, dict[str, Any]] = {200: _answer("The process answers.", {"type": "object"})}
READY: dict[int | str, dict[str, Any]] = {
    200: _answer("Events can be taken.", _READINESS),
    503: _answer("They cannot, and why.", _READINESS),
}
METRICS: dict[int | str, dict[str, Any]] = {200: _answer("For Prometheus.", _TEXT, "text/plain")}


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": _TEXT, "description": description}


# Either the three headers of Standard Webhooks or the older one; which are missing decides about 401.
DELIVERY_REQUEST: dict[str, Any] = {
    "parameters": [
        _header("webhook-id", "Of the event; the same for a repeat."),
        _header("webhook-timestamp", "Seconds since 1970, at most five minutes away."),
        _header(
            "webhook-signature", "v1, and the base64 HMAC-SHA256 of id.timestamp.body; several by spaces."
        ),
        _header("x-supabase-signature", "Hex HMAC-SHA256 of the body, of older senders."),
    ],
    "requestBody": {
        "required": True,
        "description": "A row of storage.objects as a database webhook tells it; at most 64 KB.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "type": _TEXT,
                        "table": _TEXT,
                        "schema": _TEXT,
                        "record": {"type": ["object", "null"]},
                        "old_record": {"type": ["object", "null"]},
                    },
                }
            }
        },
    },
}
