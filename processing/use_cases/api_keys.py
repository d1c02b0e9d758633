"""API keys: what a program shows instead of a person's sign-in, and how much a key may do."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from processing.errors import InvalidParameterError

ApiScope: TypeAlias = Literal["read", "export", "upload", "analyse", "stateless"]

# What each lets a key do, for people who choose.
SCOPES: dict[ApiScope, str] = {
    "read": "sessions, signals, adherence and scoring configurations",
    "export": "tables, signals, recordings and reports as files",
    "upload": "recordings put into the bucket and on the queue",
    "analyse": "stored sessions analysed anew, other settings tried",
    "stateless": "a posted file analysed without keeping it",
}
ALL_SCOPES: frozenset[ApiScope] = frozenset(get_args(ApiScope))

PREFIX = "ghk"
MAX_NAME_CHARS = 100
LONGEST = timedelta(days=366)

_ID = re.compile(r"[a-z0-9]{12}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True, repr=False)
class KeyText:
    """A key as a program sends it; ``secret`` holds 256 random bits. Never printed by accident."""

    key_id: str
    secret: str

    def reveal(self) -> str:
        """Return the text to hand to the program, once."""
        return f"{PREFIX}_{self.key_id}_{self.secret}"

    @property
    def sha256(self) -> str:
        """What is stored: nobody finds 256 random bits again from their hash, so it needs neither salt nor time."""
        return hashlib.sha256(self.secret.encode("ascii")).hexdigest()

    def __repr__(self) -> str:
        return f"KeyText({self.key_id})"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A stored key without its secret. ``owner_name`` is None where the account shows no name."""

    key_id: str
    name: str
    owner: UUID
    owner_name: str | None
    scopes: frozenset[ApiScope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def state(self, now: datetime) -> Literal["valid", "expired", "revoked"]:
        """Return whether the key opens anything at this moment."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "valid"


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key that is valid now: whom it acts for, until when, and how much of what they may do."""

    key_id: str
    owner: UUID
    scopes: frozenset[ApiScope]
    expires_at: datetime


def make_key() -> KeyText:
    """Return a new key."""
    return KeyText("".join(secrets.choice(_ID_LETTERS) for _ in range(12)), secrets.token_urlsafe(32))


def parse_key(text: str) -> KeyText | None:
    """Return the key that a text is, or None if it cannot be one."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not _ID.fullmatch(key_id) or not _SECRET.fullmatch(secret):
        return None
    return KeyText(key_id, secret)


def check_scopes(scopes: Iterable[str]) -> frozenset[ApiScope]:
    """Return scopes that exist, one at least; InvalidParameterError names the others."""
    given = sorted(set(scopes))
    unknown = [scope for scope in given if scope not in ALL_SCOPES]
    if unknown or not given:
        found = f"'{', '.join(unknown)}'" if unknown else "empty"
        raise InvalidParameterError(f"The scopes are {found}; expected some of {', '.join(SCOPES)}.")
    return frozenset(scope for scope in ALL_SCOPES if scope in given)


def check_name(name: str) -> str:
    """Return a key's name without blanks around it; InvalidParameterError if it says nothing or too much."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise InvalidParameterError(
            f"The key's name has {len(name)} characters; expected 1 to {MAX_NAME_CHARS} that can be printed."
        )
    return name


def check_lifetime(days: float, now: datetime | None = None) -> datetime:
    """Return when a key of so many days ends; InvalidParameterError if that is not between now and a year."""
    if not 0 < days <= LONGEST.days:
        raise InvalidParameterError(
            f"The key would be valid for {days:g} days; expected up to {LONGEST.days}."
        )
    return (now or datetime.now(UTC)) + timedelta(days=days)
