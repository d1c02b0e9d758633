"""Checks a connection string before anybody tries it, so that no error message can show its password."""

from __future__ import annotations

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from processing.errors import InvalidParameterError

_PORTS = re.compile(r"[0-9,]*")


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
