"""The yardstick itself: ground truth, spectra and levels of the synthetic sessions are what they claim to be."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import signal

from benchmarks.accuracy import motor_units, noise_model
from benchmarks.accuracy.bound import least_edge_error_ms
from benchmarks.accuracy.efforts import Array, Effort
from benchmarks.accuracy.session import GENERATORS, PLATEAU_UV, SAMPLING_RATE_HZ, Generator, make_session
from benchmarks.accuracy.situations import SITUATIONS, Situation
from processing.c3d import read_recording

_MODELS = {"noise": noise_model.contract, "motor units": motor_units.contract}
_TIME_S = np.arange(round(12 * SAMPLING_RATE_HZ)) / SAMPLING_RATE_HZ
_HOLD = Effort(start_s=2.0, rise_s=0.2, hold_s=7.0, fall_s=0.3)


def _situation(name: str) -> Situation:
    return next(s for s in SITUATIONS if s.name == name)


def _psd(emg: Array) -> tuple[Array, Array]:
    frequency_hz, psd = signal.welch(emg, SAMPLING_RATE_HZ, nperseg=512)
    return frequency_hz, psd


def _mdf_hz(emg: Array) -> float:
    frequency_hz, psd = _psd(emg)
    return float(frequency_hz[np.searchsorted(np.cumsum(psd), 0.5 * psd.sum())])


def test_a_linear_ramp_crosses_ten_percent_after_a_tenth_of_its_length():
    muscle = noise_model.contract([_HOLD], _TIME_S, np.random.default_rng(0), plateau_uv=100.0)
    (truth,) = muscle.truth
    assert truth.onset_s == pytest.approx(2.02, abs=1e-4)
    assert truth.offset_s == pytest.approx(9.5 - 0.03, abs=1e-4)


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("level", [1.0, 0.2])
def test_the_expected_amplitude_is_a_tenth_of_the_plateau_at_onset_and_offset(
    generator: Generator, level: float
):
    effort = Effort(start_s=2.0, rise_s=0.8, hold_s=4.0, fall_s=0.8, level=level)
    muscle = _MODELS[generator]([effort], _TIME_S, np.random.default_rng(1), plateau_uv=100.0)
    (truth,) = muscle.truth
    at_edges = np.interp([truth.onset_s, truth.offset_s], _TIME_S, muscle.amplitude_uv)
    # Recruitment is in steps, so the amplitude may jump over the crossing between two samples.
    np.testing.assert_allclose(at_edges, 0.1 * truth.plateau_uv, rtol=0.1)


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_measured_amplitude_follows_the_expected_one_during_rise_and_hold(generator: Generator):
    effort = Effort(start_s=1.0, rise_s=2.0, hold_s=6.0, fall_s=2.0)
    power = np.zeros_like(_TIME_S)
    expected = np.zeros_like(_TIME_S)
    n_muscles = 25
    for seed in range(n_muscles):
        muscle = _MODELS[generator]([effort], _TIME_S, np.random.default_rng(seed), plateau_uv=100.0)
        power += muscle.emg_uv**2 / n_muscles
        expected += muscle.amplitude_uv**2 / n_muscles
    for start_s, stop_s in ((1.3, 1.6), (2.0, 2.4), (3.0, 9.0), (9.6, 10.0)):
        part = (start_s <= _TIME_S) & (stop_s > _TIME_S)
        assert np.sqrt(power[part].mean()) == pytest.approx(np.sqrt(expected[part].mean()), rel=0.12)


def test_noise_has_the_spectrum_of_stulen_and_de_luca():
    emg = noise_model.carrier(np.random.default_rng(2), 200_000, sampling_rate_hz=SAMPLING_RATE_HZ)
    frequency_hz, psd = _psd(emg)
    f, low, high = frequency_hz, noise_model.LOW_HZ, noise_model.HIGH_HZ
    shape = high**4 * f**2 / ((f**2 + low**2) * (f**2 + high**2) ** 2)
    inside = (f > 15) & (f < 400)
    ratio = psd[inside] / psd[inside].sum() / (shape[inside] / shape[inside].sum())
    assert np.all((ratio > 0.7) & (ratio < 1.4))


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_median_frequency_is_that_of_a_quadriceps(generator: Generator):
    muscle = _MODELS[generator]([_HOLD], _TIME_S, np.random.default_rng(3), plateau_uv=100.0)
    hold = muscle.emg_uv[(_TIME_S > 2.5) & (_TIME_S < 9.0)]
    assert 60 < _mdf_hz(hold) < 130


@pytest.mark.parametrize("generator", GENERATORS)
def test_fatigue_lowers_the_median_frequency_by_the_stated_share(generator: Generator):
    efforts = [Effort(0.2, 0.1, 2.5, 0.1), Effort(9.0, 0.1, 2.5, 0.1)]
    falls = []
    for seed in range(6):
        emg = _MODELS[generator](
            efforts, _TIME_S, np.random.default_rng(seed), plateau_uv=1.0, slowing=0.4
        ).emg_uv
        first, last = (emg[(a < _TIME_S) & (a + 2.4 > _TIME_S)] for a in (0.3, 9.1))
        falls.append(1 - _mdf_hz(last) / _mdf_hz(first))
    assert np.median(falls) == pytest.approx(0.33, abs=0.12)


def test_motor_units_fire_at_physiological_rates_with_gamma_jitter():
    rng = np.random.default_rng(4)
    excitation = np.full(_TIME_S.size, 0.75)
    for unit in motor_units.make_units(rng)[::17]:
        intervals = np.diff(motor_units.discharge_times(unit, excitation, _TIME_S, rng))
        assert 8.0 <= 1 / intervals.mean() <= 36.0
        assert intervals.std() / intervals.mean() == pytest.approx(0.20, abs=0.07)


def test_a_unit_is_silent_below_its_threshold():
    rng = np.random.default_rng(5)
    unit = motor_units.make_units(rng)[60]
    excitation = np.full(_TIME_S.size, 0.99 * unit.threshold)
    assert motor_units.discharge_times(unit, excitation, _TIME_S, rng).size == 0


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_floor_has_the_stated_level_in_the_band(generator: Generator):
    session = make_session(_situation("silent"), generator, seed=1)
    sos = signal.butter(8, (20.0, 450.0), "bandpass", fs=SAMPLING_RATE_HZ, output="sos")
    for channel in session.channels:
        floor_uv = 1e6 * signal.sosfiltfilt(sos, channel.raw_v).std()
        assert floor_uv == pytest.approx(PLATEAU_UV / 10 ** (channel.snr_db / 20), rel=0.06)


@pytest.mark.parametrize("generator", GENERATORS)
def test_neighbours_lie_300_ms_apart(generator: Generator):
    session = make_session(_situation("neighbours 300 ms"), generator, seed=1)
    truth = session.channels[0].truth
    gaps_s = [b.onset_s - a.offset_s for a, b in itertools.pairwise(truth)]
    near = [gap for gap in gaps_s if gap < 0.6]
    assert len(near) == 7
    assert all(0.29 < gap < 0.33 for gap in near)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: s.name)
def test_the_file_holds_the_signal_that_was_made(situation: Situation):
    session = make_session(situation, "noise", seed=1)
    recording = read_recording(session.c3d)
    made = np.stack([channel.raw_v for channel in session.channels])
    np.testing.assert_array_equal(recording.emg_v, made.astype(np.float32))
    for channel in session.channels:
        assert bool(channel.truth) == (situation.kind == "active")
        for contraction in channel.truth:
            assert 2.0 < contraction.onset_s < contraction.offset_s < made.shape[1] / SAMPLING_RATE_HZ


def test_the_same_seed_gives_the_same_file():
    one, two = (make_session(_situation("clean"), "motor units", seed=7) for _ in range(2))
    assert one.c3d == two.c3d


def test_the_least_edge_error_grows_with_noise_and_with_the_ramp():
    errors = [least_edge_error_ms(snr_db=snr_db, ramp_s=0.1) for snr_db in (30.0, 20.0, 10.0, 3.0)]
    assert errors == sorted(errors)
    assert least_edge_error_ms(snr_db=10.0, ramp_s=0.4) == pytest.approx(2 * errors[2], rel=0.4)
