"""Sessions as documents for programs: reached as ``services.session_documents``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from processing.database import Database, reprocessing, sessions
from processing.database.exports import read_places
from processing.database.session_versions import load_version
from processing.errors import NotFoundError
from processing.use_cases.document import to_plain
from processing.use_cases.reprocessing import ResultVersion
from processing.use_cases.session_document import SessionNumbers, result_document, session_document, utc_text


@dataclass(frozen=True, slots=True)
class SessionDocuments:
    """What the review page shows of a session, as plain values; NotFoundError for a session that is not to be seen.

    Each takes ``pseudonymised``: without dates, free text and names of people and files.
    """

    database: Database

    def session(self, session_code: str, *, pseudonymised: bool) -> dict[str, Any]:
        """Return a session with its newest result."""
        review = sessions.load_review(self.database, session_code)
        place = read_places(self.database, [session_code]).get(session_code)
        if place is None:
            raise NotFoundError(f"There is no session '{session_code}'.")  # deleted this moment
        numbers = SessionNumbers(place.number, place.study_day)
        return session_document(review, numbers, pseudonymised=pseudonymised)

    def version(self, session_code: str, version: int, *, pseudonymised: bool) -> dict[str, Any]:
        """Return one version of a session's result; NotFoundError if there is none."""
        result = load_version(self.database, session_code, version)
        return {"code": session_code, **result_document(result, pseudonymised=pseudonymised)}

    def versions(self, session_code: str, *, pseudonymised: bool) -> list[dict[str, Any]]:
        """Return every version of a session's result in short, newest first; empty without any."""
        if session_code not in read_places(self.database, [session_code]):
            raise NotFoundError(f"There is no session '{session_code}'.")
        try:
            found = reprocessing.list_versions(self.database, session_code)
        except NotFoundError:
            return []
        return [_short(version, pseudonymised) for version in found]


def _short(version: ResultVersion, pseudonymised: bool) -> dict[str, Any]:
    return {
        "version": version.version,
        "newest": version.newest,
        "analysed_at": None if pseudonymised else utc_text(version.analysed_at),
        "pipeline_version": version.digest.pipeline_version,
        "file_sha256": version.file_sha256,
        "scoring": version.scoring,
        "changed_settings": to_plain(version.changed_settings),
        "reprocessing_run": version.run_id,
        "applied_by": None if pseudonymised else version.by,
        "reason": None if pseudonymised else version.reason,
        "score": to_plain(version.digest.score),
    }
