"""How many of the prescribed sessions were done, and the bands that adherence and symmetry are read in."""

from __future__ import annotations

from typing import Literal, TypeAlias

from processing.errors import InvalidParameterError

AdherenceBand: TypeAlias = Literal["excellent", "good", "moderate", "low"]
SymmetryBand: TypeAlias = Literal["good", "moderate", "poor"]

SESSIONS_PER_WEEK = 15
_FIRST_DAY = 3


def compute_adherence(n_completed: int, day: int) -> float | None:
    """Return completed sessions as a percentage of those prescribed so far.

    Parameters
    ----------
    n_completed : int
        Game sessions done since the first day.
    day : int
        Day of the trial, the first is 1.

    Returns
    -------
    percent : float or None
        At most 100; None before day 3, when too little was due to say anything.

    Raises
    ------
    InvalidParameterError
        If ``n_completed`` is negative or ``day`` is below 1.
    """
    if n_completed < 0 or day < 1:
        raise InvalidParameterError(f"{n_completed} sessions by day {day} cannot be")
    if day < _FIRST_DAY:
        return None
    return min(100.0 * n_completed / (SESSIONS_PER_WEEK / 7 * day), 100.0)


def adherence_band(percent: float) -> AdherenceBand:
    """Return the band of an adherence: from 85, 70 and 50 percent."""
    if percent >= 85:
        return "excellent"
    if percent >= 70:
        return "good"
    return "moderate" if percent >= 50 else "low"


def symmetry_band(score: float) -> SymmetryBand:
    """Return the band of a symmetry score: from 90 and 80."""
    if score >= 90:
        return "good"
    return "moderate" if score >= 80 else "poor"
