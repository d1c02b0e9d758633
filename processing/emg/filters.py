"""Zero-phase filters: the EMG band-pass and the optional mains notch."""

from __future__ import annotations

import numpy as np
import scipy

from processing.errors import InvalidParameterError
from processing.recording import FloatArray

NYQUIST_MARGIN = 0.95


def bandpass(
    emg_v: FloatArray,
    *,
    sampling_rate_hz: float,
    low_hz: float = 20.0,
    high_hz: float = 450.0,
    order: int = 4,
) -> FloatArray:
    """Return the EMG band of one channel, filtered forwards and backwards so that nothing shifts in time.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Raw EMG in volts, without NaN.
    sampling_rate_hz : float
        Samples per second.
    low_hz, high_hz : float
        Corners of the Butterworth filter. ``high_hz`` is lowered to 0.95 of Nyquist where it lies above it.
    order : int
        Order of one pass; the two passes together fall off twice as steeply.

    Returns
    -------
    filtered_v : ndarray of float64, shape (n_samples,)
        Volts. A recording too short for the filter's edge padding is padded with what exists.

    Raises
    ------
    InvalidParameterError
        If the rate leaves no band between the corners.

    References
    ----------
    .. [1] De Luca CJ et al. Filtering the surface EMG signal. J Biomech 2010;43(8):1573-9.
    .. [2] Merletti R. Standards for reporting EMG data. J Electromyogr Kinesiol 1999;9(1):III-IV.
    """
    high_hz = min(high_hz, NYQUIST_MARGIN * sampling_rate_hz / 2)
    if not 0 < low_hz < high_hz:
        raise InvalidParameterError(
            f"No EMG band is left between {low_hz:g} and {high_hz:g} Hz"
            f" at {sampling_rate_hz:g} samples per second"
        )
    sos = scipy.signal.butter(order, [low_hz, high_hz], btype="bandpass", fs=sampling_rate_hz, output="sos")
    return _zero_phase(sos, emg_v)


def remove_mains(
    emg_v: FloatArray, *, sampling_rate_hz: float, mains_hz: float, q: float = 8.0, n_harmonics: int = 3
) -> FloatArray:
    """Return the signal without the mains frequency and its first harmonics.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts.
    sampling_rate_hz : float
        Samples per second.
    mains_hz : float
        50 or 60.
    q : float
        Centre over width of the first notch; the harmonics' notches have the same width in hertz.
    n_harmonics : int
        Lines removed, the fundamental included; those above 0.95 of Nyquist are left out.

    Returns
    -------
    notched_v : ndarray of float64, shape (n_samples,)
        Volts. EMG loses its share of power at these lines too.

    Raises
    ------
    InvalidParameterError
        If ``mains_hz`` is not positive or lies above Nyquist.
    """
    if not 0 < mains_hz < NYQUIST_MARGIN * sampling_rate_hz / 2:
        raise InvalidParameterError(
            f"A mains frequency of {mains_hz:g} Hz cannot be removed"
            f" at {sampling_rate_hz:g} samples per second"
        )
    lines_hz = [k * mains_hz for k in range(1, n_harmonics + 1)]
    sections = [
        scipy.signal.tf2sos(*scipy.signal.iirnotch(line_hz, q * line_hz / mains_hz, fs=sampling_rate_hz))
        for line_hz in lines_hz
        if line_hz < NYQUIST_MARGIN * sampling_rate_hz / 2
    ]
    return _zero_phase(np.vstack(sections), emg_v)


def _zero_phase(sos: FloatArray, x: FloatArray) -> FloatArray:
    """Filter both ways; the padding shrinks with the recording instead of raising."""
    x = np.asarray(x, dtype=np.float64)
    if x.size < 2:
        return np.zeros_like(x)
    padlen = min(3 * (2 * len(sos) + 1), x.size - 1)
    filtered: FloatArray = scipy.signal.sosfiltfilt(sos, x, padlen=padlen)
    return filtered
