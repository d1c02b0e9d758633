"""Power spectrum and its mean and median frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal

from processing.recording import BoolArray, FloatArray

_MIN_BINS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class PowerSpectrum:
    """Welch power spectral density.

    ``frequency_hz`` and ``psd_v2_per_hz`` have shape (n_bins,) and cover the EMG band only.
    """

    frequency_hz: FloatArray
    psd_v2_per_hz: FloatArray


def compute_psd(
    emg_v: FloatArray,
    *,
    sampling_rate_hz: float,
    segment_s: float = 0.250,
    min_duration_s: float = 0.125,
    low_hz: float = 20.0,
    high_hz: float = 450.0,
) -> PowerSpectrum | None:
    """Return the power spectral density of one stretch of EMG by Welch's method.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts.
    sampling_rate_hz : float
        Samples per second.
    segment_s : float
        Length of the Hann windows, which overlap by half; a shorter stretch is one window.
    min_duration_s : float
        Shortest stretch that has a spectrum worth showing.
    low_hz, high_hz : float
        The band that is kept.

    Returns
    -------
    PowerSpectrum or None
        None for a stretch that is too short or without power. Zero padding makes the grid finer than the
        resolution, which is about 2 / ``segment_s`` Hz.

    References
    ----------
    .. [1] Merletti R, Farina D. Surface Electromyography. Wiley-IEEE Press 2016.
    """
    x = np.asarray(emg_v, dtype=np.float64)
    if x.size < max(round(min_duration_s * sampling_rate_hz), 8):
        return None
    n_segment = min(max(round(segment_s * sampling_rate_hz), 8), x.size)
    n_fft = max(_MIN_BINS, 2 ** int(np.ceil(np.log2(n_segment))))
    frequency_hz, psd = signal.welch(
        x,
        sampling_rate_hz,
        window="hann",
        nperseg=n_segment,
        noverlap=n_segment // 2,
        nfft=n_fft,
        detrend=False,
    )
    band = (frequency_hz >= low_hz) & (frequency_hz <= high_hz)
    if not np.any(psd[band] > 0):
        return None
    return PowerSpectrum(frequency_hz[band], psd[band])


def average_psd(spectra: Sequence[PowerSpectrum], weights: Sequence[float]) -> PowerSpectrum | None:
    """Return the weighted mean of spectra on one frequency grid, None for no spectra."""
    if not spectra:
        return None
    psd = np.average([s.psd_v2_per_hz for s in spectra], axis=0, weights=weights)
    return PowerSpectrum(spectra[0].frequency_hz, psd)


def compute_mnf(spectrum: PowerSpectrum) -> float:
    """Return the mean frequency in hertz: the spectrum's centre of gravity."""
    return spectral_moment(spectrum, 1) / spectral_moment(spectrum, 0)


def compute_mdf(spectrum: PowerSpectrum) -> float:
    """Return the median frequency in hertz, which halves the power; interpolated between bins."""
    cumulative = np.cumsum(spectrum.psd_v2_per_hz)
    middle = cumulative - spectrum.psd_v2_per_hz / 2
    return float(np.interp(cumulative[-1] / 2, middle, spectrum.frequency_hz))


def spectral_moment(spectrum: PowerSpectrum, order: int) -> float:
    """Return the sum of f^order times the power density."""
    return float(np.sum(spectrum.frequency_hz**order * spectrum.psd_v2_per_hz))


def unmasked(emg_v: FloatArray, masked: BoolArray) -> FloatArray:
    """Return the longest stretch of a contraction without masked samples; a spectrum must not cross a gap."""
    if not masked.any():
        return emg_v
    bounds = np.concatenate(([-1], np.flatnonzero(masked), [masked.size]))
    longest = int(np.argmax(np.diff(bounds)))
    return emg_v[bounds[longest] + 1 : bounds[longest + 1]]
