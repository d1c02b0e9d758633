"""What the sessions of patients say about them: copies among them, and the MVC that the newest ones used."""

from __future__ import annotations

from collections.abc import Sequence

from processing.database.pool import Database
from processing.use_cases.patients import PatientSessions, SessionMvc

# One statement for a page of patients. A copy is a session of which an earlier one holds the same bytes.
_OF_PATIENTS = """
select p.code, sides.side, newest.*, (
    select count(*)
    from app.therapy_sessions s
    join app.processing_parameters a on (a.session_id, a.result_version) = (s.id, s.result_version)
    where sides.side = 'left' and s.patient_id = p.id and exists (
        select from app.processing_parameters x
        join app.therapy_sessions o on (o.id, o.result_version) = (x.session_id, x.result_version)
        where x.file_sha256 = a.file_sha256 and (o.received_at, o.id) < (s.received_at, s.id))
) as n_copies
from app.patients p
cross join (values ('left'), ('right')) sides (side)
left join lateral (
    select (e.details #>> '{mvc,value_uv}')::float8 as value_uv, e.details #>> '{mvc,source}' as source,
           s.session_code, s.recorded_at
    from app.therapy_sessions s
    join app.emg_statistics e on (e.session_id, e.result_version) = (s.id, s.result_version)
    where s.patient_id = p.id and e.side = sides.side and e.details #>> '{mvc,source}' in ('file', 'session')
    order by s.session_at desc, s.id desc limit 1
) newest on true
where p.code = any(%(codes)s)
"""


def sessions_of_patients(database: Database, codes: Sequence[str]) -> dict[str, PatientSessions]:
    """Return what their sessions say about each of these patients, as far as the viewer may see them."""
    copies: dict[str, int] = {}
    used: dict[str, list[SessionMvc]] = {}
    for row in database.fetch_all(_OF_PATIENTS, {"codes": list(codes)}):
        code = row["code"]
        copies[code] = copies.get(code, 0) + row["n_copies"]
        found = used.setdefault(code, [])
        if row["session_code"] is not None:
            names = ("side", "value_uv", "source", "session_code", "recorded_at")
            found.append(SessionMvc(**{name: row[name] for name in names}))
    return {code: PatientSessions(n, tuple(used[code])) for code, n in copies.items()}
