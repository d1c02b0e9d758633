"""HEAD wherever GET is: the same work and the same headers, without the body."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Lets the routes see GET where HEAD was asked; the server, which knows better, sends no body then."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        seen = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope

        async def with_head(message: Message) -> None:
            for name in {"route", "path_params"} & set(seen):
                scope[name] = seen[name]  # for the log
            if message["type"] == "http.response.start" and message["status"] == 405:
                headers = MutableHeaders(scope=message)
                allowed = headers.get("allow", "").split(", ")
                if "GET" in allowed and "HEAD" not in allowed:
                    headers["Allow"] = ", ".join([*allowed, "HEAD"])
            await send(message)

        await self._app(seen, receive, with_head)
