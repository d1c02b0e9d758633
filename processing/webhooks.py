"""The sender's side of a storage event: secrets, signatures and the event's shape.

The demo and the tests send with this; a Supabase project sends the same from a trigger. The listener verifies
with the `standardwebhooks` library instead, so the two sides check each other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from processing.errors import InvalidParameterError
from processing.ports import StoredObject

MIN_KEY_BYTES = 24  # Standard Webhooks: 24 to 64 bytes; HMAC itself sets no upper limit

_PREFIX = "whsec_"
_SEPARATORS = re.compile(r"[,\s]+")
_NAMESPACE = uuid.UUID("6f1d3a52-1f0c-4f0e-9d4e-5f4c6b0a7c11")


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """One shared secret: its text without Supabase's ``v1,``, and the key that the text encodes."""

    text: str = field(repr=False)
    key: bytes = field(repr=False)


def parse_secrets(setting: str) -> tuple[WebhookSecret, ...]:
    """Return the secrets that a setting lists, separated by commas or spaces.

    Each is ``whsec_<base64>`` of at least 24 bytes, also in Supabase's spelling ``v1,whsec_<base64>``: cut at
    the commas that spelling leaves a ``v1`` of its own, which is dropped. The first secret is the one to sign
    with.

    Raises
    ------
    InvalidParameterError
        If there is none, or one is malformed; the message counts from 1 and never shows the secret.
    """
    parts = [part for part in _SEPARATORS.split(setting.strip()) if part not in ("", "v1")]
    if not parts:
        raise InvalidParameterError("WEBHOOK_SECRET is empty; expected 'whsec_' and base64 of 24 to 64 bytes")
    return tuple(_parse_secret(text, position) for position, text in enumerate(parts, start=1))


def sign_event(secret: str, event_id: str, timestamp: datetime | float, body: bytes) -> dict[str, str]:
    """Return the headers that sign ``body`` the Standard Webhooks way, with the first of the secrets.

    ``timestamp`` is an aware datetime or Unix seconds; a receiver accepts five minutes either way.
    """
    if isinstance(timestamp, datetime):
        if timestamp.tzinfo is None:
            raise InvalidParameterError("The time of a webhook needs a time zone")
        timestamp = timestamp.timestamp()
    seconds = str(int(timestamp))
    signed = b".".join((event_id.encode(), seconds.encode(), body))
    digest = hmac.digest(parse_secrets(secret)[0].key, signed, hashlib.sha256)
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def storage_event(
    stored: StoredObject,
    bucket: str,
    type: Literal["INSERT", "UPDATE", "DELETE"] = "INSERT",
    *,
    previous: StoredObject | None = None,
) -> dict[str, Any]:
    """Return the event that Supabase sends for a row of ``storage.objects``.

    ``previous`` is the row before an UPDATE; without one it is the same row with another version.
    """
    record = _record(stored, bucket)
    if type == "INSERT":
        return _event(type, record=record, old_record=None)
    if type == "DELETE":
        return _event(type, record=None, old_record=record)
    old = (
        _record(previous, bucket)
        if previous is not None
        else record | {"version": f"{stored.version}-before"}
    )
    return _event(type, record=record, old_record=old)


def encode_event(event: dict[str, Any]) -> bytes:
    """Return an event as the bytes to sign and send."""
    return json.dumps(event, ensure_ascii=False).encode()


def storage_event_id(event: dict[str, Any]) -> str:
    """Return an id that is the same for every announcement of one object version, as the SQL trigger's is."""
    record = event["record"] or event["old_record"]
    content = f"{record['version'] or ''}/{(record['metadata'] or {}).get('eTag') or ''}"
    return f"so_{record['id']}_{hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()}"


def _parse_secret(text: str, position: int) -> WebhookSecret:
    where = f"WEBHOOK_SECRET, secret {position}"
    if not text.startswith(_PREFIX):
        raise InvalidParameterError(f"{where}: does not start with 'whsec_'")
    encoded = text.removeprefix(_PREFIX)
    try:
        # Strictly: the usual decoder skips what it does not know and so makes another key, silently.
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError) as exc:
        # The decoder's words go no further: they may quote the text.
        raise InvalidParameterError(f"{where}: what follows 'whsec_' is not standard base64") from exc
    if len(key) < MIN_KEY_BYTES:
        raise InvalidParameterError(f"{where}: holds {len(key)} bytes; expected at least {MIN_KEY_BYTES}")
    return WebhookSecret(text=text, key=key)


def _event(type: str, *, record: Any, old_record: Any) -> dict[str, Any]:
    # The order of the keys is that of jsonb text, which is what a receiver really gets.
    return {"type": type, "table": "objects", "record": record, "schema": "storage", "old_record": old_record}


def _record(stored: StoredObject, bucket: str) -> dict[str, Any]:
    moment = stored.updated_at.isoformat()
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"{bucket}/{stored.name}")),
        "name": stored.name,
        "owner": None,
        "version": stored.version,
        "metadata": {
            "eTag": f'"{stored.version}"',
            "size": stored.size_bytes,
            "mimetype": "application/octet-stream",
            "cacheControl": "no-cache",
            "lastModified": moment,
            "contentLength": stored.size_bytes,
            "httpStatusCode": 200,
        },
        "owner_id": None,
        "bucket_id": bucket,
        "created_at": moment,
        "updated_at": moment,
        "path_tokens": stored.name.split("/"),
        "user_metadata": None,
        "last_accessed_at": moment,
    }
