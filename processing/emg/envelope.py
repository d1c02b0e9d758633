"""The RMS envelope: the moving root-mean-square amplitude of a channel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    power = x * x
    if masked is not None:
        power[masked] = 0.0
    total = float(power.sum())
    envelope: FloatArray = _moving_sum(power, half, np.float64)
    del power  # the arrays of a long recording are large, and this is where most of them would stand at once
    counts = _window_counts(x.size, half) if masked is None else _moving_sum(~masked, half, np.int32)
    # A running sum leaves rounding dust of either sign where the true sum is 0.
    envelope[envelope <= np.finfo(np.float64).eps * total] = 0.0
    np.divide(envelope, np.maximum(counts, 1, out=counts), out=envelope)
    np.sqrt(envelope, out=envelope)
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


def _moving_sum(x: NDArray[Any], half: int, dtype: type[np.float64] | type[np.int32]) -> NDArray[Any]:
    """Return the sum over the samples within ``half`` of each one; there are more samples than that."""
    n = x.size
    cumulative = np.zeros(n + 1, dtype=dtype)
    np.cumsum(x, out=cumulative[1:])
    sums: NDArray[Any] = np.empty(n, dtype=dtype)
    sums[: n - half] = cumulative[half + 1 :]
    sums[n - half :] = cumulative[n]
    sums[half:] -= cumulative[: n - half]
    return sums


def _window_counts(n_samples: int, half: int) -> NDArray[np.int32]:
    """Return how many samples each centred window really covers."""
    counts = np.full(n_samples, 2 * half + 1, dtype=np.int32)
    missing = np.arange(half, 0, -1, dtype=np.int32)
    counts[:half] -= missing
    counts[n_samples - half :] -= missing[::-1]
    return counts
