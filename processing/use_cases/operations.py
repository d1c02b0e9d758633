"""How the path from file to result stands, and which of it needs a person: facts in, alerts out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from processing.use_cases.read_models import RUNNING

AlertKind: TypeAlias = Literal[
    "queue_stuck",
    "job_stuck",
    "no_worker",
    "failures_rising",
    "cache_misses",
    "clock_skew",
    "reconciliation_failing",
]

OLDEST_WAITING_S = 300.0
LONGEST_RUNNING_S = 600.0
UNATTENDED_S = 60.0
CACHE_MISS_PERCENT = 20.0
FEWEST_LOOKS = 20
CLOCK_SKEW_S = 60.0
RECONCILIATION_AGE_S = 600.0
FEWEST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """The analysis queue; ages in seconds, None where nothing waits or runs."""

    waiting: int
    retrying: int
    running: int
    oldest_waiting_s: float | None
    longest_running_s: float | None
    most_attempts: int | None


@dataclass(frozen=True, slots=True)
class ReconciliationRun:
    """One comparison of bucket and sessions. The counts are None where it failed; then ``error_kind`` says how."""

    started_at: datetime
    ended_at: datetime
    n_listed: int | None
    n_queued: int | None
    n_rescued: int | None
    n_missing: int | None
    error_kind: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class OperationsFacts:
    """Numbers about the whole, none about a person. ``clock_skew_s`` is this machine's clock minus the database's.

    ``reconciliation_age_s`` is None until the first run has ended; the percentiles are None where nothing was
    analysed within the last hour.
    """

    queue: QueueFacts
    workers_alive: int
    last_heartbeat_s: float | None
    unfinished: Mapping[str, int]
    analysed_last_hour: int
    failed_last_hour: int
    failed_hour_before: int
    analysis_p50_ms: float | None
    analysis_p95_ms: float | None
    missing_objects: int
    notifications_waiting: int
    reconciliation_age_s: float | None
    reconciliation_error: str | None
    clock_skew_s: float


@dataclass(frozen=True, slots=True)
class HourOfWork:
    """One hour of the past day. Durations are None where nothing was analysed; arrivals count first results only."""

    hour: datetime
    analysed: int
    failed: int
    analysis_p50_ms: float | None
    analysis_p95_ms: float | None
    arrival_p50_s: float | None
    arrival_p95_s: float | None


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """What one process's cache of traces did within the last hour."""

    hits: int
    misses: int

    @property
    def miss_percent(self) -> float | None:
        """Return the share of looks that built traces anew, None where nobody looked."""
        looks = self.hits + self.misses
        return 100.0 * self.misses / looks if looks else None


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a person should look at, and what to do about it."""

    kind: AlertKind
    sentence: str
    advice: str


def read_facts(plain: Mapping[str, Any], *, now_s: float) -> OperationsFacts:
    """Return the facts from what the database function ``operations_facts`` says.

    Parameters
    ----------
    plain : mapping
        Its JSON object.
    now_s : float
        This machine's clock when the answer arrived, in seconds since 1970.
    """
    queue, hour = plain["queue"], plain["last_hour"]
    run = plain.get("reconciliation") or {}
    return OperationsFacts(
        queue=QueueFacts(
            waiting=queue["waiting"],
            retrying=queue["retrying"],
            running=queue["running"],
            oldest_waiting_s=queue["oldest_waiting_s"],
            longest_running_s=queue["longest_running_s"],
            most_attempts=queue["most_attempts"],
        ),
        workers_alive=plain["workers"]["alive"],
        last_heartbeat_s=plain["workers"]["last_heartbeat_s"],
        unfinished=plain.get("sessions") or {},
        analysed_last_hour=hour["analysed"],
        failed_last_hour=hour["failed"],
        failed_hour_before=plain["failed_hour_before"],
        analysis_p50_ms=hour["analysis_p50_ms"],
        analysis_p95_ms=hour["analysis_p95_ms"],
        missing_objects=plain["missing_objects"],
        notifications_waiting=plain["notifications_waiting"],
        reconciliation_age_s=run.get("age_s"),
        reconciliation_error=run.get("error_kind"),
        clock_skew_s=now_s - plain["database_time"],
    )


def find_alerts(facts: OperationsFacts, cache: CacheFacts | None = None) -> tuple[Alert, ...]:
    """Return what needs a person, the gravest first; empty when all is well."""
    found = [
        _no_worker(facts),
        _queue_stuck(facts),
        _job_stuck(facts),
        _failures_rising(facts),
        _reconciliation(facts),
        _clock(facts),
        _cache(cache),
    ]
    return tuple(alert for alert in found if alert is not None)


def _no_worker(facts: OperationsFacts) -> Alert | None:
    if facts.workers_alive:
        return None
    last = facts.last_heartbeat_s
    since = "none has reported yet" if last is None else f"the last sign of life is {_ago(last)} old"
    return Alert(
        "no_worker",
        f"No worker is alive: {since}.",
        "Files are received and kept. Start a worker, or look into its log.",
    )


def _queue_stuck(facts: OperationsFacts) -> Alert | None:
    age = facts.queue.oldest_waiting_s
    if age is None or age <= OLDEST_WAITING_S:
        return None
    return Alert(
        "queue_stuck",
        f"The oldest of {facts.queue.waiting} waiting recordings has waited for {_ago(age)}.",
        "Add a worker, or look into the log of the one that runs.",
    )


def _job_stuck(facts: OperationsFacts) -> Alert | None:
    age = facts.queue.longest_running_s
    if age is None or age <= LONGEST_RUNNING_S:
        return None
    return Alert(
        "job_stuck",
        f"One analysis has been running for {_ago(age)}.",
        "It is taken back by itself when its worker is dead; otherwise restart that worker.",
    )


def _failures_rising(facts: OperationsFacts) -> Alert | None:
    failed, before = facts.failed_last_hour, facts.failed_hour_before
    if failed < FEWEST_FAILURES or failed <= 2 * before:
        return None
    return Alert(
        "failures_rising",
        f"{failed} recordings failed within the last hour, {before} within the hour before.",
        "Look at their reasons below: a sensor, a tablet or the store may be at fault.",
    )


def _reconciliation(facts: OperationsFacts) -> Alert | None:
    age = facts.reconciliation_age_s
    if facts.reconciliation_error is not None:
        said = f"The last comparison of bucket and sessions failed: {facts.reconciliation_error}."
    elif age is not None and age > RECONCILIATION_AGE_S:
        said = f"Bucket and sessions were last compared {_ago(age)} ago."
    else:
        return None
    return Alert(
        "reconciliation_failing", said, "Until it succeeds, files that no event announced stay unseen."
    )


def _clock(facts: OperationsFacts) -> Alert | None:
    if abs(facts.clock_skew_s) <= CLOCK_SKEW_S:
        return None
    way = "ahead of" if facts.clock_skew_s > 0 else "behind"
    return Alert(
        "clock_skew",
        f"The clock of this machine is {_ago(abs(facts.clock_skew_s))} {way} the database's.",
        "Set it by a time server: signed events outside five minutes are refused.",
    )


def _cache(cache: CacheFacts | None) -> Alert | None:
    percent = None if cache is None else cache.miss_percent
    if cache is None or percent is None or cache.hits + cache.misses < FEWEST_LOOKS:
        return None
    if percent <= CACHE_MISS_PERCENT:
        return None
    return Alert(
        "cache_misses",
        f"{percent:.0f} % of {cache.hits + cache.misses} looks at signals within the last hour built them anew.",
        "If opening a session feels slow, give the cache more memory (TRACE_CACHE_BYTES).",
    )


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def readiness(
    facts: OperationsFacts | None, *, database_error: str | None = None, storage_error: str | None = None
) -> dict[str, Any]:
    """Return what ``/health/ready`` shows: each part with ``ok``, and ``ready`` for the whole.

    Not ready is whoever cannot take events in or would pile them up: the database or the store does not answer, or
    recordings have been waiting too long. A worker that is missing while nothing waits is shown, not judged.

    Parameters
    ----------
    facts : OperationsFacts or None
        None where the database did not answer; ``database_error`` then names the error.
    storage_error : str, optional
        The kind of error that the store answered with.
    """
    answer: dict[str, Any] = {"database": _part(database_error), "storage": _part(storage_error)}
    if facts is None:
        return {"ready": False, **answer}
    alerts = {alert.kind for alert in find_alerts(facts)}
    waited_s = facts.queue.oldest_waiting_s or 0.0
    abandoned = "no_worker" in alerts and waited_s > UNATTENDED_S
    queue_ok = not alerts & {"queue_stuck", "job_stuck"} and not abandoned
    answer |= {
        "workers": {
            "ok": "no_worker" not in alerts,
            "alive": facts.workers_alive,
            "last_heartbeat_s": _rounded(facts.last_heartbeat_s),
        },
        "queue": {
            "ok": queue_ok,
            "waiting": facts.queue.waiting,
            "running": facts.queue.running,
            "oldest_waiting_s": _rounded(facts.queue.oldest_waiting_s),
        },
        "clock": {"ok": "clock_skew" not in alerts, "skew_s": _rounded(facts.clock_skew_s)},
        "reconciliation": {
            "ok": "reconciliation_failing" not in alerts,
            "age_s": _rounded(facts.reconciliation_age_s),
        },
        "waiting": sum(facts.unfinished.get(status, 0) for status in RUNNING),
    }
    return {"ready": database_error is None and storage_error is None and queue_ok, **answer}


def _part(error: str | None) -> dict[str, Any]:
    return {"ok": error is None} | ({} if error is None else {"error": error})


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
