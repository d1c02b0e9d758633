"""The cookie by which a reloaded page finds its sign-in: an opaque key, unreadable by scripts, sent nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.responses import Response

from processing.settings import is_loopback

_NAME = "ghostly_sign_in"


def cookie_name(host: str) -> str:
    """Return the cookie's name for a Host header.

    ``__Host-`` makes the browser refuse it from any other host and without TLS. On this computer there is no TLS;
    there the port is part of the name, because cookies are shared between ports.
    """
    port = _local_port(host)
    return f"__Host-{_NAME}" if port is None else f"{_NAME}_{port}"


def read_key(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
    """Return the key that a request brings, or None."""
    found = cookies.get(cookie_name(headers.get("host") or headers.get("Host") or ""))
    return found if isinstance(found, str) and found else None


def set_key(response: Response, host: str, key: str) -> None:
    """Let the browser keep a key until it is closed."""
    response.set_cookie(
        cookie_name(host), key, path="/", httponly=True, samesite="strict", secure=_local_port(host) is None
    )


def forget_key(response: Response, host: str) -> None:
    """Let the browser forget its key."""
    response.delete_cookie(
        cookie_name(host), path="/", httponly=True, samesite="strict", secure=_local_port(host) is None
    )


def _local_port(host: str) -> int | None:
    """Return the port of an address of this computer; None for any other, and for what is no address."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.port or 80) if is_loopback(parts.hostname or "") else None
    except ValueError:
        return None
