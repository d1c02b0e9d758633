"""From candidates to events: each with its own edges, those that belong together made one."""

from __future__ import annotations

import numpy as np

from processing.emg.amplitude import plateau
from processing.emg.edges import EdgeRule, effective_duration_s, find_edges, split_core
from processing.emg.intervals import Interval, to_mask, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.strength import ActivityLevels, reached_level, stands_out_of_its_sides
from processing.recording import BoolArray, FloatArray

# A masked interval this short does not interrupt a contraction that is active right up to both of its ends.
_BRIDGED_MASK_S = 1.2
_BRIDGED_REST_S = 0.050


def find_events(
    candidates: list[Interval],
    levels: ActivityLevels,
    rule: EdgeRule,
    *,
    gate_v: float,
    parameters: AnalysisParameters,
) -> list[Interval]:
    """Return the events that reach the faint gate, last long enough and stand out of what is beside them.

    Parameters
    ----------
    candidates : list of (start, stop)
        Where power is above the detection thresholds, in samples.
    levels, rule
        What strength and edges are measured on.
    gate_v : float
        Amplitude that an event must reach somewhere.
    parameters : AnalysisParameters
        Merging gap and shortest durations; merging comes first.

    Returns
    -------
    list of (onset, offset)
        Ordered, disjoint, half-open.
    """
    n_samples = levels.usable.size
    n_min = round(parameters.min_contraction_s * levels.sampling_rate_hz)
    strong = to_mask(candidates, n_samples) & (levels.envelope_v > gate_v) & levels.usable
    cores = [core for core in true_runs(strong) if levels.above_onset[slice(*core)].any()]
    grown = _grow(cores, levels, rule, n_min)
    return [
        event
        for event in _merge_over_masks(grown, ~levels.usable, levels.sampling_rate_hz)
        if event[1] - event[0] >= n_min
        and effective_duration_s(event, rule) >= parameters.min_effective_s
        and stands_out_of_its_sides(event, levels, parameters=parameters)
    ]


def _grow(cores: list[Interval], levels: ActivityLevels, rule: EdgeRule, n_min: int) -> list[Interval]:
    """Return the events around the cores, the strongest first served.

    What lies within the merging gap of a stronger event, and below the crossing that ended it, is its rise
    or fall and no event of its own.
    """
    envelope = levels.envelope_v
    parts = [
        part
        for core in cores
        for part in split_core(core, level_v=reached_level(envelope[slice(*core)], n_min), rule=rule)
        if effective_duration_s(part, rule) >= rule.min_effective_s
    ]
    parts.sort(key=lambda part: -reached_level(envelope[slice(*part)], n_min))
    n_near = round(rule.merge_gap_s * rule.sampling_rate_hz)
    events: list[tuple[Interval, float]] = []
    for part in parts:
        event = _grown(part, events, envelope, rule, n_near)
        if event is not None:
            events.append((event, plateau(envelope[slice(*event)])))
    return sorted(event for event, _ in events)


def _grown(
    part: Interval,
    stronger: list[tuple[Interval, float]],
    envelope_v: FloatArray,
    rule: EdgeRule,
    n_near: int,
) -> Interval | None:
    """Return a part with its edges; None where it is no event apart from the stronger ones beside it.

    Beside a stronger event the crossing of that one holds on both sides: at its own, lower one the two would
    touch, though they do not belong together.
    """
    if any(_is_near(part, event, n_near) for event, _ in stronger):
        return None
    edges = find_edges(part, plateau_v=plateau(envelope_v[slice(*part)]), rule=rule)
    beside = [level for event, level in stronger if _is_near(edges, event, n_near)]
    if beside:
        edges = find_edges(part, plateau_v=max(beside), rule=rule)
    return None if any(_is_near(edges, event, n_near) for event, _ in stronger) else edges


def _is_near(one: Interval, other: Interval, n_near: int) -> bool:
    """Whether two intervals overlap or lie within the merging gap of each other."""
    return one[0] - other[1] <= n_near and other[0] - one[1] <= n_near


def _merge_over_masks(events: list[Interval], masked: BoolArray, sampling_rate_hz: float) -> list[Interval]:
    """Join events that reach up to both ends of a short masked interval."""
    merged: list[Interval] = []
    for start, stop in events:
        if merged and _only_masked_between(merged[-1][1], start, masked, sampling_rate_hz):
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def _only_masked_between(stop: int, start: int, masked: BoolArray, sampling_rate_hz: float) -> bool:
    """Whether hardly anything but a short masked interval lies between two events."""
    masked_s = int(np.count_nonzero(masked[stop:start])) / sampling_rate_hz
    rest_s = (start - stop) / sampling_rate_hz - masked_s
    return 0 < masked_s <= _BRIDGED_MASK_S and rest_s <= _BRIDGED_REST_S
