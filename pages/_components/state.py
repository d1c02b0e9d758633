"""Every key of the session state, in one place. Only ids and small values are kept there, never a signal."""

from __future__ import annotations

CURRENT_SESSION = "current_session"
SESSIONS_PAGE = "sessions:page"
FILTER_PATIENT = "sessions:patient"
FILTER_STATUS = "sessions:status"
FILTER_DATES = "sessions:dates"
UPLOAD_DOOR = "upload:door"
UPLOAD_PATIENT = "upload:patient"
UPLOAD_ROUND = "upload:round"
UPLOAD_SAVED = "upload:saved"
UPLOAD_SHOWN = "upload:shown"
UPLOAD_HELD = "upload:held"
LOOK = "look:"
LOOK_VIEWS = f"view:{LOOK}"


def view_key(subject: str) -> str:
    """Return the key that remembers which window of a recording is looked at."""
    return f"view:{subject}"
