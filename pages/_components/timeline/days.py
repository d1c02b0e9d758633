"""The time axis of the timeline: one slot a day, in which the sessions of that day stand side by side.

Where weeks lie between two sessions, the empty days are folded into a few slots, which the figure marks and names:
otherwise two sessions of different years would leave no room for the days of either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from processing.language import format_day

STEPS = (1, 2, 3, 4, 7, 14, 28, 56, 91, 182, 364, 728)
TICK_PX = 118
FOLD_FROM = 28
FOLD_SHARE, FOLD_LEAST = 0.07, 1.0


@dataclass(frozen=True, slots=True)
class Fold:
    """Days without a session that are drawn narrower: from the day ``start`` on, as positions in days."""

    start: int
    n_days: int
    width: float


@dataclass(frozen=True, slots=True)
class Days:
    """The days from the first to the last that are shown, both included; positions count slots from the first."""

    first: date
    last: date
    folds: tuple[Fold, ...] = ()

    @classmethod
    def of(cls, moments: Sequence[datetime]) -> Days:
        """Return the days of sessions in order of time, at least one."""
        days = sorted({moment.date() for moment in moments})
        first = days[0]
        empty = [((a - first).days + 1, (b - a).days - 1) for a, b in pairwise(days)]
        long = [(start, n) for start, n in empty if n > FOLD_FROM]
        rest = (days[-1] - first).days + 1 - sum(n for _, n in long)
        width = max(FOLD_LEAST, FOLD_SHARE * rest)
        return cls(first, days[-1], tuple(Fold(start, n, width) for start, n in long))

    @property
    def width(self) -> float:
        """How many slots there are."""
        return self.x_of(self.last) + 1

    def x_of(self, day: date) -> float:
        """Return where a day's slot begins; of a folded day, where its fold does."""
        n = (day - self.first).days
        before = [fold for fold in self.folds if fold.start <= n]
        return n - sum(min(fold.n_days, n - fold.start) - _share(fold, n) for fold in before)

    def positions(self, moments: Sequence[datetime]) -> list[float]:
        """Return where sessions stand: in the slot of their day, evenly spread, in order of time.

        Minutes lie between the sessions of a day; at the scale of weeks they would hide one another.
        """
        days = [moment.date() for moment in moments]
        counts: dict[date, int] = {}
        for day in days:
            counts[day] = counts.get(day, 0) + 1
        seen: dict[date, int] = {}
        places = []
        for day in days:
            seen[day] = seen.get(day, 0) + 1
            places.append(self.x_of(day) + seen[day] / (counts[day] + 1))
        return places

    def shown(self) -> Iterator[date]:
        """Yield every day that has a slot of its own."""
        n = 0
        while n <= (self.last - self.first).days:
            fold = next((fold for fold in self.folds if fold.start == n), None)
            if fold is not None:
                n += fold.n_days
                continue
            yield self.first + timedelta(days=n)
            n += 1

    def ticks(self, width_px: float) -> tuple[list[float], list[str]]:
        """Return middles of days and their dates, as many as can be read on so many pixels."""
        most = max(1, int(width_px / TICK_PX))
        step = next((step for step in STEPS if self.width / step <= most), STEPS[-1])
        places: list[float] = []
        words: list[str] = []
        since = 0
        for day in self.shown():
            since = (
                0
                if any((day - self.first).days == fold.start + fold.n_days for fold in self.folds)
                else since
            )
            x = self.x_of(day) + 0.5
            if since % step == 0 and (
                not places or (x - places[-1]) / self.width * width_px >= TICK_PX * 0.8
            ):
                places.append(x)
                words.append(format_day(day))
            since += 1
        return places, words


def _share(fold: Fold, n: int) -> float:
    """Return how much of a fold's width lies before a day."""
    return fold.width if n >= fold.start + fold.n_days else 0.0
