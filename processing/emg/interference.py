"""Power that does not come from the muscle: mains, slow movement, and a sensor that came loose."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal

from processing.emg.intervals import merge_close, to_mask, true_runs
from processing.recording import BoolArray, FloatArray

_SEGMENT_S = 2.0
_LINE_HALF_WIDTH_HZ = 1.0
_LOOSE_ABOVE_HZ = 20
_LOOSE_BELOW_HZ = 60
_LOOSE_BLOCK_S = 0.020
_LOOSE_PAUSE_S = 0.1


def mains_share_percent(
    raw_v: FloatArray, masked: BoolArray, *, sampling_rate_hz: float, n_harmonics: int = 3
) -> tuple[float, float]:
    """Return the likelier mains frequency and its share of the signal's power.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in any unit, masked intervals bridged.
    masked : ndarray of bool, shape (n_samples,)
        Samples left out (only their bridges remain).
    sampling_rate_hz : float
        Samples per second.
    n_harmonics : int
        Lines counted, the fundamental included.

    Returns
    -------
    mains_hz, percent : float
        50 or 60 Hz, and the percentage of all power that stands out of the spectrum's surroundings at its
        lines: EMG has power at 50 Hz too, and that is not mains. 0 % where there is no power at all.
    """
    frequency_hz, psd = _power_spectrum(raw_v, sampling_rate_hz)
    total = float(psd.sum())
    if total <= 0 or masked.all():
        return 50.0, 0.0
    shares = {
        mains_hz: sum(_line_excess(frequency_hz, psd, k * mains_hz) for k in range(1, n_harmonics + 1))
        / total
        for mains_hz in (50.0, 60.0)
    }
    mains_hz = max(shares, key=lambda key: shares[key])
    return mains_hz, 100 * shares[mains_hz]


def low_frequency_percent(raw_v: FloatArray, *, sampling_rate_hz: float, below_hz: float = 20.0) -> float:
    """Return the percentage of the signal's power, constant offset aside, below a frequency.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in any unit, masked intervals bridged.
    sampling_rate_hz : float
        Samples per second.
    below_hz : float
        Hertz, not included.

    Returns
    -------
    percent : float
        0 where there is no power at all.
    """
    frequency_hz, psd = _power_spectrum(raw_v, sampling_rate_hz)
    total = float(psd.sum())
    return 100 * float(psd[frequency_hz < below_hz].sum()) / total if total > 0 else 0.0


def find_loose_seconds(
    raw_v: FloatArray,
    masked: BoolArray,
    *,
    sampling_rate_hz: float,
    low_power_percent: float = 85.0,
    min_amplitude_v: float = 500e-6,
) -> BoolArray:
    """Return the seconds in which the signal is huge and nearly all of it mains or slower: a loose sensor.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in volts, masked intervals bridged.
    masked : ndarray of bool, shape (n_samples,)
        Samples already left out.
    sampling_rate_hz : float
        Samples per second.
    low_power_percent : float
        Share of a second's power above 20 Hz that lies below 60 Hz, from which it may be loose.
    min_amplitude_v : float
        RMS amplitude of a second, above 20 Hz, from which it may be loose. No muscle reaches 500 uV with so
        little power above 60 Hz.

    Returns
    -------
    loose : ndarray of bool, shape (n_samples,)
    """
    n_window = round(sampling_rate_hz)
    n_windows = raw_v.size // n_window if n_window else 0
    loose = np.zeros(raw_v.size, dtype=np.bool_)
    if n_windows < 3 or sampling_rate_hz <= 2 * _LOOSE_BELOW_HZ:
        return loose
    windows = raw_v[: n_windows * n_window].reshape(n_windows, n_window)
    usable = ~masked[: n_windows * n_window].reshape(n_windows, n_window).all(axis=1)
    taper = np.hanning(n_window)
    power = np.abs(np.fft.rfft((windows - windows.mean(axis=1, keepdims=True)) * taper, axis=1)) ** 2
    # One bin per hertz: a second each. What the band-pass removes anyway does no harm.
    band = power[:, _LOOSE_ABOVE_HZ:]
    total = np.maximum(band.sum(axis=1), np.finfo(float).tiny)
    low = band[:, : _LOOSE_BELOW_HZ - _LOOSE_ABOVE_HZ].sum(axis=1) / total
    amplitude = np.sqrt(2 * total / (n_window * np.sum(taper**2)))
    found = np.flatnonzero(usable & (amplitude >= min_amplitude_v) & (low >= low_power_percent / 100))
    for i in found:
        start = int(i) * n_window
        loose[start : start + n_window] = _loud_part(
            windows[i], sampling_rate_hz, least_v=0.25 * float(amplitude[i])
        )
    return to_mask(merge_close(true_runs(loose), round(_LOOSE_PAUSE_S * sampling_rate_hz)), raw_v.size)


def _loud_part(second_v: FloatArray, sampling_rate_hz: float, *, least_v: float) -> BoolArray:
    """Return the blocks of a second that are as loud as its interference, with their neighbours."""
    n_block = max(round(_LOOSE_BLOCK_S * sampling_rate_hz), 2)
    moving = np.sqrt(ndimage.uniform_filter1d((second_v - np.median(second_v)) ** 2, n_block, mode="nearest"))
    return np.asarray(moving >= least_v)


def _power_spectrum(raw_v: FloatArray, sampling_rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Return Welch's spectrum in segments of two seconds, offset removed, without its zero bin."""
    n_segment = min(round(_SEGMENT_S * sampling_rate_hz), raw_v.size)
    frequency_hz, psd = signal.welch(
        raw_v, sampling_rate_hz, nperseg=n_segment, detrend="constant", scaling="density"
    )
    return frequency_hz[1:], psd[1:]


def _line_excess(frequency_hz: FloatArray, psd: FloatArray, line_hz: float) -> float:
    """Return the summed density of a line above the median of its surroundings."""
    distance = np.abs(frequency_hz - line_hz)
    line = distance <= _LINE_HALF_WIDTH_HZ
    around = (distance > 2 * _LINE_HALF_WIDTH_HZ) & (distance <= 8 * _LINE_HALF_WIDTH_HZ)
    if not line.any() or not around.any():
        return 0.0
    return float(np.maximum(psd[line] - np.median(psd[around]), 0.0).sum())
