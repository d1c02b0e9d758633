"""Which days of training are planned, as far as anybody said so.

No calendar of appointments exists. What is known is how many days of a week are trained, how many games a day has, and
for how many days the protocol runs; which days are the days of rest is not known, and is not assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from processing.scoring.adherence import SESSIONS_PER_WEEK

TRIAL_DAYS = 14
# A first day by itself, with more days than these before the next one, was a trial or another's recording.
LONE_DAY_GAP_DAYS = 28
TRAINED_DAYS_PER_WEEK = 5
GAMES_PER_DAY = SESSIONS_PER_WEEK // TRAINED_DAYS_PER_WEEK
_WEEK = 7
_REST_DAYS = _WEEK - TRAINED_DAYS_PER_WEEK


@dataclass(frozen=True, slots=True)
class PlannedFrom:
    """What a prescription says about time from a day on; None where it says nothing."""

    valid_from: date
    protocol_days: int | None = None
    games_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The stretch of days in which sessions are planned, both ends included.

    ``games`` holds from which day on how many games make a training day; ``prescribed`` says whether its length is
    somebody's prescription, else it is the trial's.
    """

    first: date
    last: date
    games: tuple[tuple[date, int], ...] = ()
    prescribed: bool = False

    def includes(self, day: date) -> bool:
        """Whether a day belongs to it."""
        return self.first <= day <= self.last

    def games_on(self, day: date) -> int:
        """Return how many games a training day has as prescribed on a day."""
        return next((games for start, games in reversed(self.games) if start <= day), GAMES_PER_DAY)

    def planned(self, first: date, last: date) -> float:
        """Return how many games are planned between two days, both included: five days in seven, on average."""
        first, last = max(first, self.first), min(last, self.last)
        days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
        return sum(self.games_on(day) for day in days) * TRAINED_DAYS_PER_WEEK / _WEEK


def find_course(
    recorded: Sequence[date], plans: Sequence[PlannedFrom], *, on: date, default_days: int = TRIAL_DAYS
) -> Course | None:
    """Return the course that runs on a day, or the last one before it.

    It begins with the patient's first recording and lasts as long as prescribed, else as the trial. Once it is over,
    only a prescription that says for how many days it holds begins another one: that is the only way to know.

    A first day that stands alone begins nothing: where the next recording came more than ``LONE_DAY_GAP_DAYS`` later,
    and after the days that the first one would have begun were over, the course begins with that next day. So one
    recording of a wrong date, or one attempt of an earlier year, does not end the planned days before they began.

    Parameters
    ----------
    recorded : sequence of date
        The days with a recording, in order. Those up to the second day that no long gap follows are enough. Without
        any nothing is known to have begun.
    plans : sequence of PlannedFrom
        The prescriptions that count, in any order.
    on : date
        Prescriptions that begin later say nothing yet.
    default_days : int
        The trial's protocol.
    """
    days = sorted(set(recorded))
    if not days:
        return None
    known = sorted((plan for plan in plans if plan.valid_from <= on), key=lambda plan: plan.valid_from)
    for day, following in pairwise(days):
        begun = _from(day, known, default_days)
        if (following - day).days <= LONE_DAY_GAP_DAYS or following <= begun.last:
            return begun
    return _from(days[-1], known, default_days)


def _from(first: date, known: Sequence[PlannedFrom], n_days: int) -> Course:
    """Return the course that begins on a day, or the later one that a prescription begins after it."""
    prescribed = False
    for plan in known:
        if plan.protocol_days is None:
            continue
        if plan.valid_from > first + timedelta(days=n_days - 1):
            first = plan.valid_from
        n_days, prescribed = plan.protocol_days, True
    games = tuple((plan.valid_from, plan.games_per_day or GAMES_PER_DAY) for plan in known)
    return Course(first, first + timedelta(days=n_days - 1), games, prescribed)


def least_planned_days(n_days: int) -> int:
    """Return how many of ``n_days`` days in a row are training days at least, whichever days are days of rest.

    Two of any seven may be days of rest, so three days without a game may mean one that was missed, four mean two.
    """
    weeks, rest = divmod(max(n_days, 0), _WEEK)
    return weeks * TRAINED_DAYS_PER_WEEK + max(0, rest - _REST_DAYS)
