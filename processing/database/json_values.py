"""JSON that PostgreSQL accepts: outsiders' text may hold what its ``text`` and ``jsonb`` refuse."""

from __future__ import annotations

from math import isfinite
from typing import Any

from psycopg.types.json import Jsonb

_MAX_DEPTH = 32
_TOO_DEEP = "[nested too deeply]"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def foreign_json(value: Any) -> Jsonb:
    """Wrap an outsider's JSON value for a ``jsonb`` column: no NUL characters, no infinities, no endless nesting."""
    return Jsonb(_storable(value, 0))


def foreign_text(value: str) -> str:
    """Return text without NUL characters and lone surrogates, which PostgreSQL cannot store."""
    return value.replace("\0", _REPLACEMENT).encode("utf-8", "replace").decode("utf-8")


def _storable(value: Any, depth: int) -> Any:
    match value:
        case str():
            return foreign_text(value)
        case dict() | list() | tuple() if depth >= _MAX_DEPTH:
            return _TOO_DEEP
        case dict():
            return {foreign_text(str(key)): _storable(inner, depth + 1) for key, inner in value.items()}
        case list() | tuple():
            return [_storable(inner, depth + 1) for inner in value]
        case float() if not isfinite(value):
            return str(value)  # Python's parser lets NaN through, PostgreSQL's does not
        case _:
            return value
