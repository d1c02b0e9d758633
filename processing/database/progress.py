"""What a patient's timeline marks beside the numbers: notes and copies of recordings."""

from __future__ import annotations

from processing.database.pool import Database
from processing.use_cases.progress import SessionMarks

# Notes under the viewer's own policies: those that may not be read are not counted.
_MARKS = """
select s.session_code, coalesce(n.n_notes, 0) as n_notes, d.copy_of, g.target_duration_s
from app.patients p
join app.therapy_sessions s on s.patient_id = p.id
left join app.session_settings g on g.session_id = s.id
left join lateral (
    select count(*)::integer as n_notes from app.clinical_notes c where c.session_id = s.id) n on true
left join lateral (
    select o.session_code as copy_of
    from app.processing_parameters a
    join app.processing_parameters x on x.file_sha256 = a.file_sha256
    join app.therapy_sessions o on (o.id, o.result_version) = (x.session_id, x.result_version)
    where (a.session_id, a.result_version) = (s.id, s.result_version) and o.patient_id = p.id
      and (o.received_at, o.id) < (s.received_at, s.id)
    order by o.received_at, o.id limit 1) d on true
where p.code = %(patient_code)s and (n.n_notes > 0 or d.copy_of is not null or g.target_duration_s is not null)
"""

_RIGHTS = """
select app.may_read_every_note() or exists (
    select from app.patients p where p.code = %(patient_code)s and p.id = any(app.own_patients())) as may_read
"""


def session_marks(database: Database, patient_code: str) -> dict[str, SessionMarks]:
    """Return the sessions of a patient that have a note, are a copy or have a target of their own, by code."""
    return {
        row["session_code"]: SessionMarks(row["n_notes"], row["copy_of"], row["target_duration_s"])
        for row in database.fetch_all(_MARKS, {"patient_code": patient_code})
    }


def may_read_notes(database: Database, patient_code: str) -> bool:
    """Whether the viewer may read notes about a patient, so that none shown means that there is none."""
    row = database.fetch_one(_RIGHTS, {"patient_code": patient_code})
    return bool(row and row["may_read"])
