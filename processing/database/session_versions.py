"""One version of a session's result, the newest or an earlier one."""

from __future__ import annotations

from dataclasses import replace

from processing.database.corrections import read_corrections
from processing.database.pool import Database
from processing.database.result_rows import read_result
from processing.errors import NotFoundError
from processing.use_cases.corrections import with_people
from processing.use_cases.read_models import SessionResult

_SESSION = "select s.id from app.therapy_sessions s where s.session_code = %(session_code)s"


def load_version(database: Database, session_code: str, version: int) -> SessionResult:
    """Return a version of a session's result, as people corrected it.

    Raises
    ------
    NotFoundError
        If the viewer sees no such session, or it has no such version.
    """
    with database.transaction() as connection:
        row = connection.execute(_SESSION.encode(), {"session_code": session_code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
        result = read_result(connection, session_id=row["id"], result_version=version)
        if result is None:
            raise NotFoundError(f"Session '{session_code}' has no result version {version}.")
        log = read_corrections(database, connection, row["id"], result).log
    return replace(result, channels=with_people(result.channels, log))
