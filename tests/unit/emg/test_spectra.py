"""Spectra, mains lines, spectrogram and trend: known answers first, then laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from processing.emg.analysis import analyse_recording
from processing.emg.fatigue import compute_fatigue
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import Contraction
from processing.emg.spectra import contraction_spectra, mean_psd, spectral_sources, usable_stretches
from processing.emg.spectra_mains import mains_lines
from processing.emg.spectra_time import compute_spectrogram
from processing.emg.spectra_trend import fit_trend
from processing.emg.spectrum import compute_mdf, compute_psd
from processing.errors import InvalidParameterError
from tests.builders import make_recording

FS = 990.0
TEN_SECONDS = np.arange(9900) / FS


def sine(frequency_hz: float, amplitude: float = 1.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency_hz * TEN_SECONDS)


# --- spectrum


@pytest.mark.parametrize("frequency_hz", [10.0, 50.0, 133.0, 480.0])
def test_the_spectrum_of_a_sine_peaks_at_its_frequency(frequency_hz: float) -> None:
    found = mean_psd(sine(frequency_hz), [(0, 9900)], sampling_rate_hz=FS, segment_s=1.0)
    assert found is not None
    assert found.frequency_hz[int(np.argmax(found.psd_v2_per_hz))] == pytest.approx(frequency_hz, abs=1.0)


def test_the_area_under_the_spectrum_is_the_power_of_the_signal() -> None:
    found = mean_psd(sine(80.0, amplitude=3.0), [(0, 9900)], sampling_rate_hz=FS, segment_s=1.0)
    assert found is not None
    area = float(found.psd_v2_per_hz.sum() * found.frequency_hz[1])
    assert area == pytest.approx(3.0**2 / 2, rel=0.01)


def test_stretches_weigh_by_their_length() -> None:
    y = np.concatenate((sine(60.0)[:990], sine(60.0, amplitude=3.0)[:2970]))
    found = mean_psd(y, [(0, 990), (990, 3960)], sampling_rate_hz=FS, segment_s=1.0)
    assert found is not None
    area = float(found.psd_v2_per_hz.sum() * found.frequency_hz[1])
    assert area == pytest.approx((1 * 1 + 3 * 9) / 4 / 2, rel=0.02)


def test_nothing_has_no_spectrum() -> None:
    assert mean_psd(sine(60.0), [], sampling_rate_hz=FS, segment_s=1.0) is None


def test_a_rate_whose_segment_exceeds_the_grid_is_read_too() -> None:
    fs = 4000.0
    y = np.sin(2 * np.pi * 300.0 * np.arange(12_000) / fs)
    found = mean_psd(y, [(0, 12_000)], sampling_rate_hz=fs, segment_s=1.0)
    assert found is not None
    assert found.frequency_hz[int(np.argmax(found.psd_v2_per_hz))] == pytest.approx(300.0, abs=1.0)


# --- conditioned channels


def test_frequencies_of_contractions_are_those_of_the_analysis() -> None:
    recording = make_recording(
        contractions_s=[(t, t + 1.5) for t in range(1, 18, 3)], dropouts_s=[4.5], seed=5
    )
    sources = spectral_sources(recording)
    for source, channel in zip(sources, analyse_recording(recording).channels, strict=True):
        spans = [(c.onset_s, c.offset_s) for c in channel.contractions]
        spectra = contraction_spectra(source, spans, parameters=AnalysisParameters())
        assert len(spans) >= 6
        for spectrum, contraction in zip(spectra, channel.contractions, strict=True):
            assert spectrum is not None
            assert compute_mdf(spectrum) == pytest.approx(contraction.mdf_hz, abs=0.01)


def test_usable_stretches_keep_clear_of_masks_and_of_what_is_left_out() -> None:
    recording = make_recording(contractions_s=[(2.0, 4.0)], dropouts_s=[6.0], duration_s=10.0)
    source = spectral_sources(recording)[0]
    found = usable_stretches(source, [(1.0, 9.0)], outside_s=[(2.0, 4.0)], min_duration_s=0.2)
    assert found[0] == (990, 1980)
    assert not any(source.masked[slice(*stretch)].any() for stretch in found)
    assert [round(stop / FS) for _, stop in found] == [2, 6, 9]


def test_a_stretch_that_is_too_short_is_dropped() -> None:
    source = spectral_sources(make_recording(duration_s=10.0))[0]
    assert usable_stretches(source, [(1.0, 1.1), (5.0, 6.0)], min_duration_s=0.2) == [(4950, 5940)]


# --- mains


def test_a_mains_line_holds_its_share_of_the_power() -> None:
    noise = np.random.default_rng(1).standard_normal(9900)
    y = noise + sine(50.0, amplitude=np.sqrt(2)) + sine(150.0, amplitude=np.sqrt(0.5))
    lines = mains_lines(y, [(0, 9900)], sampling_rate_hz=FS, mains_hz=50.0)
    shares = {round(line.frequency_hz): line.share_percent for line in lines}
    assert shares[50] == pytest.approx(100 * 1 / 2.25, abs=2)
    assert shares[150] == pytest.approx(100 * 0.25 / 2.25, abs=2)
    assert max(share for line, share in shares.items() if line not in (50, 150)) < 1
    assert max(shares) == 450


def test_muscle_power_at_the_mains_frequency_is_not_mains() -> None:
    recording = make_recording(contractions_s=[(0.5, 9.5)], duration_s=10.0)
    lines = mains_lines(recording.emg_v[0], [(0, 9900)], sampling_rate_hz=FS, mains_hz=50.0)
    assert sum(line.share_percent for line in lines) < 5


def test_less_than_a_second_cannot_tell_a_mains_line() -> None:
    assert mains_lines(sine(50.0), [(0, 980)], sampling_rate_hz=FS, mains_hz=50.0) == ()


def test_silence_has_no_mains() -> None:
    assert mains_lines(np.zeros(9900), [(0, 9900)], sampling_rate_hz=FS, mains_hz=50.0) == ()


# --- spectrogram


def test_a_chirp_climbs_through_the_spectrogram() -> None:
    rising = np.sin(2 * np.pi * (40 * TEN_SECONDS + 0.5 * 20 * TEN_SECONDS**2))  # 40 to 240 Hz
    found = compute_spectrogram(rising, sampling_rate_hz=FS, window_s=(0, 10))
    ridge = found.frequency_hz[np.argmax(found.level_db, axis=0)]
    inside = (found.time_s > 0.5) & (found.time_s < 9.5)
    assert np.abs(ridge - (40 + 20 * found.time_s))[inside].max() < 8


def test_columns_stand_where_the_moments_are_even_when_zoomed() -> None:
    y = np.zeros(9900)
    y[round(7.3 * FS)] = 1.0
    for window in ((0.0, 10.0), (7.0, 7.6)):
        found = compute_spectrogram(y, sampling_rate_hz=FS, window_s=window)
        loud = found.level_db.max(axis=0)
        middle = float(found.time_s[loud > loud.max() - 3].mean())
        assert middle == pytest.approx(7.3, abs=0.03)


@given(at=some.integers(200, 178_000), length_s=some.sampled_from([3.0, 60.0, 180.0]))
def test_a_short_burst_never_vanishes_from_the_spectrogram(at: int, length_s: float) -> None:
    y = np.zeros(round(length_s * FS))
    start = min(at, y.size - 260)
    y[start : start + 50] = np.sin(2 * np.pi * 200 * np.arange(50) / FS)
    whole = compute_spectrogram(y, sampling_rate_hz=FS, window_s=(0, length_s), most_columns=100)
    near = compute_spectrogram(y, sampling_rate_hz=FS, window_s=(start / FS - 0.1, start / FS + 0.2))
    assert whole.level_db.shape[1] <= 100
    assert whole.level_db.max() >= near.level_db.max() - 2.0


def test_a_window_without_samples_has_no_spectrogram() -> None:
    with pytest.raises(InvalidParameterError, match="No spectrogram of 20 to 30 s"):
        compute_spectrogram(sine(50.0), sampling_rate_hz=FS, window_s=(20, 30))


# --- trend


def test_the_line_through_points_on_a_line_is_that_line() -> None:
    number = np.arange(1.0, 9.0)
    found = fit_trend(number, 100 - 2 * number)
    assert (found.slope, found.slope_low, found.slope_high) == pytest.approx((-2, -2, -2))
    assert found.fitted[[0, -1]] == pytest.approx([98, 84])
    assert found.band_high == pytest.approx(found.fitted)
    assert found.direction == -1


def test_the_slope_and_its_interval_are_those_of_the_analysis() -> None:
    mdf = [95.0, 90.0, 97.0, 88.0, 91.0, 84.0, 89.0]
    contractions = [Contraction(i, i + 1, 1.0, 1, 1, 1, v, v, None, None, False) for i, v in enumerate(mdf)]
    psd = compute_psd(sine(80.0), sampling_rate_hz=FS)
    told = compute_fatigue(contractions, [psd] * 7, snr_db=20.0)
    found = fit_trend(np.arange(1.0, 8.0), np.array(mdf))
    assert found.slope == pytest.approx(told.mdf_slope_hz_per_contraction)
    assert (found.slope_low, found.slope_high) == pytest.approx((told.ci95_low, told.ci95_high))


def test_scatter_without_a_trend_has_no_direction() -> None:
    found = fit_trend(np.arange(1.0, 7.0), np.array([90.0, 80.0, 92.0, 79.0, 91.0, 82.0]))
    assert found.direction == 0


@pytest.mark.parametrize(("x", "y"), [([1.0, 2.0], [1.0, 2.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])])
def test_too_few_points_have_no_line(x: list[float], y: list[float]) -> None:
    with pytest.raises(InvalidParameterError, match="A line needs 3 points"):
        fit_trend(np.array(x), np.array(y))


def test_the_mains_frequency_is_the_recordings_for_each_channel() -> None:
    recording = make_recording(duration_s=20, mains_uv=(0.0, 5.0))
    y = recording.emg_v.astype(np.float64)
    y[0] += 0.2e-6 * np.sin(2 * np.pi * 60.0 * np.arange(y.shape[1]) / FS)
    sources = spectral_sources(replace(recording, emg_v=y.astype(np.float32)))
    assert [source.mains_hz for source in sources] == [50.0, 50.0]
