"""The form of contractions without their size and length: time in percent of each, amplitude in percent of its peak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from processing.emg.aligned import AlignedContractions
from processing.emg.intervals import to_mask
from processing.emg.results import IntervalS
from processing.errors import InvalidParameterError
from processing.recording import FloatArray

N_POINTS = 101


def normalised_shapes(
    y: FloatArray,
    contractions_s: Sequence[IntervalS],
    *,
    sampling_rate_hz: float,
    n_points: int = N_POINTS,
    masked_intervals_s: Sequence[IntervalS] = (),
) -> AlignedContractions:
    """Return each contraction stretched to one length and scaled to its own peak.

    Parameters
    ----------
    y : ndarray of float, shape (n_samples,)
        The RMS envelope in any unit; never negative.
    contractions_s : sequence of (onset, offset)
        In seconds.
    sampling_rate_hz : float
        Samples per second.
    n_points : int
        Points from onset (0 %) to offset (100 %), both included.
    masked_intervals_s : sequence of (start, stop)
        In seconds; a contraction that touches one is left out, because its peak is not known.

    Returns
    -------
    AlignedContractions
        ``time_s`` holds percent of the contraction here, ``values`` percent of its peak; rows that are left out
        are NaN.

    Raises
    ------
    InvalidParameterError
        If the sampling rate is not positive or ``n_points`` is below 2.

    Notes
    -----
    What is normalised to its own peak says nothing about amplitude: two sessions of any strength reach 100 %.

    References
    ----------
    .. [1] Besomi M et al. Consensus for experimental design in electromyography (CEDE) project: Amplitude
       normalization matrix. J Electromyogr Kinesiol 2020;53:102438.
    """
    if not sampling_rate_hz > 0 or n_points < 2:
        raise InvalidParameterError(
            f"No shapes of {n_points} points at {sampling_rate_hz:g} Hz; expected 2 or more."
        )
    spans = [(round(a * sampling_rate_hz), round(b * sampling_rate_hz)) for a, b in contractions_s]
    masked = to_mask(
        [(round(a * sampling_rate_hz), round(b * sampling_rate_hz)) for a, b in masked_intervals_s], y.size
    )
    percent = np.linspace(0.0, 100.0, n_points)
    values = np.full((len(spans), n_points), np.nan, dtype=np.float32)
    for row, (onset, offset) in enumerate(spans):
        part = np.asarray(y[max(0, onset) : offset], dtype=np.float64)
        if part.size < 2 or masked[max(0, onset) : offset].any() or not part.max() > 0:
            continue
        values[row] = np.interp(percent, np.linspace(0.0, 100.0, part.size), 100 * part / part.max())
    return AlignedContractions(percent, values)
