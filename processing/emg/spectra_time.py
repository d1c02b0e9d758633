"""The spectrogram: how the power at each frequency changes with time, in few enough columns for a browser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from processing.emg.results import IntervalS
from processing.errors import InvalidParameterError
from processing.recording import FloatArray

_BATCH_COLUMNS = 64
# Far below any amplifier's noise, so that silence has a level too.
_LEAST_POWER = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Spectrogram:
    """Power density over frequency and time.

    ``time_s`` has shape (n_columns,) and is evenly spaced, ``frequency_hz`` has shape (n_frequencies,), ``level_db``
    has shape (n_frequencies, n_columns): decibels over one square unit of the signal per hertz.
    """

    time_s: FloatArray
    frequency_hz: FloatArray
    level_db: NDArray[np.float32]


def compute_spectrogram(
    y: FloatArray,
    *,
    sampling_rate_hz: float,
    window_s: IntervalS,
    segment_s: float = 0.250,
    most_columns: int = 600,
) -> Spectrogram:
    """Return the spectrogram of one window of a signal.

    Parameters
    ----------
    y : ndarray of float, shape (n_samples,)
        The whole signal.
    sampling_rate_hz : float
        Samples per second.
    window_s : (start, stop)
        What is looked at, in seconds; cut to the signal.
    segment_s : float
        Length of the Hann window: a moment is known to about half of it, a frequency to about 2 / ``segment_s``.
    most_columns : int
        Where more moments were computed, a column holds the largest value of its neighbours at each frequency, so
        that no burst vanishes.

    Returns
    -------
    Spectrogram

    Raises
    ------
    InvalidParameterError
        If the window holds no sample or the signal is shorter than a segment.
    """
    n_segment = max(round(segment_s * sampling_rate_hz), 8)
    start = max(0, round(window_s[0] * sampling_rate_hz))
    stop = min(y.size, round(window_s[1] * sampling_rate_hz))
    if stop <= start or y.size < n_segment:
        raise InvalidParameterError(
            f"No spectrogram of {window_s[0]:g} to {window_s[1]:g} s: the signal holds {y.size} samples,"
            f" a segment {n_segment}"
        )
    hop = max(1, min(n_segment // 4, (stop - start) // most_columns))
    n_frames = len(range(start, stop, hop))
    n_pooled = max(1, -(-n_frames // most_columns))
    half = n_segment // 2
    padded = np.pad(np.asarray(y, dtype=np.float64), (half, n_segment), mode="reflect")
    frames = sliding_window_view(padded, n_segment)[start:stop:hop]
    level_db = _levels(frames, n_pooled, sampling_rate_hz)
    step_s = n_pooled * hop / sampling_rate_hz
    first_s = (start - hop / 2) / sampling_rate_hz
    time_s = first_s + (np.arange(level_db.shape[1]) + 0.5) * step_s
    return Spectrogram(time_s, np.fft.rfftfreq(n_segment, 1 / sampling_rate_hz), level_db)


def _levels(frames: FloatArray, n_pooled: int, sampling_rate_hz: float) -> NDArray[np.float32]:
    """Return the largest level of each ``n_pooled`` frames at each frequency; in batches, for frames overlap."""
    n_segment = frames.shape[1]
    taper = scipy.signal.windows.hann(n_segment, sym=False)
    scale = 2.0 / (sampling_rate_hz * float(np.sum(taper**2)))
    level_db = np.empty((n_segment // 2 + 1, -(-len(frames) // n_pooled)), dtype=np.float32)
    for first in range(0, level_db.shape[1], _BATCH_COLUMNS):
        power = _powers(frames[first * n_pooled : (first + _BATCH_COLUMNS) * n_pooled], taper) * scale
        pooled = np.maximum.reduceat(power, np.arange(0, len(power), n_pooled), axis=0)
        level_db[:, first : first + len(pooled)] = 10 * np.log10(np.maximum(pooled, _LEAST_POWER)).T
    return level_db


def _powers(frames: FloatArray, taper: FloatArray) -> FloatArray:
    """Return the power of each frame at each frequency, its mean removed."""
    spectra = np.fft.rfft((frames - frames.mean(axis=1, keepdims=True)) * taper, axis=1)
    power: FloatArray = spectra.real**2 + spectra.imag**2
    return power
