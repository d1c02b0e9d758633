"""What was counted about looks at signals, and the question that it answers."""

from __future__ import annotations

from dataclasses import dataclass

from processing.database import Database
from processing.database.trace_use import read_figures
from processing.use_cases.cache_report import CacheAnswer, answer


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The counts of all programs."""

    database: Database

    def answer(self, *, days: int) -> CacheAnswer:
        """Return whether a shared cache would pay, with the figures of the last days.

        Raises
        ------
        AccessDeniedError
            For a person who is no administrator.
        """
        return answer(read_figures(self.database, days=days))
