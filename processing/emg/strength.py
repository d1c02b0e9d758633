"""How strong an event is: against the strong contractions, the noise floor, and its own surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.amplitude import plateau
from processing.emg.intervals import Interval
from processing.emg.parameters import AnalysisParameters
from processing.recording import BoolArray, FloatArray

# The strong contractions are recognised by the third strongest event; among few events by the second.
_STRONG_RANK = 3
_FEW_EVENTS = 6


@dataclass(frozen=True, slots=True, eq=False)
class ActivityLevels:
    """What activity is detected on; arrays have shape (n_samples,).

    ``envelope_v`` is the amplitude in short windows, ``noise_v`` that of the local noise floor. The thresholds
    lie ``onset_db`` and ``offset_db`` over it; ``usable`` is the inverse of the mask.
    """

    envelope_v: FloatArray
    noise_v: FloatArray
    above_onset: BoolArray
    above_offset: BoolArray
    usable: BoolArray
    onset_db: float
    offset_db: float
    sampling_rate_hz: float
    rms_noise_v: FloatArray
    degrees: float


def median_of_strong(levels_v: list[float]) -> float:
    """Return the median of the levels at least half as high as the third highest.

    One event far above the rest, or two, do not set the scale for it, and any number of faint ones do not
    drown a few strong ones. Among at most six events the second highest stands in for the third.
    """
    ordered = np.sort(levels_v)[::-1]
    rank = _STRONG_RANK if ordered.size > _FEW_EVENTS else _STRONG_RANK - 1
    reached = ordered[min(rank, ordered.size) - 1]
    return float(np.median(ordered[ordered >= 0.5 * reached]))


def reached_level(envelope_v: FloatArray, n_samples: int) -> float:
    """Return the level that an event exceeds for a number of samples; its lowest one where it is shorter."""
    n = min(n_samples, envelope_v.size)
    return float(np.partition(envelope_v, -n)[-n])


def is_strong_enough(
    event: Interval, levels: ActivityLevels, *, gate_v: float, parameters: AnalysisParameters
) -> bool:
    """Whether an event is a contraction: stronger than faint ones, and if short well out of the noise.

    Parameters
    ----------
    event : tuple of int
        Half-open interval of samples.
    levels : ActivityLevels
        Envelope and noise floor.
    gate_v : float
        Amplitude up to which activity is faint.
    parameters : AnalysisParameters
        From which duration an event need not stand further out.

    Returns
    -------
    bool
    """
    level = plateau(levels.envelope_v[slice(*event)])
    if level <= gate_v:
        return False
    if event[1] - event[0] >= parameters.short_below_s * levels.sampling_rate_hz:
        return True
    over_floor_db = 20 * np.log10(level / float(np.mean(levels.noise_v[slice(*event)])))
    return bool(over_floor_db >= levels.onset_db + parameters.short_margin_db)


def stands_out_of_its_sides(
    event: Interval, levels: ActivityLevels, *, parameters: AnalysisParameters
) -> bool:
    """Whether an event rises over the quieter of its two sides, as noise that swells slowly does not.

    Parameters
    ----------
    event : tuple of int
        Half-open interval of samples.
    levels : ActivityLevels
        Envelope and mask.
    parameters : AnalysisParameters
        Contrast in dB, and how far the sides reach.

    Returns
    -------
    bool
        True for an event with nothing usable on either side.
    """
    n_side = max(round(parameters.contrast_window_s * levels.sampling_rate_hz), 1)
    sides = []
    for start, stop in ((event[0] - n_side, event[0]), (event[1], event[1] + n_side)):
        part = slice(max(start, 0), max(stop, 0))
        quiet = levels.envelope_v[part][levels.usable[part]]
        if quiet.size:
            sides.append(float(np.median(quiet)))
    if not sides or min(sides) <= 0:
        return True
    contrast_db = 20 * np.log10(plateau(levels.envelope_v[slice(*event)]) / min(sides))
    return bool(contrast_db >= parameters.min_contrast_db)
