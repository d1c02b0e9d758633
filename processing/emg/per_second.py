"""Quality second by second: what share of each second's power is mains or movement, and how the baseline drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.intervals import Interval, merge_close, true_runs
from processing.recording import BoolArray, FloatArray

SECOND_S = 1.0
_MAINS_LINES = 3
_AROUND_HZ = 8
_MIN_RATE_HZ = 120.0


@dataclass(frozen=True, slots=True, eq=False)
class Seconds:
    """What each whole second holds; arrays have shape (n_seconds,). A rest shorter than a second is left out.

    ``mains_percent`` and ``low_percent`` are shares of the second's power without its mean; ``low_v`` is the RMS
    amplitude below the EMG band, ``baseline_v`` the mean, ``masked_percent`` the share that is left out.
    """

    n_per_second: int
    mains_percent: FloatArray
    low_percent: FloatArray
    low_v: FloatArray
    baseline_v: FloatArray
    masked_percent: FloatArray

    def intervals(self, flags: BoolArray) -> list[Interval]:
        """Return flagged seconds as half-open intervals of samples."""
        runs = merge_close(true_runs(flags), 0)
        return [(start * self.n_per_second, stop * self.n_per_second) for start, stop in runs]


def measure_seconds(
    raw_v: FloatArray, masked: BoolArray, *, sampling_rate_hz: float, mains_hz: float, below_hz: float = 20.0
) -> Seconds:
    """Return the shares of mains and of slow movement in each second of a channel.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in volts, masked intervals bridged.
    masked : ndarray of bool, shape (n_samples,)
        Samples left out.
    sampling_rate_hz : float
        Samples per second.
    mains_hz : float
        50 or 60; the line and its next two harmonics are looked at.
    below_hz : float
        Lower end of the EMG band.

    Returns
    -------
    Seconds
        Mains is what stands out of the median of the surrounding 8 Hz to either side. Empty where the sampling
        rate is below 120 Hz.
    """
    n_window = round(SECOND_S * sampling_rate_hz)
    n_seconds = raw_v.size // n_window if sampling_rate_hz >= _MIN_RATE_HZ else 0
    part = slice(0, n_seconds * n_window)
    windows = raw_v[part].reshape(n_seconds, n_window)
    baseline = windows.mean(axis=1)
    taper = np.hanning(n_window)
    spectra = np.fft.rfft((windows - baseline[:, np.newaxis]) * taper, axis=1)
    power = spectra.real**2 + spectra.imag**2
    # One bin per hertz: a window lasts a second.
    power[:, 0] = 0.0
    total = power.sum(axis=1)
    safe = np.maximum(total, np.finfo(np.float64).tiny)
    mains = np.zeros(n_seconds)
    for harmonic in range(1, _MAINS_LINES + 1):
        mains += _line_power(power, round(harmonic * mains_hz))
    low = power[:, : round(below_hz)].sum(axis=1)
    return Seconds(
        n_per_second=n_window,
        mains_percent=100 * mains / safe,
        low_percent=100 * low / safe,
        low_v=np.sqrt(2 * low / (n_window * np.sum(taper**2))),
        baseline_v=baseline,
        masked_percent=100 * masked[part].reshape(n_seconds, n_window).mean(axis=1),
    )


def _line_power(power: FloatArray, line: int) -> FloatArray:
    """Return the power of a line, three bins wide under a Hann window, above the median of its surroundings."""
    if line + 2 >= power.shape[1]:
        return np.zeros(power.shape[0])
    below = power[:, max(line - _AROUND_HZ, 1) : line - 2]
    above = power[:, line + 3 : line + _AROUND_HZ + 1]
    around = np.median(np.concatenate((below, above), axis=1), axis=1)
    excess = np.maximum(power[:, line - 1 : line + 2] - around[:, np.newaxis], 0.0)
    return np.asarray(excess.sum(axis=1))
