"""What the pages and the command line read of the sessions, and how one is put on the queue again."""

from __future__ import annotations

from typing import Any

from psycopg.rows import DictRow

from processing.database.inputs import read_inputs
from processing.database.pool import Database
from processing.database.result_rows import read_result
from processing.errors import NotFoundError
from processing.scoring.model import SessionScore
from processing.use_cases.document import score_from_plain
from processing.use_cases.read_models import (
    ParkedFile,
    SessionFilters,
    SessionReview,
    SessionSummary,
    SideSummary,
)

_SUMMARY = """
select s.id, s.session_code, p.code as patient_code, s.object_name, s.processing_status, s.received_at,
       s.recorded_at, s.duration_s, s.failure_message, s.result_version, s.object_version, s.announced_version,
       s.size_bytes, g.expected_contractions,
       c.total, c.low, c.high, c.details as score_details,
       (select jsonb_agg(jsonb_build_object(
                    'name', e.channel_name, 'side', e.side, 'verdict', e.verdict,
                    'reasons', e.details #> '{quality,reasons}', 'n_contractions', e.n_contractions)
                order by e.position)
        from app.emg_statistics e
        where e.session_id = s.id and e.result_version = s.result_version) as channels
from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
join app.session_settings g on g.session_id = s.id
left join app.performance_scores c on c.session_id = s.id and c.result_version = s.result_version
"""

_LIST = (
    _SUMMARY
    + """
where (%(patient_code)s::text is null or p.code = %(patient_code)s)
  and (%(statuses)s::text[] is null or s.processing_status = any(%(statuses)s))
  and (%(recorded_from)s::date is null
       or coalesce(s.recorded_at, s.received_at at time zone 'UTC') >= %(recorded_from)s::date)
  and (%(recorded_until)s::date is null
       or coalesce(s.recorded_at, s.received_at at time zone 'UTC') < %(recorded_until)s::date + 1)
order by coalesce(s.recorded_at, s.received_at at time zone 'UTC') desc, s.session_code desc
limit %(limit)s
"""
)

_ONE = _SUMMARY + "where s.session_code = %(session_code)s"

_REQUEUE = """
update app.therapy_sessions
set processing_status = case when result_version > 0 then 'reprocessing' else 'pending' end,
    failure_kind = null, failure_message = null, run_token = null, updated_at = now()
where session_code = %(session_code)s
returning app.enqueue_analysis(id, %(correlation_id)s, %(force)s) as job_id
"""

# The same for a person: only sessions that they may edit.
_REQUEUE_AS_PERSON = "select app.requeue_session(%(session_code)s, %(correlation_id)s, %(force)s) as job_id"

# Outcomes that say nothing about the bytes.
_NOT_READ = ("NotFoundError", "StorageUnavailableError", "DatabaseUnavailableError")

_SETTLED = """
select object_name,
       case when processing_status = 'completed' then array[object_version]
            when processing_status = 'failed' and failure_kind = any(%(kinds)s) then array[]::text[]
            else array[announced_version, object_version] end as versions
from app.therapy_sessions where bucket = %(bucket)s
union all
select object_name, array[object_version] from app.storage_events
where bucket = %(bucket)s and outcome = 'parked'
"""

# Younger ones are left alone: their job may be about to end, or to be written.
_ORPHANS = """
update app.therapy_sessions s
set updated_at = now(), run_token = null
where s.processing_status in ('pending', 'processing', 'reprocessing')
  and s.updated_at < now() - interval '1 minute'
  and not exists (
      select from procrastinate.procrastinate_jobs j
      where j.status in ('todo', 'doing') and j.args ->> 'session_id' = s.id::text)
returning app.enqueue_analysis(s.id, %(correlation_id)s, false) as job_id
"""

_PARKED = """
select distinct on (e.object_name) e.object_name, e.reason, e.received_at from app.storage_events e
where e.outcome = 'parked'
order by e.object_name, e.received_at desc limit 50
"""

_STATUS = "select * from app.session_status(%(session_code)s)"


def list_sessions(database: Database, filters: SessionFilters) -> list[SessionSummary]:
    """Return the sessions that match, newest first."""
    rows = database.fetch_all(
        _LIST,
        {
            "patient_code": filters.patient_code,
            "statuses": list(filters.statuses) or None,
            "recorded_from": filters.recorded_from,
            "recorded_until": filters.recorded_until,
            "limit": filters.limit,
        },
    )
    return [_summary(row) for row in rows]


def list_patient_codes(database: Database) -> list[str]:
    """Return every patient code, in order."""
    return [row["code"] for row in database.fetch_all("select code from app.patients order by code")]


def list_parked_files(database: Database) -> list[ParkedFile]:
    """Return the newest files that arrived but belong to no patient."""
    return [
        ParkedFile(row["object_name"], row["reason"], row["received_at"])
        for row in database.fetch_all(_PARKED)
    ]


def session_status(database: Database, session_code: str) -> dict[str, Any] | None:
    """Return the state of one session as plain values, or None if there is no such session."""
    return database.fetch_one(_STATUS, {"session_code": session_code})


def count_waiting(database: Database) -> int:
    """Return how many sessions a worker still has to finish something for."""
    row = database.fetch_one("select app.sessions_waiting() as waiting")
    return 0 if row is None else int(row["waiting"])


def load_review(database: Database, session_code: str) -> SessionReview:
    """Return everything that is stored about one session.

    Raises
    ------
    NotFoundError
        If no session has this code.
    """
    with database.transaction() as connection:
        row = connection.execute(_ONE.encode(), {"session_code": session_code}).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session '{session_code}'.")
        result = read_result(connection, session_id=row["id"], result_version=row["result_version"])
        inputs = read_inputs(connection, row["id"])
    return SessionReview(
        summary=_summary(row),
        object_version=row["object_version"] or row["announced_version"],
        size_bytes=row["size_bytes"],
        inputs=inputs,
        result=result,
    )


def requeue(database: Database, session_code: str, *, correlation_id: str, force: bool) -> int:
    """Put the analysis of a session on the queue again and return the job's number.

    Raises
    ------
    NotFoundError
        If no session has this code.
    """
    row = database.fetch_one(
        _REQUEUE if database.identity is None else _REQUEUE_AS_PERSON,
        {"session_code": session_code, "correlation_id": correlation_id, "force": force},
    )
    if row is None or row["job_id"] is None:
        raise NotFoundError(f"There is no session '{session_code}'.")
    return int(row["job_id"])


def settled_object_versions(database: Database, bucket: str) -> dict[str, set[str]]:
    """Return, for each object that was ever announced, the versions that need no further announcement.

    A session that failed because the store did not give its object is not settled: the object may be there now.
    """
    settled: dict[str, set[str]] = {}
    for row in database.fetch_all(_SETTLED, {"bucket": bucket, "kinds": list(_NOT_READ)}):
        settled.setdefault(row["object_name"], set()).update(set(row["versions"]) - {None})
    return settled


def requeue_orphans(database: Database, *, correlation_id: str) -> int:
    """Queue sessions again that wait for a job which is no more; return how many."""
    rows = database.fetch_all(_ORPHANS, {"correlation_id": correlation_id})
    return len(rows)


def _summary(row: DictRow) -> SessionSummary:
    score = None if row["score_details"] is None else score_from_plain(row["score_details"])
    return SessionSummary(
        session_id=str(row["id"]),
        session_code=row["session_code"],
        patient_code=row["patient_code"],
        object_name=row["object_name"],
        status=row["processing_status"],
        received_at=row["received_at"],
        recorded_at=row["recorded_at"],
        duration_s=row["duration_s"],
        sides=tuple(_side(channel, score, row["expected_contractions"]) for channel in row["channels"] or ()),
        score=row["total"],
        score_low=row["low"],
        score_high=row["high"],
        failure=row["failure_message"],
    )


def _side(channel: dict[str, Any], score: SessionScore | None, expected: int) -> SideSummary:
    muscle = {"left": score.left, "right": score.right}.get(channel["side"]) if score is not None else None
    return SideSummary(
        side=channel["side"],
        channel=channel["name"],
        verdict=channel["verdict"],
        reasons=tuple(channel["reasons"] or ()),
        n_contractions=channel["n_contractions"],
        n_good=None if muscle is None else muscle.n_good,
        expected=expected,
    )
