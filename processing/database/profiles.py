"""Accounts: the viewer's own, and those of an installation without sign-in."""

from __future__ import annotations

from processing.database.identity import LOCAL_THERAPIST
from processing.database.pool import Database
from processing.use_cases.profile import ViewerProfile

_OWN = "select role, display_name, site, standing from app.own_profile()"

_GIVE_PATIENTS = """
update app.patients set therapist = %(therapist)s
where code = any(%(codes)s) and therapist is null
  and exists (select from app.user_profiles where user_id = %(therapist)s)
"""


def read_own_profile(database: Database) -> ViewerProfile | None:
    """Return the profile of the person whom these connections act for, or None if there is none."""
    row = database.fetch_one(_OWN)
    return None if row is None else ViewerProfile(**row)


def give_to_local_therapist(database: Database, patient_codes: list[str]) -> None:
    """Assign patients who have no therapist to the local therapist; needs the owner's connection."""
    with database.transaction() as connection:
        connection.execute(_GIVE_PATIENTS, {"therapist": LOCAL_THERAPIST.user_id, "codes": patient_codes})
