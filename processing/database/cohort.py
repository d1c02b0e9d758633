"""Read one patient's sessions through time, and all patients at a glance, from the narrow rows kept for that."""

from __future__ import annotations

from datetime import date

from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.errors import InvalidParameterError, NotFoundError
from processing.use_cases.cohort import (
    CohortPatient,
    LegSummary,
    PatientTimeline,
    RecentSession,
    TimelineSession,
    Window,
)

_PATIENT = """
select p.id, p.code, p.site, coalesce(t.n_sessions, 0) as n_sessions
from app.patients p left join app.patient_totals t on t.patient_id = p.id
where p.code = %(patient_code)s
"""

TIMELINE = """
select s.session_code, s.recorded_at is null as of_arrival, (a.recording ->> 'recorded_at')::timestamp as dated, y.*
from (
    select * from app.session_summaries
    where patient_id = %(patient_id)s
      and (%(since)s::date is null or session_at >= %(since)s::date::timestamp)
      and (%(until)s::date is null or session_at < (%(until)s::date + 1)::timestamp)
    order by session_at desc limit %(limit)s
) y
join app.therapy_sessions s on s.id = y.session_id
left join app.processing_parameters a
    on s.recorded_at is null and (a.session_id, a.result_version) = (s.id, s.result_version)
order by y.session_at, s.session_code
"""

# Compared as timestamps: what compares dates with timestamps is not leakproof, and would be asked after the policy.
OVERVIEW = """
with recent as (
    select patient_id, array_agg(session_at order by session_at) as at, array_agg(status order by session_at) as status,
           array_agg(score order by session_at) as score,
           array_agg(left_verdict order by session_at) as left_verdict,
           array_agg(left_good order by session_at) as left_good,
           array_agg(right_verdict order by session_at) as right_verdict,
           array_agg(right_good order by session_at) as right_good,
           array_agg(effort_cr10 order by session_at) as effort_cr10
    from app.session_summaries
    where session_at >= %(first)s::date::timestamp and session_at < (%(last)s::date + 1)::timestamp
    group by patient_id
)
select p.code, p.site, t.n_sessions, t.n_scored, (t.score_sum / nullif(t.n_scored, 0))::float8 as mean_score,
       (select y.session_at from app.session_summaries y where y.patient_id = p.id
        order by y.session_at limit 1) as first_at,
       (select y.session_at from app.session_summaries y where y.patient_id = p.id
        order by y.session_at desc limit 1) as last_at,
       r.at, r.status, r.score, r.left_verdict, r.left_good, r.right_verdict, r.right_good, r.effort_cr10
from app.patients p
left join app.patient_totals t on t.patient_id = p.id
left join recent r on r.patient_id = p.id
order by p.code
"""


def patient_timeline(
    database: Database,
    patient_code: str,
    *,
    since: date | None = None,
    until: date | None = None,
    limit: int = 500,
) -> PatientTimeline:
    """Return a patient's sessions between two days, both included; of too many, the newest.

    Raises
    ------
    NotFoundError
        If there is no such patient, or the viewer may not see them.
    InvalidParameterError
        If ``limit`` is below 1.
    """
    if limit < 1:
        raise InvalidParameterError(f"A timeline of {limit} sessions; expected 1 or more.")
    with database.transaction() as connection:
        patient = connection.execute(_PATIENT, {"patient_code": patient_code}).fetchone()
        if patient is None:
            raise NotFoundError(f"There is no patient '{patient_code}'.")
        rows = connection.execute(
            TIMELINE, {"patient_id": patient["id"], "since": since, "until": until, "limit": limit}
        ).fetchall()
    return PatientTimeline(
        patient["code"], patient["site"], patient["n_sessions"], tuple(_session(row) for row in rows)
    )


def cohort_overview(database: Database, window: Window) -> list[CohortPatient]:
    """Return every patient whom the viewer may see, by code, with the sessions of a window of days."""
    rows = database.fetch_all(OVERVIEW, {"first": window.first, "last": window.last})
    return [
        CohortPatient(
            patient_code=row["code"],
            site=row["site"],
            n_sessions=row["n_sessions"] or 0,
            n_scored=row["n_scored"] or 0,
            mean_score=row["mean_score"],
            first_at=row["first_at"],
            last_at=row["last_at"],
            recent=() if row["at"] is None else tuple(map(RecentSession, *(row[name] for name in _RECENT))),
        )
        for row in rows
    ]


_RECENT = (
    "at",
    "status",
    "score",
    "left_verdict",
    "left_good",
    "right_verdict",
    "right_good",
    "effort_cr10",
)


def _session(row: DictRow) -> TimelineSession:
    return TimelineSession(
        session_code=row["session_code"],
        at=row["session_at"],
        status=row["status"],
        score=row["score"],
        score_low=row["score_low"],
        score_high=row["score_high"],
        symmetry=row["symmetry"],
        effort_cr10=row["effort_cr10"],
        percent_aop=row["percent_aop"],
        left=_leg(row, "left"),
        right=_leg(row, "right"),
        of_arrival=row["of_arrival"],
        dated=row["dated"],
    )


def _leg(row: DictRow, side: str) -> LegSummary | None:
    if row[f"{side}_verdict"] is None:
        return None
    return LegSummary(**{name: row[f"{side}_{name}"] for name in LegSummary.__slots__})
