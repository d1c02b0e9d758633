"""Recordings in the body of a request: under which name, and what is asked of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeAlias

from fastapi import Header, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from processing.recording import Side
from processing.use_cases.side_map import ChannelMap
from rest_api.body import read_body
from rest_api.dependencies import Caller
from rest_api.held import Held
from rest_api.problems import ProblemError, UnusableValueError
from rest_api.threads import TookTooLongError

# Boundaries and headers of the parts beside the file.
_MULTIPART_BYTES = 64 * 1024
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
        If so much is held already that this is too much, or the caller sends as many files at a time as one may.
    """
    held = caller.api.held.begin(caller.admitted.name)
    try:
        yield await _read_recording(request, caller, held, query=query, header=header)
    except TookTooLongError as error:
        error.when_over(held.close)  # the thread has the bytes until then
        raise
    except BaseException:
        held.close()
        raise
    else:
        held.close()


async def _read_recording(
    request: Request, caller: Caller, held: Held, *, query: str | None, header: str | None
) -> tuple[str, bytes]:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        detail = f"The body is encoded as '{coding[:40]}'; expected the file as it is."
        raise ProblemError(
            415, "unsupported-media-type", "Unsupported encoding", detail, {"Connection": "close"}
        )
    limits = caller.api.limits
    cap = limits.max_recording_bytes
    form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    data = await read_body(
        request,
        max_bytes=cap + (_MULTIPART_BYTES if form else 0),
        timeout_s=limits.body_timeout_s,
        on_bytes=held.add,
    )
    name = query or header
    if form:
        part_name, data = await _file_of(request, data)
        name = name or part_name
    if not data:
        raise UnusableValueError("body", "there is no file in it; a C3D file is expected.")
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
        raise UnusableValueError(
            "query.channel_map", 'expected a JSON object of channel names with "left", "right" or null.'
        ) from None


async def _file_of(request: Request, data: bytes) -> tuple[str | None, bytes]:
    """Return name and bytes of the one file of a form, which stays in memory."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield data
        yield b""

    parser = MultiPartParser(request.headers, stream(), max_files=1, max_fields=0)
    parser.spool_max_size = len(data) + 1  # nothing of it is written to disk
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        # A part with filename* alone is no file to the parser, and must not be sent (RFC 7578, section 4.2).
        raise UnusableValueError(
            "body", "expected a form with one part, a file that is named by filename=."
        ) from None
    try:
        files = [part for part in form.values() if isinstance(part, UploadFile)]
        if not files:
            raise UnusableValueError("body", "the form holds no file.")
        return files[0].filename, await files[0].read()
    finally:
        await form.close()
