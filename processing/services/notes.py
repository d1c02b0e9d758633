"""Clinical notes as the pages ask for them."""

from __future__ import annotations

from processing.database import Database, notes
from processing.use_cases.notes import SessionNotes, check_note


class NoteService:
    """Reads and writes the notes of a session under the viewer's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_session(self, session_code: str) -> SessionNotes:
        """Return a session's notes and what the viewer may do; none for those who may not read them."""
        return notes.list_notes(self._database, session_code)

    def add(self, session_code: str, text: str, *, at_s: float | None = None) -> str:
        """Add a note and return its identifier; its revision is 1.

        Raises
        ------
        InvalidParameterError
            If it says nothing or too much.
        AccessDeniedError, NotFoundError
            If the viewer may not write about this session.
        """
        return notes.add_note(self._database, session_code, check_note(text, at_s), at_s=at_s)

    def change(self, note_id: str, text: str, *, at_s: float | None, expected_revision: int) -> None:
        """Store other words of one's own note.

        Raises
        ------
        EditConflictError
            If it was edited since ``expected_revision``; nothing was overwritten.
        NotFoundError, AccessDeniedError, InvalidParameterError
            If it is gone, somebody else's, or says nothing.
        """
        notes.change_note(
            self._database, note_id, check_note(text, at_s), at_s=at_s, expected_revision=expected_revision
        )

    def delete(self, note_id: str, *, expected_revision: int) -> None:
        """Delete a note; the audit log keeps what it said. Errors as in :meth:`change`."""
        notes.delete_note(self._database, note_id, expected_revision=expected_revision)
