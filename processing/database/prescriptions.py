"""Rows of prescriptions: read, and added as one more revision."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from psycopg import errors
from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.database.result_rows import Connection
from processing.errors import EditConflictError
from processing.use_cases.prescriptions import Prescription, PrescriptionEntry

PRESCRIPTION_COLUMNS = (
    "valid_from, expected_left, expected_right, percent_mvc_left, percent_mvc_right, hold_s, sets, reps, rest_s,"
    " pressure_percent_aop, protocol_days"
)
_NAMES = PRESCRIPTION_COLUMNS.replace(",", "").split()

_LIST = f"""
select {", ".join(f"x.{name}" for name in _NAMES)}, x.revision, x.withdrawn, x.entered_at, c.display_name
from app.prescriptions x
join app.patients p on p.id = x.patient_id
left join app.colleagues() c on c.user_id = x.entered_by
where p.code = %(patient_code)s
order by x.revision desc
"""

_ADD = f"""
insert into app.prescriptions (patient_id, revision, withdrawn, {PRESCRIPTION_COLUMNS})
select %(patient_id)s, coalesce(max(revision), 0) + 1, %(withdrawn)s, {", ".join(f"%({name})s" for name in _NAMES)}
from app.prescriptions where patient_id = %(patient_id)s
having coalesce(max(revision), 0) = %(expected_revision)s
"""


def prescription_of(row: DictRow) -> Prescription:
    """Return the prescription that a row with ``PRESCRIPTION_COLUMNS`` holds."""
    return Prescription(**{name: row[name] for name in _NAMES})


def list_prescriptions(database: Database, patient_code: str) -> list[PrescriptionEntry]:
    """Return everything that was ever entered for a patient, newest entry first."""
    return [
        PrescriptionEntry(
            row["revision"], prescription_of(row), row["withdrawn"], row["entered_at"], row["display_name"]
        )
        for row in database.fetch_all(_LIST, {"patient_code": patient_code})
    ]


def add_prescription(
    connection: Connection,
    patient_id: Any,
    prescription: Prescription,
    *,
    expected_revision: int,
    withdrawn: bool = False,
) -> None:
    """Add the next revision of a patient's prescriptions.

    Raises
    ------
    EditConflictError
        If somebody else added one since ``expected_revision`` (0 where there was none).
    """
    values = dict(zip(_NAMES, astuple(prescription), strict=True))
    values |= {"patient_id": patient_id, "withdrawn": withdrawn, "expected_revision": expected_revision}
    added_or_conflict(connection, _ADD, values, "prescriptions")


def added_or_conflict(connection: Connection, statement: str, values: dict[str, Any], what: str) -> None:
    """Run an insert that adds nothing where the revision has moved on, and say so."""
    conflict = EditConflictError(
        f"Somebody else changed the {what} of this patient meanwhile. Nothing was saved; look at theirs, then save"
        " again."
    )
    try:
        if connection.execute(statement.encode(), values).rowcount == 0:
            raise conflict
    except errors.UniqueViolation as exc:  # both at the same moment
        raise conflict from exc
