"""The slowly varying noise floor that activity is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from processing.recording import BoolArray, FloatArray

# The shape of the noise is read between this percentile and the floor's, where no contraction reaches.
_LOW_PERCENTILE = 2.5
_HOP_S = 1.0
# Degrees of freedom that noise may have: narrow-band noise has few, white noise in a 50 ms window some 40.
_DEGREES = np.geomspace(3.0, 300.0, 200)


@dataclass(frozen=True, slots=True, eq=False)
class NoiseFloor:
    """Level of the noise over time.

    ``level_db`` has shape (n_samples,) and is the typical (median) noise power in dB re 1 V^2. ``degrees``
    are the degrees of freedom of the power in one detection window of pure noise, which follows a
    chi-square distribution.
    """

    level_db: FloatArray
    degrees: float

    @property
    def mean_v(self) -> FloatArray:
        """RMS amplitude of the noise over time, shape (n_samples,), volts."""
        to_mean = self.degrees / float(scipy.stats.chi2.median(self.degrees))
        amplitude: FloatArray = np.sqrt(to_mean) * 10 ** (self.level_db / 20)
        return amplitude

    def rise_db(self, false_alarm_probability: float) -> float:
        """Return how far above ``level_db`` one window of pure noise rises with a given probability."""
        upper = float(scipy.stats.chi2.isf(false_alarm_probability, self.degrees))
        return 10 * float(np.log10(upper / float(scipy.stats.chi2.median(self.degrees))))


def estimate_noise_floor(
    level_db: FloatArray,
    usable: BoolArray,
    *,
    sampling_rate_hz: float,
    bin_s: float,
    window_s: float = 20.0,
    percentile: float = 20.0,
    max_rise_db: float = 12.0,
) -> NoiseFloor | None:
    """Return the noise floor as a low percentile of power within some seconds around each moment.

    Parameters
    ----------
    level_db : ndarray of float, shape (n_samples,)
        Power of short windows in dB.
    usable : ndarray of bool, shape (n_samples,)
        Samples that may be looked at.
    sampling_rate_hz : float
        Samples per second.
    bin_s : float
        Distance of the values taken; the detection window, so that they hardly overlap.
    window_s : float
        Length of the surroundings. Longer than the longest hold, shorter than the drift of the electrodes.
    percentile : float
        Share of the surroundings that is surely rest.
    max_rise_db : float
        How far the local floor may lie above that of the whole recording: a hold longer than the window
        must not become its own floor.

    Returns
    -------
    NoiseFloor or None
        None where fewer than 20 values are usable.

    Notes
    -----
    The power of Gaussian noise in a window follows chi-square; the narrower its band, the fewer the degrees
    of freedom and the wider the swings. They come from the distance between ``percentile`` and the 2.5th
    centile within one surrounding (median over all): both lie in the rest, so neither contractions nor a
    slow drift change them.
    """
    step = max(round(bin_s * sampling_rate_hz), 1)
    taken = np.arange(step // 2, level_db.size, step)
    taken = taken[usable[taken]]
    if taken.size < 20:
        return None
    values = level_db[taken]
    whole = float(np.percentile(values, percentile))
    n_half = round(window_s * sampling_rate_hz / 2)
    centres = np.arange(0, level_db.size + 1, max(round(_HOP_S * sampling_rate_hz), 1))
    local = np.full(centres.size, whole)
    reach = np.full(centres.size, np.nan)
    starts = np.searchsorted(taken, centres - n_half)
    stops = np.searchsorted(taken, centres + n_half)
    for i, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        if stop - start >= 20:
            local[i], lowest = np.percentile(values[start:stop], [percentile, _LOW_PERCENTILE])
            reach[i] = local[i] - lowest
    local = np.minimum(local, whole + max_rise_db)
    floor = np.interp(np.arange(level_db.size), centres, local)
    if np.isnan(reach).all():
        reach[:] = whole - np.percentile(values, _LOW_PERCENTILE)
    degrees = _degrees_of_freedom(float(np.nanmedian(reach)), percentile)
    to_median = 10 * float(
        np.log10(scipy.stats.chi2.median(degrees) / scipy.stats.chi2.ppf(percentile / 100, degrees))
    )
    return NoiseFloor(level_db=floor + to_median, degrees=degrees)


def _degrees_of_freedom(reach_db: float, percentile: float) -> float:
    """Return the degrees of freedom at which two low percentiles of chi-square lie ``reach_db`` apart."""
    expected = 10 * np.log10(
        scipy.stats.chi2.ppf(percentile / 100, _DEGREES)
        / scipy.stats.chi2.ppf(_LOW_PERCENTILE / 100, _DEGREES)
    )
    return float(np.interp(-reach_db, -expected, _DEGREES))
