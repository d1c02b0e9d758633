"""Rows of identities: who a pseudonym is, for those who treat."""

from __future__ import annotations

from dataclasses import asdict

from psycopg import errors

from processing.database.pool import Database
from processing.errors import AccessDeniedError, EditConflictError, InvalidParameterError, NotFoundError
from processing.use_cases.patients import KnownIdentity, PatientIdentity

_READ = """
select i.family_name, i.given_name, i.birth_date, i.hospital_number, coalesce(i.revision, 0) as revision
from app.patients p left join app.patient_identities i on i.patient_id = p.id
where p.code = %(code)s and app.viewer_role() in ('therapist', 'administrator')
"""

_ADD = """
insert into app.patient_identities (patient_id, family_name, given_name, birth_date, hospital_number)
select id, %(family_name)s, %(given_name)s, %(birth_date)s, %(hospital_number)s
from app.patients where code = %(code)s
"""

_CHANGE = """
update app.patient_identities i
set family_name = %(family_name)s, given_name = %(given_name)s, birth_date = %(birth_date)s,
    hospital_number = %(hospital_number)s
from app.patients p
where p.id = i.patient_id and p.code = %(code)s and i.revision = %(expected_revision)s
"""

_FORGET = """
delete from app.patient_identities i using app.patients p
where p.id = i.patient_id and p.code = %(code)s and i.revision = %(expected_revision)s
"""


def read_identity(database: Database, code: str) -> KnownIdentity:
    """Return who a patient is, with revision 0 where that is not recorded.

    Raises
    ------
    AccessDeniedError
        If there is no such patient, or the viewer may not know who they are.
    """
    row = database.fetch_one(_READ, {"code": code})
    if row is None:
        raise AccessDeniedError("Who a patient is can only be seen by those who treat them.")
    revision = row.pop("revision")
    return KnownIdentity(PatientIdentity(**row), revision)


def save_identity(
    database: Database, code: str, identity: PatientIdentity, *, expected_revision: int
) -> None:
    """Store who a patient is; an empty identity is forgotten. The audit log keeps before and after.

    Raises
    ------
    EditConflictError
        If somebody else saved since ``expected_revision`` (0 where there was none).
    InvalidParameterError
        If the hospital number is another patient's.
    NotFoundError, AccessDeniedError
        If the patient may not be changed under this sign-in.
    """
    statement = _ADD if expected_revision == 0 else _FORGET if identity.empty else _CHANGE
    values = asdict(identity) | {"code": code, "expected_revision": expected_revision}
    conflict = EditConflictError(
        "Somebody else changed this identity meanwhile. Nothing was saved; look at theirs, then save again."
    )
    if identity.empty and expected_revision == 0:
        if read_identity(database, code).revision != 0:
            raise conflict
        return
    try:
        with database.transaction() as connection:
            changed = connection.execute(statement, values).rowcount
    except errors.UniqueViolation as exc:
        if exc.diag.constraint_name == "patient_identities_pkey":
            raise conflict from exc
        raise InvalidParameterError("Another patient has this hospital number already.") from exc
    if changed == 0:
        if expected_revision == 0:
            raise NotFoundError(f"There is no patient '{code}'.")
        raise conflict
