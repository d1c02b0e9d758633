"""What the housekeeping deletes, in batches that wait for nobody: rows that are held are left for the next time."""

from __future__ import annotations

from datetime import datetime

from processing.database.pool import Database

# By id, the oldest first, so that it ends at the first young batch instead of reading the whole queue. A job is as old
# as the last thing that happened to it. The events go with it (on delete cascade).
_JOBS = """
with batch as (
    select j.id from procrastinate.procrastinate_jobs j
    where j.id > %(after_id)s and j.status in ('succeeded', 'failed', 'cancelled', 'aborted')
    order by j.id limit %(limit)s for update skip locked
), old as (
    select b.id from batch b
    where not exists (
        select from procrastinate.procrastinate_events e where e.job_id = b.id and e.at >= %(before)s)
), deleted as (
    delete from procrastinate.procrastinate_jobs j using old where j.id = old.id returning 1
)
select (select count(*) from deleted) as n, (select count(*) from batch) as looked_at,
       (select max(id) from batch) as last_id
"""

# The queue's triggers use unqualified names.
_QUEUE_PATH = "set local search_path = procrastinate, pg_temp"

_EVENTS = "select emptied, deleted from app.tidy_storage_events(%(before)s, %(limit)s)"

# Sent or not: where nobody is configured to get them they would only pile up.
_NOTIFICATIONS = """
with old as (
    select n.id from app.notifications n where n.created_at < %(before)s
    order by n.id limit %(limit)s for update skip locked
), deleted as (
    delete from app.notifications n using old where n.id = old.id returning 1
)
select count(*) as n from deleted
"""

# The newest that succeeded says from when on the next one has to look.
_RUNS = """
with deleted as (
    delete from app.reconciliation_runs r where r.id in (
        select o.id from app.reconciliation_runs o
        where o.started_at < %(before)s
          and o.id is distinct from (
              select k.id from app.reconciliation_runs k where k.error_kind is null
              order by k.started_at desc limit 1)
        order by o.started_at limit %(limit)s)
    returning 1
)
select count(*) as n from deleted
"""


class DatabaseAttic:
    """Implements ``housekeeping.Attic`` with the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget_jobs(self, before: datetime, limit: int, after_id: int) -> tuple[int, int | None]:
        """Delete finished jobs of a batch with their events; the second is where to go on, None at the end."""
        with self._database.transaction() as connection:
            connection.execute(_QUEUE_PATH)
            row = connection.execute(
                _JOBS.encode(), {"before": before, "limit": limit, "after_id": after_id}
            ).fetchone()
        if row is None or row["looked_at"] < limit or row["n"] == 0:
            return (0 if row is None else int(row["n"])), None
        return int(row["n"]), int(row["last_id"])

    def empty_events(self, before: datetime, limit: int) -> tuple[int, int]:
        """Drop the bodies of old events, and old events that were ignored."""
        row = self._database.fetch_one(_EVENTS, {"before": before, "limit": limit})
        return (0, 0) if row is None else (int(row["emptied"]), int(row["deleted"]))

    def forget_notifications(self, before: datetime, limit: int) -> int:
        """Delete messages that are old, sent or not."""
        return self._count(_NOTIFICATIONS, before, limit)

    def forget_runs(self, before: datetime, limit: int) -> int:
        """Delete what old comparisons with the bucket found."""
        return self._count(_RUNS, before, limit)

    def _count(self, statement: str, before: datetime, limit: int) -> int:
        row = self._database.fetch_one(statement, {"before": before, "limit": limit})
        return 0 if row is None else int(row["n"])
