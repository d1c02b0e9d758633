"""API keys in the database: made, listed and withdrawn by their owner, found by hash before anybody is known."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.errors import InvalidParameterError, NotFoundError
from processing.use_cases.api_keys import ApiKey, FoundKey, KeyText

_FIND = "select key_id, owner, scopes, expires_at from app.find_api_key(%(key_id)s, %(sha256)s)"

_ADD = """
insert into app.api_keys (key_id, owner, name, scopes, secret_sha256, expires_at)
values (%(key_id)s, %(owner)s, %(name)s, %(scopes)s, %(sha256)s, %(expires_at)s)
"""

_LIST = """
select k.key_id, k.name, k.owner, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at,
       u.display_name as owner_name
from app.api_keys k left join app.user_profiles u on u.user_id = k.owner
order by k.created_at desc, k.key_id
"""

_REVOKE = """
update app.api_keys set revoked_at = coalesce(revoked_at, now()) where key_id = %(key_id)s returning key_id
"""

_OWNER = """
select u.user_id, u.mfa_required from app.user_profiles u left join auth.users a on a.id = u.user_id
where u.active and (u.user_id::text = %(who)s or lower(a.email) = lower(%(who)s))
"""


def find_key(database: Database, key: KeyText) -> FoundKey | None:
    """Return a key that is valid now, or None whatever is wrong with it; needs no identity."""
    row = database.fetch_one(_FIND, {"key_id": key.key_id, "sha256": key.sha256})
    return None if row is None else FoundKey(**_with_scopes(row))


def add_key(database: Database, key: KeyText, values: dict[str, Any]) -> None:
    """Store the hash of a new key; ``values`` are owner, name, scopes and expires_at."""
    database.execute(_ADD, {**values, "key_id": key.key_id, "sha256": key.sha256})


def list_keys(database: Database) -> list[ApiKey]:
    """Return the keys that the viewer may see, newest first."""
    return [ApiKey(**_with_scopes(row)) for row in database.fetch_all(_LIST)]


def revoke_key(database: Database, key_id: str) -> None:
    """Withdraw a key for ever; NotFoundError if there is none that the viewer may see."""
    if database.fetch_one(_REVOKE, {"key_id": key_id}) is None:
        raise NotFoundError(f"There is no API key '{key_id}'.")


def find_owner(database: Database, who: str) -> UUID:
    """Return the account with this e-mail address or id; needs the owner's connection.

    Raises
    ------
    NotFoundError
        If there is no such active account.
    InvalidParameterError
        If it must be used with a second factor, which a program has not.
    """
    row = database.fetch_one(_OWNER, {"who": who})
    if row is None:
        raise NotFoundError(f"There is no active account '{who}'; expected an e-mail address or a user id.")
    if row["mfa_required"]:
        raise InvalidParameterError(
            f"The account '{who}' must be used with a second factor, so a key of it would open nothing: give "
            "the program an account of its own."
        )
    owner: UUID = row["user_id"]
    return owner


def _with_scopes(row: DictRow) -> dict[str, Any]:
    return {**row, "scopes": frozenset(row["scopes"].split())}
