"""Patients, and who they are, as the pages ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processing.database import Database, audit, patients, patients_identity, patients_sessions
from processing.errors import NotFoundError
from processing.use_cases.patients import (
    Colleague,
    KnownIdentity,
    PatientIdentity,
    PatientSessions,
    PatientSummary,
    check_patient_code,
)


class PatientService:
    """Lists, adds and changes patients, as far as the viewer may."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> Sequence[PatientSummary]:
        """Return the patients whom the viewer may see, by code."""
        return patients.list_patients(self._database)

    def of_sessions(self, codes: Sequence[str]) -> Mapping[str, PatientSessions]:
        """Return what the sessions of these patients say about them: copies, and the MVC that they brought."""
        return patients_sessions.sessions_of_patients(self._database, codes)

    def load(self, code: str) -> PatientSummary:
        """Return one patient; NotFoundError if there is none, or they may not be seen."""
        found = patients.list_patients(self._database, code)
        if not found:
            raise NotFoundError(f"There is no patient '{code}'.")
        return found[0]

    def add(self, code: str, *, site: str | None = None) -> str:
        """Add a patient and return the code as it is stored.

        Raises
        ------
        InvalidParameterError
            If the code is not P and three digits.
        EditConflictError
            If the code is taken.
        AccessDeniedError
            If the viewer may not add patients.
        """
        code = check_patient_code(code)
        patients.add_patient(self._database, code, site)
        return code

    def record_identity_opened(self, code: str) -> None:
        """Keep in the audit log that the viewer looked at who a patient is.

        Raises
        ------
        NotFoundError
            If there is no such patient, or they may not be seen.
        """
        audit.record_access(
            self._database, "read", "patient_identities", patients.patient_id(self._database, code)
        )

    def change(
        self, code: str, *, therapist_id: str | None, site: str | None, expected_revision: int
    ) -> None:
        """Store who treats a patient, and where; for administrators.

        Raises
        ------
        EditConflictError
            If somebody else changed either since ``expected_revision``.
        NotFoundError, InvalidParameterError
            If the patient may not be changed, or the account is no active therapist's.
        """
        patients.change_patient(
            self._database, code, therapist_id=therapist_id, site=site, expected_revision=expected_revision
        )

    def therapists(self) -> Sequence[Colleague]:
        """Return who can be assigned a patient; empty for all but administrators."""
        return patients.list_therapists(self._database)

    def identity(self, code: str) -> KnownIdentity:
        """Return who a patient is; AccessDeniedError for those who may not know."""
        return patients_identity.read_identity(self._database, code)

    def save_identity(self, code: str, identity: PatientIdentity, *, expected_revision: int) -> None:
        """Store who a patient is; an empty identity is forgotten.

        Raises
        ------
        EditConflictError
            If somebody else saved since ``expected_revision``.
        InvalidParameterError
            If the hospital number is another patient's.
        """
        patients_identity.save_identity(self._database, code, identity, expected_revision=expected_revision)
