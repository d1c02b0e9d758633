"""Filters and the RMS envelope: known answers, and a slow oracle."""

from __future__ import annotations

import numpy as np
import pytest

from processing.emg.envelope import rms_envelope
from processing.emg.filters import bandpass, remove_mains
from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.errors import InvalidParameterError

FS = 990.0
TIME_S = np.arange(9900) / FS
MIDDLE = slice(2000, 7900)


def sine(frequency_hz: float, amplitude: float = 1e-4) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency_hz * TIME_S)


def rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x**2)))


def test_the_band_passes_emg_unchanged_in_size_and_time() -> None:
    np.testing.assert_allclose(bandpass(sine(100), sampling_rate_hz=FS)[MIDDLE], sine(100)[MIDDLE], atol=1e-6)


@pytest.mark.parametrize("frequency_hz", [1.0, 5.0])
def test_movement_is_filtered_out(frequency_hz: float) -> None:
    assert rms(bandpass(sine(frequency_hz), sampling_rate_hz=FS)[MIDDLE]) < 1e-3 * rms(sine(frequency_hz))


def test_a_constant_offset_leaves_nothing() -> None:
    assert np.abs(bandpass(np.full(9900, 5e-3), sampling_rate_hz=FS)).max() < 1e-9


def test_the_upper_corner_moves_below_nyquist_of_a_slow_recording() -> None:
    slow = 0.1 * np.sin(2 * np.pi * 50 * np.arange(2000) / 400.0)
    assert rms(bandpass(slow, sampling_rate_hz=400.0)[500:1500]) == pytest.approx(
        rms(slow[500:1500]), rel=0.01
    )


def test_a_rate_without_an_emg_band_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="No EMG band is left"):
        bandpass(sine(100), sampling_rate_hz=30.0)


def test_mains_and_its_harmonics_are_removed_and_emg_is_kept() -> None:
    with_mains = sine(50) + sine(100) + sine(150) + sine(80)
    left = remove_mains(with_mains, sampling_rate_hz=FS, mains_hz=50.0)
    np.testing.assert_allclose(left[MIDDLE], sine(80)[MIDDLE], atol=0.05e-4)


def test_mains_above_nyquist_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="cannot be removed"):
        remove_mains(sine(5), sampling_rate_hz=90.0, mains_hz=50.0)


def test_the_envelope_of_a_sine_is_its_rms() -> None:
    envelope = rms_envelope(sine(100, 3e-4), sampling_rate_hz=FS)
    np.testing.assert_allclose(envelope[MIDDLE], 3e-4 / np.sqrt(2), rtol=0.01)


@pytest.mark.parametrize("window_s", [0.004, 0.05, 0.1, 0.237])
def test_the_envelope_equals_a_slow_one(window_s: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal(700) * 1e-4
    masked = rng.random(700) < 0.2
    half = round((window_s * FS - 1) / 2)
    slow = np.zeros(700)
    for i in range(700):
        window = slice(max(i - half, 0), i + half + 1)
        kept = x[window][~masked[window]]
        slow[i] = np.sqrt(np.mean(kept**2)) if kept.size else 0.0
    fast = rms_envelope(x, sampling_rate_hz=FS, window_s=window_s, masked=masked)
    np.testing.assert_allclose(fast, slow, atol=1e-11)


def test_the_envelope_of_silence_after_a_burst_is_exactly_zero() -> None:
    x = np.zeros(2000)
    x[:500] = np.random.default_rng(0).standard_normal(500)
    assert rms_envelope(x, sampling_rate_hz=FS)[700:].max() == 0.0


@pytest.mark.parametrize(("window_s", "words"), [(0.001, "3 are needed"), (1.0, "but the recording has 500")])
def test_a_window_that_cannot_be_is_refused(window_s: float, words: str) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        rms_envelope(np.zeros(500), sampling_rate_hz=FS, window_s=window_s)


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="The mask has shape"):
        rms_envelope(np.zeros(500), sampling_rate_hz=FS, masked=np.zeros(499, dtype=bool))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"bandpass_low_hz": float("nan")}, "finite number"),
        ({"bandpass_low_hz": 0.0}, "positive number"),
        ({"bandpass_low_hz": 500.0}, "must lie below"),
        ({"offset_over_floor_db": 9.0}, "hysteresis"),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: dict[str, float], words: str) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        AnalysisParameters(**setting)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"expected_contractions": 0}, "at least 1"),
        ({"target_percent_mvc": -1.0}, "target_percent_mvc is -1.0"),
        ({"target_duration_s": float("inf")}, "target_duration_s is inf"),
    ],
)
def test_targets_that_nothing_meets_are_refused(setting: dict[str, float], words: str) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        SessionTargets(**setting)  # type: ignore[arg-type]
