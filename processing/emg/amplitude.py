"""EMG amplitude: RMS, MAV, peak and plateau."""

from __future__ import annotations

import numpy as np

from processing.recording import FloatArray


def rms(emg_v: FloatArray) -> float:
    """Return the root-mean-square of samples of any shape, in their unit; 0 for none."""
    x = np.asarray(emg_v, dtype=np.float64)
    return float(np.sqrt(np.mean(x * x))) if x.size else 0.0


def mav(emg_v: FloatArray) -> float:
    """Return the mean absolute value of samples of any shape, in their unit; 0 for none."""
    x = np.asarray(emg_v, dtype=np.float64)
    return float(np.mean(np.abs(x))) if x.size else 0.0


def plateau(envelope_v: FloatArray) -> float:
    """Return the amplitude that a contraction holds.

    Parameters
    ----------
    envelope_v : ndarray of float, shape (n_samples,)
        Envelope of one contraction, rise and fall included.

    Returns
    -------
    plateau_v : float
        In the envelope's unit: the median of the samples above half of the 90th centile. Rise and fall are
        left out and no single peak counts. 0 for no samples.
    """
    x = np.asarray(envelope_v, dtype=np.float64)
    if not x.size:
        return 0.0
    upper = x[x >= 0.5 * np.percentile(x, 90)]
    return float(np.median(upper))
