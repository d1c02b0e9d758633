"""Reading a request's body under a cap of bytes and a cap of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request

_LONGEST_LENGTH = 20


class BodyRefusedError(Exception):
    """The body is not taken; ``status`` is what to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def declared_length(headers: Headers) -> int | None:
    """Return how many bytes the body is said to have, None if nothing usable is said.

    A number of more than 20 digits, which is too much whatever it is, is not worked out.
    """
    text = headers.get("content-length", "")
    # isdecimal alone takes other scripts' digits.
    if not (text.isascii() and text.isdecimal()):
        return None
    return 10**_LONGEST_LENGTH if len(text) > _LONGEST_LENGTH else int(text)


async def read_body(
    request: Request, *, max_bytes: int, timeout_s: float, on_bytes: Callable[[int], None] | None = None
) -> bytes:
    """Return the raw body.

    Parameters
    ----------
    on_bytes : callable, optional
        Told how many bytes have arrived more, before they are kept; may raise to refuse the rest.

    Raises
    ------
    BodyRefusedError
        413 as soon as the declared or the received length passes ``max_bytes``, so that memory stays flat
        also for a body without a declared length; 408 if it has not arrived after ``timeout_s``, however
        steadily it drips.
    """
    if (declared_length(request.headers) or 0) > max_bytes:
        raise BodyRefusedError(413, "body_too_large")
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                if len(body) + len(chunk) > max_bytes:
                    raise BodyRefusedError(413, "body_too_large")
                if on_bytes is not None:
                    on_bytes(len(chunk))
                body += chunk
    except TimeoutError as exc:
        raise BodyRefusedError(408, "body_too_slow") from exc
    return bytes(body)
