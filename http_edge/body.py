"""Reading a request's body under a cap of bytes and a cap of time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request


class BodyRefusedError(Exception):
    """The body is not taken; ``status`` is what to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(request: Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """Return the raw body.

    Raises
    ------
    BodyRefusedError
        413 as soon as the declared or the received length passes ``max_bytes``, so that memory stays flat
        also for a body without a declared length; 408 if it has not arrived after ``timeout_s``, however
        steadily it drips.
    """
    declared = request.headers.get("content-length", "")
    # isdecimal alone takes other scripts' digits; more than 20 digits is too much whatever they are.
    if declared.isascii() and declared.isdecimal() and (len(declared) > 20 or int(declared) > max_bytes):
        raise BodyRefusedError(413, "body_too_large")
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                if len(body) + len(chunk) > max_bytes:
                    raise BodyRefusedError(413, "body_too_large")
                body += chunk
    except TimeoutError as exc:
        raise BodyRefusedError(408, "body_too_slow") from exc
    return bytes(body)
