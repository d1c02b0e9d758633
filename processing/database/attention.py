"""What the page Today needs of every patient: their newest sessions, prescriptions in days, mutes, files to fix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.errors import NotFoundError
from processing.recording import Side
from processing.scoring.attention import (
    LegFacts,
    PlannedFrom,
    RuleName,
    SessionFacts,
    UnreadableFiles,
)
from processing.use_cases.attention import MUTE_DAYS, Mute, RecordedPatient

# Two weeks have some 30 games, 42 with one a meal; copies of a recording stand beside it.
_MOST_SESSIONS = 60
# Enough for the sparkline and for three comparable sessions among others.
_MOST_DETAILS = 12

# The index gives each patient's newest sessions one after the other; nothing is counted over all time. What a tablet
# with a wrong clock dated after tomorrow is no newest session: it would hide every later one.
OVERVIEW = """
select p.code, p.therapist::text as therapist_id, c.display_name as therapist_name, p.site,
       coalesce(t.n_sessions, 0) as n_sessions, f.first_at, coalesce(d.code, n.code) as latest_code,
       coalesce(d.at, n.at) as latest_at, r.*
from app.patients p
left join app.patient_totals t on t.patient_id = p.id
left join app.colleagues() c on c.user_id = p.therapist
left join lateral (
    select y.session_at as first_at from app.session_summaries y
    where y.patient_id = p.id order by y.session_at limit 1) f on true
left join lateral (
    select s.session_code as code, s.session_at as at from app.therapy_sessions s
    where s.patient_id = p.id and s.result_version > 0 and s.session_at < (%(today)s::date + 2)::timestamp
    order by s.session_at desc, s.id desc limit 1) d on true
left join lateral (
    select s.session_code as code, s.session_at as at from app.therapy_sessions s
    where s.patient_id = p.id and d.code is null order by s.session_at desc, s.id desc limit 1) n on true
left join lateral (
    select array_agg(y.session_at order by y.n) as at, array_agg(y.status order by y.n) as status,
           array_agg(y.left_verdict order by y.n) filter (where y.n <= %(details)s) as left_verdict,
           array_agg(y.left_good order by y.n) filter (where y.n <= %(details)s) as left_good,
           array_agg(y.left_good_at_most order by y.n) filter (where y.n <= %(details)s) as left_good_at_most,
           array_agg(y.left_expected order by y.n) filter (where y.n <= %(details)s) as left_expected,
           array_agg(y.right_verdict order by y.n) filter (where y.n <= %(details)s) as right_verdict,
           array_agg(y.right_good order by y.n) filter (where y.n <= %(details)s) as right_good,
           array_agg(y.right_good_at_most order by y.n) filter (where y.n <= %(details)s) as right_good_at_most,
           array_agg(y.right_expected order by y.n) filter (where y.n <= %(details)s) as right_expected,
           array_agg(y.effort_cr10 order by y.n) filter (where y.n <= %(details)s) as effort_cr10
    from (select x.*, row_number() over (order by x.session_at desc) as n
          from (select * from app.session_summaries s
                where s.patient_id = p.id and s.session_at < (%(today)s::date + 2)::timestamp
                order by s.session_at desc limit %(sessions)s) x) y) r on true
where %(codes)s::text[] is null or p.code = any(%(codes)s)
order by p.code
"""

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

# What was put aside in the Inbox needs nobody, until something happens to it again.
_UNREADABLE = """
select p.code, count(*) as n_files, (array_agg(s.session_code order by s.session_at desc))[1] as session_code,
       max(s.session_at) as at
from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
left join app.inbox_dismissals d on d.session_id = s.id and d.dismissed_at >= s.updated_at
where s.processing_status = 'failed' and d.id is null and (%(codes)s::text[] is null or p.code = any(%(codes)s))
group by p.code
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


def read_patients(
    database: Database, today: date, codes: Sequence[str] | None = None
) -> list[RecordedPatient]:
    """Return what is recorded of the patients whom the viewer may see, by code; all, or those named."""
    wanted = {
        "today": today,
        "codes": None if codes is None else list(codes),
        "sessions": _MOST_SESSIONS,
        "details": _MOST_DETAILS,
    }
    with database.transaction() as connection:
        rows = connection.execute(OVERVIEW, wanted).fetchall()
        failed = connection.execute(_UNREADABLE, {"codes": wanted["codes"]}).fetchall()
    unreadable = {
        row["code"]: UnreadableFiles(row["n_files"], row["session_code"], row["at"]) for row in failed
    }
    return [_patient(row, unreadable.get(row["code"])) for row in rows]


def read_plans(database: Database, codes: Sequence[str] | None = None) -> dict[str, list[PlannedFrom]]:
    """Return what prescriptions that count say about days and games, by patient code."""
    found: dict[str, list[PlannedFrom]] = defaultdict(list)
    for row in database.fetch_all(_PLANS, {"codes": None if codes is None else list(codes)}):
        found[row["code"]].append(PlannedFrom(row["valid_from"], row["protocol_days"], row["sets"]))
    return found


def read_mutes(database: Database, codes: Sequence[str] | None = None) -> dict[str, list[Mute]]:
    """Return the mutes that count now, by patient code; none for researchers."""
    found: dict[str, list[Mute]] = defaultdict(list)
    for row in database.fetch_all(_MUTES, {"codes": None if codes is None else list(codes)}):
        found[row.pop("code")].append(Mute(**row))
    return found


def count_other_files(database: Database) -> int:
    """Return how many files wait for a person besides those that could not be read: without a patient, without legs."""
    row = database.fetch_one(_OTHER_FILES)
    return 0 if row is None else int(row["n"])


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


def _patient(row: DictRow, unreadable: UnreadableFiles | None) -> RecordedPatient:
    moments: list[datetime] = row["at"] or []
    statuses: list[str] = row["status"] or []
    # Of one patient, two recordings of one moment are one recording that is stored twice.
    done = {at for at, status in zip(moments, statuses, strict=True) if status != "failed"}
    unread = {at for at, status in zip(moments, statuses, strict=True) if status == "failed"} - done
    return RecordedPatient(
        code=row["code"],
        therapist_id=row["therapist_id"],
        therapist_name=row["therapist_name"],
        site=row["site"],
        n_sessions=row["n_sessions"],
        first_at=row["first_at"],
        latest_code=row["latest_code"],
        latest_at=row["latest_at"],
        done_at=tuple(sorted(done)),
        unread_at=tuple(sorted(unread)),
        sessions=_sessions(row, moments, statuses),
        unreadable=unreadable,
    )


def _sessions(row: DictRow, moments: list[datetime], statuses: list[str]) -> tuple[SessionFacts, ...]:
    """Return the newest sessions, each recording once: of copies the first one that was analysed."""
    found: dict[datetime, SessionFacts] = {}
    for n, at in enumerate(moments[:_MOST_DETAILS]):
        if at in found and found[at].outcome == "analysed":
            continue
        analysed = row["left_verdict"][n] is not None or row["right_verdict"][n] is not None
        found[at] = SessionFacts(
            at,
            "unreadable" if statuses[n] == "failed" else "analysed" if analysed else "waiting",
            _leg(row, "left", n),
            _leg(row, "right", n),
            row["effort_cr10"][n],
        )
    return tuple(found.values())


def _leg(row: DictRow, side: str, n: int) -> LegFacts | None:
    verdict = row[f"{side}_verdict"][n]
    if verdict is None:
        return None
    good, at_most = row[f"{side}_good"][n], row[f"{side}_good_at_most"][n]
    # Only where the least and the most agree is a number known.
    return LegFacts(verdict, good if good == at_most else None, row[f"{side}_expected"][n])
