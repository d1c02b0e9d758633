"""The timeline with its marks, and two sessions side by side: reached as ``services.progress``."""

from __future__ import annotations

from datetime import date

from processing.database import Database, audit, cohort, mvc, prescriptions, progress, sessions
from processing.use_cases.cohort import PatientTimeline
from processing.use_cases.comparison import SessionComparison, compare_sessions
from processing.use_cases.progress import Progress, patient_progress

# Three sessions a day for nearly a year.
MOST_SESSIONS = 1000


class ProgressService:
    """What the timeline and the comparison show, as one person may see it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_patient(self, patient_code: str, *, today: date, limit: int = MOST_SESSIONS) -> Progress:
        """Return a patient's sessions, oldest first, with what is marked on their timeline.

        Raises
        ------
        NotFoundError
            If there is no such patient, or the viewer may not see them.
        """
        timeline = cohort.patient_timeline(self._database, patient_code, limit=limit)
        return patient_progress(
            timeline,
            passport=mvc.list_measurements(self._database, patient_code),
            prescriptions=prescriptions.list_prescriptions(self._database, patient_code),
            marks=progress.session_marks(self._database, patient_code),
            today=today,
            may_read_notes=progress.may_read_notes(self._database, patient_code),
        )

    def timeline(self, patient_code: str) -> PatientTimeline:
        """Return a patient's sessions alone; errors as in :meth:`of_patient`."""
        return cohort.patient_timeline(self._database, patient_code, limit=MOST_SESSIONS)

    def compare(self, a_code: str, b_code: str) -> SessionComparison:
        """Return two sessions of one patient side by side.

        Raises
        ------
        NotFoundError
            If there is no such session, or the viewer may not see it.
        InvalidParameterError
            If they are one and the same, or of different patients.
        """
        return compare_sessions(
            sessions.load_review(self._database, a_code), sessions.load_review(self._database, b_code)
        )

    def record_opened(self, patient_code: str, *, reason: str | None = None) -> None:
        """Keep in the audit log that the viewer opened a patient's timeline."""
        audit.record_access(self._database, "read", "patients", patient_code, reason=reason)
