"""Routers whose operations all declare the errors that any of them may answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from rest_api.problems import described

# For OpenAPI: the header of an answer that made something.
LOCATION = {"Location": {"description": "Where to look at it.", "schema": {"type": "string"}}}
_NO_JSON = {"type": "json_invalid", "loc": ("body",), "msg": "expected JSON in UTF-8 that is not too deep"}


class Route(APIRoute):
    """A route that asks who somebody is before it tells them what is wrong with their JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the framework's handler, which reads a body before it asks, and knows two errors of it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as exc:
                if any(error["type"] == "json_invalid" for error in exc.errors()):
                    await self._ask_who(request)
                raise
            except HTTPException as exc:
                if exc.status_code != 400:
                    raise
                if isinstance(exc.__cause__, ClientDisconnect):  # which is no error of the body
                    raise exc.__cause__ from None
                await self._ask_who(request)
                raise RequestValidationError([_NO_JSON]) from exc

        return handle

    async def _ask_who(self, request: Request) -> None:
        """Ask the dependency that guards the route, which was not asked yet; its refusal is the answer then."""
        for each in self.dependant.dependencies:
            if each.own_oauth_scopes and each.call is not None:
                await each.call(request, None)


def make_router(tag: str) -> APIRouter:
    """Return a router for routes that need a caller; further errors by ``responses=described(404, ...)``."""
    return APIRouter(tags=[tag], responses=described(), route_class=Route)
