"""What no detector can beat: the Cramér-Rao bound on where a contraction's edge lies.

EMG and floor are Gaussian noise of known spectra and levels, amplitude rises linearly to a known plateau; when
the ramp begins and how long it lasts are unknown. An unbiased detector that knew all that would still err by this
much about where amplitude crosses a tenth of the plateau [1]_.

References
----------
.. [1] Kay SM. Fundamentals of statistical signal processing: estimation theory. 1993, section 3.9.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.accuracy.efforts import EDGE_SHARE
from benchmarks.accuracy.noise_model import HIGH_HZ, LOW_HZ

_STEP_S: Final = 1e-3
# The median of the absolute value of a Gaussian variable is this share of its standard deviation.
_MEDIAN_SHARE: Final = 0.6745


def least_edge_error_ms(*, snr_db: float, ramp_s: float, sampling_rate_hz: float = 990.0) -> float:
    """Return the smallest possible median error of an edge in ms.

    Parameters
    ----------
    snr_db : float
        RMS of the plateau over RMS of a white floor, both from 20 to 450 Hz.
    ramp_s : float
        Length of the linear ramp of amplitude.
    sampling_rate_hz : float
        Samples per second.

    Returns
    -------
    error_ms : float
        Median absolute error of an efficient estimator of the 10 % crossing.

    Notes
    -----
    The information that two parameters share is the integral over time and positive frequency of the product of
    the relative changes of power ``a(t)**2 s(f) + n(f)`` with each, for locally stationary Gaussian noise.
    """
    frequency_hz = np.linspace(1.0, sampling_rate_hz / 2, 400)
    band = (frequency_hz >= 20.0) & (frequency_hz <= 450.0)
    shape = frequency_hz / (np.hypot(frequency_hz, LOW_HZ) * (frequency_hz**2 + HIGH_HZ**2))
    emg = shape**2 / np.trapezoid(shape**2, frequency_hz)
    floor = 10 ** (-snr_db / 10) * band / np.trapezoid(band.astype(float), frequency_hz)
    emg, floor, frequency_hz = emg[band], floor[band], frequency_hz[band]
    amplitude = (np.arange(_STEP_S / 2, ramp_s, _STEP_S) / ramp_s)[:, np.newaxis]
    power = amplitude**2 * emg + floor
    # Amplitude is (t - start) / length: by how much power changes with start and with length.
    by_start = -2 * amplitude / ramp_s * emg / power
    by_length = -2 * amplitude**2 / ramp_s * emg / power
    information = np.array(
        [
            [np.trapezoid((one * other).sum(axis=0) * _STEP_S, frequency_hz) for one in (by_start, by_length)]
            for other in (by_start, by_length)
        ]
    )
    crossing = np.array([1.0, EDGE_SHARE])
    variance = crossing @ np.linalg.inv(information) @ crossing
    return float(1e3 * _MEDIAN_SHARE * np.sqrt(variance))
