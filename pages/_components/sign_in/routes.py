"""What the page itself asks the server about its sign-in: keep it over a reload, forget it, somebody is working."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages._components.sign_in.cookie import forget_key, read_key, set_key
from pages._components.sign_in.desk import get_desk
from processing.settings import Settings
from processing.sign_in import SignInEndedError

KEEP, FORGET, ACTIVE = "/sign-in/keep", "/sign-in/forget", "/sign-in/active"
_MAX_BODY_BYTES = 1024
_NO_STORE = {"Cache-Control": "no-store"}

Endpoint = Callable[[Request], Awaitable[Response]]


async def keep(request: Request) -> Response:
    """Exchange the ticket that the page's script was given for the cookie, once."""
    ticket = (await _json(request)).get("ticket")
    key = get_desk().sessions.redeem_ticket(ticket) if isinstance(ticket, str) else None
    if key is None:
        return PlainTextResponse("this ticket is not valid any more", 410, headers=_NO_STORE)
    response = Response(status_code=204, headers=_NO_STORE)
    set_key(response, request.headers["host"], key)
    return response


async def forget(request: Request) -> Response:
    """Remove the cookie of a sign-in that is over; one that another tab has just made stays."""
    key = read_key(request.headers, request.cookies)
    response = Response(status_code=204, headers=_NO_STORE)
    if key is not None and not _is_alive(key, used=False):
        forget_key(response, request.headers["host"])
    return response


async def active(request: Request) -> Response:
    """Start the idle time anew: the page saw a key pressed or a pointer moved."""
    key = read_key(request.headers, request.cookies)
    alive = key is not None and _is_alive(key, used=True)
    if alive and key is not None:
        get_desk().session(key).tells_activity = True
    return Response(status_code=204 if alive else 401, headers=_NO_STORE)


def _is_alive(key: str, *, used: bool) -> bool:
    try:
        get_desk().session(key, used=used)
    except SignInEndedError:
        return False
    return True


def _own_page_only(endpoint: Endpoint) -> Endpoint:
    """Refuse what another site's page, or a form, may have made the browser send."""

    async def checked(request: Request) -> Response:
        if not Settings().has_sign_in:
            return PlainTextResponse("there is no sign-in here", 404)
        headers = request.headers
        own = bool(headers.get("host")) and _host_of(headers.get("origin", "")) == headers["host"]
        fetched = headers.get("sec-fetch-site", "same-origin") == "same-origin"
        if not (own and fetched and headers.get("content-type") == "application/json"):
            return PlainTextResponse("only this dashboard's own pages may ask this", 403)
        return await endpoint(request)

    return checked


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


async def _json(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


SIGN_IN_ROUTES = [
    Route(path, _own_page_only(endpoint), methods=["POST"])
    for path, endpoint in ((KEEP, keep), (FORGET, forget), (ACTIVE, active))
]
