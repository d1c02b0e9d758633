"""The Inbox's rows: sessions and files of no patient, by arrival, and what people put aside."""

from __future__ import annotations

from typing import Any

from psycopg.rows import DictRow

from processing.database.pool import Database
from processing.errors import NotFoundError
from processing.use_cases.inbox import InboxFilters, InboxRow, InboxState, StoredCopy

# "Reviewed" is only what still shows what was seen; everything else that is complete is judged by its channels.
_SESSIONS = """
select s.id::text as key, s.object_name, s.received_at, s.session_code, p.code as patient_code, s.recorded_at,
       s.failure_message as reason, s.failure_kind, state.state, done.seconds,
       same.session_code as duplicate_of, same.recorded_at as duplicate_recorded_at,
       w.display_name as reviewed_by, r.reviewed_at,
       r.session_id is not null and not state.reviewed as changed_since_review,
       d.dismissed_at is not null as dismissed,
       s.processing_status = 'completed' and coalesce(judged.no_leg, false) as needs_legs
from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
left join app.performance_scores c on c.session_id = s.id and c.result_version = s.result_version
left join app.processing_parameters a on a.session_id = s.id and a.result_version = s.result_version
left join app.session_reviews r on r.session_id = s.id
left join app.colleagues() w on w.user_id = r.reviewed_by
left join app.inbox_dismissals d on d.session_id = s.id and d.dismissed_at >= s.updated_at
cross join lateral (
    select bool_and(e.verdict = 'good') and bool_or(e.side is not null) as clean,
           bool_and(e.side is null) as no_leg
    from app.emg_statistics e
    where e.session_id = s.id and e.result_version = s.result_version
) judged
cross join lateral (
    select coalesce(r.result_version = s.result_version and r.judged_at = c.computed_at, false) as reviewed
) seen
cross join lateral (
    select seen.reviewed, case
        when s.processing_status = 'pending' then 'waiting'
        when s.processing_status in ('processing', 'reprocessing') and s.run_token is null then 'waiting'
        when s.processing_status in ('processing', 'reprocessing') then coalesce(s.run_stage, 'analysing')
        when s.processing_status = 'failed' then 'failed'
        when seen.reviewed then 'reviewed'
        when judged.clean then 'ready'
        else 'warnings' end as state
) state
cross join lateral (
    select extract(epoch from case
        when s.processing_status in ('pending', 'processing', 'reprocessing') then now() - s.updated_at
        when s.processing_status = 'completed' and s.result_version = 1 then a.created_at - s.received_at
        when s.processing_status = 'completed'
            then make_interval(secs => (a.timings_ms ->> 'total')::float8 / 1000) end) as seconds
) done
left join lateral (
    select o.session_code, o.recorded_at
    from app.processing_parameters x
    join app.therapy_sessions o on o.id = x.session_id and o.result_version = x.result_version
    where x.file_sha256 = a.file_sha256 and (o.received_at, o.id) < (s.received_at, s.id)
    order by o.received_at, o.id limit 1
) same on true
where s.processing_status = any(%(statuses)s)
  and (d.dismissed_at is not null) = %(dismissed)s
  and (%(states)s::text[] is null or state.state = any(%(states)s))
  and (%(before_at)s::timestamptz is null
       or (s.received_at <= %(before_at)s and (s.received_at, s.id::text) < (%(before_at)s, %(before_key)s)))
order by s.received_at desc, s.id desc
limit %(limit)s
"""

# Of several arrivals of one object the newest speaks; one that was given to a patient is no longer of nobody.
_PARKED = """
select e.id::text as key, coalesce(e.object_name, '') as object_name, e.received_at,
       e.reason, d.event_id is not null as dismissed
from app.storage_events e
left join app.inbox_dismissals d on d.event_id = e.id
where e.outcome = 'parked' and e.gone_at is null and e.session_id is null
  and not exists (
      select from app.storage_events later
      where later.outcome = 'parked' and later.object_name = e.object_name and later.bucket = e.bucket
        and later.id > e.id)
  and (d.event_id is not null) = %(dismissed)s
  and (%(before_at)s::timestamptz is null
       or (e.received_at <= %(before_at)s and (e.received_at, e.id::text) < (%(before_at)s, %(before_key)s)))
order by e.received_at desc, e.id desc
limit %(limit)s
"""

_ONE_PARKED = """
select object_name from app.storage_events
where id = %(event_id)s and outcome = 'parked' and session_id is null
"""

_SETTLE = """
select app.settle_parked_events(
    %(event_id)s, (select s.id from app.therapy_sessions s where s.session_code = %(session_code)s)) as settled
"""

_DISMISS_SESSION = """
insert into app.inbox_dismissals (session_id) select %(key)s::uuid
on conflict (session_id) do update set dismissed_at = now()
"""

_DISMISS_EVENT = """
insert into app.inbox_dismissals (event_id) values (%(key)s::bigint) on conflict (event_id) do nothing
"""

_RESTORE = """
delete from app.inbox_dismissals
where case when %(parked)s then event_id::text = %(key)s else session_id::text = %(key)s end
"""

_SAME = """
select s.session_code, s.object_name, s.received_at, s.recorded_at
from app.processing_parameters a
join app.therapy_sessions s on s.id = a.session_id and s.result_version = a.result_version
join app.patients p on p.id = s.patient_id
where a.file_sha256 = %(sha256)s and (%(patient_code)s::text is null or p.code = %(patient_code)s)
order by s.received_at, s.id
limit 5
"""


_RUNNING = ("processing", "reprocessing")
_STATUSES: dict[InboxState, tuple[str, ...]] = {
    "waiting": ("pending", *_RUNNING),
    "reading": _RUNNING,
    "analysing": _RUNNING,
    "ready": ("completed",),
    "warnings": ("completed",),
    "reviewed": ("completed",),
    "failed": ("failed",),
    "parked": (),
}


def list_inbox(database: Database, filters: InboxFilters) -> list[InboxRow]:
    """Return the files that match, newest arrival first; at most ``filters.limit``."""
    before = filters.before
    wanted = filters.states or tuple(_STATUSES)
    # By status first: the states themselves are worked out row by row.
    statuses = sorted({status for state in wanted for status in _STATUSES[state]})
    values = {
        "statuses": statuses,
        "states": list(filters.states) or None,
        "dismissed": filters.dismissed,
        "before_at": None if before is None else before[0],
        "before_key": None if before is None else before[1],
        "limit": filters.limit,
    }
    with database.transaction() as connection:
        sessions = connection.execute(_SESSIONS.encode(), values).fetchall() if statuses else []
        parked = connection.execute(_PARKED.encode(), values).fetchall() if "parked" in wanted else []
    rows = [*(_session(row) for row in sessions), *(_parked(row) for row in parked)]
    rows.sort(key=lambda row: (row.received_at, row.key), reverse=True)
    return rows[: filters.limit]


def parked_object(database: Database, event_id: str) -> str:
    """Return the object name of a file of no patient; NotFoundError if it was settled, or may not be seen."""
    row = database.fetch_one(_ONE_PARKED, {"event_id": int(event_id)})
    if row is None:
        raise NotFoundError("This file is no longer waiting for a patient.")
    return str(row["object_name"])


def settle_parked(database: Database, event_id: str, session_code: str) -> None:
    """Note that a file of no patient became a session, audited.

    Raises
    ------
    NotFoundError
        If somebody settled it meanwhile.
    AccessDeniedError
        If the person is no administrator.
    """
    row = database.fetch_one(_SETTLE, {"event_id": int(event_id), "session_code": session_code})
    if row is None or not row["settled"]:
        raise NotFoundError("This file is no longer waiting for a patient.")


def dismiss(database: Database, row: InboxRow) -> None:
    """Put a file aside until something happens to it again."""
    with database.transaction() as connection:
        statement = _DISMISS_EVENT if row.state == "parked" else _DISMISS_SESSION
        connection.execute(statement.encode(), {"key": row.key})


def restore(database: Database, row: InboxRow) -> None:
    """Take a file back that was put aside."""
    with database.transaction() as connection:
        connection.execute(_RESTORE, {"key": row.key, "parked": row.state == "parked"})


def find_stored(database: Database, sha256: str, *, patient_code: str | None = None) -> list[StoredCopy]:
    """Return the sessions whose newest result describes exactly these bytes, the earliest first."""
    rows = database.fetch_all(_SAME, {"sha256": sha256, "patient_code": patient_code})
    return [StoredCopy(**row) for row in rows]


def _session(row: DictRow) -> InboxRow:
    values: dict[str, Any] = dict(row)
    seconds = values.pop("seconds")
    return InboxRow(**values, seconds=None if seconds is None else float(seconds))


def _parked(row: DictRow) -> InboxRow:
    return InboxRow(**row, state="parked")
