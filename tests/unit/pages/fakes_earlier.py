"""Results that a session had before, from memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from processing.errors import NotFoundError
from processing.use_cases.read_models import SessionResult
from processing.use_cases.reprocessing import ResultVersion, digest_of


@dataclass
class FakeEarlier:
    """What ``services.earlier`` answers: the results given, oldest first; ``asked`` counts how often."""

    results: list[SessionResult] = field(default_factory=list)
    asked: int = 0

    def versions(self, session_code: str) -> list[ResultVersion]:
        self.asked += 1
        newest = len(self.results)
        return [
            ResultVersion(
                each.version,
                digest_of(each.channels, each.score, pipeline_version=each.pipeline_version),
                each.analysed_at - timedelta(days=newest - each.version),
                each.file_sha256,
                each.scoring,
                each.changed_settings,
                newest=each.version == newest,
            )
            for each in reversed(self.results)
        ]

    def result(self, session_code: str, version: int) -> SessionResult:
        found = next((each for each in self.results if each.version == version), None)
        if found is None:
            raise NotFoundError(f"Session '{session_code}' has no result version {version}.")
        return found
