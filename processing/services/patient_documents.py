"""Patients as documents for programs: reached as ``services.patient_documents``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from processing.database import Database
from processing.errors import AccessDeniedError
from processing.services.attention import AttentionService
from processing.services.comparison import ProgressService
from processing.services.patients import PatientService
from processing.use_cases.patient_documents import (
    adherence_document,
    newest_day,
    patient_document,
    timeline_document,
)


@dataclass(frozen=True, slots=True)
class PatientDocuments:
    """What the pages show of patients, as plain values; NotFoundError for a patient who is not to be seen.

    Each takes ``pseudonymised``: days are then counted, never named.
    """

    database: Database

    def patients(self, *, pseudonymised: bool) -> list[dict[str, Any]]:
        """Return the patients whom the viewer may see, by code."""
        found = PatientService(self.database).list()
        return [patient_document(patient, pseudonymised=pseudonymised) for patient in found]

    def timeline(self, patient_code: str, *, pseudonymised: bool) -> dict[str, Any]:
        """Return a patient's sessions, oldest first, with what is marked on their timeline."""
        progress = ProgressService(self.database).of_patient(patient_code, today=_today())
        return timeline_document(progress, pseudonymised=pseudonymised)

    def adherence(self, patient_code: str, *, on: date | None = None, pseudonymised: bool) -> dict[str, Any]:
        """Return how well a patient keeps to the protocol on a day, today without one.

        Pseudonymised it is the day of the newest session: counted from today, the days would tell the date.

        Raises
        ------
        AccessDeniedError
            If a day is asked for that the viewer may not know.
        """
        service = ProgressService(self.database)
        if pseudonymised and on is not None:
            raise AccessDeniedError(
                "Dates are not shown for research, so adherence is that of the newest session."
            )
        if pseudonymised:
            on = newest_day(service.timeline(patient_code).sessions)
        day = on or _today()
        progress = service.of_patient(patient_code, today=day)
        rows = AttentionService(self.database).overview(day, [patient_code]).rows
        strip = rows[0].strip if rows and progress.adherence is not None else None
        return adherence_document(
            patient_code, progress.adherence, strip, on=day, pseudonymised=pseudonymised
        )


def _today() -> date:
    return datetime.now(UTC).date()
