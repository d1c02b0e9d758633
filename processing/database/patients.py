"""Rows of patients: the list, new ones, whom they are assigned to."""

from __future__ import annotations

from psycopg import errors

from processing.database.pool import Database
from processing.errors import EditConflictError, InvalidParameterError, NotFoundError
from processing.use_cases.erasure import erased_error
from processing.use_cases.patients import Colleague, PatientSummary

_LIST = """
with sessions as (
    select patient_id, count(*) as n_sessions, max(session_at) as last_session_at,
           count(*) filter (where processing_status = 'failed') as n_failed
    from app.therapy_sessions
    where %(code)s::text is null or patient_id = (select id from app.patients where code = %(code)s)
    group by patient_id
), viewer as (
    select coalesce(app.viewer_role() in ('therapist', 'administrator'), false) as knows_identities
)
select p.code, p.revision, p.therapist::text as therapist_id, c.display_name as therapist_name, p.site,
       coalesce(s.n_sessions, 0) as n_sessions, coalesce(s.n_failed, 0) as n_failed, s.last_session_at,
       (select max(x.valid_from) from app.prescriptions x
        where x.patient_id = p.id and not x.withdrawn
          and not exists (select from app.prescriptions y where y.patient_id = x.patient_id
                          and y.valid_from = x.valid_from and y.revision > x.revision)) as prescribed_from,
       m.mvc_left_on, m.mvc_right_on,
       case when v.knows_identities then i.patient_id is not null end as has_identity
from app.patients p
cross join viewer v
left join sessions s on s.patient_id = p.id
left join app.colleagues() c on c.user_id = p.therapist
left join app.patient_identities i on i.patient_id = p.id
left join lateral (
    select max(x.measured_on) filter (where x.side = 'left') as mvc_left_on,
           max(x.measured_on) filter (where x.side = 'right') as mvc_right_on
    from app.mvc_measurements x
    where x.patient_id = p.id and not x.withdrawn
      and not exists (select from app.mvc_measurements y where y.patient_id = x.patient_id and y.side = x.side
                      and y.measured_on = x.measured_on and y.revision > x.revision)) m on true
where %(code)s::text is null or p.code = %(code)s
order by p.code
"""

_ADD = """
insert into app.patients (code, therapist, site)
values (%(code)s, case when app.viewer_role() = 'therapist' then auth.uid() end, %(site)s)
"""

_LOCK = (
    "select revision, therapist::text as therapist, site from app.patients where code = %(code)s for update"
)
_SITE = "update app.patients set site = %(site)s where code = %(code)s"
_ASSIGN = "select app.assign_patient(%(code)s, %(therapist)s)"

_THERAPISTS = """
select user_id::text as user_id, display_name as name from app.user_profiles
where role = 'therapist' and active order by display_name nulls last, user_id
"""


def list_patients(database: Database, code: str | None = None) -> list[PatientSummary]:
    """Return the patients whom the viewer may see, by code; all, or the one with this code."""
    return [PatientSummary(**row) for row in database.fetch_all(_LIST, {"code": code})]


def patient_id(database: Database, code: str) -> str:
    """Return the key of a patient; NotFoundError if there is none, or they may not be seen."""
    row = database.fetch_one("select id::text from app.patients where code = %(code)s", {"code": code})
    if row is None:
        raise NotFoundError(f"There is no patient '{code}'.")
    return str(row["id"])


def add_patient(database: Database, code: str, site: str | None = None) -> None:
    """Add a patient; a therapist's is theirs at once, an administrator's nobody's yet.

    Raises
    ------
    EditConflictError
        If the code is taken, maybe by a patient whom the viewer may not see.
    AccessDeniedError
        If the viewer may not add patients.
    InvalidParameterError
        If a patient of this code was erased.
    """
    try:
        with database.transaction() as connection:
            connection.execute(_ADD, {"code": code, "site": site})
    except errors.UniqueViolation as exc:
        raise EditConflictError(f"There is a patient {code} already. Nothing was added.") from exc
    except errors.RestrictViolation as exc:
        raise erased_error(code) from exc


def change_patient(
    database: Database, code: str, *, therapist_id: str | None, site: str | None, expected_revision: int
) -> None:
    """Store who treats a patient, and where; for administrators.

    Raises
    ------
    NotFoundError
        If there is no such patient, or they may not be changed under this sign-in.
    EditConflictError
        If somebody else changed either since ``expected_revision``.
    InvalidParameterError
        If the account is not an active therapist's.
    """
    with database.transaction() as connection:
        row = connection.execute(_LOCK, {"code": code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no patient '{code}' that may be changed under this sign-in.")
        if row["revision"] != expected_revision:
            raise EditConflictError(
                f"Somebody else changed patient {code} meanwhile. Nothing was saved; look at theirs, then save again."
            )
        if row["site"] != site:
            connection.execute(_SITE, {"code": code, "site": site})
        if row["therapist"] != therapist_id:
            try:
                connection.execute(_ASSIGN, {"code": code, "therapist": therapist_id})
            except errors.InvalidParameterValue as exc:
                raise InvalidParameterError("Patients are assigned to active therapists only.") from exc


def list_therapists(database: Database) -> list[Colleague]:
    """Return who can be assigned a patient; empty for all but administrators."""
    return [Colleague(**row) for row in database.fetch_all(_THERAPISTS)]
