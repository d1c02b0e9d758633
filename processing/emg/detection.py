"""Finds contractions: where power rises out of the noise floor, strong ones told apart from faint activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.amplitude import plateau
from processing.emg.conditioning import ConditionedChannel
from processing.emg.edges import EdgeRule, effective_duration_s, find_edges, split_core
from processing.emg.envelope import rms_envelope
from processing.emg.intervals import Interval, merge_close, to_mask, true_runs
from processing.emg.noise_floor import NoiseFloor, estimate_noise_floor
from processing.emg.parameters import AnalysisParameters
from processing.recording import BoolArray, FloatArray

# A masked interval this short does not interrupt a contraction that is active right up to both of its ends.
_BRIDGED_MASK_S = 0.5
_BRIDGED_REST_S = 0.050
# The strong contractions are recognised by the third strongest event; among few events by the second.
_STRONG_RANK = 3
_FEW_EVENTS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What was found in one channel, as half-open sample intervals, ordered and disjoint.

    ``noise_v`` is the amplitude of the noise floor, shape (n_samples,), None where no floor could be estimated;
    ``gate_v`` the amplitude below which activity is faint, ``interference`` what was refused as mains.
    """

    contractions: tuple[Interval, ...]
    faint: tuple[Interval, ...]
    interference: tuple[Interval, ...]
    gate_v: float | None
    noise_v: FloatArray | None


def detect_contractions(
    channel: ConditionedChannel, *, parameters: AnalysisParameters, mvc_v: float | None = None
) -> Detection:
    """Return the contractions and the faint activity of one channel.

    Parameters
    ----------
    channel : ConditionedChannel
        Filtered signal and mask.
    parameters : AnalysisParameters
        Settings.
    mvc_v : float, optional
        Amplitude of the maximum voluntary contraction in volts, where one is known. Without it, contractions are
        told from faint activity by the plateau of the strong ones.

    Returns
    -------
    Detection
        Empty where the signal never rises out of its noise.

    Notes
    -----
    The power of 50 ms windows is compared with a local noise floor by two thresholds, the upper to begin, the lower
    to end [1]_ [2]_. No threshold is a fraction of the maximum. Departures: the thresholds are in dB over the floor
    and widen with the spread that the channel's own noise shows, so that coloured noise raises them.

    References
    ----------
    .. [1] Hodges PW, Bui BH. Electroencephalogr Clin Neurophysiol 1996;101(6):511-9.
    .. [2] Bonato P et al. IEEE Trans Biomed Eng 1998;45(3):287-99.
    """
    fs = channel.sampling_rate_hz
    n_samples = channel.masked.size
    nothing = Detection((), (), (), None, None)
    if n_samples < 2 * round(parameters.detection_window_s * fs) or channel.masked.all():
        return nothing
    envelope = rms_envelope(
        channel.detection_v, sampling_rate_hz=fs, window_s=parameters.detection_window_s, masked=channel.masked
    )
    usable = ~channel.masked
    level_db = _decibel(envelope, usable)
    floor = estimate_noise_floor(
        level_db,
        usable,
        sampling_rate_hz=fs,
        bin_s=parameters.detection_window_s,
        window_s=parameters.noise_floor_window_s,
        percentile=parameters.noise_floor_percentile,
        max_rise_db=parameters.noise_floor_max_rise_db,
    )
    if floor is None:
        return nothing
    on_db, off_db = _thresholds(floor, parameters)
    noise = 10 ** (floor.level_db / 20)
    candidates = _candidates((level_db > off_db) & usable, (level_db > on_db) & usable)
    candidates, interference = _split_interference(candidates, channel, noise, parameters)
    if not candidates:
        return Detection((), (), tuple(interference), None, noise)

    rule = EdgeRule(
        envelope=rms_envelope(
            channel.detection_v, sampling_rate_hz=fs, window_s=parameters.edge_window_s, masked=channel.masked
        ),
        lowest=10 ** (off_db / 20),
        noise=noise,
        fraction=parameters.edge_percent / 100,
        merge_gap_s=parameters.merge_gap_s,
        min_fragment_s=parameters.min_fragment_s,
        sampling_rate_hz=fs,
    )
    n_min = round(parameters.min_contraction_s * fs)
    inside = to_mask(candidates, n_samples)
    strong_v = _strong_level(candidates, envelope, n_min)
    found = _events(inside, strong_v, envelope, level_db > on_db, rule, channel.masked, parameters)
    if mvc_v is not None:
        strong_v = mvc_v
        found = _events(inside, strong_v, envelope, level_db > on_db, rule, channel.masked, parameters)
    elif found:
        # What the strong ones hold is known only now that their edges are.
        strong_v = max(strong_v, _median_of_strong([plateau(envelope[slice(*c)]) for c in found]))
    gate = parameters.faint_percent / 100 * strong_v
    contractions = [c for c in found if _counts(c, envelope, noise, gate, fs, parameters)]
    faint = [c for c in found if c not in contractions]
    rest = inside & ~to_mask(contractions, n_samples) & ~to_mask(faint, n_samples)
    weak_cores = [core for core in true_runs(rest) if np.any(level_db[slice(*core)] > on_db[slice(*core)])]
    others = merge_close(weak_cores, round(parameters.merge_gap_s * fs))
    faint += [
        piece
        for piece in _without(others, [*contractions, *faint], n_samples)
        if piece[1] - piece[0] >= n_min
        and np.any(level_db[slice(*piece)] > on_db[slice(*piece)])
        and not _is_skirt(piece, contractions, fs, parameters)
    ]
    return Detection(tuple(contractions), tuple(sorted(faint)), tuple(interference), gate, noise)


def _decibel(envelope_v: FloatArray, usable: BoolArray) -> FloatArray:
    """Return power in dB; exact silence counts as 80 dB under the channel's mean power."""
    mean_power = float(np.mean(envelope_v[usable] ** 2))
    lowest = max(1e-8 * mean_power, np.finfo(float).tiny)
    level: FloatArray = 10 * np.log10(np.maximum(envelope_v**2, lowest))
    return level


def _thresholds(floor: NoiseFloor, parameters: AnalysisParameters) -> tuple[FloatArray, FloatArray]:
    """Return the upper and lower threshold in dB, shape (n_samples,) each."""
    on = max(parameters.onset_over_floor_db, floor.rise_db(parameters.onset_false_alarm))
    off = max(parameters.offset_over_floor_db, floor.rise_db(parameters.offset_false_alarm))
    return floor.level_db + on, floor.level_db + min(on, off)


def _candidates(above_lower: BoolArray, above_upper: BoolArray) -> list[Interval]:
    """Return the runs above the lower threshold that somewhere exceed the upper one."""
    return [run for run in true_runs(above_lower) if above_upper[slice(*run)].any()]


def _split_interference(
    candidates: list[Interval], channel: ConditionedChannel, noise_v: FloatArray, parameters: AnalysisParameters
) -> tuple[list[Interval], list[Interval]]:
    """Return the candidates of broad-band power, and those that are nearly all mains."""
    kept: list[Interval] = []
    refused: list[Interval] = []
    for start, stop in candidates:
        part = slice(start, stop)
        whole = float(np.mean(channel.filtered_v[part] ** 2))
        broad = float(np.mean(channel.detection_v[part] ** 2))
        loud_mains = whole - broad > 10 * float(np.mean(noise_v[part] ** 2))
        is_mains = loud_mains and broad < parameters.min_broadband_percent / 100 * whole
        steady_mains = channel.mains_percent >= parameters.mains_doubtful_percent
        (refused if is_mains and not steady_mains else kept).append((start, stop))
    return kept, refused


def _events(
    inside: BoolArray,
    strong_v: float,
    envelope_v: FloatArray,
    stands_out: BoolArray,
    rule: EdgeRule,
    masked: BoolArray,
    parameters: AnalysisParameters,
) -> list[Interval]:
    """Return the events that reach the faint gate somewhere, with their edges, long enough to be contractions."""
    gate_v = parameters.faint_percent / 100 * strong_v
    cores = [core for core in true_runs(inside & (envelope_v > gate_v) & ~masked) if stands_out[slice(*core)].any()]
    n_min = round(parameters.min_contraction_s * rule.sampling_rate_hz)
    return [
        event
        for event in _merge_over_masks(
            _grow(cores, envelope_v, rule, masked.size, n_min), masked, rule.sampling_rate_hz
        )
        if event[1] - event[0] >= n_min and effective_duration_s(event, rule) >= parameters.min_effective_s
    ]


def _strong_level(candidates: list[Interval], envelope_v: FloatArray, n_min: int) -> float:
    """Return a first guess at the amplitude of the strong contractions, before any edges are known.

    Each candidate counts with the level that it exceeds for ``n_min`` samples, however long it is.
    """
    return _median_of_strong([_level(envelope_v[slice(*c)], n_min) for c in candidates])


def _median_of_strong(levels_v: list[float]) -> float:
    """Return the median of the levels at least half as high as the third highest.

    One event far above the rest, or two, do not set the scale for it, and any number of faint ones do not drown a
    few strong ones.
    """
    ordered = np.sort(levels_v)[::-1]
    rank = _STRONG_RANK if ordered.size > _FEW_EVENTS else _STRONG_RANK - 1
    reached = ordered[min(rank, ordered.size) - 1]
    return float(np.median(ordered[ordered >= 0.5 * reached]))


def _level(envelope_v: FloatArray, n_samples: int) -> float:
    """Return the level that an event exceeds for a number of samples; its lowest one where it is shorter."""
    n = min(n_samples, envelope_v.size)
    return float(np.partition(envelope_v, -n)[-n])


def _counts(
    found: Interval,
    envelope_v: FloatArray,
    noise_v: FloatArray,
    gate_v: float,
    sampling_rate_hz: float,
    parameters: AnalysisParameters,
) -> bool:
    """Whether an event is strong enough to count: against the strong ones, and against the noise if it is short."""
    level = plateau(envelope_v[slice(*found)])
    if level <= gate_v:
        return False
    over_floor_db = 20 * np.log10(level / float(np.mean(noise_v[slice(*found)])))
    lasts = (found[1] - found[0]) / sampling_rate_hz >= parameters.short_below_s
    return bool(lasts or over_floor_db >= parameters.short_min_over_floor_db)


def _is_skirt(
    piece: Interval, contractions: list[Interval], sampling_rate_hz: float, parameters: AnalysisParameters
) -> bool:
    """Whether a short piece is the rise or fall of a contraction beside it, not activity of its own."""
    n_near = round(_BRIDGED_REST_S * sampling_rate_hz)
    if piece[1] - piece[0] >= parameters.short_below_s * sampling_rate_hz:
        return False
    return any(start - n_near <= piece[1] and piece[0] <= stop + n_near for start, stop in contractions)


def _grow(
    cores: list[Interval], envelope_v: FloatArray, rule: EdgeRule, n_samples: int, n_min: int
) -> list[Interval]:
    """Return the events around the cores, the strongest first served.

    What lies within the merging gap of a stronger event, and below the crossing that ended it, is its rise or fall
    and no event of its own.
    """
    levels = [_level(envelope_v[slice(*core)], n_min) for core in cores]
    parts = [
        part
        for core, level in zip(cores, levels, strict=True)
        for part in split_core(core, level_v=level, rule=rule)
    ]
    parts.sort(key=lambda part: -_level(envelope_v[slice(*part)], n_min))
    n_near = round(rule.merge_gap_s * rule.sampling_rate_hz)
    taken = np.zeros(n_samples, dtype=np.bool_)
    events: list[Interval] = []
    for part in parts:
        if effective_duration_s(part, rule) < rule.min_fragment_s:
            continue
        if taken[max(part[0] - n_near, 0) : part[1] + n_near].any():
            continue
        start, stop = find_edges(part, plateau_v=plateau(envelope_v[slice(*part)]), rule=rule)
        before = np.flatnonzero(taken[start : part[0]])
        after = np.flatnonzero(taken[part[1] : stop])
        event = (
            start + int(before[-1]) + 1 if before.size else start,
            part[1] + int(after[0]) if after.size else stop,
        )
        taken[slice(*event)] = True
        events.append(event)
    return sorted(events)


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


def _without(intervals: list[Interval], taken: list[Interval], n_samples: int) -> list[Interval]:
    """Return the intervals less what is taken already."""
    return true_runs(to_mask(intervals, n_samples) & ~to_mask(taken, n_samples))
