"""Assign patients to therapists, find the same bytes filed twice, and forget parked files that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg

from processing.database.pool import Database
from processing.errors import InvalidParameterError, NotFoundError
from processing.use_cases.filing import SameRecording, Therapist, UnassignedPatient

_UNASSIGNED = """
select p.code, p.site, count(s.id) as n_sessions, min(s.received_at) as first_arrival,
       max(s.received_at) as last_arrival
from app.patients p
left join app.therapy_sessions s on s.patient_id = p.id
where p.therapist is null
group by p.id
order by max(s.received_at) desc nulls last, p.code
"""

_THERAPISTS = """
select u.user_id, u.display_name as name, u.site, count(p.id) as n_patients
from app.user_profiles u
left join app.patients p on p.therapist = u.user_id
where u.role = 'therapist' and u.active
group by u.user_id
order by u.display_name nulls last, u.user_id
"""

_ASSIGN = "select app.assign_patient(%(code)s, %(therapist)s) as done"

# The operator's commands own the tables: they see every patient, and nothing checks them.
_ASSIGN_AS_OWNER = """
update app.patients p set therapist = %(therapist)s where p.code = %(code)s returning true as done
"""

_EXISTS = "select exists (select from app.therapy_sessions where session_code = %(session_code)s) as there"

_SAME = "select * from app.same_recordings(%(session_code)s)"

_SAME_AS_OWNER = """
select s.session_code, a.code as patient_code, s.object_name, s.session_at, s.received_at
from app.therapy_sessions m
join app.processing_parameters q on (q.session_id, q.result_version) = (m.id, m.result_version)
join app.processing_parameters p on p.file_sha256 = q.file_sha256
join app.therapy_sessions s on (s.id, s.result_version) = (p.session_id, p.result_version)
join app.patients a on a.id = s.patient_id
where m.session_code = %(session_code)s and s.id <> m.id
order by s.session_at, s.session_code
"""

_PARKED = """
select distinct object_name from app.storage_events
where bucket = %(bucket)s and outcome = 'parked' and gone_at is null
"""

_FORGET = "select app.forget_parked(%(bucket)s, %(names)s) as n"


def list_unassigned_patients(database: Database) -> list[UnassignedPatient]:
    """Return the patients without a therapist, the latest arrival first; a therapist sees none of them."""
    return [UnassignedPatient(**row) for row in database.fetch_all(_UNASSIGNED)]


def list_therapists(database: Database) -> list[Therapist]:
    """Return the active therapists by name; only an administrator sees others' profiles."""
    return [Therapist(**row) for row in database.fetch_all(_THERAPISTS)]


def assign_patient(database: Database, patient_code: str, therapist: UUID | None) -> None:
    """Give a patient to a therapist, or with None to nobody.

    Raises
    ------
    AccessDeniedError
        If an administrator is not who asks.
    InvalidParameterError
        If the account is not that of an active therapist.
    NotFoundError
        If there is no such patient.
    """
    try:
        row = database.fetch_one(
            _ASSIGN_AS_OWNER if database.identity is None else _ASSIGN,
            {"code": patient_code, "therapist": therapist},
        )
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.ForeignKeyViolation) as exc:
        raise InvalidParameterError(
            f"Patient {patient_code} was not assigned: account {therapist} is not an active therapist."
        ) from exc
    if row is None or not row["done"]:
        raise NotFoundError(f"There is no patient '{patient_code}'.")


def find_duplicates(database: Database, session_code: str) -> list[SameRecording]:
    """Return the other sessions whose newest result is of the same bytes as this one's.

    Raises
    ------
    NotFoundError
        If there is no such session, or the viewer may not see it.
    """
    key = {"session_code": session_code}
    with database.transaction() as connection:
        there = connection.execute(_EXISTS.encode(), key).fetchone()
        if there is None or not there["there"]:
            raise NotFoundError(f"There is no session '{session_code}'.")
        statement = _SAME_AS_OWNER if database.identity is None else _SAME
        rows = connection.execute(statement.encode(), key).fetchall()
    return [SameRecording(**row) for row in rows]


def parked_names(database: Database, bucket: str) -> set[str]:
    """Return the names of the files that belong to no patient and were last seen in the bucket."""
    return {row["object_name"] for row in database.fetch_all(_PARKED, {"bucket": bucket})}


def forget_parked(database: Database, bucket: str, names: Sequence[str]) -> int:
    """Take files that have left the bucket off the list of parked ones; return how many events that were."""
    row = database.fetch_one(_FORGET, {"bucket": bucket, "names": list(names)})
    return 0 if row is None else int(row["n"])
