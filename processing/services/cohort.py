"""One patient through time, and all patients at a glance: reached as ``services.cohort``."""

from __future__ import annotations

from datetime import date

from processing.database import Database, cohort
from processing.use_cases.cohort import CohortPatient, PatientTimeline, Window


class Cohort:
    """The timeline and the overview, as one person may see them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def patient_timeline(
        self, patient_code: str, *, since: date | None = None, until: date | None = None, limit: int = 500
    ) -> PatientTimeline:
        """Return a patient's sessions between two days, both included and oldest first; of too many, the newest.

        Raises
        ------
        NotFoundError
            If there is no such patient, or the viewer may not see them.
        InvalidParameterError
            If ``limit`` is below 1.
        """
        return cohort.patient_timeline(self._database, patient_code, since=since, until=until, limit=limit)

    def cohort_overview(self, window: Window) -> list[CohortPatient]:
        """Return every patient whom the viewer may see, by code: all time in numbers, a window session by session.

        >>> Window(date(2025, 3, 10)).first  # two weeks, as the start page shows them
        datetime.date(2025, 2, 25)
        """
        return cohort.cohort_overview(self._database, window)
