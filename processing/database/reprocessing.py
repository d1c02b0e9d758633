"""Runs as a researcher sees them: begun, followed, applied or cancelled; and every result version of a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from processing.database.pool import Database
from processing.database.result_rows import read_result
from processing.errors import EditConflictError, InvalidParameterError, NotFoundError
from processing.use_cases.reprocessing import (
    MOST_SESSIONS,
    Candidate,
    Outcome,
    ResultVersion,
    Run,
    RunItem,
    Selection,
    check_candidate,
    digest_from_plain,
    digest_of,
    selection_to_plain,
)
from processing.use_cases.scoring_configurations import scoring_from_plain, scoring_to_plain

_MATCHING = """
select s.id from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
left join app.session_summaries m on m.session_id = s.id
where s.processing_status = any(%(statuses)s)
  and (%(patient_codes)s::text[] = '{}' or p.code = any(%(patient_codes)s))
  and (%(session_codes)s::text[] = '{}' or s.session_code = any(%(session_codes)s))
  and (%(site)s::text is null or p.site = %(site)s)
  and (%(recorded_from)s::date is null or s.session_at >= %(recorded_from)s::date::timestamp)
  and (%(recorded_until)s::date is null or s.session_at < (%(recorded_until)s::date + 1)::timestamp)
  and (%(verdicts)s::text[] = '{}' or m.left_verdict = any(%(verdicts)s) or m.right_verdict = any(%(verdicts)s))
order by s.session_code
limit %(limit)s
"""

_RUNS = """
select r.*, app.person_name(r.created_by) as created_by_name, app.person_name(r.applied_by) as applied_by_name,
       t.n_left, t.counts, t.n_applied, t.n_not_applied, t.ended_at
from app.reprocessing_runs r
left join lateral (
    select coalesce(sum(g.n), 0)::integer as n_left,
           jsonb_object_agg(g.outcome, g.n) filter (where g.outcome is not null) as counts,
           sum(g.n_applied)::integer as n_applied, sum(g.n_not_applied)::integer as n_not_applied,
           greatest(max(g.tried_at), max(g.applied_at)) as ended_at
    from (select i.outcome, count(*)::integer as n, count(i.applied_version) as n_applied,
                 count(i.apply_message) as n_not_applied, max(i.tried_at) as tried_at, max(i.applied_at) as applied_at
          from app.reprocessing_items i where i.run_id = r.id group by i.outcome) g) t on true
where {condition}
order by r.id desc
limit %(limit)s
"""

_ITEMS = """
select i.*, s.session_code from app.reprocessing_items i
join app.therapy_sessions s on s.id = i.session_id
where i.run_id = %(run_id)s and (%(outcomes)s::text[] is null or i.outcome = any(%(outcomes)s))
order by i.number
"""

_SITES = "select distinct site from app.patients where site is not null order by site"

_START = """
select app.start_dry_run(%(title)s, %(settings)s, %(scoring)s, %(selection)s, %(sessions)s, %(correlation_id)s) as id
"""

_VERSIONS = """
select s.id, s.result_version as newest, p.result_version, r.id as run_id, r.apply_reason,
       app.person_name(r.applied_by) as applied_by_name
from app.therapy_sessions s
join app.processing_parameters p on p.session_id = s.id
left join app.reprocessing_runs r on r.id = p.reprocessing_run
where s.session_code = %(session_code)s
order by p.result_version desc
"""


def list_sites(database: Database) -> list[str]:
    """Return every site of a patient whom the viewer may see."""
    return [row["site"] for row in database.fetch_all(_SITES)]


def matching_sessions(database: Database, selection: Selection) -> list[str]:
    """Return the identifiers of the sessions that a selection matches, at most one more than a run may have."""
    rows = database.fetch_all(
        _MATCHING,
        {
            "statuses": list(selection.statuses),
            "patient_codes": list(selection.patient_codes),
            "session_codes": list(selection.session_codes),
            "site": selection.site,
            "recorded_from": selection.recorded_from,
            "recorded_until": selection.recorded_until,
            "verdicts": list(selection.verdicts),
            "limit": MOST_SESSIONS + 1,
        },
    )
    return [str(row["id"]) for row in rows]


def start_run(
    database: Database, title: str, candidate: Candidate, selection: Selection, *, correlation_id: str
) -> int:
    """Put a dry run on the queue and return its number.

    Raises
    ------
    InvalidParameterError
        If the selection matches no session, or more than a run may have; if a setting cannot be.
    AccessDeniedError
        If the viewer is neither researcher nor administrator.
    """
    check_candidate(candidate)
    sessions = matching_sessions(database, selection)
    if not 1 <= len(sessions) <= MOST_SESSIONS:
        found = f"more than {MOST_SESSIONS}" if sessions else "no"
        raise InvalidParameterError(f"The selection matches {found} sessions; expected 1 to {MOST_SESSIONS}.")
    with _explained():
        row = database.fetch_one(
            _START,
            {
                "title": title,
                "settings": None if candidate.settings is None else Jsonb({**candidate.settings}),
                "scoring": None if candidate.scoring is None else Jsonb(scoring_to_plain(candidate.scoring)),
                "selection": Jsonb(selection_to_plain(selection)),
                "sessions": sessions,
                "correlation_id": correlation_id,
            },
        )
    assert row is not None
    return int(row["id"])


def list_runs(database: Database, limit: int) -> list[Run]:
    """Return the newest runs."""
    return [_run(row) for row in database.fetch_all(_RUNS.format(condition="true"), {"limit": limit})]


def read_run(database: Database, run_id: int) -> Run:
    """Return one run; NotFoundError where there is none, or it may not be seen."""
    row = database.fetch_one(_RUNS.format(condition="r.id = %(run_id)s"), {"run_id": run_id, "limit": 1})
    if row is None:
        raise NotFoundError(f"There is no run {run_id}.")
    return _run(row)


def list_items(database: Database, run_id: int, outcomes: Sequence[Outcome] | None = None) -> list[RunItem]:
    """Return the sessions of a run, of some outcomes or all, in order of their codes."""
    values = {"run_id": run_id, "outcomes": None if outcomes is None else list(outcomes)}
    return [_item(row) for row in database.fetch_all(_ITEMS, values)]


def cancel_run(database: Database, run_id: int) -> bool:
    """Stop a run, or put aside what it found; False where that was done before."""
    row = database.fetch_one("select app.cancel_reprocessing(%(run_id)s) as done", {"run_id": run_id})
    return row is not None and bool(row["done"])


def apply_run(database: Database, run_id: int, reason: str) -> None:
    """Put the application of a run on the queue.

    Raises
    ------
    EditConflictError
        If it was cancelled or applied meanwhile, or has not ended yet.
    InvalidParameterError
        If its scoring rules are no stored configuration.
    NotFoundError, AccessDeniedError
        If there is no such run, or this person may not apply it.
    """
    with _explained():
        database.execute(
            "select app.apply_reprocessing(%(run_id)s, %(reason)s)", {"run_id": run_id, "reason": reason}
        )


def list_versions(database: Database, session_code: str) -> list[ResultVersion]:
    """Return every result version of a session, newest first; NotFoundError where the viewer sees none."""
    with database.transaction() as connection:
        rows = connection.execute(_VERSIONS, {"session_code": session_code}).fetchall()
        found = []
        for row in rows:
            result = read_result(connection, session_id=row["id"], result_version=row["result_version"])
            if result is None:
                continue
            found.append(
                ResultVersion(
                    version=result.version,
                    digest=digest_of(result.channels, result.score, pipeline_version=result.pipeline_version),
                    analysed_at=result.analysed_at,
                    file_sha256=result.file_sha256,
                    scoring=result.scoring,
                    changed_settings=result.changed_settings,
                    run_id=row["run_id"],
                    by=row["applied_by_name"],
                    reason=row["apply_reason"],
                    newest=row["result_version"] == row["newest"],
                )
            )
    if not found:
        raise NotFoundError(f"Session '{session_code}' has no result that may be seen.")
    return found


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the database's functions refuse into this product's errors."""
    try:
        yield
    except psycopg.errors.RestrictViolation as exc:
        raise EditConflictError(_said(exc)) from exc
    except psycopg.errors.InvalidParameterValue as exc:
        raise InvalidParameterError(_said(exc)) from exc
    except psycopg.errors.NoDataFound as exc:
        raise NotFoundError(_said(exc)) from exc


def _said(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error)


def _run(row: DictRow) -> Run:
    candidate = Candidate(
        row["settings"], None if row["scoring"] is None else scoring_from_plain(row["scoring"])
    )
    return Run(
        run_id=row["id"],
        title=row["title"],
        candidate=candidate,
        selection=row["selection"],
        n_items=row["n_left"],  # a session that is deleted takes its item along, and is waited for no longer
        created_by=row["created_by_name"],
        created_at=row["created_at"],
        cancelled_at=row["cancelled_at"],
        apply_reason=row["apply_reason"],
        applied_by=row["applied_by_name"],
        apply_requested_at=row["apply_requested_at"],
        apply_cancelled_at=row["apply_cancelled_at"],
        counts=row["counts"] or {},
        n_applied=row["n_applied"] or 0,
        n_not_applied=row["n_not_applied"] or 0,
        ended_at=_ended(row),
    )


def _ended(row: DictRow) -> datetime | None:
    ended: datetime | None = row["ended_at"]
    return ended


def _item(row: DictRow) -> RunItem:
    def digest(plain: Any) -> Any:
        return None if plain is None else digest_from_plain(plain)

    return RunItem(
        number=row["number"],
        session_id=str(row["session_id"]),
        session_code=row["session_code"],
        outcome=row["outcome"],
        changes=tuple(row["changes"]),
        before=digest(row["before"]),
        after=digest(row["after"]),
        message=row["message"],
        seen_version=row["seen_version"],
        applied_version=row["applied_version"],
        apply_message=row["apply_message"],
    )
