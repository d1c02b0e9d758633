"""Contractions are found where they are, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from processing.emg.analysis import analyse_recording
from processing.emg.conditioning import ConditionedChannel
from processing.emg.detection import detect_contractions
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import ChannelAnalysis, Mvc
from processing.recording import Recording
from tests.builders import make_recording

FS = 990.0
TWELVE = [(t, t + 2.5) for t in np.arange(2.0, 58.0, 4.7)]


def analyse(recording: Recording) -> ChannelAnalysis:
    return analyse_recording(recording).channels[0]


def one_channel(samples_v: np.ndarray) -> Recording:
    recording = make_recording(n_channels=1, duration_s=samples_v.size / FS, contractions_s=())
    return replace(recording, emg_v=samples_v[np.newaxis].astype(np.float32))


@pytest.mark.parametrize("ramp_s", [0.05, 0.3])
@pytest.mark.parametrize(("amplitude_uv", "noise_uv"), [(60.0, 3.0), (500.0, 3.0), (60.0, 8.0)])
def test_onset_and_offset_lie_where_amplitude_crosses_a_tenth(
    ramp_s: float, amplitude_uv: float, noise_uv: float
) -> None:
    channel = analyse(
        make_recording(
            contractions_s=TWELVE, duration_s=60, ramp_s=ramp_s, amplitude_uv=amplitude_uv, noise_uv=noise_uv
        )
    )
    assert len(channel.contractions) == 12
    onsets = [c.onset_s - truth[0] for c, truth in zip(channel.contractions, TWELVE, strict=True)]
    offsets = [c.offset_s - truth[1] for c, truth in zip(channel.contractions, TWELVE, strict=True)]
    assert abs(float(np.median(onsets))) < 0.03
    assert abs(float(np.median(offsets))) < 0.03
    assert np.abs(onsets + offsets).max() < 0.08


@pytest.mark.parametrize("ramp_s", [0.01, 0.05, 0.15])
@pytest.mark.parametrize("noise_uv", [2.0, 20.0])
def test_abrupt_edges_are_not_smeared(ramp_s: float, noise_uv: float) -> None:
    # 40 and 20 dB. A window of 30 ms and the merging of what exceeds it once made them 10-35 ms too wide.
    channel = analyse(make_recording(contractions_s=TWELVE, duration_s=60, ramp_s=ramp_s, noise_uv=noise_uv))
    early = [truth[0] - c.onset_s for c, truth in zip(channel.contractions, TWELVE, strict=True)]
    late = [c.offset_s - truth[1] for c, truth in zip(channel.contractions, TWELVE, strict=True)]
    assert abs(float(np.median(early))) < 0.012
    assert abs(float(np.median(late))) < 0.012
    assert np.percentile(np.abs(early + late), 90) < 0.035


@pytest.mark.parametrize(("snr_db", "least"), [(6.0, 12), (3.0, 11)])
def test_contractions_just_over_the_noise_are_found(snr_db: float, least: int) -> None:
    # The floor is white up to Nyquist; its part in the EMG band counts.
    noise_uv = 100.0 / 10 ** (snr_db / 20) / np.sqrt(430 / 495)
    for seed in range(3):
        channel = analyse(
            make_recording(
                contractions_s=TWELVE,
                duration_s=60,
                amplitude_uv=100,
                noise_uv=noise_uv,
                ramp_s=0.15,
                seed=seed,
            )
        )
        found = [
            any(c.onset_s < (on + off) / 2 < c.offset_s for c in channel.contractions) for on, off in TWELVE
        ]
        assert sum(found) >= least
        assert len(channel.contractions) <= 12


def test_what_hardly_stands_out_is_doubtful_and_says_so() -> None:
    channel = analyse(make_recording(contractions_s=TWELVE, duration_s=60, amplitude_uv=100, noise_uv=75))
    assert channel.contractions
    assert all("hardly stands out of the noise" in (c.doubtful_reason or "") for c in channel.contractions)


@pytest.mark.parametrize("noise_uv", [3.0, 20.0, 50.0])
def test_tremor_does_not_split_a_contraction(noise_uv: float) -> None:
    recording = make_recording(contractions_s=(), duration_s=40, noise_uv=noise_uv, n_channels=1)
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    strong = make_recording(
        contractions_s=[(t, t + 3) for t in range(4, 36, 6)], duration_s=40, noise_uv=0, n_channels=1
    )
    dips = 1 - 0.85 * (0.5 - 0.5 * np.cos(2 * np.pi * 6 * time_s))
    emg_v = recording.emg_v + strong.emg_v * dips.astype(np.float32)
    assert len(analyse(replace(recording, emg_v=emg_v)).contractions) == 6


@pytest.mark.parametrize("noise_uv", [3.0, 20.0, 50.0])
def test_neighbours_300_ms_apart_stay_two(noise_uv: float) -> None:
    truth = [(t + d, t + d + 1.0) for t in range(3, 33, 5) for d in (0.0, 1.3)]
    channel = analyse(make_recording(contractions_s=truth, duration_s=36, noise_uv=noise_uv))
    assert len(channel.contractions) == len(truth)


@pytest.mark.parametrize("noise_uv", [3.0, 50.0])
def test_holds_of_15_s_stay_one_and_do_not_become_their_own_floor(noise_uv: float) -> None:
    truth = [(4.0, 18.9), (25.0, 38.0), (44.0, 58.0)]
    found = analyse(make_recording(contractions_s=truth, duration_s=62, noise_uv=noise_uv)).contractions
    assert [round(c.onset_s) for c in found] == [4, 25, 44]
    assert [round(c.offset_s) for c in found] == [19, 38, 58]


def test_a_saturated_second_inside_a_contraction_does_not_split_it() -> None:
    recording = make_recording(contractions_s=[(3.0, 7.0), (10.0, 12.0), (15.0, 17.0)], n_channels=1)
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    swing = 20e-3 * np.sin(2 * np.pi * 50 * time_s) * ((time_s > 4.6) & (time_s < 5.4))
    emg_v = np.clip(recording.emg_v + swing, -5.48e-3, 5.48e-3).astype(np.float32)
    channel = analyse(replace(recording, emg_v=emg_v))
    assert [round(c.onset_s) for c in channel.contractions] == [3, 10, 15]
    assert channel.quality.masked_intervals_s[0] == pytest.approx((4.6, 5.4), abs=0.06)


def test_the_plateau_is_measured_in_microvolts() -> None:
    channel = analyse(make_recording(contractions_s=TWELVE, duration_s=60, amplitude_uv=200))
    assert channel.amplitude.plateau_uv == pytest.approx(200, rel=0.1)


def test_short_bursts_are_told_apart() -> None:
    truth = [(t, t + 0.4) for t in np.arange(1.0, 29.0, 1.0)]
    assert len(analyse(make_recording(contractions_s=truth, duration_s=30)).contractions) == len(truth)


def test_gaps_of_150_ms_are_closed_and_those_of_400_ms_are_not() -> None:
    truth = [(3.0, 4.0), (4.15, 5.0), (8.0, 9.0), (9.4, 10.5)]
    found = analyse(make_recording(contractions_s=truth)).contractions
    assert [round(c.onset_s) for c in found] == [3, 8, 9]


def test_a_burst_of_50_ms_is_no_contraction() -> None:
    found = analyse(make_recording(contractions_s=[(3.0, 5.0), (8.0, 8.05), (12.0, 14.0)], ramp_s=0.01))
    assert [round(c.onset_s) for c in found.contractions] == [3, 12]


def test_an_overlong_contraction_is_flagged_and_not_chopped() -> None:
    found = analyse(make_recording(contractions_s=[(5.0, 30.0)], duration_s=60)).contractions
    assert len(found) == 1
    assert found[0].duration_s == pytest.approx(25.0, abs=0.1)
    assert found[0].doubtful_reason == "longer than 15 s"


def test_contractions_cut_by_the_recording_are_doubtful() -> None:
    found = analyse(make_recording(contractions_s=[(-1.0, 2.0), (9.0, 11.0), (18.0, 25.0)])).contractions
    assert [c.doubtful_reason for c in found] == [
        "had begun before the recording did",
        None,
        "lasts beyond the end of the recording",
    ]


def test_faint_activity_is_found_and_not_counted() -> None:
    plan = [(*burst, 300.0 if i % 2 else 15.0) for i, burst in enumerate(TWELVE)]
    channel = analyse(make_recording(contractions_s=plan, duration_s=60))
    assert len(channel.contractions) == 6
    assert len(channel.faint) == 6


def test_weak_contractions_beside_strong_ones_count() -> None:
    plan = [(*burst, 300.0 if i % 2 else 60.0) for i, burst in enumerate(TWELVE)]
    assert len(analyse(make_recording(contractions_s=plan, duration_s=60)).contractions) == 12


def test_one_enormous_contraction_does_not_lose_the_rest() -> None:
    plan = [(*burst, 3000.0 if i == 5 else 150.0) for i, burst in enumerate(TWELVE)]
    assert len(analyse(make_recording(contractions_s=plan, duration_s=60)).contractions) == 12


def test_a_known_mvc_decides_what_is_faint() -> None:
    recording = make_recording(contractions_s=TWELVE, duration_s=60, amplitude_uv=50, n_channels=1)
    strong = analyse_recording(recording, mvc={"left": Mvc(1000.0, "patient")}).channels[0]
    assert (len(strong.contractions), len(strong.faint)) == (0, 12)


@pytest.mark.parametrize("width", [1, 10])
def test_spikes_are_reported_and_lose_nothing(width: int) -> None:
    recording = make_recording(contractions_s=TWELVE, duration_s=60, n_channels=1)
    emg_v = recording.emg_v.copy()
    for start in (500, 30_000):
        emg_v[0, start : start + width] = 0.05
    channel = analyse(replace(recording, emg_v=emg_v))
    assert len(channel.contractions) == 12
    spikes = next(f for f in channel.quality.findings if f.kind == "spike")
    assert (spikes.verdict, spikes.value) == ("doubtful", 2.0)


def test_a_dropout_inside_a_contraction_does_not_split_it() -> None:
    channel = analyse(make_recording(contractions_s=[(3.0, 7.0)], dropouts_s=[4.5]))
    assert len(channel.contractions) == 1
    assert channel.contractions[0].doubtful_reason == "touches a part that is left out"
    assert channel.contractions[0].peak_uv < 400


def test_a_weak_channel_under_mains_is_not_dead() -> None:
    channel = analyse(
        make_recording(contractions_s=TWELVE, duration_s=60, amplitude_uv=40, noise_uv=8, mains_uv=12)
    )
    assert len(channel.contractions) == 12
    assert channel.quality.verdict != "not_judged"


def test_bursts_of_mains_are_no_contractions() -> None:
    recording = make_recording(contractions_s=TWELVE, duration_s=60, n_channels=1)
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    on = (time_s % 10 > 8.5) & (time_s % 10 < 9.5)
    hum = 50e-6 * np.sin(2 * np.pi * 50 * time_s) * on
    channel = analyse(replace(recording, emg_v=(recording.emg_v + hum).astype(np.float32)))
    assert len(channel.contractions) == 12


def noises(seed: int) -> Iterator[np.ndarray]:
    """Channels of a sensor that nobody wears, 60 s each, volts."""
    rng = np.random.default_rng(seed)
    n = round(60 * FS)
    time_s = np.arange(n) / FS
    white = 3e-6 * rng.standard_normal(n)
    mains = np.sin(2 * np.pi * 50 * time_s + rng.uniform(0, 6))
    yield white
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    yield 100 * np.fft.irfft(spectrum, n)
    yield white + 20e-6 * mains
    yield white + 20e-6 * mains * (1 + 0.5 * np.sin(2 * np.pi * 0.3 * time_s))
    yield white * (1 + 2 * time_s / 60)
    yield white * (1 + 0.5 * np.sin(2 * np.pi * time_s / 30))
    yield signal.sosfilt(signal.butter(2, [20, 60], "bandpass", fs=FS, output="sos"), 3 * white)
    yield np.round(white / 1.678e-7) * 1.678e-7
    dropped = white.copy()
    dropped[20_000:20_270] = -5.5e-3
    yield dropped


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_contractions(seed: int) -> None:
    for number, samples_v in enumerate(noises(seed)):
        assert analyse(one_channel(samples_v)).contractions == (), f"noise number {number}"


@pytest.mark.parametrize("value", [0.0, 1e-3, -5.5e-3])
def test_a_flat_channel_is_not_judged(value: float) -> None:
    channel = analyse(one_channel(np.full(20_000, value)))
    assert channel.quality.verdict == "not_judged"
    assert "flat" in channel.quality.reasons[0]
    assert channel.contractions == ()
    assert channel.quality.snr_db is None


def test_a_channel_of_missing_values_holds_no_sample() -> None:
    channel = analyse(one_channel(np.full(20_000, np.nan)))
    assert channel.quality.verdict == "not_judged"
    assert channel.quality.reasons == ("The channel holds no sample: all 20000 values are missing",)
    assert channel.quality.seconds == 20 * "n"
    assert channel.contractions == ()


def test_a_channel_of_a_few_samples_is_analysed_without_an_error() -> None:
    channel = analyse(make_recording(contractions_s=(), duration_s=0.05))
    assert channel.quality.verdict == "not_judged"


def test_a_recording_of_a_second_is_analysed_and_said_to_be_too_short() -> None:
    channel = analyse(make_recording(contractions_s=[(0.3, 0.7)], duration_s=0.99))
    assert channel.quality.verdict == "not_judged"
    assert "5 s are needed to tell contractions from noise" in channel.quality.reasons[0]
    (found,) = channel.contractions
    assert (found.onset_s, found.offset_s) == pytest.approx((0.3, 0.7), abs=0.05)


def test_activity_out_of_exact_silence_is_found_to_its_edges() -> None:
    # A front end that sends zeros at rest; nothing is masked here, so that silence is the floor.
    time_s = np.arange(round(20 * FS)) / FS
    active = ((time_s > 3) & (time_s < 5)) | ((time_s > 10) & (time_s < 12.5))
    emg_v = np.where(active, 1e-4 * np.random.default_rng(0).standard_normal(time_s.size), 0.0)
    no = np.zeros(time_s.size, dtype=np.bool_)
    channel = ConditionedChannel(FS, emg_v, emg_v, emg_v, no, no, no, no, no, no, no, 50.0, 0.0)
    found = detect_contractions(channel, parameters=AnalysisParameters()).contractions
    assert [(start / FS, stop / FS) for start, stop in found] == [
        pytest.approx(edges, abs=0.02) for edges in [(3.0, 5.0), (10.0, 12.5)]
    ]
