"""Sustained activity: what lasts for tenths of a second need not stand far out of the noise to be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from processing.emg.activity_model import (
    BinnedPower,
    activity_evidence,
    bin_power,
    fullness_evidence,
    most_likely_states,
)
from processing.emg.amplitude import plateau
from processing.emg.intervals import Interval, merge_close, to_mask, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.strength import ActivityLevels
from processing.recording import BoolArray, FloatArray

_MIN_BINS = 40
# Noise between 20 and 450 Hz has 2 x 430 degrees of freedom a second; hum has more and is not as steady as that.
_MOST_DEGREES_PER_S = 860.0
# The floor is read from means over so many bins, wherever they exceed the quietest fifth by no more than two
# standard deviations of noise.
_SMOOTH_BINS = 8
_QUIET_PERCENTILE = 20.0
_QUIET_DEVIATIONS = 2.0
_QUIET_ROUNDS = 4
_FLOOR_HOP_BINS = 80
_MIN_FLOOR_BINS = 80
# Beside activity the floor is not measured: rise and fall lie there.
_REST_MARGIN_S = 0.3
# A pause within activity costs less than activity within rest. Tuned.
_PAUSE_COST = 3.0
# The level of a run is what its loudest tenth of bins reaches, each averaged with its neighbours.
_LEVEL_PERCENTILE = 90.0
_LEVEL_BINS = 5
# Energy of activity that lasts is spread over at least this share of its length; that of a few twitches is not.
_MIN_FILL = 0.3
# The step at either end is measured over this long, on at least so many bins at rest.
_STEP_S = 1.0
_MIN_STEP_BINS = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Bins:
    """Binned power with the noise under it, shape (n_bins,), and that noise's degrees of freedom in a bin."""

    binned: BinnedPower
    noise_v2: FloatArray
    degrees: float
    bin_s: float

    @property
    def ratio(self) -> FloatArray:
        return self.binned.power_v2 / self.noise_v2


def find_sustained(
    emg_v: FloatArray, levels: ActivityLevels, *, parameters: AnalysisParameters
) -> list[Interval]:
    """Return stretches of activity by the likeliest path of a hidden Markov model.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts, without mains.
    levels : ActivityLevels
        Its noise floor, the first guess for the one used here, and what is usable.
    parameters : AnalysisParameters
        Settings.

    Returns
    -------
    list of (start, stop)
        Ordered, disjoint, half-open, in samples, to the precision of a bin. Pauses longer than the merging gap
        separate them. Stretches that are too short, hold but a few twitches, or do not begin and end by a step
        of power are left out: noise that swells slowly is no contraction.

    Notes
    -----
    The floor is estimated anew from what the model calls rest, and the model run once more on it.
    """
    fs = levels.sampling_rate_hz
    n_per_bin = max(round(parameters.sustained_bin_s * fs), 1)
    binned = bin_power(emg_v, levels.usable, n_per_bin=n_per_bin)
    if binned.power_v2.size < _MIN_BINS:
        return []
    bins = _with_floor(binned, levels, parameters)
    cost = parameters.sustained_switch_cost
    active = most_likely_states(
        activity_evidence(bins.ratio, binned.known, degrees=bins.degrees), switch_cost=cost
    )
    bins = _with_rest_floor(bins, active, parameters)
    active = most_likely_states(
        activity_evidence(bins.ratio, binned.known, degrees=bins.degrees), switch_cost=cost
    )
    runs = _without_pauses(true_runs(active), bins, parameters)
    return [
        (start * n_per_bin, stop * n_per_bin)
        for start, stop in runs
        if (stop - start) * bins.bin_s >= parameters.sustained_min_s
        and _fills_its_length((start, stop), binned)
        and _steps_at_both_ends((start, stop), runs, bins, parameters.sustained_step_db)
    ]


def join_with_bursts(
    bursts: list[Interval],
    sustained: list[Interval],
    levels: ActivityLevels,
    *,
    parameters: AnalysisParameters,
) -> list[Interval]:
    """Return bursts and sustained activity together.

    Parameters
    ----------
    bursts : list of (start, stop)
        Events that stand out of the noise, with their own edges.
    sustained : list of (start, stop)
        From :func:`find_sustained`.
    levels : ActivityLevels
        What strength is measured on.
    parameters : AnalysisParameters
        Up to which strength the sustained extent holds.

    Returns
    -------
    list of (start, stop)
        Ordered and disjoint. Where a tenth of a burst's plateau lies inside the noise, the extent of the
        sustained activity around it holds; stronger bursts keep their own.
    """
    joined = list(bursts)
    for run in sustained:
        touching = [burst for burst in joined if burst[0] < run[1] and run[0] < burst[1]]
        if all(over_noise_db(burst, levels) < parameters.weak_below_db for burst in touching):
            joined = [burst for burst in joined if burst not in touching]
            whole = [run, *touching]
            joined.append((min(start for start, _ in whole), max(stop for _, stop in whole)))
    return merge_close(joined, 0)


def over_noise_db(event: Interval, levels: ActivityLevels) -> float:
    """Return how far the plateau of an event, noise included, lies over the noise floor, in dB."""
    part = slice(*event)
    noise_v = float(np.mean(levels.rms_noise_v[part]))
    level_v = plateau(levels.envelope_v[part])
    return 20 * float(np.log10(level_v / noise_v)) if level_v > 0 < noise_v else 0.0


def _with_floor(binned: BinnedPower, levels: ActivityLevels, parameters: AnalysisParameters) -> _Bins:
    """Return the bins over a floor that is the mean power of what is hardly louder than the quietest fifth."""
    fs = levels.sampling_rate_hz
    bin_s = binned.n_per_bin / fs
    n_bins = binned.power_v2.size
    centres = np.arange(n_bins) * binned.n_per_bin + binned.n_per_bin // 2
    degrees = min(levels.degrees / parameters.detection_window_s, _MOST_DEGREES_PER_S) * bin_s
    counts = scipy.ndimage.uniform_filter1d(binned.known.astype(np.float64), _SMOOTH_BINS, mode="nearest")
    power = np.where(binned.known, binned.power_v2, 0.0)
    smooth = scipy.ndimage.uniform_filter1d(power, _SMOOTH_BINS, mode="nearest") / np.maximum(counts, 1e-9)
    known = counts > 0.5
    to_mean = (
        degrees * _SMOOTH_BINS / float(scipy.stats.chi2.ppf(_QUIET_PERCENTILE / 100, degrees * _SMOOTH_BINS))
    )
    limit = 1 + _QUIET_DEVIATIONS * float(np.sqrt(2 / (degrees * _SMOOTH_BINS)))
    n_half = round(parameters.noise_floor_window_s / bin_s / 2)
    hops = np.arange(0, n_bins, _FLOOR_HOP_BINS)
    local = np.array(
        [
            _quiet_mean(smooth[part][known[part]], to_mean, limit)
            for part in (slice(max(hop - n_half, 0), hop + n_half) for hop in hops)
        ]
    )
    found = np.isfinite(local)
    noise = levels.rms_noise_v[centres] ** 2
    if found.any():
        highest = _quiet_mean(smooth[known], to_mean, limit) * 10 ** (parameters.noise_floor_max_rise_db / 10)
        noise = np.interp(np.arange(n_bins), hops[found], np.minimum(local[found], highest))
    return _Bins(binned, np.maximum(noise, np.finfo(np.float64).tiny), degrees, bin_s)


def _quiet_mean(power_v2: FloatArray, to_mean: float, limit: float) -> float:
    """Return the mean of the values below ``limit`` times that mean, NaN of too few.

    The first guess is the quietest fifth times ``to_mean``.
    """
    if power_v2.size < _MIN_FLOOR_BINS:
        return float("nan")
    level = float(np.percentile(power_v2, _QUIET_PERCENTILE)) * to_mean
    for _ in range(_QUIET_ROUNDS):
        quiet = power_v2[power_v2 < limit * level]
        if not quiet.size:
            break
        level = float(quiet.mean())
    return level


def _with_rest_floor(bins: _Bins, active: BoolArray, parameters: AnalysisParameters) -> _Bins:
    """Return the bins over the local mean power of what is at rest; as before where too little is."""
    n_window = round(parameters.noise_floor_window_s / bins.bin_s)
    margin = np.ones(2 * round(_REST_MARGIN_S / bins.bin_s) + 1, dtype=np.bool_)
    rest = bins.binned.known & ~scipy.ndimage.binary_dilation(active, structure=margin)
    # A twitch is no noise.
    power = np.where(rest, np.minimum(bins.binned.power_v2, 4 * bins.noise_v2), 0.0)
    sums = scipy.ndimage.uniform_filter1d(power, n_window, mode="constant")
    counts = scipy.ndimage.uniform_filter1d(rest.astype(np.float64), n_window, mode="constant")
    enough = counts * n_window >= _MIN_BINS
    noise = np.where(enough, sums / np.maximum(counts, 1e-12), bins.noise_v2)
    return _Bins(bins.binned, np.maximum(noise, np.finfo(np.float64).tiny), bins.degrees, bins.bin_s)


def _without_pauses(runs: list[Interval], bins: _Bins, parameters: AnalysisParameters) -> list[Interval]:
    """Return runs merged over short gaps, and parted where activity falls far below its own level for longer."""
    n_gap = round(parameters.merge_gap_s / bins.bin_s)
    runs = merge_close(runs, n_gap)
    level_db = np.full(bins.noise_v2.size, 2.0)
    smooth = scipy.ndimage.uniform_filter1d(bins.ratio, _LEVEL_BINS, mode="nearest")
    for start, stop in runs:
        level = float(np.percentile(smooth[start:stop], _LEVEL_PERCENTILE))
        level_db[start:stop] = max(10 * np.log10(max(level, 1.0)), 2.0)
    full = most_likely_states(
        fullness_evidence(
            bins.ratio,
            bins.binned.known,
            level_db,
            degrees=bins.degrees,
            full_db=parameters.pause_full_db,
            pause_db=parameters.pause_rest_db,
        ),
        switch_cost=_PAUSE_COST,
    )
    inside = full & to_mask(runs, full.size)
    parted = []
    for start, stop in runs:
        parts = [(start + a, start + b) for a, b in true_runs(inside[start:stop])]
        parted += merge_close(parts, n_gap) or [(start, stop)]
    return parted


def _fills_its_length(run: Interval, binned: BinnedPower) -> bool:
    """Whether a run's energy is spread over its length, not over a few twitches."""
    power = binned.power_v2[slice(*run)][binned.known[slice(*run)]]
    squares = float(np.sum(power**2))
    return squares > 0 and float(np.sum(power)) ** 2 >= _MIN_FILL * power.size * squares


def _steps_at_both_ends(run: Interval, runs: list[Interval], bins: _Bins, least_db: float) -> bool:
    """Whether power steps up at the start and down at the end, where there is rest to compare with."""
    n_bins = bins.noise_v2.size
    n_step = round(_STEP_S / bins.bin_s)
    at_rest = bins.binned.known & ~to_mask(runs, n_bins)
    start, stop = run
    power = bins.binned.power_v2
    for outer, inner in (
        (slice(max(start - n_step, 0), start), slice(start, min(start + n_step, stop))),
        (slice(stop, stop + n_step), slice(max(stop - n_step, start), stop)),
    ):
        rest = power[outer][at_rest[outer]]
        active = power[inner][bins.binned.known[inner]]
        if rest.size < _MIN_STEP_BINS or not active.size:
            continue
        if np.mean(active) < 10 ** (least_db / 10) * np.mean(rest):
            return False
    return True
