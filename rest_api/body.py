"""A body of a route that takes large ones, read after the caller is known."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from http_edge.body import BodyRefusedError
from http_edge.body import read_body as _read
from rest_api.problems import ProblemError


async def read_body(
    request: Request, *, max_bytes: int, timeout_s: float, on_bytes: Callable[[int], None] | None = None
) -> bytes:
    """Return a request's raw body; ``on_bytes`` is told of all that arrives, before it is kept.

    Raises
    ------
    ProblemError
        413 if it is larger than ``max_bytes``, as soon as that is known; 408 if it has not arrived in time.
    """
    request.state.body_cap = max_bytes
    try:
        return await _read(request, max_bytes=max_bytes, timeout_s=timeout_s, on_bytes=on_bytes)
    except BodyRefusedError as exc:
        slug, title = exc.reason.replace("_", "-"), exc.reason.replace("_", " ").capitalize()
        detail = f"At most {max_bytes} bytes within {timeout_s:g} s are taken."
        raise ProblemError(exc.status, slug, title, detail, {"Connection": "close"}) from None
