"""Recordings in the body of a request: under which name, and what is asked of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeAlias
from weakref import WeakKeyDictionary

import orjson
from fastapi import Header, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from processing.recording import Side
from processing.services import Services
from processing.use_cases.side_map import ChannelMap
from rest_api.body import read_body
from rest_api.dependencies import Caller
from rest_api.problems import BusyError, ProblemError

# Boundaries and headers of the parts beside the file.
_MULTIPART_BYTES = 64 * 1024
# So many of the largest files are held in memory at a time; of usual ones, which are far smaller, many more.
_MOST_HELD = 4
_LONGEST_LENGTH = 20
# Bytes by application; touched by its event loop only.
_held: WeakKeyDictionary[Services, int] = WeakKeyDictionary()
_MAP: TypeAdapter[dict[str, Side | None]] = TypeAdapter(dict[str, Side | None])

FileName: TypeAlias = Annotated[
    str | None,
    Query(max_length=255, description="The file's name; or the header `X-File-Name`, or the part's name."),
]
XFileName: TypeAlias = Annotated[str | None, Header(max_length=255, description="The file's name.")]
ChannelMapText: TypeAlias = Annotated[
    str | None,
    Query(
        max_length=8000,
        description='Which channels are EMG, and of which leg, as JSON: `{"CH1": "right", "CH2": "left"}`.',
    ),
]
# What OpenAPI says about the body, which the route reads itself, under its own cap.
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The C3D file: its bytes, or a form with one file.",
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


@asynccontextmanager
async def posted_recording(
    request: Request, caller: Caller, *, query: str | None, header: str | None
) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the name and the bytes of the file in a request, and count the bytes as held until the block ends.

    Raises
    ------
    ProblemError
        413 or 408 for a body that is too large or too slow, 422 for a form without a file or an empty body.
    BusyError
        If so much of others' is held already that this might be too much.
    """
    cap = caller.api.limits.max_recording_bytes
    declared = request.headers.get("content-length", "")
    known = declared.isascii() and declared.isdecimal() and len(declared) <= _LONGEST_LENGTH
    size = min(int(declared), cap) if known else cap
    owner = caller.api.services
    if _held.get(owner, 0) + size > _MOST_HELD * cap:
        raise BusyError(
            "The server holds as many posted files as it has room for. Please send it again shortly."
        )
    _held[owner] = _held.get(owner, 0) + size
    try:
        yield await _read_recording(request, caller, query=query, header=header)
    finally:
        _held[owner] -= size


async def _read_recording(
    request: Request, caller: Caller, *, query: str | None, header: str | None
) -> tuple[str, bytes]:
    cap = caller.api.limits.max_recording_bytes
    form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    data = await read_body(request, max_bytes=cap + (_MULTIPART_BYTES if form else 0))
    name = query or header
    if form:
        part_name, data = await _file_of(request, data)
        name = name or part_name
    if not data:
        raise _refused("body: there is no file in it; a C3D file is expected.")
    if len(data) > cap:
        raise ProblemError(413, "body-too-large", "Body too large", f"The file has more than {cap} bytes.")
    return name or "recording.c3d", data


def channel_map_of(text: str | None) -> ChannelMap | None:
    """Return the channel map that a query holds; ProblemError 422 if it is none."""
    if text is None:
        return None
    try:
        return _MAP.validate_json(text)
    except ValidationError:
        raise _refused(
            'query.channel_map: expected a JSON object of channel names with "left", "right" or null.'
        ) from None


def settings_of(text: str | None) -> dict[str, Any] | None:
    """Return the settings that a query holds; ProblemError 422 if they are no JSON object."""
    if text is None:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _refused("query.settings: expected a JSON object of settings by name.")
    return found


async def _file_of(request: Request, data: bytes) -> tuple[str | None, bytes]:
    """Return name and bytes of the one file of a form, which stays in memory."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield data
        yield b""

    parser = MultiPartParser(request.headers, stream(), max_files=1, max_fields=0)
    parser.spool_max_size = len(data) + 1  # nothing of it is written to disk
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as exc:
        raise _refused(f"body: not a form with one file: {exc}") from None
    try:
        files = [part for part in form.values() if isinstance(part, UploadFile)]
        if not files:
            raise _refused("body: the form holds no file.")
        return files[0].filename, await files[0].read()
    finally:
        await form.close()


def _refused(detail: str) -> ProblemError:
    field, _, message = detail.partition(": ")
    return ProblemError(422, "invalid-request", "The request is not as described", f"{field}: {message}")
