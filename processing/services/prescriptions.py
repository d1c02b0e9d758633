"""Prescriptions and the MVC passport as the pages ask for them, with what a change does to sessions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from processing.database import Database, mvc, prescriptions
from processing.database.prescriptions_effects import Write, change_of_patient
from processing.database.result_rows import Connection
from processing.use_cases.mvc import MvcEntry, MvcMeasurement
from processing.use_cases.prescriptions import Prescription, PrescriptionEntry
from processing.use_cases.rescore import Effects


class PrescriptionService:
    """Reads and adds what holds for a patient from a day on.

    Every change says which sessions it concerns; those are judged again in the same transaction. With ``dry_run``
    nothing is stored. ``expected_revision`` is the highest revision that the person saw, 0 where there was none;
    EditConflictError says that somebody else added one since.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def prescriptions(self, patient_code: str) -> Sequence[PrescriptionEntry]:
        """Return everything that was ever prescribed, newest entry first."""
        return prescriptions.list_prescriptions(self._database, patient_code)

    def prescribe(
        self,
        patient_code: str,
        prescription: Prescription,
        *,
        expected_revision: int,
        withdrawn: bool = False,
        dry_run: bool = False,
    ) -> Effects:
        """Add a prescription, or withdraw the one of its day."""
        said = "withdrawn" if withdrawn else "entered"
        write = partial(_prescribe, prescription, expected_revision, withdrawn)
        return self._change(
            patient_code, write, f"Prescription of {prescription.valid_from:%d %b %Y} {said}", dry_run
        )

    def passport(self, patient_code: str) -> Sequence[MvcEntry]:
        """Return every MVC that was ever entered, newest entry first."""
        return mvc.list_measurements(self._database, patient_code)

    def measure(
        self,
        patient_code: str,
        measurements: Sequence[MvcMeasurement],
        *,
        expected_revision: int,
        withdrawn: bool = False,
        dry_run: bool = False,
    ) -> Effects:
        """Add measurements, all or none, or withdraw those of their side and day."""
        what = " and ".join(f"{each.side} of {each.measured_on:%d %b %Y}" for each in measurements)
        write = partial(_measure, tuple(measurements), expected_revision, withdrawn)
        said = "withdrawn" if withdrawn else "entered"
        return self._change(patient_code, write, f"MVC {what} {said}", dry_run)

    def _change(self, patient_code: str, write: Write, reason: str, dry_run: bool) -> Effects:
        return change_of_patient(self._database, patient_code, write, reason=reason, dry_run=dry_run)


def _prescribe(
    prescription: Prescription,
    expected_revision: int,
    withdrawn: bool,
    connection: Connection,
    patient_id: object,
) -> None:
    prescriptions.add_prescription(
        connection, patient_id, prescription, expected_revision=expected_revision, withdrawn=withdrawn
    )


def _measure(
    measurements: tuple[MvcMeasurement, ...],
    expected_revision: int,
    withdrawn: bool,
    connection: Connection,
    patient_id: object,
) -> None:
    for number, measurement in enumerate(measurements):
        mvc.add_measurement(
            connection,
            patient_id,
            measurement,
            expected_revision=expected_revision + number,
            withdrawn=withdrawn,
        )
