"""When recordings arrive on a day, as a model: therapy hours, groups that end together, tablets that were offline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAY_S = 86_400.0
# Share of a therapy day's sessions by hour, 8:00 to 20:00: two peaks, a lunch, a few in the evening. An assumption:
# no clinic's log was at hand.
HOURS = {8: 6, 9: 13, 10: 15, 11: 12, 12: 4, 13: 8, 14: 14, 15: 13, 16: 9, 17: 4, 18: 1, 19: 1}
SCALES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
NIGHT_FROM_S = 20 * 3600.0


@dataclass(frozen=True, slots=True)
class DayModel:
    """How a day's sessions arrive; the shares and times are assumptions, and arguments.

    ``grouped`` of them come from groups of ``group_size`` patients that end on a half hour and upload within two
    minutes; ``offline`` of them come from tablets without a network, in the evening, ``per_tablet`` at a time.
    """

    grouped: float = 0.30
    group_size: int = 8
    offline: float = 0.15
    per_tablet: int = 5
    sync_from_h: float = 20.0
    sync_peak_h: float = 21.0
    sync_until_h: float = 23.0


def arrivals_s(
    n_per_day: int, rng: np.random.Generator, model: DayModel | None = None
) -> NDArray[np.float64]:
    """Return the arrivals of one day in seconds since midnight, in order, some ``n_per_day`` of them.

    Single sessions are a Poisson process whose rate follows :data:`HOURS`; groups and tablets are Poisson in number.
    """
    model = model or DayModel()
    single = rng.poisson(n_per_day * (1.0 - model.grouped - model.offline))
    parts = [
        _hour(rng, single) * 3600.0 + rng.uniform(0.0, 3600.0, single),
        _groups(n_per_day * model.grouped, rng, model),
        _tablets(n_per_day * model.offline, rng, model),
    ]
    return np.sort(np.concatenate(parts))


def _hour(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    weights = np.array(list(HOURS.values()), dtype=float)
    return rng.choice(np.array(list(HOURS), dtype=float), size=n, p=weights / weights.sum())


def _groups(n: float, rng: np.random.Generator, model: DayModel) -> NDArray[np.float64]:
    """Groups end on the half hour, give or take three minutes."""
    n_groups = rng.poisson(n / model.group_size)
    ends = _hour(rng, n_groups) * 3600.0 + rng.choice([1800.0, 3600.0], n_groups)
    ends += rng.normal(0.0, 180.0, n_groups)
    return np.repeat(ends, model.group_size) + rng.uniform(0.0, 120.0, n_groups * model.group_size)


def _tablets(n: float, rng: np.random.Generator, model: DayModel) -> NDArray[np.float64]:
    """Each tablet sends what it kept, a recording a second."""
    n_tablets = rng.poisson(n / model.per_tablet)
    starts = 3600.0 * rng.triangular(model.sync_from_h, model.sync_peak_h, model.sync_until_h, n_tablets)
    return np.repeat(starts, model.per_tablet) + np.tile(np.arange(model.per_tablet, dtype=float), n_tablets)


def busiest(times_s: NDArray[np.float64], window_s: float) -> float:
    """Return the most arrivals a second over any aligned window of that length."""
    if times_s.size == 0:
        return 0.0
    counts = np.bincount((times_s / window_s).astype(int))
    return float(counts.max()) / window_s
