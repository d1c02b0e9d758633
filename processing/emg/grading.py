"""How findings are graded and placed: verdicts from shares, percentages and intervals."""

from __future__ import annotations

import numpy as np

from processing.emg.intervals import Interval, at_most, to_seconds
from processing.emg.per_second import Seconds
from processing.emg.results import IntervalS, Verdict
from processing.recording import BoolArray

# No more places than this are stored for a finding.
_MOST_PLACES = 60


def grade(value: float, doubtful: float, not_judged: float) -> Verdict:
    """Return the verdict on a value that is better the smaller it is.

    Parameters
    ----------
    value, doubtful, not_judged : float
        What was measured, and from where on it is doubtful or not judged; in one unit.

    Returns
    -------
    Verdict
    """
    if value >= not_judged:
        return "not_judged"
    return "doubtful" if value >= doubtful else "good"


def threshold_of(verdict: Verdict, doubtful: float, not_judged: float) -> float:
    """Return the threshold that decided, or the next one to be crossed.

    Parameters
    ----------
    verdict : Verdict
        From :func:`grade`.
    doubtful, not_judged : float
        The thresholds given to it.

    Returns
    -------
    float
    """
    return not_judged if verdict == "not_judged" else doubtful


def percent_of(flags: BoolArray) -> float:
    """Return the share of true samples in percent."""
    return 100 * float(np.count_nonzero(flags)) / flags.size if flags.size else 0.0


def places(intervals: list[Interval], sampling_rate_hz: float) -> tuple[IntervalS, ...]:
    """Return intervals in seconds, the closest ones made one where they are too many to store."""
    return to_seconds(at_most(intervals, _MOST_PLACES), sampling_rate_hz)


def places_of_seconds(flags: BoolArray, seconds: Seconds, sampling_rate_hz: float) -> tuple[IntervalS, ...]:
    """Return flagged seconds as intervals.

    Parameters
    ----------
    flags : ndarray of bool, shape (n_seconds,)
        Which of the whole seconds.
    seconds : Seconds
        What was measured in each whole second.
    sampling_rate_hz : float
        Samples per second.

    Returns
    -------
    tuple of (start, stop)
        In seconds, at most 60.
    """
    return places(seconds.intervals(flags), sampling_rate_hz)
