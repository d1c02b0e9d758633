"""The mains lines in a signal: how much of its power each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from processing.emg.intervals import Interval
from processing.recording import FloatArray

# One bin per hertz; a line fills three bins under a Hann window.
_SEGMENT_S = 1.0
_AROUND_BINS = 8


@dataclass(frozen=True, slots=True)
class MainsLine:
    """One line: its frequency, and the percentage of all power that it holds above its surroundings."""

    frequency_hz: float
    share_percent: float


def mains_lines(
    y: FloatArray,
    stretches: Sequence[Interval],
    *,
    sampling_rate_hz: float,
    mains_hz: float,
    up_to_hz: float = 450.0,
) -> tuple[MainsLine, ...]:
    """Return the mains frequency and its harmonics with the share of power that each holds.

    Parameters
    ----------
    y : ndarray of float, shape (n_samples,)
        The signal as recorded, in any unit.
    stretches : sequence of (start, stop)
        In samples; those shorter than a second cannot tell a line from the muscle and are left out.
    sampling_rate_hz : float
        Samples per second.
    mains_hz : float
        50 or 60.
    up_to_hz : float
        No harmonic above this, nor above half of the sampling rate.

    Returns
    -------
    tuple of MainsLine
        Shares of the power without the offset. Only what stands out of the median of the 8 Hz to either side
        counts: muscle has power at these frequencies too. Empty where no stretch lasts a second or there is no
        power at all.
    """
    n_segment = round(_SEGMENT_S * sampling_rate_hz)
    usable = [stretch for stretch in stretches if stretch[1] - stretch[0] >= n_segment]
    if not usable:
        return ()
    spectra = [
        scipy.signal.welch(
            np.asarray(y[slice(*stretch)], dtype=np.float64),
            sampling_rate_hz,
            window="hann",
            nperseg=n_segment,
            detrend="constant",
        )[1]
        for stretch in usable
    ]
    psd = np.average(spectra, axis=0, weights=[stop - start for start, stop in usable])
    psd[0] = 0.0
    total = float(psd.sum())
    if total <= 0:
        return ()
    bins_per_hz = n_segment / sampling_rate_hz
    n_lines = int(min(up_to_hz, sampling_rate_hz / 2 - _AROUND_BINS) // mains_hz)
    return tuple(
        MainsLine(k * mains_hz, 100 * _excess(psd, round(k * mains_hz * bins_per_hz)) / total)
        for k in range(1, n_lines + 1)
    )


def _excess(psd: FloatArray, line: int) -> float:
    """Return the density of three bins above the median of their surroundings."""
    around = np.concatenate(
        (psd[max(line - _AROUND_BINS, 1) : line - 2], psd[line + 3 : line + _AROUND_BINS + 1])
    )
    return float(np.maximum(psd[line - 1 : line + 2] - np.median(around), 0.0).sum())
