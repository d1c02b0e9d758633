"""Checks a connection string before anybody tries it, so that no error message can show its password."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from processing.errors import InvalidParameterError

_FROM_ENVIRONMENT = ("host", "hostaddr", "user", "sslmode")
_PORTS = re.compile(r"[0-9,]*")


@dataclass(frozen=True, slots=True)
class WayIn:
    """How a connection string leads to a server, without its password. ``hosts`` is empty for a socket."""

    user: str | None
    hosts: tuple[str, ...]
    sslmode: str

    @property
    def encrypted(self) -> bool:
        """Whether a connection without TLS is refused."""
        return self.sslmode in ("require", "verify-ca", "verify-full")


def way_in(url: str) -> WayIn:
    """Take a connection string apart; InvalidParameterError if it cannot be one, see :func:`check_conninfo`.

    What it leaves out counts as the client library takes it: from PGHOST, PGHOSTADDR, PGUSER and PGSSLMODE.
    """
    check_conninfo(url)
    given = {
        name: os.environ[f"PG{name.upper()}"]
        for name in _FROM_ENVIRONMENT
        if f"PG{name.upper()}" in os.environ
    }
    parts = given | {name: str(value) for name, value in conninfo_to_dict(url).items()}
    hosts = (parts.get("host", "") + "," + parts.get("hostaddr", "")).split(",")
    return WayIn(
        user=parts.get("user"),
        hosts=tuple(host for host in hosts if host and not host.startswith("/")),
        sslmode=parts.get("sslmode", "prefer"),
    )


def as_login_role(url: str, role: str) -> str:
    """Return a connection string for another role of the same server, where no password is asked for."""
    return make_conninfo(url, user=role)


def check_conninfo(url: str) -> None:
    """Refuse what is not a connection string, and one whose password was cut in two by its own characters.

    Raises
    ------
    InvalidParameterError
        Without any part of the text.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        raise InvalidParameterError(
            "DATABASE_URL is not a PostgreSQL connection string; expected for example "
            "'postgresql://user:password@host:5432/database'."
        ) from None
    # A password that holds '@' or '/' ends early, and its rest would be shown as the host that does not answer.
    if "@" in parts.get("host", "") + parts.get("dbname", "") or not _PORTS.fullmatch(parts.get("port", "")):
        raise InvalidParameterError(
            "DATABASE_URL has a host, port or database name that cannot be; special characters in its password must "
            "be percent-encoded, '@' as '%40' and '/' as '%2F'."
        )
