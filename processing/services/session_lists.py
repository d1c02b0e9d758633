"""The list of sessions for programs, page by page: reached as ``services.session_lists``."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from processing.database import Database, sessions
from processing.database.session_places import place_after
from processing.errors import AccessDeniedError, InvalidParameterError
from processing.use_cases.read_models import SessionFilters, SessionSummary
from processing.use_cases.session_pages import SessionPlace

_CODE = "after~"
_NO_CURSOR = "The cursor is none that this list gave; begin without one."


@dataclass(frozen=True, slots=True)
class ListedSessions:
    """A page of the list, newest first, and the cursor of the next one; None at the end."""

    sessions: tuple[SessionSummary, ...]
    next_cursor: str | None


class SessionLists:
    """Sessions by key, so that what arrives meanwhile moves nothing between the pages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, filters: SessionFilters, cursor: str | None = None, *, pseudonymised: bool = False
    ) -> ListedSessions:
        """Return the page after a cursor, or the first one.

        Pseudonymised, a cursor holds no time, none that does is taken, and the list cannot be asked for days.

        Raises
        ------
        InvalidParameterError
            If the cursor is not one of this list's.
        AccessDeniedError
            If days are asked for that the viewer may not know.
        """
        if pseudonymised and (filters.recorded_from or filters.recorded_until):
            raise AccessDeniedError("Dates are not shown for research, so sessions cannot be chosen by them.")
        place = None if cursor is None else self._place(cursor, pseudonymised=pseudonymised)
        page = sessions.page_of_sessions(self._database, filters, place)
        if place is not None and page.newer is None:
            return ListedSessions((), None)  # what followed is gone; this is the beginning of the list again
        if page.older is None:
            return ListedSessions(page.sessions, None)
        # The place itself stays where it is when the session's time changes, but it tells the time.
        text = _CODE + page.sessions[-1].session_code if pseudonymised else page.older.to_text()
        return ListedSessions(page.sessions, _to_cursor(text))

    def _place(self, cursor: str, *, pseudonymised: bool) -> SessionPlace:
        text = _from_cursor(cursor)
        # A made-up time would tell, by what follows it, when a session was.
        place = None if pseudonymised else SessionPlace.from_text(text)
        if text.startswith(_CODE) and "\0" not in text:
            place = place_after(self._database, text.removeprefix(_CODE))
        if place is None or place.newer:
            raise InvalidParameterError(_NO_CURSOR)
        return place


def _to_cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raise InvalidParameterError(_NO_CURSOR) from None
