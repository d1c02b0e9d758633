"""Clinical notes of a session: whose they are, what moment they are about, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from processing.errors import InvalidParameterError
from processing.use_cases.plain_text import check_characters

LONGEST_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class Note:
    """One note. ``at_s`` is a moment of the recording in seconds, None where the note is about all of it.

    ``author`` is None where the name is not known; ``own`` says whether the viewer wrote it, and so may edit it.
    ``revision`` grows with every edit.
    """

    note_id: str
    at_s: float | None
    text: str
    author: str | None
    own: bool
    created_at: datetime
    edited_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class SessionNotes:
    """The notes of a session in the order they were written, and what the viewer may do with them."""

    notes: tuple[Note, ...]
    may_read: bool
    may_write: bool
    may_delete_any: bool


def check_note(text: str, at_s: float | None) -> str:
    """Return a note's text as it is stored.

    Raises
    ------
    InvalidParameterError
        If it says nothing or too much, or its moment lies outside a day.
    """
    cleaned = check_characters(text, "note").strip()
    if not cleaned:
        raise InvalidParameterError("The note is empty; write something first.")
    if len(cleaned) > LONGEST_NOTE:
        raise InvalidParameterError(f"The note has {len(cleaned)} letters; expected at most {LONGEST_NOTE}.")
    if at_s is not None and not (isfinite(at_s) and 0 <= at_s <= 86_400):
        raise InvalidParameterError(f"The moment is {at_s:g} s; expected 0 to 86400 s.")
    return cleaned
