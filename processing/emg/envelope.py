"""The RMS envelope: the moving root-mean-square amplitude of a channel."""

from __future__ import annotations

import numpy as np

from processing.errors import InvalidParameterError
from processing.recording import BoolArray, FloatArray


def rms_envelope(
    emg_v: FloatArray,
    *,
    sampling_rate_hz: float,
    window_s: float = 0.100,
    masked: BoolArray | None = None,
) -> FloatArray:
    """Return the moving root-mean-square amplitude of one channel.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts.
    sampling_rate_hz : float
        Samples per second.
    window_s : float
        Window in seconds, rounded to an odd number of samples so that it is centred.
    masked : ndarray of bool, shape (n_samples,), optional
        Samples to leave out of every mean.

    Returns
    -------
    envelope_v : ndarray of float64, shape (n_samples,)
        Volts, never negative. At the edges, and beside masked samples, the mean covers the samples that
        exist; where none exists the envelope is 0.

    Raises
    ------
    InvalidParameterError
        If the window holds fewer than 3 samples or more than ``n_samples``, or the mask has another shape.

    References
    ----------
    .. [1] Merletti R. Standards for reporting EMG data. J Electromyogr Kinesiol 1999;9(1):III-IV.
    """
    x = np.asarray(emg_v, dtype=np.float64)
    half = window_half_width(x.size, sampling_rate_hz=sampling_rate_hz, window_s=window_s)
    if masked is not None and masked.shape != x.shape:
        raise InvalidParameterError(f"The mask has shape {masked.shape}, the signal {x.shape}")
    power = x * x if masked is None else np.where(masked, 0.0, x * x)
    sums = _moving_sum(power, half)
    counts = (
        _window_counts(x.size, half) if masked is None else _moving_sum((~masked).astype(np.float64), half)
    )
    # A running sum leaves rounding dust of either sign where the true sum is 0.
    dust = np.finfo(np.float64).eps * float(power.sum())
    sums[sums <= dust] = 0.0
    envelope: FloatArray = np.sqrt(sums / np.maximum(counts, 1.0))
    return envelope


def window_half_width(n_samples: int, *, sampling_rate_hz: float, window_s: float) -> int:
    """Return how many samples a centred window reaches to each side.

    Parameters
    ----------
    n_samples : int
        Samples there are.
    sampling_rate_hz : float
        Samples per second.
    window_s : float
        Length of the window in seconds, rounded to an odd number of samples.

    Returns
    -------
    half : int
        At least 1.

    Raises
    ------
    InvalidParameterError
        If the window holds fewer than 3 samples or more than ``n_samples``.
    """
    half = round((window_s * sampling_rate_hz - 1) / 2)
    width = 2 * half + 1
    if width < 3:
        raise InvalidParameterError(
            f"A window of {window_s:g} s holds {max(width, 0)} samples at {sampling_rate_hz:g} Hz;"
            " 3 are needed"
        )
    if width > n_samples:
        raise InvalidParameterError(
            f"A window of {window_s:g} s holds {width} samples, but the recording has {n_samples}"
        )
    return half


def _moving_sum(x: FloatArray, half: int) -> FloatArray:
    """Return the sum over the samples within ``half`` of each one."""
    cumulative = np.concatenate(([0.0], np.cumsum(x)))
    index = np.arange(x.size)
    upper = np.minimum(index + half + 1, x.size)
    lower = np.maximum(index - half, 0)
    sums: FloatArray = cumulative[upper] - cumulative[lower]
    return sums


def _window_counts(n_samples: int, half: int) -> FloatArray:
    """Return how many samples each centred window really covers."""
    index = np.arange(n_samples)
    counts: FloatArray = (np.minimum(index + half + 1, n_samples) - np.maximum(index - half, 0)).astype(float)
    return counts
