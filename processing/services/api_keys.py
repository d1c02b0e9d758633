"""API keys: reached as ``services.api_keys``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from processing.database import Database, api_keys
from processing.errors import AccessDeniedError
from processing.use_cases.api_keys import (
    ApiKey,
    FoundKey,
    KeyText,
    check_lifetime,
    check_name,
    check_scopes,
    make_key,
)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; ``text`` is shown this once."""

    text: KeyText
    key: ApiKey


class ApiKeyService:
    """Keys as their owner, an administrator or the operator has them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Iterable[str], *, days: float, owner: UUID | str) -> NewKey:
        """Make a key that acts as its owner, with these scopes at most; only the operator can.

        Parameters
        ----------
        name : str
            What it is for, 1 to 100 characters.
        scopes : iterable of str
            One or more of ``SCOPES``.
        days : float
            For how long it is valid, a year at most.
        owner : UUID or str
            An account's id or e-mail address.

        Raises
        ------
        InvalidParameterError
            If a value cannot be taken, or the account must be used with a second factor.
        NotFoundError
            If there is no such active account.
        AccessDeniedError
            If these connections act for a person.
        """
        if self._database.identity is not None:
            raise AccessDeniedError("API keys are made by the operator's command 'api-key create'.")
        values = {
            "name": check_name(name),
            "scopes": " ".join(sorted(check_scopes(scopes))),
            "expires_at": check_lifetime(days),
            "owner": api_keys.find_owner(self._database, str(owner)),
        }
        text = make_key()
        api_keys.add_key(self._database, text, values)
        made = next(key for key in api_keys.list_keys(self._database) if key.key_id == text.key_id)
        return NewKey(text, made)

    def list(self) -> Sequence[ApiKey]:
        """Return the keys that the viewer may see, newest first: own ones, for administrators all."""
        return api_keys.list_keys(self._database)

    def revoke(self, key_id: str) -> None:
        """Withdraw a key at once and for ever; NotFoundError if there is none that the viewer may see."""
        api_keys.revoke_key(self._database, key_id)

    def find(self, key: KeyText) -> FoundKey | None:
        """Return a key that is valid at this moment; None if it is unknown, expired or revoked."""
        found = api_keys.find_key(self._database, key)
        return found if found is None or found.expires_at > datetime.now(UTC) else None
