"""Two weeks of a patient, day by day: what was planned and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from processing.scoring.attention.course import GAMES_PER_DAY, Course

STRIP_DAYS = 14
_FIRST_DAY = 3


@dataclass(frozen=True, slots=True)
class DayOfStrip:
    """One day: games that were recorded, files that could not be read, and what a training day has.

    ``planned`` says whether the day belongs to the course, ``past`` whether it is over: today is not.
    """

    day: date
    n_done: int
    n_unread: int
    games: int
    planned: bool
    past: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The days, oldest first, and the sum over those of the course up to today.

    ``n_planned`` is None without a course; ``percent`` is None, too, before its third day, when too little was due to
    say anything. Both follow ``compute_adherence``: of each seven days five are planned.
    """

    days: tuple[DayOfStrip, ...]
    n_done: int
    n_unread: int
    n_planned: float | None
    percent: float | None


def make_strip(
    done_at: Iterable[datetime],
    unread_at: Iterable[datetime],
    course: Course | None,
    *,
    today: date,
    n_days: int = STRIP_DAYS,
) -> Strip:
    """Return the last days up to today or, once the course is over, up to its end or the last recording after it.

    Parameters
    ----------
    done_at, unread_at : iterable of datetime
        When sessions took place, each recording once; those outside the strip are left out.
    course : Course or None
    today : date
    n_days : int
    """
    done, unread = _per_day(done_at), _per_day(unread_at)
    last = today
    if course is not None:
        last = max([course.last, *(day for day in (*done, *unread) if day <= today)])
    last = min(last, today)
    first = last - timedelta(days=n_days - 1)
    days = tuple(
        DayOfStrip(
            day,
            done.get(day, 0),
            unread.get(day, 0),
            GAMES_PER_DAY if course is None else course.games_on(day),
            course is not None and course.includes(day),
            day < today,
        )
        for day in (first + timedelta(days=k) for k in range(n_days))
    )
    counted = [day for day in days if day.planned]
    n_done = sum(day.n_done for day in counted)
    n_planned = None if course is None else course.planned(first, last)
    percent = None
    if n_planned and len(counted) >= _FIRST_DAY:
        percent = min(100.0 * n_done / n_planned, 100.0)
    return Strip(days, n_done, sum(day.n_unread for day in counted), n_planned, percent)


def _per_day(moments: Iterable[datetime]) -> dict[date, int]:
    counted: dict[date, int] = {}
    for moment in moments:
        day = moment.date()
        counted[day] = counted.get(day, 0) + 1
    return counted
