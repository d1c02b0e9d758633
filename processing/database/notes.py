"""Rows of clinical notes, with the revision that tells the second of two editors."""

from __future__ import annotations

from collections.abc import Mapping

from processing.database.json_values import foreign_text
from processing.database.pool import Database
from processing.errors import AccessDeniedError, EditConflictError, NotFoundError
from processing.use_cases.notes import Note, SessionNotes

_RIGHTS = """
select s.id, app.may_read_every_note() or app.may_edit_session(s.id) as may_read,
       app.may_edit_session(s.id) as may_write, app.is_administrator() as may_delete_any
from app.therapy_sessions s where s.session_code = %(session_code)s
"""

_LIST = """
select n.id::text as note_id, n.at_s, n.text, c.display_name as author, n.author = auth.uid() as own,
       n.created_at, n.edited_at, n.revision
from app.clinical_notes n
left join app.colleagues() c on c.user_id = n.author
where n.session_id = %(session_id)s
order by n.created_at, n.id
"""

_ADD = """
insert into app.clinical_notes (session_id, at_s, text)
select id, %(at_s)s, %(text)s from app.therapy_sessions where session_code = %(session_code)s
returning id::text as note_id
"""

_CHANGE = """
update app.clinical_notes set at_s = %(at_s)s, text = %(text)s
where id = %(note_id)s and revision = %(expected_revision)s
"""

_DELETE = "delete from app.clinical_notes where id = %(note_id)s and revision = %(expected_revision)s"

_STANDING = "select revision from app.clinical_notes where id = %(note_id)s"


def list_notes(database: Database, session_code: str) -> SessionNotes:
    """Return a session's notes and what the viewer may do; none at all for those who may not read them.

    Raises
    ------
    NotFoundError
        If no session has this code, or it may not be seen.
    """
    with database.transaction() as connection:
        rights = connection.execute(_RIGHTS, {"session_code": session_code}).fetchone()
        if rights is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
        session_id = rights.pop("id")
        rows = connection.execute(_LIST, {"session_id": session_id}).fetchall()
    return SessionNotes(tuple(Note(**row | {"own": bool(row["own"])}) for row in rows), **rights)


def add_note(database: Database, session_code: str, text: str, *, at_s: float | None) -> str:
    """Add a note under the viewer's name and return its identifier; its revision is 1.

    Raises
    ------
    AccessDeniedError
        If the viewer may not write notes about this session.
    NotFoundError
        If no session has this code, or it may not be seen.
    """
    with database.transaction() as connection:
        added = connection.execute(
            _ADD, {"session_code": session_code, "text": foreign_text(text), "at_s": at_s}
        ).fetchone()
        if added is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
    return str(added["note_id"])


def change_note(
    database: Database, note_id: str, text: str, *, at_s: float | None, expected_revision: int
) -> None:
    """Store other words, or another moment, of one's own note.

    Raises
    ------
    EditConflictError
        If it was edited since ``expected_revision``.
    NotFoundError
        If it was deleted meanwhile, or may not be seen.
    AccessDeniedError
        If it is somebody else's.
    """
    values = {"note_id": note_id, "text": foreign_text(text), "at_s": at_s}
    _do(database, _CHANGE, values | {"expected_revision": expected_revision})


def delete_note(database: Database, note_id: str, *, expected_revision: int) -> None:
    """Delete a note; the audit log keeps what it said. Errors as in :func:`change_note`."""
    _do(database, _DELETE, {"note_id": note_id, "expected_revision": expected_revision})


def _do(database: Database, statement: str, values: Mapping[str, object]) -> None:
    with database.transaction() as connection:
        if connection.execute(statement.encode(), values).rowcount:
            return
        standing = connection.execute(_STANDING, values).fetchone()
    if standing is None:
        raise NotFoundError("This note was deleted meanwhile. Nothing was saved.")
    if standing["revision"] == values["expected_revision"]:
        raise AccessDeniedError("Only its author may change a note.")
    raise EditConflictError("This note was changed meanwhile. Nothing was saved.")
