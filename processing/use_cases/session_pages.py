"""The list of sessions a page at a time; nothing is counted, so that the last page is as quick as the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from processing.use_cases.read_models import SessionSummary

_OLDER, _NEWER = "older", "newer"


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """A place in the list: beside one session, which is named by its time and its id.

    ``newer`` says that the page holds what comes before the place, newest first as always; else what comes after it.
    """

    at: datetime
    session_id: UUID
    newer: bool = False

    def to_text(self) -> str:
        """Return the place as it stands in a page's address."""
        return f"{_NEWER if self.newer else _OLDER}~{self.at.isoformat()}~{self.session_id}"

    @classmethod
    def from_text(cls, text: str) -> SessionPlace | None:
        """Return the place that an address names, or None if it names none: that is the beginning of the list."""
        direction, _, rest = text.partition("~")
        at, _, session_id = rest.partition("~")
        if direction not in (_OLDER, _NEWER):
            return None
        try:
            moment = datetime.fromisoformat(at)
            return None if moment.tzinfo else cls(moment, UUID(session_id), direction == _NEWER)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Some sessions, newest first, and where the pages beside them are; None where there is nothing more."""

    sessions: tuple[SessionSummary, ...]
    newer: SessionPlace | None = None
    older: SessionPlace | None = None
