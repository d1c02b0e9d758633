"""Mean and median frequency, and their trend."""

from __future__ import annotations

import numpy as np
import pytest

from processing.emg.analysis import analyse_recording
from processing.emg.fatigue import compute_fatigue
from processing.emg.results import Contraction
from processing.emg.spectrum import compute_mdf, compute_mnf, compute_psd, unmasked
from tests.builders import emg_carrier, make_recording

FS = 990.0


@pytest.mark.parametrize("frequency_hz", [45.0, 80.0, 120.5, 300.0])
def test_both_frequencies_of_a_sine_are_its_own(frequency_hz: float) -> None:
    psd = compute_psd(np.sin(2 * np.pi * frequency_hz * np.arange(990) / FS), sampling_rate_hz=FS)
    assert psd is not None
    assert compute_mnf(psd) == pytest.approx(frequency_hz, abs=1.0)
    assert compute_mdf(psd) == pytest.approx(frequency_hz, abs=1.0)


def test_white_noise_has_its_median_in_the_middle_of_the_band() -> None:
    psd = compute_psd(np.random.default_rng(0).standard_normal(100_000), sampling_rate_hz=FS)
    assert psd is not None
    assert compute_mdf(psd) == pytest.approx((20 + 450) / 2, abs=5)


@pytest.mark.parametrize("n_samples", [150, 297, 600, 2500])
def test_the_density_of_white_noise_is_its_variance_over_the_band(n_samples: int) -> None:
    rng = np.random.default_rng(3)
    spectra = [compute_psd(rng.standard_normal(n_samples), sampling_rate_hz=FS) for _ in range(200)]
    density = np.mean([psd.psd_v2_per_hz for psd in spectra if psd is not None])
    assert density == pytest.approx(2.0 / FS, rel=0.03)


def test_the_spectrum_is_that_of_a_slow_oracle() -> None:
    x = np.random.default_rng(4).standard_normal(700)
    psd = compute_psd(x, sampling_rate_hz=FS)
    assert psd is not None
    expected = np.zeros(psd.frequency_hz.size)
    for segment in (x[:350], x[350:]):  # two whole parts of at least 0.25 s
        for k in range(1, 7):  # 20 Hz wide: 20 * 350 / 990 - 1 tapers
            taper = [np.sqrt(2 / 351) * np.sin(np.pi * k * (i + 1) / 351) for i in range(350)]
            weight = (1 - ((k - 1) / 6) ** 2) / sum(1 - (j / 6) ** 2 for j in range(6))
            waves = np.exp(-2j * np.pi * np.outer(psd.frequency_hz / FS, np.arange(350)))
            expected += weight * np.abs(waves @ (segment * taper)) ** 2 / FS
    np.testing.assert_allclose(psd.psd_v2_per_hz, expected, rtol=1e-9)


def test_short_bursts_have_a_steadier_median_than_one_hann_window_gives() -> None:
    rng = np.random.default_rng(5)
    bursts = [emg_carrier(rng, 1290, sampling_rate_hz=FS)[500:797] for _ in range(200)]
    spectra = [compute_psd(burst, sampling_rate_hz=FS) for burst in bursts]
    medians = [compute_mdf(psd) for psd in spectra if psd is not None]
    # One Hann window of 0.25 s gives 14 Hz.
    assert np.std(medians) < 11.5


@pytest.mark.parametrize("x", [np.ones(50), np.zeros(990)], ids=["too short", "no power"])
def test_too_little_signal_has_no_spectrum(x: np.ndarray) -> None:
    assert compute_psd(x, sampling_rate_hz=FS) is None


def test_a_spectrum_does_not_cross_a_gap() -> None:
    x = np.arange(10.0)
    masked = np.zeros(10, dtype=bool)
    masked[[2, 8]] = True
    assert unmasked(x, masked).tolist() == [3.0, 4.0, 5.0, 6.0, 7.0]


def contraction(onset_s: float, mdf_hz: float | None) -> Contraction:
    return Contraction(onset_s, onset_s + 1, 1.0, 1.0, 1.0, 1.0, mdf_hz, mdf_hz, None, None, False)


def test_the_slope_of_a_straight_line_is_found_exactly() -> None:
    line = [contraction(10.0 * i, 100.0 - 2.0 * i) for i in range(8)]
    psd = compute_psd(np.random.default_rng(0).standard_normal(990), sampling_rate_hz=FS)
    fatigue = compute_fatigue(line, [psd] * 8, snr_db=20.0)
    assert fatigue.mdf_slope_hz_per_contraction == pytest.approx(-2.0)
    assert fatigue.mdf_slope_percent_per_min == pytest.approx(-12.0)
    assert fatigue.ci95_low == pytest.approx(-2.0)
    assert fatigue.fi_nsm5 == pytest.approx(1.0)
    assert (fatigue.n, fatigue.reason) == (8, None)


@pytest.mark.parametrize(
    ("n", "snr_db", "words"),
    [(5, 20.0, "only 5 contractions"), (8, 9.0, "9.0 dB; 10 dB are needed"), (8, None, "unknown")],
)
def test_a_slope_that_says_nothing_is_withheld_with_its_reason(
    n: int, snr_db: float | None, words: str
) -> None:
    fatigue = compute_fatigue([contraction(i, 80.0) for i in range(n)], [None] * n, snr_db=snr_db)
    assert fatigue.mdf_slope_hz_per_contraction is None
    assert fatigue.reason is not None
    assert words in fatigue.reason


def test_a_slowing_muscle_shows_a_lower_median_frequency() -> None:
    recording = make_recording(
        contractions_s=[(t, t + 2) for t in range(1, 18, 4)], high_hz=(120.0, 80.0), seed=3
    )
    left, right = analyse_recording(recording).channels
    assert left.spectrum.mdf_hz is not None
    assert right.spectrum.mdf_hz is not None
    assert right.spectrum.mdf_hz < left.spectrum.mdf_hz - 8
