"""What holds for every request: bodies under a cap, the headers that every answer carries, one line in the log."""

from __future__ import annotations

import asyncio
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from http_edge.body import declared_length
from rest_api.limits import Budget

# What is left of a refused body would be taken for the next request of this connection.
_CLOSE = {"Connection": "close"}

_log = structlog.get_logger(__name__)


class RequestLog:
    """Writes one line for each request: who asked for what, and how it was answered; never a query or a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def watch(message: Message) -> None:
            # Before it is sent, so that whoever has the answer finds its line.
            if message["type"] == "http.response.start":
                _log.info(
                    "api_answered",
                    method=scope["method"],
                    route=getattr(scope.get("route"), "path", None),
                    about={name: str(value)[:40] for name, value in scope.get("path_params", {}).items()},
                    status_code=int(message["status"]),
                    duration_ms=round((time.perf_counter() - started) * 1000, 1),
                    caller=scope.get("state", {}).get("caller"),
                )
            await send(message)

        await self._app(scope, receive, watch)


class BodyGuard:
    """Caps bodies while they arrive, in bytes and in time, also before anybody is known.

    A route that takes more, once it knows who asks, raises ``request.state.body_cap``.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, timeout_s: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["body_cap"] = self._max_bytes
        declared = declared_length(Headers(scope=scope)) or 0
        n_received = 0
        deadline: float | None = None
        complete = False

        async def guarded() -> Message:
            nonlocal n_received, deadline, complete
            if complete:
                return await receive()
            cap = int(state["body_cap"])
            if declared > cap:
                raise _too_large(cap)
            loop = asyncio.get_running_loop()
            deadline = deadline or loop.time() + self._timeout_s
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                detail = f"The body did not arrive within {self._timeout_s:g} s."
                raise HTTPException(408, detail, _CLOSE) from None
            if message["type"] == "http.request":
                n_received += len(message.get("body", b""))
                complete = not message.get("more_body", False)
                if n_received > cap:
                    raise _too_large(cap)
            return message

        await self._app(scope, guarded, send)


class StandingHeaders:
    """Adds what every answer carries unless the route said otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                budget = scope.get("state", {}).get("budget")
                if isinstance(budget, Budget):
                    for name, value in budget.headers().items():
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def _too_large(cap: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {cap} bytes.", _CLOSE)
