"""Temporal statistics: how RMS amplitude varies from one window to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from processing.emg.intervals import Interval, to_mask
from processing.emg.results import TemporalStatistics
from processing.recording import BoolArray, FloatArray

_UV = 1e6


def temporal_statistics(
    emg_v: FloatArray,
    masked: BoolArray,
    contractions: tuple[Interval, ...],
    *,
    sampling_rate_hz: float,
    window_s: float = 1.0,
    overlap: float = 0.5,
) -> TemporalStatistics:
    """Return mean, standard deviation and coefficient of variation of RMS over overlapping windows.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts.
    masked : ndarray of bool, shape (n_samples,)
        Samples left out; a window of which more than half is left out does not count.
    contractions : tuple of (onset, offset)
        In samples, half-open.
    sampling_rate_hz : float
        Samples per second.
    window_s : float
        Length of a window in seconds.
    overlap : float
        Share of a window that the next one covers again, at least 0 and below 1.

    Returns
    -------
    TemporalStatistics
        Over all windows, and over those of which at least half of the usable samples lie in contractions. The
        standard deviation is that of a sample (n - 1).

    Notes
    -----
    Windows of 1 s that overlap by half are the project's convention (issue 3); an RMS over 0.25-2 s of a
    sustained contraction is usual [1]_. Bursts shorter than half a window have no active window.

    References
    ----------
    .. [1] Merletti R. Standards for reporting EMG data. J Electromyogr Kinesiol 1999;9(1):III-IV.
    """
    n_window = max(round(window_s * sampling_rate_hz), 1)
    n_hop = max(round((1 - overlap) * n_window), 1)
    starts = np.arange(0, emg_v.size - n_window + 1, n_hop)
    usable = ~masked
    energy = _window_sums(np.where(masked, 0.0, emg_v) ** 2, starts, n_window)
    counts = _window_sums(usable.astype(np.float64), starts, n_window)
    inside = to_mask(list(contractions), emg_v.size) & usable
    active = _window_sums(inside.astype(np.float64), starts, n_window)
    kept = 2 * counts >= n_window
    rms_uv = _UV * np.sqrt(np.maximum(energy[kept], 0.0) / np.maximum(counts[kept], 1.0))
    is_active = 2 * active[kept] >= counts[kept]
    return TemporalStatistics(
        window_s,
        100 * overlap,
        int(rms_uv.size),
        int(np.count_nonzero(is_active)),
        *_mean_sd_cv(rms_uv),
        *_mean_sd_cv(rms_uv[is_active]),
    )


def _window_sums(x: FloatArray, starts: NDArray[np.intp], n_window: int) -> FloatArray:
    """Return the sums of windows that begin at the given samples."""
    cumulative = np.concatenate(([0.0], np.cumsum(x)))
    sums: FloatArray = cumulative[starts + n_window] - cumulative[starts]
    return sums


def _mean_sd_cv(values: FloatArray) -> tuple[float | None, float | None, float | None]:
    """Return mean, standard deviation and their ratio in percent; None for fewer than two values."""
    if values.size < 2:
        return None, None, None
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    return mean, sd, 100 * sd / mean if mean > 0 else None
