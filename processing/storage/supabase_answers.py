"""What Supabase Storage answers, taken apart: errors, sizes, times and checksums."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from processing.errors import StorageUnavailableError
from processing.storage.names import show_name

_MD5 = re.compile("[0-9a-f]{32}")


def parse_error(http_status: int, body: bytes) -> tuple[int, str, str]:
    """Return status, code and message of an error; the real status stands in the body, where it is JSON."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return http_status, "", ""  # a proxy's HTML
    if not isinstance(answer, Mapping):
        return http_status, "", ""
    try:
        status = int(str(answer.get("statusCode")))
    except ValueError:
        status = http_status
    return status, str(answer.get("code") or answer.get("error") or ""), str(answer.get("message") or "")


def json_object(response: httpx.Response) -> Mapping[str, Any]:
    """Return an answer that must be a JSON object; StorageUnavailableError if it is none."""
    try:
        answer = response.json()
    except (ValueError, RecursionError) as exc:
        raise StorageUnavailableError("Supabase Storage answered something that is not JSON") from exc
    if not isinstance(answer, Mapping):
        raise StorageUnavailableError("Supabase Storage answered JSON of an unknown shape")
    return answer


def text_of(value: object, name: str, field: str) -> str:
    """Return a text that must be there; StorageUnavailableError if it is not."""
    if isinstance(value, str) and value:
        return value
    raise StorageUnavailableError(f"Supabase Storage does not say the {field} of object {show_name(name)}")


def size_of(value: object, name: str) -> int:
    """Return a size in bytes; StorageUnavailableError if the answer has none."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise StorageUnavailableError(f"Supabase Storage does not say the size of object {show_name(name)}")


def time_of(value: object, name: str) -> datetime:
    """Return a moment with its zone; StorageUnavailableError if the answer has none."""
    try:
        moment = datetime.fromisoformat(text_of(value, name, "time"))
    except ValueError as exc:
        raise StorageUnavailableError(f"Supabase Storage says no time for object {show_name(name)}") from exc
    return moment if moment.tzinfo is not None else moment.astimezone()


def md5_of_etag(etag: object) -> str | None:
    """Return the MD5 that an ETag may be, in hex; None for one that is no MD5 (of an upload in parts, say)."""
    found = _MD5.fullmatch(etag.removeprefix("W/").strip('"').lower()) if isinstance(etag, str) else None
    return None if found is None else found.group()


def same_etag(received: str | None, expected: object) -> bool:
    """Return whether two ETags agree, or one of them is missing. A proxy may mark one as weak."""
    if not received or not isinstance(expected, str):
        return True
    return received.removeprefix("W/").strip('"') == expected.removeprefix("W/").strip('"')
