"""Representations that a client keeps: named by a strong ETag, asked about before they are used again."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

# Kept by the client alone, never used without asking, and never for somebody else on the same machine.
_STANDING = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


# For OpenAPI: what a route answers that keeps to If-None-Match.
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has exactly this already (`If-None-Match`)."}
}


def etag_of(*parts: Any) -> str:
    """Return a strong ETag of everything that decides a representation; parts are plain JSON values or bytes."""
    digest = hashlib.sha256()
    for part in parts:
        data = (
            part if isinstance(part, bytes) else orjson.dumps(part, default=str, option=orjson.OPT_SORT_KEYS)
        )
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return f'"{digest.hexdigest()[:32]}"'


def cache_headers(etag: str) -> dict[str, str]:
    """Return the headers of an answer that may be kept."""
    return {"ETag": etag, **_STANDING}


def not_modified(request: Request, etag: str, *, exists: bool = True) -> Response | None:
    """Return 304 if the client has this representation already, else None.

    ``*`` is any representation, so it counts only once it is known that there is one: ``exists``.
    """
    given = ",".join(request.headers.getlist("if-none-match"))
    if not given:
        return None
    known = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if etag not in known and not (exists and "*" in known):
        return None
    return Response(status_code=304, headers=cache_headers(etag))


def json_bytes(content: Any) -> bytes:
    """Return plain values, dates and numbers of NumPy among them, as JSON; NaN becomes null."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def cached_json(request: Request, content: Any, *, headers: dict[str, str] | None = None) -> Response:
    """Return JSON under an ETag of its bytes, or 304 if the client has exactly these."""
    body = json_bytes(content)
    etag = etag_of(body)
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        return unchanged
    return Response(body, media_type="application/json", headers={**cache_headers(etag), **(headers or {})})
