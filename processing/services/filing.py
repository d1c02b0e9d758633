"""Whose a patient is, and what was filed twice: reached as ``services.filing``."""

from __future__ import annotations

from uuid import UUID

from processing.database import Database, filing
from processing.use_cases.filing import SameRecording, Therapist, UnassignedPatient


class Filing:
    """Assignment of patients, and recordings that are there twice, as one person may see and change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unassigned_patients(self) -> list[UnassignedPatient]:
        """Return the patients whom no therapist sees yet, the latest arrival first.

        Administrators see all of them, researchers too; a therapist, who sees own patients only, gets an empty list.
        """
        return filing.list_unassigned_patients(self._database)

    def therapists(self) -> list[Therapist]:
        """Return the active therapists to choose from, by name; for everybody but administrators at most themselves."""
        return filing.list_therapists(self._database)

    def assign_patient(self, patient_code: str, therapist: UUID | None) -> None:
        """Give a patient to a therapist, who sees all of the patient's sessions from then on; None takes them away.

        The change is in the audit log, with before and after.

        Raises
        ------
        AccessDeniedError
            If the viewer is not an administrator.
        InvalidParameterError
            If the account is not that of an active therapist.
        NotFoundError
            If there is no such patient.
        """
        filing.assign_patient(self._database, patient_code, therapist)

    def find_duplicates(self, session_code: str) -> list[SameRecording]:
        """Return other sessions with the very same bytes: filed under another name, or under another patient.

        A patient outside the viewer's rights is only said to exist (``of_another_patient``).

        Raises
        ------
        NotFoundError
            If there is no such session, or the viewer may not see it.
        """
        return filing.find_duplicates(self._database, session_code)
