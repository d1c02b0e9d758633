"""What a session's signals are drawn from, by one narrow statement: programs ask for many windows."""

from __future__ import annotations

from processing.database.pool import Database
from processing.errors import NotFoundError
from processing.use_cases.document import metadata_from_plain
from processing.use_cases.signal_source import SignalSource

_READ = """
select s.session_code, s.object_name, s.result_version, p.file_sha256, p.recording, p.parameters
from app.therapy_sessions s
left join app.processing_parameters p on (p.session_id, p.result_version) = (s.id, s.result_version)
where s.session_code = %(session_code)s
"""


def read_signal_source(database: Database, session_code: str) -> SignalSource:
    """Return which file, channels and settings a session's signals come from; sides are those of the analysis.

    Raises
    ------
    NotFoundError
        If there is no such session, it may not be seen, or it has no result yet.
    """
    row = database.fetch_one(_READ, {"session_code": session_code})
    if row is None:
        raise NotFoundError(f"There is no session '{session_code}'.")
    if row["file_sha256"] is None:
        raise NotFoundError(f"Session {session_code} has no result yet.")
    return SignalSource(
        session_code=row["session_code"],
        object_name=row["object_name"],
        result_version=row["result_version"],
        file_sha256=row["file_sha256"],
        metadata=metadata_from_plain(row["recording"]),
        parameters=row["parameters"],
    )
