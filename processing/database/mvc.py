"""Rows of the MVC passport: read, and added as one more revision."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.database.prescriptions import added_or_conflict
from processing.database.result_rows import Connection
from processing.use_cases.mvc import MvcEntry, MvcMeasurement

# Without the note, which not everybody may read.
MEASUREMENT_COLUMNS = "side, value_uv, measured_on, posture, electrode_placement, same_electrodes, method"
_NAMES = MEASUREMENT_COLUMNS.replace(",", "").split()

_LIST = f"""
select {", ".join(f"x.{name}" for name in _NAMES)}, x.revision, x.withdrawn, x.entered_at, c.display_name, n.note
from app.mvc_measurements x
join app.patients p on p.id = x.patient_id
left join app.colleagues() c on c.user_id = x.entered_by
left join lateral (select * from app.mvc_notes(p.id)) n on n.id = x.id
where p.code = %(patient_code)s
order by x.revision desc
"""

_ADD = f"""
insert into app.mvc_measurements (patient_id, revision, withdrawn, note, {MEASUREMENT_COLUMNS})
select %(patient_id)s, coalesce(max(revision), 0) + 1, %(withdrawn)s, %(note)s,
       {", ".join(f"%({name})s" for name in _NAMES)}
from app.mvc_measurements where patient_id = %(patient_id)s
having coalesce(max(revision), 0) = %(expected_revision)s
"""


def measurement_of(row: DictRow) -> MvcMeasurement:
    """Return the measurement that a row with ``MEASUREMENT_COLUMNS`` holds."""
    return MvcMeasurement(**{name: row[name] for name in _NAMES}, note=row.get("note"))


def list_measurements(database: Database, patient_code: str) -> list[MvcEntry]:
    """Return everything that was ever entered into a patient's passport, newest entry first."""
    return [
        MvcEntry(
            row["revision"], measurement_of(row), row["withdrawn"], row["entered_at"], row["display_name"]
        )
        for row in database.fetch_all(_LIST, {"patient_code": patient_code})
    ]


def add_measurement(
    connection: Connection,
    patient_id: Any,
    measurement: MvcMeasurement,
    *,
    expected_revision: int,
    withdrawn: bool = False,
) -> None:
    """Add the next revision of a patient's passport.

    Raises
    ------
    EditConflictError
        If somebody else added one since ``expected_revision`` (0 where there was none).
    """
    values = asdict(measurement)
    values |= {"patient_id": patient_id, "withdrawn": withdrawn, "expected_revision": expected_revision}
    added_or_conflict(connection, _ADD, values, "MVC passport")
