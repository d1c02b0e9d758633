"""What the page Today needs of every patient: their newest sessions, prescriptions in days, mutes, files to fix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import DictRow

from processing.database.attention_patients import read_patients
from processing.database.pool import Database
from processing.errors import NotFoundError
from processing.recording import Side
from processing.scoring.attention import PlannedFrom, RuleName
from processing.use_cases.attention import MUTE_DAYS, Mute, RecordedPatient

_PLANS = """
select p.code, x.valid_from, x.protocol_days, x.sets
from app.prescriptions x join app.patients p on p.id = x.patient_id
where not x.withdrawn and (%(codes)s::text[] is null or p.code = any(%(codes)s))
  and not exists (select from app.prescriptions y where y.patient_id = x.patient_id
                  and y.valid_from = x.valid_from and y.revision > x.revision)
"""

_MUTES = """
select p.code, m.rule, m.reason, m.until, c.display_name as muted_by, m.muted_at
from app.alert_mutes m
join app.patients p on p.id = m.patient_id
left join app.colleagues() c on c.user_id = m.muted_by
where m.until > now() and (%(codes)s::text[] is null or p.code = any(%(codes)s))
"""

_OTHER_FILES = """
select (select count(*) from app.session_summaries y
        join app.therapy_sessions s on s.id = y.session_id
        left join app.inbox_dismissals d on d.session_id = s.id and d.dismissed_at >= s.updated_at
        where y.status = 'completed' and y.left_verdict is null and y.right_verdict is null and d.id is null)
     + (select count(distinct (e.bucket, e.object_name)) from app.storage_events e
        where e.outcome = 'parked' and e.gone_at is null and e.session_id is null
          and not exists (select from app.inbox_dismissals d
                          join app.storage_events put_aside on put_aside.id = d.event_id
                          where put_aside.bucket = e.bucket and put_aside.object_name = e.object_name
                            and put_aside.id >= e.id)) as n
"""

# The signals of a leg that is not judged, by session: what decided comes first.
_REASONS = """
select s.session_code, e.side, e.details #>> '{quality,reasons,0}' as reason
from app.therapy_sessions s
join app.emg_statistics e on e.session_id = s.id and e.result_version = s.result_version
where s.session_code = any(%(codes)s) and e.verdict = 'not_judged' and e.side is not null
order by e.position desc
"""

_MUTE = f"""
insert into app.alert_mutes (patient_id, rule, reason, until)
select p.id, %(rule)s, %(reason)s, now() + interval '{MUTE_DAYS} days' from app.patients p where p.code = %(code)s
on conflict (patient_id, rule) do update set reason = excluded.reason, until = excluded.until
returning until
"""

_UNMUTE = """
delete from app.alert_mutes
where rule = %(rule)s and patient_id = (select id from app.patients where code = %(code)s)
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything that the page Today is made from, read at one moment; plans and mutes by patient code.

    ``n_other_files`` counts the files that wait for a person besides those that could not be read: without a patient,
    or without legs. None where patients were named, for files of nobody are theirs least of all.
    """

    patients: list[RecordedPatient]
    plans: dict[str, list[PlannedFrom]]
    mutes: dict[str, list[Mute]]
    n_other_files: int | None


def read_recorded(database: Database, today: date, codes: Sequence[str] | None = None) -> Recorded:
    """Return what is recorded of the patients whom the viewer may see; all, or those named with their recent days."""
    wanted = {"codes": None if codes is None else list(codes)}
    with database.transaction() as connection:
        patients = read_patients(connection, today, codes)
        plans = connection.execute(_PLANS, wanted).fetchall()
        mutes = connection.execute(_MUTES, wanted).fetchall()
        others = connection.execute(_OTHER_FILES).fetchone() if codes is None else None
    return Recorded(patients, _plans(plans), _mutes(mutes), None if others is None else int(others["n"]))


def read_reasons(database: Database, session_codes: Sequence[str]) -> dict[tuple[str, Side], str]:
    """Return why legs are not judged, in the words of the analysis, by session and side."""
    rows = database.fetch_all(_REASONS, {"codes": list(session_codes)})
    return {(row["session_code"], row["side"]): row["reason"] for row in rows if row["reason"]}


def mute(database: Database, code: str, rule: RuleName, reason: str) -> datetime:
    """Mute a rule for a patient, replacing an earlier mute, and return until when.

    Raises
    ------
    NotFoundError
        If there is no such patient, or they may not be seen.
    AccessDeniedError
        If the viewer may not.
    """
    row = database.fetch_one(_MUTE, {"code": code, "rule": rule, "reason": reason})
    if row is None:
        raise NotFoundError(f"There is no patient '{code}'.")
    until: datetime = row["until"]
    return until


def unmute(database: Database, code: str, rule: RuleName) -> None:
    """End a mute; nothing happens where there is none."""
    database.execute(_UNMUTE, {"code": code, "rule": rule})


def _plans(rows: Iterable[DictRow]) -> dict[str, list[PlannedFrom]]:
    """Return what prescriptions that count say about days and games, by patient code."""
    found: dict[str, list[PlannedFrom]] = defaultdict(list)
    for row in rows:
        found[row["code"]].append(PlannedFrom(row["valid_from"], row["protocol_days"], row["sets"]))
    return found


def _mutes(rows: Iterable[DictRow]) -> dict[str, list[Mute]]:
    """Return the mutes that count now, by patient code; none for researchers."""
    found: dict[str, list[Mute]] = defaultdict(list)
    for row in rows:
        found[row.pop("code")].append(Mute(**row))
    return found
