"""Contractions laid over each other, all beginning at one moment, for plots; nothing here is measured anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.emg.intervals import to_mask
from processing.emg.results import IntervalS
from processing.emg.traces import select_extrema
from processing.errors import InvalidParameterError
from processing.recording import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class AlignedContractions:
    """One signal around each of its contractions.

    ``time_s`` has shape (n_times,) and is 0 at the onset; ``values`` has shape (n_contractions, n_times) and is
    NaN outside the recording, where samples are masked, and from where a neighbouring contraction begins.
    """

    time_s: FloatArray
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class QuartileBand:
    """The middle of aligned contractions at each moment; arrays have shape (n_times,).

    NaN where too few contractions have a value; ``n`` says how many have one.
    """

    time_s: FloatArray
    median: FloatArray
    lower: FloatArray
    upper: FloatArray
    n: NDArray[np.int64]


def align_at_onset(
    y: FloatArray,
    contractions_s: Sequence[IntervalS],
    *,
    sampling_rate_hz: float,
    before_s: float,
    after_s: float,
    masked_intervals_s: Sequence[IntervalS] = (),
) -> AlignedContractions:
    """Return a signal cut out around each contraction, sample by sample, with the onset at 0.

    Parameters
    ----------
    y : ndarray of float, shape (n_samples,)
        The signal, for example the RMS envelope, in any unit.
    contractions_s : sequence of (onset, offset)
        In seconds and in order of time.
    sampling_rate_hz : float
        Samples per second.
    before_s, after_s : float
        How much is shown before and after the onset.
    masked_intervals_s : sequence of (start, stop)
        In seconds; nothing is shown there.

    Returns
    -------
    AlignedContractions
        A row ends where the next contraction begins and begins where the previous one ended, so that no
        contraction is drawn twice.

    Raises
    ------
    InvalidParameterError
        If the sampling rate is not positive or nothing lies between ``before_s`` and ``after_s``.
    """
    if not sampling_rate_hz > 0 or before_s < 0 or after_s <= 0:
        raise InvalidParameterError(
            f"Contractions cannot be aligned {before_s:g} s before to {after_s:g} s after their onset"
            f" at {sampling_rate_hz:g} Hz"
        )
    shown = np.asarray(y, dtype=np.float32).copy()
    spans = [_samples(interval, sampling_rate_hz) for interval in contractions_s]
    shown[to_mask([_samples(i, sampling_rate_hz) for i in masked_intervals_s], shown.size)] = np.nan
    n_before, n_after = round(before_s * sampling_rate_hz), round(after_s * sampling_rate_hz)
    values = np.full((len(spans), n_before + n_after + 1), np.nan, dtype=np.float32)
    for row, (onset, _) in enumerate(spans):
        first = max(0, onset - n_before, spans[row - 1][1] if row else 0)
        last = min(shown.size, onset + n_after + 1, spans[row + 1][0] if row + 1 < len(spans) else shown.size)
        if last > first:
            at = first - (onset - n_before)
            values[row, at : at + last - first] = shown[first:last]
    time_s = np.arange(-n_before, n_after + 1) / sampling_rate_hz
    return AlignedContractions(time_s, values)


def quartile_band(aligned: AlignedContractions, *, least: int = 3) -> QuartileBand:
    """Return median and quartiles over the contractions at each moment.

    Parameters
    ----------
    aligned : AlignedContractions
        Rows of one signal.
    least : int
        A moment is left out where fewer rows than this, or fewer than half of all, have a value.

    Returns
    -------
    QuartileBand
        Quartiles are interpolated between the values, as ``numpy.percentile`` does.
    """
    ordered = np.sort(aligned.values.astype(np.float64), axis=0)  # NaN goes last
    n = np.count_nonzero(np.isfinite(ordered), axis=0)
    enough = n >= max(least, 1, (len(ordered) + 1) // 2)
    lower, median, upper = (_quantile(ordered, n, enough, share) for share in (0.25, 0.5, 0.75))
    return QuartileBand(aligned.time_s, median, lower, upper, n.astype(np.int64))


def thin(y: FloatArray, n_points: int) -> NDArray[np.int64]:
    """Return increasing indices of about ``n_points`` samples that draw ``y``, its extremes and gaps among them."""
    known = np.isfinite(y)
    if not known.any():
        return np.empty(0, dtype=np.int64)
    edges = np.flatnonzero(known[1:] != known[:-1])
    first, last = np.flatnonzero(known)[[0, -1]]
    chosen = select_extrema(y, int(first), int(last) + 1, n_points)
    inner = edges[(edges >= first) & (edges < last)]
    indices: NDArray[np.int64] = np.unique(np.concatenate((chosen, inner, inner + 1)))
    return indices


def _quantile(
    ordered: FloatArray, n: NDArray[np.integer], enough: NDArray[np.bool_], share: float
) -> FloatArray:
    """Return one quantile of each column, whose known values come first; NaN where there are too few."""
    result = np.full(n.size, np.nan)
    columns = np.flatnonzero(enough)
    place = share * (n[columns] - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, n[columns] - 1)
    low, high = ordered[below, columns], ordered[above, columns]
    result[columns] = low + (place - below) * (high - low)
    return result


def _samples(interval_s: IntervalS, sampling_rate_hz: float) -> tuple[int, int]:
    """Return an interval in samples."""
    return round(interval_s[0] * sampling_rate_hz), round(interval_s[1] * sampling_rate_hz)
