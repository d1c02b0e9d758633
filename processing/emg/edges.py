"""Which stretches belong to a contraction: where its amplitude exceeds a share of its own plateau."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.intervals import Interval, merge_close, true_runs
from processing.recording import BoolArray, FloatArray

# Dips shorter than this do not end a contraction: the short envelope of a steady hold dips by chance.
_BRIDGED_DIP_S = 0.050
# How far from its core a contraction may begin or end.
_REACH_S = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class EdgeRule:
    """What edges are found on; arrays have shape (n_samples,), volts.

    ``envelope`` is that of a short window, ``lowest`` the amplitude under which nothing is told from noise,
    ``noise`` the noise floor, ``fraction`` the share of the plateau that marks an edge. Stretches apart by
    no more than ``merge_gap_s`` are one contraction, those with an effective duration under
    ``min_effective_s`` are twitches.
    """

    envelope: FloatArray
    lowest: FloatArray
    noise: FloatArray
    fraction: float
    merge_gap_s: float
    min_effective_s: float
    sampling_rate_hz: float


def find_edges(core: Interval, *, plateau_v: float, rule: EdgeRule) -> Interval:
    """Return onset and offset of the contraction around a core, as a half-open sample interval.

    Parameters
    ----------
    core : tuple of int
        Samples that surely belong to the contraction.
    plateau_v : float
        The amplitude that it holds, noise included.
    rule : EdgeRule
        Envelope, thresholds, and what may be bridged.

    Returns
    -------
    onset, offset : int
        The crossings next to the core. Further stretches above the same crossing belong to the contraction
        when they lie within the merging gap and are more than a twitch. Where the share of the plateau lies
        inside the noise, the crossing of the lower detection threshold stands in for it.
    """
    first = max(core[0] - round(_REACH_S * rule.sampling_rate_hz), 0)
    last = core[1] + round(_REACH_S * rule.sampling_rate_hz)
    above = _above_crossing(core, plateau_v, rule, slice(first, last))
    runs = merge_close(true_runs(above), round(_BRIDGED_DIP_S * rule.sampling_rate_hz))
    runs = [(start + first, stop + first) for start, stop in runs]
    mine = [run for run in runs if run[0] < core[1] and core[0] < run[1]]
    if not mine:
        return core
    lasting = [run for run in runs if run in mine or effective_duration_s(run, rule) >= rule.min_effective_s]
    merged = merge_close(lasting, round(rule.merge_gap_s * rule.sampling_rate_hz))
    return next(run for run in merged if run[0] <= mine[0][0] < run[1])


def effective_duration_s(event: Interval, rule: EdgeRule) -> float:
    """Return the seconds that a rectangle of the same energy and sum of squared power would last."""
    power = rule.envelope[slice(*event)] ** 2
    return float(power.sum()) ** 2 / float((power * power).sum()) / rule.sampling_rate_hz


def split_core(core: Interval, *, level_v: float, rule: EdgeRule) -> list[Interval]:
    """Return the parts of a core that reach the share of its level: between them a contraction has ended.

    Parameters
    ----------
    core : tuple of int
        Half-open interval of samples.
    level_v : float
        The amplitude that it holds, noise included.
    rule : EdgeRule
        Envelope and thresholds.

    Returns
    -------
    list of (start, stop)
        Parts closer than 50 ms are one; the whole core where nothing reaches the share.
    """
    above = _above_crossing(core, level_v, rule, slice(*core))
    parts = merge_close(true_runs(above), round(_BRIDGED_DIP_S * rule.sampling_rate_hz))
    return [(core[0] + start, core[0] + stop) for start, stop in parts] or [core]


def _above_crossing(core: Interval, plateau_v: float, rule: EdgeRule, part: slice) -> BoolArray:
    """Return where the short envelope lies above the amplitude that marks this contraction's edges."""
    noise = float(rule.noise[(core[0] + core[1]) // 2])
    own = np.sqrt(max(plateau_v**2 - noise**2, 0.0))
    crossing = np.sqrt(noise**2 + (rule.fraction * own) ** 2)
    above: BoolArray = rule.envelope[part] >= np.maximum(crossing, rule.lowest[part])
    return above
