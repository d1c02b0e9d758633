"""Each vectorised kernel gives what its definition gives, written as slow plain loops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from processing.emg.activity_model import (
    activity_evidence,
    bin_power,
    fullness_evidence,
    most_likely_states,
)
from processing.emg.amplitude import plateau
from processing.emg.edge_fit import fit_edges
from processing.emg.envelope import rms_envelope
from processing.emg.fatigue import compute_fatigue
from processing.emg.intervals import at_most, merge_close, to_mask, true_runs, widen
from processing.emg.masking import find_dropouts
from processing.emg.noise_floor import NoiseFloor, estimate_noise_floor
from processing.emg.per_second import measure_seconds
from processing.emg.results import Contraction
from processing.emg.spectrum import PowerSpectrum, compute_mdf, compute_mnf, spectral_moment
from processing.emg.strength import ActivityLevels
from processing.emg.temporal import temporal_statistics
from processing.emg.traces import select_extrema

FS = 990.0
seeds = st.integers(0, 10_000)
flags = st.lists(st.booleans(), min_size=1, max_size=120).map(np.array)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(5, 200), st.floats(0.004, 0.08), st.booleans())
def test_the_envelope_is_the_rms_of_the_samples_within_half_a_window(
    seed: int, n: int, window_s: float, with_mask: bool
) -> None:
    rng = np.random.default_rng(seed)
    x, masked = rng.standard_normal(n), rng.random(n) < 0.3
    half = round((window_s * FS - 1) / 2)
    if not 3 <= 2 * half + 1 <= n:
        return
    got = rms_envelope(x, sampling_rate_hz=FS, window_s=window_s, masked=masked if with_mask else None)
    for i in range(n):
        around = range(max(i - half, 0), min(i + half + 1, n))
        kept = [x[j] ** 2 for j in around if not (with_mask and masked[j])]
        assert got[i] == pytest.approx(np.sqrt(sum(kept) / len(kept)) if kept else 0.0, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 90), st.integers(1, 9))
def test_the_power_of_a_bin_is_the_mean_square_of_its_usable_samples(seed: int, n: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    x, usable = rng.standard_normal(n), rng.random(n) < 0.6
    got = bin_power(x, usable, n_per_bin=size)
    assert got.power_v2.size == n // size
    for i in range(n // size):
        kept = [x[j] ** 2 for j in range(i * size, (i + 1) * size) if usable[j]]
        assert got.power_v2[i] == pytest.approx(np.mean(kept) if kept else 0.0)
        assert got.known[i] == (2 * len(kept) >= size)


def viterbi(evidence: np.ndarray, cost: float) -> list[bool]:
    """Return the best of all paths by dynamic programming, step by step."""
    best, came_from = [0.0, evidence[0]], []
    for e in evidence[1:]:
        stay_or_switch = [[best[r] - (cost if r != s else 0.0) for r in (0, 1)] for s in (0, 1)]
        came_from.append([int(np.argmax(options)) for options in stay_or_switch])
        best = [max(stay_or_switch[0]), max(stay_or_switch[1]) + e]
    path = [int(np.argmax(best))]
    for pointers in reversed(came_from):
        path.append(pointers[path[-1]])
    return [bool(state) for state in reversed(path)]


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(1, 150), st.floats(0.1, 12.0))
def test_the_states_are_those_of_viterbi_s_path(seed: int, n: int, cost: float) -> None:
    evidence = np.random.default_rng(seed).normal(-0.2, 2.0, n)
    assert most_likely_states(evidence, switch_cost=cost).tolist() == viterbi(evidence, cost)


def chi2_log_ratio(ratio: float, level_db: float, degrees: float) -> float:
    gain = 10 ** (level_db / 10)
    scaled = ratio * degrees
    return float(
        stats.chi2.logpdf(scaled / gain, degrees) - np.log(gain) - stats.chi2.logpdf(scaled, degrees)
    )


def test_full_bins_are_told_from_pauses_by_chi_square_likelihoods() -> None:
    grid = [0.0, 2.0, 3.0, 4.5, 6.0, 8.0, 10.0, 13.0, 17.0, 22.0, 28.0, 35.0, 45.0]
    ratios, level, degrees = np.array([0.7, 1.3, 2.5, 5.0]), 13.0, 6.0
    got = fullness_evidence(
        ratios, np.ones(4, bool), np.full(4, level), degrees=degrees, full_db=5.0, pause_db=10.0
    )
    for ratio, value in zip(ratios, got, strict=True):
        each = {db: np.exp(chi2_log_ratio(ratio, db, degrees)) for db in grid}
        full = sum(p for db, p in each.items() if db >= level - 5)
        pause = sum(p for db, p in each.items() if db == 0 or db <= level - 10)
        assert value == pytest.approx(np.clip(np.log(full / pause), -6, 6))


def test_evidence_is_against_activity_in_noise_and_for_it_above() -> None:
    rng = np.random.default_rng(0)
    noise = rng.chisquare(14, 4000) / 14
    known = np.ones(4000, bool)
    assert activity_evidence(noise, known, degrees=14).mean() < -0.5
    assert activity_evidence(2.5 * noise, known, degrees=14).mean() > 2.0
    known[10] = False
    assert activity_evidence(noise, known, degrees=14)[10] == 0.0


@given(flags, st.integers(0, 8))
def test_merging_closes_every_short_gap_and_no_other(active: np.ndarray, gap: int) -> None:
    expected = active.copy()
    inside = np.flatnonzero(active)
    for one, other in pairwise(inside):
        if other - one - 1 <= gap:
            expected[one:other] = True
    assert to_mask(merge_close(true_runs(active), gap), active.size).tolist() == expected.tolist()


@given(flags, st.integers(0, 8))
def test_widening_reaches_every_sample_near_a_flag(active: np.ndarray, n: int) -> None:
    expected = [bool(active[max(i - n, 0) : i + n + 1].any()) for i in range(active.size)]
    assert widen(active, n).tolist() == expected


@given(flags, st.integers(1, 12))
def test_at_most_closes_the_smallest_gaps_first(active: np.ndarray, most: int) -> None:
    runs = true_runs(active)
    kept = at_most(runs, most)
    assert len(kept) == min(len(runs), most)
    assert not (active & ~to_mask(kept, active.size)).any()
    gaps = sorted((b[0] - a[1] for a, b in pairwise(runs)), reverse=True)
    left = sorted((b[0] - a[1] for a, b in pairwise(kept)), reverse=True)
    assert left == gaps[: len(left)]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 2), min_size=2, max_size=120), st.floats(0.005, 0.02))
def test_dropouts_are_the_long_runs_of_one_value(values: list[int], least_s: float) -> None:
    x = np.array(values, dtype=float)
    least = max(round(least_s * FS), 5)
    expected = []
    for i in range(x.size):
        first = last = i
        while first > 0 and x[first - 1] == x[i]:
            first -= 1
        while last + 1 < x.size and x[last + 1] == x[i]:
            last += 1
        expected.append(last - first + 1 >= least)
    assert find_dropouts(x, sampling_rate_hz=FS, min_duration_s=least_s).tolist() == expected


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 300))
def test_a_plateau_is_the_median_of_what_exceeds_half_of_the_ninetieth_centile(seed: int, n: int) -> None:
    x = np.random.default_rng(seed).random(n)
    limit = 0.5 * np.percentile(x, 90)
    assert plateau(x) == pytest.approx(np.median([v for v in x if v >= limit]))


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(3, 200))
def test_mean_and_median_frequency_by_their_definitions(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    spectrum = PowerSpectrum(20.0 + np.arange(n), rng.random(n) + 1e-3)
    f, p = spectrum.frequency_hz, spectrum.psd_v2_per_hz
    assert compute_mnf(spectrum) == pytest.approx(sum(a * b for a, b in zip(f, p, strict=True)) / sum(p))
    assert spectral_moment(spectrum, 5) == pytest.approx(sum(a**5 * b for a, b in zip(f, p, strict=True)))
    total, reached = sum(p), 0.0
    i = -1
    while reached < total / 2:
        i += 1
        reached += p[i]
    assert abs(compute_mdf(spectrum) - f[i]) <= 1.0


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(6, 40))
def test_slope_interval_and_r_squared_are_those_of_the_normal_equations(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    mdf = 90 - 0.5 * np.arange(n) + rng.standard_normal(n)
    made = [Contraction(2.0 * i, 2.0 * i + 1, 1, 1, 1, 1, m, m, None, None, False) for i, m in enumerate(mdf)]
    psd = PowerSpectrum(np.array([50.0, 60.0]), np.ones(2))
    fatigue = compute_fatigue(made, [psd] * n, snr_db=20.0)
    design = np.column_stack((np.ones(n), np.arange(n)))
    coefficients = np.linalg.solve(design.T @ design, design.T @ mdf)
    residual = mdf - design @ coefficients
    variance = residual @ residual / (n - 2) * np.linalg.inv(design.T @ design)[1, 1]
    margin = stats.t.ppf(0.975, n - 2) * np.sqrt(variance)
    assert fatigue.mdf_slope_hz_per_contraction == pytest.approx(coefficients[1])
    assert fatigue.ci95_low == pytest.approx(coefficients[1] - margin)
    assert fatigue.ci95_high == pytest.approx(coefficients[1] + margin)
    assert fatigue.r_squared == pytest.approx(1 - residual @ residual / np.sum((mdf - mdf.mean()) ** 2))
    assert fatigue.n == n


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(50, 400), st.sampled_from([0.0, 0.5, 0.75]))
def test_temporal_statistics_window_by_window(seed: int, n: int, overlap: float) -> None:
    rng = np.random.default_rng(seed)
    x, masked = rng.standard_normal(n), rng.random(n) < 0.2
    intervals = ((n // 4, n // 2),)
    got = temporal_statistics(x, masked, intervals, sampling_rate_hz=40.0, window_s=1.0, overlap=overlap)
    values, active = [], []
    start = 0
    while start + 40 <= n:
        kept = [j for j in range(start, start + 40) if not masked[j]]
        if 2 * len(kept) >= 40:
            values.append(1e6 * np.sqrt(np.mean([x[j] ** 2 for j in kept])))
            if 2 * sum(n // 4 <= j < n // 2 for j in kept) >= len(kept):
                active.append(values[-1])
        start += round(40 * (1 - overlap))
    assert (got.n_windows, got.n_active_windows) == (len(values), len(active))
    if len(values) < 2:
        assert got.rms_mean_uv is None
        return
    assert got.rms_mean_uv == pytest.approx(np.mean(values))
    assert got.rms_sd_uv == pytest.approx(np.std(values, ddof=1))
    assert got.rms_cv_percent == pytest.approx(100 * np.std(values, ddof=1) / np.mean(values))
    if len(active) >= 2:
        assert got.active_rms_mean_uv == pytest.approx(np.mean(active))


def test_a_second_s_shares_are_those_of_its_spectrum() -> None:
    rng = np.random.default_rng(0)
    time_s = np.arange(3 * 990) / FS
    x = 1e-6 * rng.standard_normal(time_s.size)
    x[990:1980] += 20e-6 * np.sin(2 * np.pi * 50 * time_s[990:1980])
    x[1980:] += 20e-6 * np.sin(2 * np.pi * 5 * time_s[1980:]) + 1e-3
    seconds = measure_seconds(x, np.zeros(x.size, bool), sampling_rate_hz=FS, mains_hz=50.0)
    assert seconds.mains_percent == pytest.approx([0, 100, 0], abs=3)
    assert seconds.low_percent == pytest.approx([4, 0, 100], abs=3)
    assert seconds.low_v[2] == pytest.approx(20e-6 / np.sqrt(2), rel=0.02)
    assert seconds.baseline_v[2] == pytest.approx(1e-3, rel=1e-3)


def test_noise_exceeds_its_threshold_as_often_as_it_says() -> None:
    floor = NoiseFloor(level_db=np.zeros(1), degrees=20.0)
    power = np.random.default_rng(0).chisquare(20, 200_000)
    above = 10 * np.log10(power / np.median(power)) > floor.rise_db(1e-2)
    assert above.mean() == pytest.approx(1e-2, rel=0.1)


def test_the_floor_of_noise_is_its_median_and_its_degrees_are_its_own() -> None:
    power = np.repeat(np.random.default_rng(1).chisquare(20, 4000) / 20, 50)
    floor = estimate_noise_floor(
        10 * np.log10(power), np.ones(power.size, bool), sampling_rate_hz=1000.0, bin_s=0.050
    )
    assert floor is not None
    assert floor.level_db.mean() == pytest.approx(10 * np.log10(np.median(power)), abs=0.3)
    assert floor.degrees == pytest.approx(20, rel=0.3)
    assert floor.mean_v.mean() == pytest.approx(1.0, rel=0.04)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(2, 2000), st.integers(4, 60))
def test_extrema_of_every_stretch_are_kept(seed: int, n: int, n_points: int) -> None:
    y = np.random.default_rng(seed).standard_normal(n)
    chosen = select_extrema(y, 0, n, n_points)
    assert {0, n - 1, int(np.argmax(y)), int(np.argmin(y))} <= set(chosen.tolist())


@pytest.mark.parametrize(("snr_db", "ramp_s"), [(10.0, 0.2), (20.0, 0.05), (30.0, 0.2), (40.0, 0.01)])
def test_a_fitted_crossing_is_the_median_over_all_ramps(snr_db: float, ramp_s: float) -> None:
    # Deterministic power: the ramp is known, and every bin holds exactly what is expected.
    n, at, noise = 4000, 1500, 1.0
    time_s = np.arange(n) / 1000.0
    level = 10 ** (snr_db / 20)
    share = np.clip(np.minimum(time_s - at / 1000, 3.0 - time_s) / ramp_s, 0.0, 1.0)
    amplitude = np.sqrt(noise**2 + (level * share) ** 2)
    levels = ActivityLevels(
        envelope_v=amplitude,
        noise_v=np.full(n, noise),
        above_onset=share > 0,
        above_offset=share > 0,
        usable=np.ones(n, bool),
        onset_db=6.0,
        offset_db=3.0,
        sampling_rate_hz=1000.0,
        rms_noise_v=np.full(n, noise),
        degrees=20.0,
    )
    ((onset, offset),) = fit_edges([(at, 3000)], amplitude, levels)
    # A grid of ramps has steps; what the fit adds to them is next to nothing.
    assert onset == pytest.approx(at + 100 * ramp_s, abs=6 + 40 * ramp_s)
    assert offset == pytest.approx(3000 - 100 * ramp_s, abs=6 + 40 * ramp_s)
