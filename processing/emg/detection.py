"""Finds contractions where power rises out of the noise floor, and tells strong from faint ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.amplitude import plateau
from processing.emg.conditioning import ConditionedChannel
from processing.emg.edge_fit import fit_edges
from processing.emg.edges import EdgeRule
from processing.emg.envelope import rms_envelope
from processing.emg.events import find_events
from processing.emg.intervals import Interval, merge_close, to_mask, true_runs
from processing.emg.noise_floor import estimate_noise_floor
from processing.emg.parameters import AnalysisParameters
from processing.emg.strength import (
    ActivityLevels,
    is_strong_enough,
    median_of_strong,
    reached_level,
    stands_out_of_its_sides,
)
from processing.emg.sustained import find_sustained, join_with_bursts, over_noise_db
from processing.recording import BoolArray, FloatArray

# A short piece this close to a contraction is its rise or fall.
_SKIRT_S = 0.050
# Mains comes and goes when it exceeds its own typical power this many times.
_MAINS_BURST_RATIO = 4.0
# Mains up to this share of the noise does not matter to an edge. White noise has a twentieth there.
_QUIET_MAINS = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What was found in one channel, as half-open sample intervals, ordered and disjoint.

    ``noise_v`` is the amplitude of the noise floor, shape (n_samples,), None where no floor could be
    estimated; ``gate_v`` the amplitude below which activity is faint, ``interference`` what was refused as
    mains. ``over_noise_db`` says how far each contraction's plateau, noise included, lies over the floor.
    """

    contractions: tuple[Interval, ...]
    faint: tuple[Interval, ...]
    interference: tuple[Interval, ...]
    gate_v: float | None
    noise_v: FloatArray | None
    over_noise_db: tuple[float, ...] = ()


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
        Amplitude of the maximum voluntary contraction in volts, where one is known. Without it, contractions
        are told from faint activity by the plateau of the strong ones.

    Returns
    -------
    Detection
        Empty where the signal never rises out of its noise.

    Notes
    -----
    The power of short windows is compared with a local noise floor by two thresholds, the upper to begin, the
    lower to end [1]_ [2]_. No threshold is a fraction of the maximum. Departures: the thresholds are in dB
    over the floor, and rise with the swings that the channel's own noise shows (see
    :mod:`processing.emg.noise_floor`). What lasts is also found where it hardly rises out of the noise, by a
    hidden Markov model (see :mod:`processing.emg.sustained`). Each contraction begins and ends where its
    amplitude crosses a share of its own plateau (see :mod:`processing.emg.edge_fit`).

    References
    ----------
    .. [1] Hodges PW, Bui BH. Electroencephalogr Clin Neurophysiol 1996;101(6):511-9.
    .. [2] Bonato P et al. IEEE Trans Biomed Eng 1998;45(3):287-99.
    """
    levels = _measure_levels(channel, parameters)
    if levels is None:
        return Detection((), (), (), None, None)
    candidates, interference = _without_mains(_candidates(levels), levels, channel, parameters)
    sustained, hum = _without_mains(
        find_sustained(channel.detection_v, levels, parameters=parameters), levels, channel, parameters
    )
    interference = merge_close([*interference, *hum], 0)
    if not candidates and not sustained:
        return Detection((), (), tuple(interference), None, levels.noise_v)
    n_min = round(parameters.min_contraction_s * channel.sampling_rate_hz)
    share = parameters.faint_percent / 100
    strong_v = mvc_v or median_of_strong(
        [reached_level(levels.envelope_v[slice(*c)], n_min) for c in candidates or sustained]
    )
    bursts = find_events(
        candidates,
        levels,
        _edge_rule(channel, levels, parameters),
        gate_v=share * strong_v,
        parameters=parameters,
    )
    found = join_with_bursts(bursts, sustained, levels, parameters=parameters)
    if mvc_v is None and found:
        # What the strong ones hold is known only now that their edges are.
        strong_v = max(strong_v, median_of_strong([plateau(levels.envelope_v[slice(*c)]) for c in found]))
    gate_v = share * strong_v
    strong = [is_strong_enough(c, levels, gate_v=gate_v, parameters=parameters) for c in found]
    over_db = [over_noise_db(c, levels) for c in found]
    found = fit_edges(found, _edge_signal(channel, levels), levels, edge_share=parameters.edge_percent / 100)
    counted = [
        (event, db)
        for event, db, is_strong in zip(found, over_db, strong, strict=True)
        if is_strong and event[1] - event[0] >= n_min
    ]
    contractions = [event for event, _ in counted]
    return Detection(
        contractions=tuple(contractions),
        faint=tuple(_faint(candidates, found, contractions, levels, parameters)),
        interference=tuple(interference),
        gate_v=gate_v,
        noise_v=levels.noise_v,
        over_noise_db=tuple(db for _, db in counted),
    )


def _measure_levels(channel: ConditionedChannel, parameters: AnalysisParameters) -> ActivityLevels | None:
    """Return power, noise floor and thresholds over time; None where there is too little signal."""
    fs = channel.sampling_rate_hz
    usable = ~channel.masked
    if channel.masked.size < 2 * round(parameters.detection_window_s * fs) or not usable.any():
        return None
    envelope = rms_envelope(
        channel.detection_v,
        sampling_rate_hz=fs,
        window_s=parameters.detection_window_s,
        masked=channel.masked,
    )
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
        return None
    onset_db = max(parameters.onset_over_floor_db, floor.rise_db(parameters.onset_false_alarm))
    offset_db = max(parameters.offset_over_floor_db, floor.rise_db(parameters.offset_false_alarm))
    offset_db = min(offset_db, onset_db)
    return ActivityLevels(
        envelope_v=envelope,
        noise_v=10 ** (floor.level_db / 20),
        above_onset=usable & (level_db > floor.level_db + onset_db),
        above_offset=usable & (level_db > floor.level_db + offset_db),
        usable=usable,
        onset_db=onset_db,
        offset_db=offset_db,
        sampling_rate_hz=fs,
        rms_noise_v=floor.mean_v,
        degrees=floor.degrees,
    )


def _decibel(envelope_v: FloatArray, usable: BoolArray) -> FloatArray:
    """Return power in dB; exact silence counts as 80 dB under the channel's mean power."""
    mean_power = float(np.mean(envelope_v[usable] ** 2))
    lowest = max(1e-8 * mean_power, np.finfo(float).tiny)
    level: FloatArray = 10 * np.log10(np.maximum(envelope_v**2, lowest))
    return level


def _edge_rule(
    channel: ConditionedChannel, levels: ActivityLevels, parameters: AnalysisParameters
) -> EdgeRule:
    """Return what edges are found on: a short envelope, quicker than the one activity is detected with."""
    return EdgeRule(
        envelope=rms_envelope(
            channel.detection_v,
            sampling_rate_hz=channel.sampling_rate_hz,
            window_s=parameters.edge_window_s,
            masked=channel.masked,
        ),
        lowest=levels.noise_v * 10 ** (levels.offset_db / 20),
        noise=levels.noise_v,
        fraction=parameters.edge_percent / 100,
        merge_gap_s=parameters.merge_gap_s,
        min_effective_s=parameters.min_effective_s,
        sampling_rate_hz=channel.sampling_rate_hz,
    )


def _edge_signal(channel: ConditionedChannel, levels: ActivityLevels) -> FloatArray:
    """Return the signal without mains only where the noise holds mains: the notch rings for 50 ms at every edge."""
    rest = levels.usable & ~levels.above_offset
    if not rest.any():
        return channel.detection_v
    mains_power = np.mean((channel.filtered_v[rest] - channel.detection_v[rest]) ** 2)
    holds_mains = mains_power > _QUIET_MAINS * np.mean(levels.rms_noise_v[rest] ** 2)
    return channel.detection_v if holds_mains else channel.filtered_v


def _candidates(levels: ActivityLevels) -> list[Interval]:
    """Return the runs above the lower threshold that somewhere exceed the upper one."""
    return [run for run in true_runs(levels.above_offset) if levels.above_onset[slice(*run)].any()]


def _without_mains(
    runs: list[Interval], levels: ActivityLevels, channel: ConditionedChannel, parameters: AnalysisParameters
) -> tuple[list[Interval], list[Interval]]:
    """Return the runs that are not mains coming and going, and those that are."""
    if not runs:
        return [], []
    mains_power = (channel.filtered_v - channel.detection_v) ** 2
    typical = float(np.median(mains_power[levels.usable]))
    kept: list[Interval] = []
    refused: list[Interval] = []
    for run in runs:
        mains = float(np.mean(mains_power[slice(*run)]))
        broad = float(np.mean(channel.detection_v[slice(*run)] ** 2))
        came_and_went = mains > _MAINS_BURST_RATIO * typical
        narrow = broad < parameters.min_broadband_percent / 100 * (mains + broad)
        (refused if came_and_went and narrow else kept).append(run)
    return kept, refused


def _faint(
    candidates: list[Interval],
    found: list[Interval],
    contractions: list[Interval],
    levels: ActivityLevels,
    parameters: AnalysisParameters,
) -> list[Interval]:
    """Return the activity that is no contraction: events that are too weak, and what lies between events."""
    fs = levels.sampling_rate_hz
    n_samples = levels.usable.size
    too_weak = [
        event
        for event in found
        if event not in contractions and stands_out_of_its_sides(event, levels, parameters=parameters)
    ]
    rest = to_mask(candidates, n_samples) & ~to_mask(found, n_samples)
    cores = [core for core in true_runs(rest) if levels.above_onset[slice(*core)].any()]
    merged = to_mask(merge_close(cores, round(parameters.merge_gap_s * fs)), n_samples)
    pieces = [
        piece
        for piece in true_runs(merged & ~to_mask(found, n_samples))
        if piece[1] - piece[0] >= parameters.min_contraction_s * fs
        and levels.above_onset[slice(*piece)].any()
        and stands_out_of_its_sides(piece, levels, parameters=parameters)
        and not _is_skirt(piece, contractions, fs, parameters)
    ]
    return sorted(too_weak + pieces)


def _is_skirt(
    piece: Interval, contractions: list[Interval], sampling_rate_hz: float, parameters: AnalysisParameters
) -> bool:
    """Whether a short piece is the rise or fall of a contraction beside it, not activity of its own."""
    n_near = round(_SKIRT_S * sampling_rate_hz)
    if piece[1] - piece[0] >= parameters.short_below_s * sampling_rate_hz:
        return False
    return any(start - n_near <= piece[1] and piece[0] <= stop + n_near for start, stop in contractions)
