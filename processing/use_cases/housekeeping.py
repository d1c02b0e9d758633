"""Forget what grows with every recording and is no result: finished jobs, bodies of events, messages, old runs.

Never forgotten: ids of events that led to a session (they tell a repetition from news), files that wait for a patient,
jobs that wait or run, the newest comparison with the bucket, results, the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Protocol

BATCH = 1000
# A run of the periodic job stays short; the next one goes on where it stopped.
MOST_BATCHES = 100


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days each thing is kept; at least one."""

    finished_jobs_days: int = 7
    event_bodies_days: int = 90
    notifications_days: int = 30
    reconciliation_runs_days: int = 7


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many of each were forgotten; ``complete`` says that nothing old enough is left."""

    finished_jobs: int = 0
    event_bodies: int = 0
    ignored_events: int = 0
    notifications: int = 0
    reconciliation_runs: int = 0
    complete: bool = True

    @property
    def total(self) -> int:
        """How many rows were deleted or emptied."""
        return sum(getattr(self, f.name) for f in fields(self) if f.name != "complete")


class Attic(Protocol):
    """What forgets, a batch at a time; every call is a transaction of its own and returns how many rows it touched."""

    def forget_jobs(self, before: datetime, limit: int, after_id: int) -> tuple[int, int | None]:
        """Return also the id to go on after; None where no older ones are left."""
        ...

    def empty_events(self, before: datetime, limit: int) -> tuple[int, int]:
        """Return how many events lost their body, and how many ignored ones were deleted."""
        ...

    def forget_notifications(self, before: datetime, limit: int) -> int: ...

    def forget_runs(self, before: datetime, limit: int) -> int: ...


def keep_house(
    attic: Attic,
    keep: Retention,
    *,
    now: datetime | None = None,
    batch: int = BATCH,
    most: int = MOST_BATCHES,
) -> Tidied:
    """Forget what is older than ``keep`` says, in batches of so many rows and ``most`` batches of each at the most."""
    moment = now or datetime.now(UTC)

    def before(days: int) -> datetime:
        return moment - timedelta(days=days)

    jobs, jobs_done = _jobs(attic, before(keep.finished_jobs_days), batch, most)
    events, events_done = _repeat(
        lambda: attic.empty_events(before(keep.event_bodies_days), batch), batch, most
    )
    messages, messages_done = _repeat(
        lambda: (attic.forget_notifications(before(keep.notifications_days), batch),), batch, most
    )
    runs, runs_done = _repeat(
        lambda: (attic.forget_runs(before(keep.reconciliation_runs_days), batch),), batch, most
    )
    return Tidied(
        finished_jobs=jobs,
        event_bodies=sum(n for n, _ in events),
        ignored_events=sum(n for _, n in events),
        notifications=sum(n for (n,) in messages),
        reconciliation_runs=sum(n for (n,) in runs),
        complete=jobs_done and events_done and messages_done and runs_done,
    )


def _jobs(attic: Attic, before: datetime, batch: int, most: int) -> tuple[int, bool]:
    """Walk the finished jobs from the oldest on, until a whole batch is too young."""
    total, after_id = 0, 0
    for _ in range(most):
        n, following = attic.forget_jobs(before, batch, after_id)
        total += n
        if following is None:
            return total, True
        after_id = following
    return total, False


def _repeat(
    step: Callable[[], tuple[int, ...]], batch: int, most: int
) -> tuple[Sequence[tuple[int, ...]], bool]:
    """Take batches until one is not full: what is left is young, or somebody holds it."""
    taken = []
    for _ in range(most):
        taken.append(step())
        if sum(taken[-1]) < batch:
            return taken, True
    return taken, False
