"""Where a session stands in the list, for who may not be told its time."""

from __future__ import annotations

from processing.database.pool import Database
from processing.use_cases.session_pages import SessionPlace

_PLACE = "select s.session_at, s.id from app.therapy_sessions s where s.session_code = %(session_code)s"


def place_after(database: Database, session_code: str) -> SessionPlace | None:
    """Return the place after a session in the list that begins with the newest; None without such a session."""
    row = database.fetch_one(_PLACE, {"session_code": session_code})
    return None if row is None else SessionPlace(row["session_at"], row["id"])
