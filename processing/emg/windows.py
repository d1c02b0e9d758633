"""A window of one trace as a program asks for it: real samples, as many as fit, with every extreme kept."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from processing.emg.results import IntervalS
from processing.emg.traces import ChannelTraces, select_extrema
from processing.errors import InvalidParameterError, NotFoundError

SignalKind: TypeAlias = Literal["raw", "filtered", "envelope", "activated"]
Selection: TypeAlias = Literal["all", "min-max"]

SIGNAL_KINDS: tuple[SignalKind, ...] = get_args(SignalKind)
LEAST_POINTS, MOST_POINTS, USUAL_POINTS = 2, 20_000, 2000

# From here on there is room for both ends of the window beside the extremes of two stretches.
_ROOM_FOR_ENDS = 6


@dataclass(frozen=True, slots=True, eq=False)
class SignalWindow:
    """Samples of one channel between two moments, in order of time.

    ``time_s`` (float64) and ``values_uv`` (float32, microvolts) have shape (n_points,); a value is NaN where there is
    none: the file has a gap there, or the sample was left out of the analysis. ``start_s`` and ``end_s`` are the
    window in whole samples, its end excluded. ``selection`` is ``all`` where every sample of the window is there, and
    ``min-max`` where the least and the greatest of equal stretches stand for them.
    """

    channel: str
    kind: SignalKind
    sampling_rate_hz: float
    start_s: float
    end_s: float
    n_samples_in_window: int
    selection: Selection
    time_s: NDArray[np.float64]
    values_uv: NDArray[np.float32]


def signal_window(
    trace: ChannelTraces,
    *,
    kind: SignalKind = "raw",
    window_s: IntervalS | None = None,
    points: int = USUAL_POINTS,
) -> SignalWindow:
    """Return a window of one trace.

    Parameters
    ----------
    trace : ChannelTraces
        The channel's signals.
    kind : {"raw", "filtered", "envelope", "activated"}
        As recorded, band-passed, RMS envelope, or what the game saw.
    window_s : (start, end), optional
        In seconds, end excluded, cut to the recording; the whole of it where left out.
    points : int
        At most so many samples, 2 to 20000.

    Returns
    -------
    SignalWindow

    Raises
    ------
    InvalidParameterError
        If the window holds no sample, or ``points`` is out of bounds.
    NotFoundError
        If the recording does not hold such a signal.
    """
    if not LEAST_POINTS <= points <= MOST_POINTS:
        raise InvalidParameterError(f"points is {points}; expected {LEAST_POINTS} to {MOST_POINTS}.")
    whole = _values(trace, kind)
    rate = trace.sampling_rate_hz
    start, stop = window_samples(window_s, rate, whole.size)
    values = whole[start:stop]
    if kind in ("filtered", "envelope"):
        values = _without_left_out(values, start, trace)
    indices = select_points(values, points)
    return SignalWindow(
        channel=trace.name,
        kind=kind,
        sampling_rate_hz=rate,
        start_s=start / rate,
        end_s=stop / rate,
        n_samples_in_window=stop - start,
        selection="all" if indices.size == stop - start else "min-max",
        time_s=(indices + start) / rate,
        values_uv=values[indices],
    )


def window_samples(window_s: IntervalS | None, rate_hz: float, n_samples: int) -> tuple[int, int]:
    """Return a window in samples, half-open and cut to the recording.

    Parameters
    ----------
    window_s : (start, stop), optional
        In seconds from the recording's beginning; None for all of it.
    rate_hz : float
        Samples a second.
    n_samples : int
        Length of the recording.

    Returns
    -------
    (int, int)
        First sample and the one after the last.

    Raises
    ------
    InvalidParameterError
        If it holds no sample, or one of its ends is no moment.
    """
    if window_s is None:
        return 0, n_samples
    if not all(isfinite(moment) for moment in window_s):
        raise InvalidParameterError(
            f"The window from {window_s[0]} to {window_s[1]} s has no ends; expected two moments in seconds."
        )
    length_s = n_samples / rate_hz
    start, stop = (round(max(0.0, min(length_s, moment)) * rate_hz) for moment in window_s)
    if stop <= start:
        raise InvalidParameterError(
            f"The window from {window_s[0]:g} to {window_s[1]:g} s holds no sample of a recording of "
            f"{n_samples / rate_hz:.2f} s."
        )
    return start, stop


def select_points(values: NDArray[np.float32], points: int) -> NDArray[np.int64]:
    """Return at most ``points`` indices of a signal, its extremes among them.

    The choice is :func:`select_extrema`'s, which draws the plots too. Where samples between two chosen ones have no
    number, one of those is chosen too, so that a line through the samples breaks there.

    Parameters
    ----------
    values : ndarray of float32, shape (n_samples,)
        NaN where there is no sample.
    points : int
        At least 2.

    Returns
    -------
    indices : ndarray of int64, shape (n_kept,)
        Increasing. With fewer than 6 points the signal's ends may be missing, with 2 its gaps.
    """
    n = values.size
    if n <= points:
        return np.arange(n, dtype=np.int64)
    missing = np.isnan(values)
    if missing.all():
        return np.array([0, n - 1], dtype=np.int64)
    if points == LEAST_POINTS or not missing.any():
        return _extremes(values, points)
    # Between so many samples there are fewer gaps than samples.
    return _with_gaps(_extremes(values, (points + 1) // 2), missing)


def _extremes(values: NDArray[np.float32], points: int) -> NDArray[np.int64]:
    if points >= _ROOM_FOR_ENDS:
        return select_extrema(values, 0, values.size, points - 2)
    return np.unique(np.array([np.nanargmin(values), np.nanargmax(values)], dtype=np.int64))


def _with_gaps(chosen: NDArray[np.int64], missing: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the chosen samples and, of the missing ones between each two of them, the first."""
    places = np.flatnonzero(missing)
    following = np.searchsorted(places, chosen[:-1])
    known = following < places.size
    first = places[following[known]]
    between: NDArray[np.int64] = first[first < chosen[1:][known]]
    return np.unique(np.concatenate((chosen, between)))


def _values(trace: ChannelTraces, kind: SignalKind) -> NDArray[np.float32]:
    found = {
        "raw": trace.raw_uv,
        "filtered": trace.filtered_uv,
        "envelope": trace.rms_envelope_uv,
        "activated": trace.activated_uv,
    }[kind]
    if found is None:
        raise NotFoundError(f"Channel '{trace.name}' has no signal '{kind}': not recorded in this file.")
    return found


def _without_left_out(values: NDArray[np.float32], start: int, trace: ChannelTraces) -> NDArray[np.float32]:
    """Return a window without what was left out of the analysis: it has no amplitude, least of all one of zero."""
    kept, rate = values.copy(), trace.sampling_rate_hz
    for onset_s, offset_s in trace.masked_intervals_s:
        first, last = (max(0, round(moment * rate) - start) for moment in (onset_s, offset_s))
        kept[first:last] = np.nan
    return kept
