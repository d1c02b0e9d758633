"""Results that a session had before: reached as ``services.earlier``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.database import Database, reprocessing
from processing.database.session_versions import load_version
from processing.use_cases.read_models import SessionResult
from processing.use_cases.reprocessing import ResultVersion


@dataclass(frozen=True, slots=True)
class EarlierResults:
    """Every result version of a session, as one person may see it; NotFoundError for what they may not."""

    database: Database

    def versions(self, session_code: str) -> Sequence[ResultVersion]:
        """Return every result version in numbers, newest first."""
        return reprocessing.list_versions(self.database, session_code)

    def result(self, session_code: str, version: int) -> SessionResult:
        """Return one whole result version with its channels, score and parameters, as people corrected it."""
        return load_version(self.database, session_code, version)
