"""Every key of the session state, in one place. Only ids and small values are kept there, never a signal."""

from __future__ import annotations

LANGUAGE = "language"
LANGUAGE_CHOSEN = "language:chosen"
VIEWER = "viewer"
SIGN_IN_KEY = "sign_in:key"
SIGN_IN_TICKET = "sign_in:ticket"
SIGN_IN_WAITING = "sign_in:waiting"
SIGN_IN_EMAIL = "sign_in:email"
SIGN_IN_SAYS = "sign_in:says"
LOCAL_ROLE = "local_role"
CURRENT_SESSION = "current_session"
KEEP_VIEW = "review:keep_view"
ADDRESS = "address"
WIDTH_KEY = "view_width"
SCORE_WIDTH = "score:width"
SESSIONS_PAGE = "sessions:page"
FILTER_PATIENT = "sessions:patient"
FILTER_STATUS = "sessions:status"
FILTER_DATES = "sessions:dates"
EVIDENCE = "evidence"
EVIDENCE_PRESSED = "evidence:pressed"
WHAT_IF = "what_if:"
INBOX_FILTER = "inbox:filter"
INBOX_BEFORE = "inbox:before"
UPLOAD_MAPS = "upload:maps"
UPLOAD_SECONDS = "upload:seconds"
UPLOAD_DOOR = "upload:door"
UPLOAD_PATIENT = "upload:patient"
UPLOAD_ROUND = "upload:round"
UPLOAD_SAVED = "upload:saved"
UPLOAD_SHOWN = "upload:shown"
UPLOAD_HELD = "upload:held"
LOOK = "look:"
LOOK_VIEWS = f"view:{LOOK}"

TODAY_SITE = "today:site"
TODAY_THERAPIST = "today:therapist"
TODAY_SHOWN = "today:shown"
TODAY_SORT = "today:sort"
TODAY_PAGE = "today:page"
TODAY_MUTING = "today:muting"

OPENED = "audit:opened"
AUDIT = "audit:"
EXPORT = "export:"
PATIENT = "patients:code"
PATIENT_SEARCH = "patients:search"
NOTES = "notes:"
PREVIEW = "preview:"
TIMELINE = "timeline:"
COMPARE = "compare:"
INPUTS = "inputs:"
REPORT = "report:"
SETTINGS = "settings:"
RESEARCH = "research:"
EARLIER = "earlier:"


def view_key(subject: str) -> str:
    """Return the key that remembers which window of a recording is looked at."""
    return f"view:{subject}"


def table_key(subject: str) -> str:
    """Return the key that remembers whether the table of a recording's contractions is open."""
    return f"table_open:{subject}"


def corrections_key(session_code: str) -> str:
    """Return the key that remembers what to say about the last correction of a session."""
    return f"corrections:{session_code}"
