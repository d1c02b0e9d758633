"""JSON that PostgreSQL accepts: outsiders' text may hold what its ``text`` and ``jsonb`` refuse."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def foreign_json(value: Any) -> Jsonb:
    """Wrap an outsider's JSON value for a ``jsonb`` column."""
    return Jsonb(_storable(value))


def foreign_text(value: str) -> str:
    """Return text without NUL characters and lone surrogates, which PostgreSQL cannot store."""
    return value.replace("\0", _REPLACEMENT).encode("utf-8", "replace").decode("utf-8")


def _storable(value: Any) -> Any:
    match value:
        case str():
            return foreign_text(value)
        case dict():
            return {foreign_text(str(key)): _storable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_storable(inner) for inner in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)  # Python's parser lets NaN through, PostgreSQL's does not
        case _:
            return value
