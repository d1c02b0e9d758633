"""Samples that say nothing about the muscle: gaps, drop-outs, spikes and rails; found, masked and bridged.

All of it happens before filtering: a drop-out at -5.5 mV left in place rings through a band-pass like a
contraction.
"""

from __future__ import annotations

import numpy as np
import scipy

from processing.emg.intervals import Interval, merge_close, to_mask, true_runs, widen
from processing.recording import BoolArray, FloatArray

_SPIKE_NEIGHBOURHOOD_S = 0.125
# Half of a burst of EMG exceeds a fifth of its own peak; of a spike's surroundings hardly anything does.
_SPIKE_HIGH_SHARE = 0.2
_SPIKE_MAX_WIDTHS = 1.5
_SPIKE_BLOCK_S = 0.050
_ANCHOR_S = 0.010
_RAIL_SWING_S = 0.050


def find_gaps(raw_v: FloatArray) -> BoolArray:
    """Return which samples are not finite numbers, shape (n_samples,)."""
    return ~np.isfinite(raw_v)


def find_dropouts(raw_v: FloatArray, *, sampling_rate_hz: float, min_duration_s: float = 0.020) -> BoolArray:
    """Return which samples belong to a run of one repeated value, as lost packets leave it.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in any unit. NaN never equals NaN: gaps are found by :func:`find_gaps`.
    sampling_rate_hz : float
        Samples per second.
    min_duration_s : float
        Shortest run in seconds; never taken as fewer than 5 samples.

    Returns
    -------
    dropout : ndarray of bool, shape (n_samples,)
    """
    min_samples = max(round(min_duration_s * sampling_rate_hz), 5)
    changes = np.flatnonzero(raw_v[1:] != raw_v[:-1]) + 1
    bounds = np.concatenate(([0], changes, [raw_v.size]))
    long = np.flatnonzero(np.diff(bounds) >= min_samples)
    return to_mask([(int(bounds[i]), int(bounds[i + 1])) for i in long], raw_v.size)


def find_rail_samples(raw_v: FloatArray, usable: BoolArray) -> BoolArray:
    """Return which usable samples pile up at the largest or smallest value.

    A signal that is not clipped thins out towards its extremes. One that is has more samples in the outermost
    half percent of its range than in the next four such bands together.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in any unit.
    usable : ndarray of bool, shape (n_samples,)
        Samples outside gaps, drop-outs and spikes.

    Returns
    -------
    at_rail : ndarray of bool, shape (n_samples,)
    """
    at_rail = np.zeros(raw_v.size, dtype=np.bool_)
    values = raw_v[usable]
    if values.size < 100:
        return at_rail
    low, high = float(values.min()), float(values.max())
    band = 0.005 * (high - low)
    if band <= 0:
        return at_rail
    for depth, depth_all in ((high - values, high - raw_v), (values - low, raw_v - low)):
        n_outer = int(np.count_nonzero(depth <= band))
        n_inner = int(np.count_nonzero((depth > band) & (depth <= 5 * band)))
        if n_outer >= 10 and n_outer > n_inner:
            at_rail |= usable & (depth_all <= band)
    return at_rail


def find_spikes(
    raw_v: FloatArray, *, sampling_rate_hz: float, max_width_s: float = 0.020, ratio: float = 3.0
) -> BoolArray:
    """Return which samples belong to a lone peak far above everything else in the recording.

    A peak is lone when, within an eighth of a second, hardly more samples than ``max_width_s`` holds come
    near it; a second spike close by does not change that. It is a spike when it rises ``ratio`` times above
    the third strongest peak that is not lone, so that one spike, or a dozen, cannot set the scale that they
    are judged by. Twitches as strong as a contraction are left alone.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in any unit, gaps bridged.
    sampling_rate_hz : float
        Samples per second.
    max_width_s : float
        Widest spike in seconds.
    ratio : float
        How far above the next strongest peaks.

    Returns
    -------
    spike : ndarray of bool, shape (n_samples,)
    """
    n_block = max(round(_SPIKE_BLOCK_S * sampling_rate_hz), 3)
    n_blocks = raw_v.size // n_block
    if n_blocks < 20:
        return np.zeros(raw_v.size, dtype=np.bool_)
    trend = scipy.ndimage.uniform_filter1d(raw_v, max(round(0.5 * sampling_rate_hz), 3), mode="nearest")
    deviation = np.abs(raw_v - trend)
    blocks = deviation[: n_blocks * n_block].reshape(n_blocks, n_block)
    peaks = blocks.max(axis=1)
    positions = blocks.argmax(axis=1) + np.arange(n_blocks) * n_block
    is_local_maximum = peaks >= scipy.ndimage.maximum_filter1d(peaks, 5, mode="nearest")
    n_core = max(round(max_width_s * sampling_rate_hz), 3)
    half = max(round(_SPIKE_NEIGHBOURHOOD_S * sampling_rate_hz) // 2, n_core)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(deviation, half), 2 * half + 1)[positions]
    n_high = np.count_nonzero(around > _SPIKE_HIGH_SHARE * peaks[:, np.newaxis], axis=1)
    lone = n_high <= _SPIKE_MAX_WIDTHS * n_core
    ordinary = np.sort(peaks[is_local_maximum & ~lone])
    if ordinary.size < 3:
        return np.zeros(raw_v.size, dtype=np.bool_)
    spikes = positions[is_local_maximum & lone & (peaks > ratio * ordinary[-3])]
    return to_mask([(int(p) - n_core, int(p) + n_core + 1) for p in spikes], raw_v.size)


def find_rail_seconds(at_rail: BoolArray, *, sampling_rate_hz: float, min_percent: float = 10.0) -> BoolArray:
    """Return where the signal swings between the rails rather than being clipped now and then.

    Parameters
    ----------
    at_rail : ndarray of bool, shape (n_samples,)
        Samples at the rails.
    sampling_rate_hz : float
        Samples per second.
    min_percent : float
        Share of rail samples within half a second from which nothing there is worth keeping.

    Returns
    -------
    swinging : ndarray of bool, shape (n_samples,)
        From the first to the last rail sample of each swing; rail samples up to 50 ms apart belong to one.
    """
    if not at_rail.any():
        return np.zeros(at_rail.size, dtype=np.bool_)
    n_window = max(round(0.5 * sampling_rate_hz), 3)
    density = scipy.ndimage.uniform_filter1d(at_rail.astype(np.float64), n_window, mode="constant")
    dense = widen(density > min_percent / 100, n_window // 2)
    swings = merge_close(true_runs(at_rail & dense), round(_RAIL_SWING_S * sampling_rate_hz))
    return to_mask([swing for swing in swings if swing[1] - swing[0] >= n_window // 10], at_rail.size)


def bridge(raw_v: FloatArray, masked: BoolArray, *, sampling_rate_hz: float) -> FloatArray:
    """Return the signal with masked intervals replaced by straight lines between their good neighbours.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG; may hold NaN inside the mask.
    masked : ndarray of bool, shape (n_samples,)
        Samples to replace.
    sampling_rate_hz : float
        Samples per second.

    Returns
    -------
    bridged_v : ndarray of float64, shape (n_samples,)
        Each end of a line is the median of the 10 ms beside it, so that no single sample sets a step. Zeros
        where everything is masked.
    """
    bridged = np.array(raw_v, dtype=np.float64)
    if not masked.any():
        return bridged
    if masked.all():
        return np.zeros_like(bridged)
    n_anchor = max(round(_ANCHOR_S * sampling_rate_hz), 1)
    for start, stop in true_runs(masked):
        left = _anchor(raw_v, masked, (start - n_anchor, start))
        right = _anchor(raw_v, masked, (stop, stop + n_anchor))
        left, right = (right if left is None else left), (left if right is None else right)
        bridged[start:stop] = np.linspace(left or 0.0, right or 0.0, stop - start)
    return bridged


def _anchor(raw_v: FloatArray, masked: BoolArray, interval: Interval) -> float | None:
    """Return the median of the good samples of an interval, None where it holds none."""
    part = slice(max(interval[0], 0), max(interval[1], 0))
    good = raw_v[part][~masked[part]]
    return float(np.median(good)) if good.size else None
