"""How the whole stands, what the reconciliation found, and which objects the bucket lacks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from processing.database.json_values import foreign_text
from processing.database.pool import Database
from processing.database.sessions import NOT_READ
from processing.errors import AccessDeniedError
from processing.use_cases.operations import HourOfWork, OperationsFacts, ReconciliationRun, read_facts

_FACTS = "select app.operations_facts() as facts"
_VIEWER_FACTS = "select app.viewer_operations_facts() as facts"

_HOURS = "select * from app.viewer_operations_history()"

_ADD_RUN = """
insert into app.reconciliation_runs
    (started_at, ended_at, n_listed, n_queued, n_rescued, n_missing, error_kind, error_message)
values
    (least(%(started_at)s::timestamptz, now() - (%(ended_at)s::timestamptz - %(started_at)s::timestamptz)),
     %(ended_at)s, %(n_listed)s, %(n_queued)s, %(n_rescued)s, %(n_missing)s,
     %(error_kind)s, %(error_message)s)
"""

# A worker whose clock is ahead dates its runs in the future; what changes until then must be looked at all the same.
_LAST_GOOD_RUN = """
select least(started_at, now()) as started_at from app.reconciliation_runs where error_kind is null
order by reconciliation_runs.started_at desc limit 1
"""

_RUNS = """
select started_at, ended_at, n_listed, n_queued, n_rescued, n_missing, error_kind, error_message
from app.reconciliation_runs order by started_at desc limit %(limit)s
"""

_NOTE_MISSING = "select app.note_missing_objects(%(bucket)s, %(names)s::text[], %(listed_at)s) as n"
_NOTE_OBJECT = "select app.note_object(%(bucket)s, %(object_name)s, %(present)s) as session_code"

# One name at a time, by the index on its hash.
_IS_SETTLED = """
select exists (
    select from app.therapy_sessions s
    where s.bucket = %(bucket)s and md5(s.object_name) = md5(%(object_name)s)
      and %(version)s in (s.object_version, s.announced_version)
      and not (s.processing_status = 'failed' and s.failure_kind = any(%(kinds)s))
) as settled
"""


def read_operations(database: Database) -> OperationsFacts:
    """Return how the whole stands.

    Raises
    ------
    AccessDeniedError
        If the person whom these connections act for is no administrator.
    """
    row = database.fetch_one(_FACTS if database.identity is None else _VIEWER_FACTS)
    if row is None or row["facts"] is None:
        raise AccessDeniedError("How the system runs is shown to administrators.")
    return read_facts(row["facts"], now_s=time.time())


def list_hours(database: Database) -> list[HourOfWork]:
    """Return the past day hour by hour; empty for whoever is no administrator."""
    return [HourOfWork(**row) for row in database.fetch_all(_HOURS)]


def add_run(database: Database, run: ReconciliationRun) -> None:
    """Keep what one reconciliation found, until the housekeeping forgets it."""
    database.execute(
        _ADD_RUN,
        {
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "n_listed": run.n_listed,
            "n_queued": run.n_queued,
            "n_rescued": run.n_rescued,
            "n_missing": run.n_missing,
            "error_kind": run.error_kind,
            "error_message": None if run.error_message is None else foreign_text(run.error_message[:500]),
        },
    )


def last_compared_at(database: Database) -> datetime | None:
    """Return when the newest comparison that succeeded began, or None before the first."""
    row = database.fetch_one(_LAST_GOOD_RUN)
    return None if row is None else row["started_at"]


def list_runs(database: Database, limit: int) -> list[ReconciliationRun]:
    """Return the newest runs; none for whoever is no administrator."""
    return [ReconciliationRun(**row) for row in database.fetch_all(_RUNS, {"limit": limit})]


def note_missing(database: Database, bucket: str, names: Sequence[str], listed_at: datetime) -> int:
    """Mark the sessions whose object was not listed, unmark those whose object was; return how many went missing."""
    storable = [name for name in names if "\0" not in name]
    row = database.fetch_one(_NOTE_MISSING, {"bucket": bucket, "names": storable, "listed_at": listed_at})
    return 0 if row is None else int(row["n"])


def note_object(database: Database, bucket: str, object_name: str, *, present: bool) -> str | None:
    """Say that one object came or went; return the code of its session, None if there is none."""
    row = database.fetch_one(
        _NOTE_OBJECT, {"bucket": bucket, "object_name": foreign_text(object_name), "present": present}
    )
    return None if row is None else row["session_code"]


def is_settled(database: Database, bucket: str, object_name: str, version: str) -> bool:
    """Return whether this version of an object is analysed, on its way, or known to be unreadable."""
    row = database.fetch_one(
        _IS_SETTLED,
        {
            "bucket": bucket,
            "object_name": foreign_text(object_name),
            "version": version,
            "kinds": list(NOT_READ),
        },
    )
    return row is not None and bool(row["settled"])
