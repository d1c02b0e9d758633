"""What the pages and the command line read of the sessions, and how one is put on the queue again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psycopg.rows import DictRow

from processing.database.corrections import read_corrections
from processing.database.inputs import read_inputs, with_names
from processing.database.pool import Database
from processing.database.result_rows import read_result
from processing.emg.parameters import SessionTargets
from processing.errors import NotFoundError
from processing.use_cases.corrections import with_people
from processing.use_cases.read_models import (
    ParkedFile,
    SessionFilters,
    SessionReview,
    SessionSummary,
    SideSummary,
)
from processing.use_cases.session_pages import SessionPage, SessionPlace

_SUMMARY = """
select s.id, s.session_code, p.code as patient_code, s.object_name, s.processing_status, s.received_at, s.session_at,
       s.recorded_at, s.duration_s, s.failure_message, s.result_version, s.object_version, s.announced_version,
       s.size_bytes, s.correlation_id, s.object_missing_since, c.total, c.low, c.high,
       (select jsonb_agg(jsonb_build_object(
                    'name', e.channel_name, 'side', e.side, 'verdict', e.verdict,
                    'reasons', e.details #> '{quality,reasons}', 'n_contractions', e.n_contractions,
                    'tally', e.tally, 'expected', c.details #> array[coalesce(e.side, 'left'), 'expected'])
                order by e.position)
        from app.emg_statistics e
        where e.session_id = s.id and e.result_version = s.result_version) as channels
from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
left join app.performance_scores c on c.session_id = s.id and c.result_version = s.result_version
"""

# Narrow first, from an index alone, then what is shown of the few that are left.
_PAGE = """
with page as materialized (
    select s.id from app.therapy_sessions s
    where {conditions}
    order by s.session_at {direction}, s.id {direction}
    limit %(limit)s
)
"""

_OF_THE_PAGE = """
join page on page.id = s.id
order by s.session_at desc, s.id desc
"""

# Of each of a few sessions the earliest with the same bytes, among those that the viewer may see.
_DUPLICATES = """
select distinct on (s.id) s.id, o.session_code as duplicate_of
from app.therapy_sessions s
join app.processing_parameters a on (a.session_id, a.result_version) = (s.id, s.result_version)
join app.processing_parameters x on x.file_sha256 = a.file_sha256
join app.therapy_sessions o on (o.id, o.result_version) = (x.session_id, x.result_version)
where s.id = any(%(ids)s) and (o.received_at, o.id) < (s.received_at, s.id)
order by s.id, o.received_at, o.id
"""

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
NOT_READ = ("NotFoundError", "StorageUnavailableError", "DatabaseUnavailableError")

_SETTLED = """
select object_name,
       case when processing_status = 'completed' then array[object_version]
            when processing_status = 'failed' and failure_kind = any(%(kinds)s) then array[]::text[]
            else array[announced_version, object_version] end as versions
from app.therapy_sessions where bucket = %(bucket)s
union all
select object_name, array[object_version] from app.storage_events
where bucket = %(bucket)s and outcome = 'parked' and gone_at is null
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
select * from (
    select distinct on (e.bucket, e.object_name) e.object_name, e.reason, e.received_at
    from app.storage_events e
    where e.outcome = 'parked' and e.gone_at is null
      and not exists (
          select from app.therapy_sessions s
          where s.bucket = e.bucket and md5(s.object_name) = md5(e.object_name))
    order by e.bucket, e.object_name, e.received_at desc
) newest
order by received_at desc limit 50
"""

_STATUS = "select * from app.session_status(%(session_code)s)"


def list_sessions(database: Database, filters: SessionFilters) -> list[SessionSummary]:
    """Return the sessions that match, newest first and ``filters.limit`` at most."""
    return [_summary(row) for row in _rows(database, filters, None, filters.limit)]


def page_of_sessions(
    database: Database, filters: SessionFilters, place: SessionPlace | None = None
) -> SessionPage:
    """Return the ``filters.limit`` sessions beside a place, newest first; without a place the newest of all."""
    rows = _rows(database, filters, place, filters.limit + 1)  # one more tells whether there are more
    newer = place is not None and place.newer
    more = len(rows) > filters.limit
    if more:
        rows = rows[1:] if newer else rows[:-1]
    if not rows:  # the sessions that were here are gone, or shown elsewhere by now
        return page_of_sessions(database, filters) if place else SessionPage(())
    return SessionPage(
        tuple(_summary(row) for row in rows),
        newer=_place(rows[0], newer=True) if place and (more or not newer) else None,
        older=_place(rows[-1], newer=False) if more or newer else None,
    )


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
        inputs = with_names(database, connection, read_inputs(connection, row["id"]))
        corrections = read_corrections(database, connection, row["id"], result)
        found = connection.execute(_DUPLICATES.encode(), {"ids": [row["id"]]}).fetchone()
        if result is not None:
            result = replace(result, channels=with_people(result.channels, corrections.log))
    return SessionReview(
        summary=_summary(row | {"duplicate_of": found and found["duplicate_of"]}),
        object_version=row["object_version"] or row["announced_version"],
        size_bytes=row["size_bytes"],
        inputs=inputs,
        result=result,
        corrections=corrections,
        correlation_id=row["correlation_id"],
        object_missing_since=row["object_missing_since"],
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
    for row in database.fetch_all(_SETTLED, {"bucket": bucket, "kinds": list(NOT_READ)}):
        settled.setdefault(row["object_name"], set()).update(set(row["versions"]) - {None})
    return settled


def requeue_orphans(database: Database, *, correlation_id: str) -> int:
    """Queue sessions again that wait for a job which is no more; return how many."""
    rows = database.fetch_all(_ORPHANS, {"correlation_id": correlation_id})
    return len(rows)


def _rows(
    database: Database, filters: SessionFilters, place: SessionPlace | None, limit: int
) -> list[DictRow]:
    """Return what is shown of a page; every condition is one that an index of the sessions answers."""
    conditions = ["true"]
    if filters.patient_code is not None:
        conditions.append("s.patient_id = (select a.id from app.patients a where a.code = %(patient_code)s)")
    if filters.statuses:
        conditions.append("s.processing_status = any(%(statuses)s)")
        if "completed" not in filters.statuses:
            conditions.append("s.processing_status <> 'completed'")  # an index holds these few
    if filters.recorded_from is not None:
        conditions.append("s.session_at >= %(recorded_from)s::date::timestamp")
    if filters.recorded_until is not None:
        conditions.append("s.session_at < (%(recorded_until)s::date + 1)::timestamp")
    newer = place is not None and place.newer
    if place is not None:
        conditions.append(f"(s.session_at, s.id) {'>' if newer else '<'} (%(at)s, %(session_id)s)")
    narrow = _PAGE.format(conditions=" and ".join(conditions), direction="asc" if newer else "desc")
    rows = database.fetch_all(
        narrow + _SUMMARY + _OF_THE_PAGE,
        {
            "patient_code": filters.patient_code,
            "statuses": list(filters.statuses),
            "recorded_from": filters.recorded_from,
            "recorded_until": filters.recorded_until,
            "at": place and place.at,
            "session_id": place and place.session_id,
            "limit": limit,
        },
    )
    found = database.fetch_all(_DUPLICATES, {"ids": [row["id"] for row in rows]}) if rows else []
    duplicates = {row["id"]: row["duplicate_of"] for row in found}
    return [row | {"duplicate_of": duplicates.get(row["id"])} for row in rows]


def _place(row: DictRow, *, newer: bool) -> SessionPlace:
    return SessionPlace(row["session_at"], row["id"], newer)


def _summary(row: DictRow) -> SessionSummary:
    return SessionSummary(
        session_id=str(row["id"]),
        session_code=row["session_code"],
        patient_code=row["patient_code"],
        object_name=row["object_name"],
        status=row["processing_status"],
        received_at=row["received_at"],
        recorded_at=row["recorded_at"],
        duration_s=row["duration_s"],
        sides=tuple(_side(channel) for channel in row["channels"] or ()),
        score=row["total"],
        score_low=row["low"],
        score_high=row["high"],
        failure=row["failure_message"],
        duplicate_of=row["duplicate_of"],
    )


def _side(channel: dict[str, Any]) -> SideSummary:
    judged = channel["verdict"] != "not_judged"
    tally = (channel["tally"] or {}) if judged else {}
    least, most = tally.get("good"), tally.get("good_at_most")
    return SideSummary(
        side=channel["side"],
        channel=channel["name"],
        verdict=channel["verdict"],
        reasons=tuple(channel["reasons"] or ()),
        n_contractions=channel["n_contractions"],
        n_good=least if least == most else None,
        expected=channel["expected"] or SessionTargets().expected_contractions,
        n_held=tally.get("held"),
        good_at_least=least,
        good_at_most=most,
    )
