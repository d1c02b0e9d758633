"""Intervals of samples and what can be done with them: onset included, offset excluded."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from processing.emg.results import IntervalS
from processing.recording import BoolArray

Interval: TypeAlias = tuple[int, int]


def true_runs(flags: BoolArray) -> list[Interval]:
    """Return the half-open intervals in which a boolean array is true, in order."""
    padded = np.concatenate(([False], flags, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def to_mask(intervals: list[Interval], n_samples: int) -> BoolArray:
    """Return a boolean array that is true inside the intervals; parts outside the recording are cut off."""
    mask = np.zeros(n_samples, dtype=np.bool_)
    for start, stop in intervals:
        mask[max(start, 0) : max(stop, 0)] = True
    return mask


def widen(flags: BoolArray, n_each_side: int) -> BoolArray:
    """Return the flags with every run made longer by a number of samples at both ends."""
    if n_each_side <= 0 or not flags.any():
        return flags.copy()
    widened = [(start - n_each_side, stop + n_each_side) for start, stop in true_runs(flags)]
    return to_mask(widened, flags.size)


def merge_close(intervals: list[Interval], max_gap: int) -> list[Interval]:
    """Return ordered, disjoint intervals in which gaps of at most ``max_gap`` samples are closed."""
    merged: list[Interval] = []
    for start, stop in sorted(intervals):
        if merged and start - merged[-1][1] <= max_gap:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


def at_most(intervals: list[Interval], most: int) -> list[Interval]:
    """Return ordered, disjoint intervals, those closest to each other made one until few enough are left.

    A file with thousands of faults must not fill the database with them.
    """
    if len(intervals) <= most:
        return intervals
    bounds = np.asarray(intervals)
    gaps = bounds[1:, 0] - bounds[:-1, 1]
    kept = np.sort(np.argsort(gaps, kind="stable")[::-1][: max(most - 1, 0)])
    starts = np.concatenate((bounds[:1, 0], bounds[kept + 1, 0]))
    stops = np.concatenate((bounds[kept, 1], bounds[-1:, 1]))
    return [(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True)]


def to_seconds(intervals: list[Interval], sampling_rate_hz: float) -> tuple[IntervalS, ...]:
    """Return the intervals in seconds from the start of the recording."""
    return tuple((start / sampling_rate_hz, stop / sampling_rate_hz) for start, stop in intervals)
