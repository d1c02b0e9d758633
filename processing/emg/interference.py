"""Power that does not come from the muscle: mains, slow movement, and a sensor that came loose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from processing.emg.intervals import merge_close, to_mask, true_runs
from processing.recording import BoolArray, FloatArray

# Where the trial takes place; the frequency that is named where the signal itself does not tell.
SITE_MAINS_HZ = 50.0
_SEGMENT_S = 2.0
_LINE_HALF_WIDTH_HZ = 1.0
_N_LINES = 3
_REST_BIN_HZ = 1.0
_ENOUGH_SEGMENTS = 40
_NAMED_FROM_SHARE = 0.01
_LOOSE_ABOVE_HZ = 20
_LOOSE_BELOW_HZ = 60
_LOOSE_BLOCK_S = 0.020
_LOOSE_PAUSE_S = 0.1


def decide_mains_hz(emg_v: FloatArray, *, sampling_rate_hz: float) -> float:
    """Return the mains frequency of a recording, decided once for all its channels.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_channels, n_samples)
        Raw EMG in any unit; may hold NaN.
    sampling_rate_hz : float
        Samples per second.

    Returns
    -------
    mains_hz : float
        50 or 60 Hz, whichever stands out more in the quietest quarter of the channels: at rest no muscle hides it.
        Where neither holds 1 % of the power there, the whole recording is asked, for hum may come and go; where
        neither does there either, it is the site's own: so little is chance, not a line.
    """
    segments = [_segment_spectra(np.asarray(y, dtype=np.float64), sampling_rate_hz) for y in emg_v]
    for quietest in (0.25, 1.0):
        spectra = _quietest(segments, quietest)
        if not spectra.size:
            break
        spectrum = spectra.mean(axis=0)
        frequency_hz = _REST_BIN_HZ * np.arange(1, spectrum.size + 1)
        shares = {mains_hz: _mains_share(frequency_hz, spectrum, mains_hz) for mains_hz in (50.0, 60.0)}
        likelier = max(shares, key=lambda key: shares[key])
        # Among few segments chance alone reaches the threshold.
        if shares[likelier] >= _NAMED_FROM_SHARE * max(1.0, _ENOUGH_SEGMENTS / len(spectra)):
            return likelier
    return SITE_MAINS_HZ


def mains_share_percent(
    raw_v: FloatArray, masked: BoolArray, *, sampling_rate_hz: float, mains_hz: float
) -> float:
    """Return the share of a signal's power that mains holds.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in any unit, masked intervals bridged.
    masked : ndarray of bool, shape (n_samples,)
        Samples left out (only their bridges remain).
    sampling_rate_hz : float
        Samples per second.
    mains_hz : float
        50 or 60; the line and its next two harmonics are counted.

    Returns
    -------
    percent : float
        The percentage of all power that stands out of the spectrum's surroundings at the lines: EMG has power at
        50 Hz too, and that is not mains. 0 where there is no power at all.
    """
    if masked.all():
        return 0.0
    return 100 * _mains_share(*_power_spectrum(raw_v, sampling_rate_hz), mains_hz)


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
    moving = np.sqrt(
        scipy.ndimage.uniform_filter1d((second_v - np.median(second_v)) ** 2, n_block, mode="nearest")
    )
    return np.asarray(moving >= least_v)


def _segment_spectra(raw_v: FloatArray, sampling_rate_hz: float) -> FloatArray:
    """Return the spectrum of each whole second that is alive, each of power 1, the quietest first."""
    n_segment = round(sampling_rate_hz / _REST_BIN_HZ)
    if raw_v.size < n_segment or n_segment < 8:
        return np.empty((0, 0))
    finite_v = np.where(np.isfinite(raw_v), raw_v, np.nan)  # differences of infinities would warn
    segments = np.lib.stride_tricks.sliding_window_view(finite_v, n_segment)[:: n_segment // 2]
    # A lost signal is quieter than any rest.
    loudness = segments.std(axis=1)
    alive = np.flatnonzero(np.isfinite(loudness) & (loudness > 0))
    ordered = alive[np.argsort(loudness[alive])]
    psd = scipy.signal.periodogram(segments[ordered], window="hann", detrend="constant", axis=1)[1][:, 1:]
    total = psd.sum(axis=1, keepdims=True)
    return np.asarray(psd / np.where(total > 0, total, 1.0))


def _quietest(segments: Sequence[FloatArray], share: float) -> FloatArray:
    """Return the spectra of the quietest seconds of all channels; empty where there is none."""
    chosen = [spectra[: max(1, round(share * len(spectra)))] for spectra in segments if len(spectra)]
    return np.concatenate(chosen) if chosen else np.empty((0, 0))


def _mains_share(frequency_hz: FloatArray, psd: FloatArray, mains_hz: float) -> float:
    """Return the share of all power that a mains frequency and its next two harmonics hold, 0 without power."""
    total = float(psd.sum())
    if total <= 0:
        return 0.0
    return sum(_line_excess(frequency_hz, psd, k * mains_hz) for k in range(1, _N_LINES + 1)) / total


def _power_spectrum(raw_v: FloatArray, sampling_rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Return Welch's spectrum in segments of two seconds, offset removed, without its zero bin."""
    n_segment = min(round(_SEGMENT_S * sampling_rate_hz), raw_v.size)
    frequency_hz, psd = scipy.signal.welch(
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
