"""What each scale needs: workers, waits, load on the database, growth, cost; by the day's model, of measured costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.scale.load import DAY_S, NIGHT_FROM_S, DayModel, arrivals_s, busiest
from benchmarks.scale.queueing import Seconds, fewest_workers, waits_s

SEED = 20261122
DAY_P95_S = 30.0
NIGHT_DONE_BY_S = (24 + 6) * 3600.0
THERAPY_DAYS = 250


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured on one machine; the model multiplies.

    ``service_s`` are whole jobs; ``kept_bytes`` stays for ever with a session, ``queue_bytes`` and ``body_bytes`` for
    as long as the housekeeping keeps them; ``opened_bytes`` is what the audit log keeps of one opening.
    """

    service_s: Seconds
    job_cpu_s: float
    job_database_cpu_s: float
    ingest_database_cpu_s: float
    kept_bytes: float
    queue_bytes: float
    body_bytes: float
    opened_bytes: float
    file_bytes: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What nobody measured: prices (US dollars a GB and month), openings of a session, and how long rows are kept."""

    bucket_price: float = 0.0213
    database_price: float = 0.125
    opened_per_session: float = 1.0
    sessions_per_patient: int = 36
    queue_days: int = 7
    body_days: int = 90


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scale. Waits in seconds of sessions that arrive by day; ``night`` of those that arrive after 20:00."""

    n_per_day: int
    peak_per_s: float
    peak_minute_per_s: float
    workers: int
    day_wait_s: tuple[float, float, float]
    night_wait_s: tuple[float, float]
    night_done_h: float
    workers_quick_night: int
    database_cores: float
    database_gb_year: float
    bucket_tb_year: float
    dollars_month: float
    codes_last_days: float


def simulate(
    n_per_day: int, costs: Costs, assumed: Assumptions, *, day: DayModel | None = None, seed: int = SEED
) -> Outcome:
    """Return what one day of that many sessions needs: the fewest workers that keep both promises.

    By day 95 of 100 start within 30 s, and what came at night is done by six. Therapy days, one after the other: one
    of the large scales, up to thirty of the small ones, so that their percentiles hold still.
    """
    rng = np.random.default_rng(seed)
    days = [arrivals_s(n_per_day, rng, day) for _ in range(max(1, min(30, 30_000 // n_per_day)))]
    midnights = np.repeat(DAY_S * np.arange(len(days)), [one.size for one in days])
    arrivals = np.concatenate(days) + midnights
    service = rng.choice(costs.service_s, arrivals.size)
    by_day = arrivals - midnights < NIGHT_FROM_S
    found: dict[int, Seconds] = {}

    def waits(n: int) -> Seconds:
        if n not in found:
            found[n] = waits_s(arrivals, service, n)
        return found[n]

    def done_s(n: int) -> float:
        return float(np.max(arrivals - midnights + waits(n) + service))

    guess = int(np.ceil(busiest(arrivals[by_day], 1800.0) * costs.service_s.mean()))
    workers = fewest_workers(
        lambda n: _p(waits(n)[by_day], 95) <= DAY_P95_S and done_s(n) <= NIGHT_DONE_BY_S, guess
    )
    quick = fewest_workers(lambda n: _p(waits(n)[~by_day], 95) <= DAY_P95_S and n >= workers, workers)
    day_waits, night_waits = waits(workers)[by_day], waits(workers)[~by_day]
    peak = busiest(arrivals, 60.0)
    return Outcome(
        n_per_day=n_per_day,
        peak_per_s=busiest(arrivals, 1.0),
        peak_minute_per_s=peak,
        workers=workers,
        day_wait_s=(_p(day_waits, 50), _p(day_waits, 95), _p(day_waits, 99)),
        night_wait_s=(_p(night_waits, 50), _p(night_waits, 99)),
        night_done_h=done_s(workers) / 3600.0,
        workers_quick_night=quick,
        # Jobs run no faster than the workers let them.
        database_cores=min(peak, workers / costs.service_s.mean()) * costs.job_database_cpu_s
        + peak * costs.ingest_database_cpu_s,
        **_growth(n_per_day, costs, assumed),
    )


def _growth(n_per_day: int, costs: Costs, assumed: Assumptions) -> dict[str, float]:
    n_year = n_per_day * THERAPY_DAYS
    kept = n_year * (costs.kept_bytes + assumed.opened_per_session * costs.opened_bytes)
    passing = n_per_day * (
        assumed.queue_days * costs.queue_bytes + assumed.body_days * THERAPY_DAYS / 365 * costs.body_bytes
    )
    bucket = n_year * costs.file_bytes
    return {
        "database_gb_year": (kept + passing) / 1e9,
        "bucket_tb_year": bucket / 1e12,
        "dollars_month": bucket / 1e9 * assumed.bucket_price
        + (kept + passing) / 1e9 * assumed.database_price,
        "codes_last_days": 999 * assumed.sessions_per_patient / n_per_day,
    }


def _p(values: Seconds, percent: float) -> float:
    return float(np.percentile(values, percent)) if values.size else 0.0


@dataclass(frozen=True, slots=True)
class Reconnected:
    """Half a day's sessions at once, after a network was away: what the listeners see, and how long the queue is."""

    per_s: float
    waiting: int
    drained_h: float


def reconnect(n_per_day: int, workers: int, costs: Costs, *, within_s: float = 600.0) -> Reconnected:
    """Return what half a day's sessions do that all arrive within some minutes."""
    n = max(1, n_per_day // 2)
    rng = np.random.default_rng(SEED)
    arrivals = np.sort(rng.uniform(0.0, within_s, n))
    service = rng.choice(costs.service_s, n)
    ends = arrivals + waits_s(arrivals, service, workers) + service
    started = np.sort(ends - service)
    longest = np.max(np.arange(1, n + 1) - np.searchsorted(started, arrivals, side="right"))
    return Reconnected(n / within_s, int(longest), float(ends.max()) / 3600.0)
