"""On whose behalf a transaction runs: verified claims, and the switch to a role without rights of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from processing.errors import AccessDeniedError

Assurance: TypeAlias = Literal["aal1", "aal2"]

_ROLE = "authenticated"
_LONGEST_TRANSACTION = timedelta(minutes=1)

# Both end with the transaction, so that nothing is left for the next one on this connection.
_BECOME = f"select set_config('role', '{_ROLE}', true), set_config('request.jwt.claims', %s, true)"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person whose token was verified, or the one local clinician of an installation without sign-in.

    What they may do stands in ``app.user_profiles``, never in here. ``expires_at`` is None only where there is no
    token that could expire.
    """

    user_id: UUID
    expires_at: datetime | None = None
    assurance: Assurance = "aal1"
    session_id: str | None = None

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> Identity:
        """Return the person whom a token's payload names; its signature must have been verified before.

        Raises
        ------
        AccessDeniedError
            If the payload is not that of a signed-in person, or has expired.
        """
        if claims.get("role") != _ROLE:
            raise AccessDeniedError("The token is not that of a signed-in person.")
        try:
            user_id = UUID(str(claims["sub"]))
            expires_at = datetime.fromtimestamp(float(claims["exp"]), UTC)
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            raise AccessDeniedError("The token does not say who it is for, and until when.") from None
        session_id = claims.get("session_id")
        return cls(
            user_id,
            expires_at,
            "aal2" if claims.get("aal") == "aal2" else "aal1",
            None if session_id is None else str(session_id),
        ).checked()

    def checked(self) -> Identity:
        """Return this identity, or raise AccessDeniedError if it has expired."""
        if self.expires_at is not None and self.expires_at <= datetime.now(UTC):
            raise AccessDeniedError("The sign-in has expired; please sign in again.")
        return self

    def claims(self) -> dict[str, Any]:
        """Return the claims that the rows' policies read."""
        expires_at = self.expires_at or datetime.now(UTC) + _LONGEST_TRANSACTION
        claims = {
            "sub": str(self.user_id),
            "role": _ROLE,
            "aal": self.assurance,
            "exp": int(expires_at.timestamp()),
        }
        return claims if self.session_id is None else {**claims, "session_id": self.session_id}


# Somebody, or what says who it is at the moment of asking: a token is renewed while a page is open.
Actor: TypeAlias = Identity | Callable[[], Identity]

# Made by supabase/bootstrap/local_clinician.sql where there is no Supabase; nobody can sign in as this person.
LOCAL_CLINICIAN = Identity(UUID("00000000-0000-4000-8000-000000000001"))
LOCAL_THERAPIST = Identity(UUID("00000000-0000-4000-8000-000000000002"))
LOCAL_RESEARCHER = Identity(UUID("00000000-0000-4000-8000-000000000003"))


def become(connection: psycopg.Connection[DictRow], identity: Identity) -> None:
    """Act as this person until the transaction ends; AccessDeniedError if the sign-in has expired."""
    connection.execute(_BECOME, (json.dumps(identity.checked().claims()),))


def identity_of(actor: Actor) -> Identity:
    """Return who this is now; AccessDeniedError if nobody, or the sign-in has expired."""
    identity = actor() if callable(actor) else actor
    if not isinstance(identity, Identity):
        raise AccessDeniedError("Nobody is signed in.")
    return identity.checked()
