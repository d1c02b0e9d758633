"""Each fault is found, measured, placed, and named in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from processing.emg.analysis import analyse_channel, analyse_recording
from processing.emg.results import ChannelAnalysis, Mvc, QualityFinding
from processing.errors import InvalidParameterError
from processing.recording import Recording
from tests.builders import make_recording

FS = 990.0
BURSTS = [(t, t + 2.5) for t in np.arange(2.0, 58.0, 5.0)]


def recording_of(**arguments: object) -> Recording:
    return make_recording(contractions_s=BURSTS, duration_s=60, n_channels=1, **arguments)  # type: ignore[arg-type]


def analyse(recording: Recording) -> ChannelAnalysis:
    return analyse_recording(recording).channels[0]


def finding(channel: ChannelAnalysis, kind: str) -> QualityFinding:
    return next(f for f in channel.quality.findings if f.kind == kind)


def test_a_clean_channel_is_good_and_needs_no_reason() -> None:
    quality = analyse(recording_of()).quality
    assert (quality.verdict, quality.reasons, quality.masked_percent) == ("good", (), 0.0)
    assert quality.snr_db == pytest.approx(36.5, abs=2)
    assert quality.noise_uv == pytest.approx(3 * np.sqrt(430 / 495), rel=0.05)


def test_dropouts_are_reported_with_their_intervals_and_are_no_contractions() -> None:
    channel = analyse(recording_of(dropouts_s=[1.0, 5.5, 30.2]))
    found = finding(channel, "dropout")
    assert found.verdict == "doubtful"
    assert "3 drop-outs" in found.reason
    assert [start for start, _ in found.intervals_s] == pytest.approx([1.0, 5.5, 30.2], abs=0.002)
    assert [stop - start for start, stop in found.intervals_s] == pytest.approx([270 / FS] * 3, abs=0.002)
    assert len(channel.contractions) == len(BURSTS)
    assert max(c.peak_uv for c in channel.contractions) < 400
    for (start, stop), (mask_start, mask_stop) in zip(
        found.intervals_s, channel.quality.masked_intervals_s, strict=True
    ):
        assert mask_start < start < stop < mask_stop


def test_missing_samples_are_a_gap() -> None:
    recording = recording_of()
    recording.emg_v[0, 10_000:10_500] = np.nan
    found = finding(analyse(recording), "gap")
    assert found.intervals_s[0] == pytest.approx((10_000 / FS, 10_500 / FS))


def test_clipped_contractions_still_count_and_are_doubtful() -> None:
    channel = analyse(recording_of(clip_uv=300))
    assert finding(channel, "clipping").verdict == "doubtful"
    assert len(channel.contractions) == len(BURSTS)
    assert all(c.doubtful_reason == "clipped" for c in channel.contractions)


def test_a_sensor_that_swings_between_the_rails_is_not_judged() -> None:
    recording = recording_of()
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    swing = 8e-3 * np.sin(2 * np.pi * 50 * time_s) * (time_s % 20 < 12)
    emg_v = np.clip(recording.emg_v + swing, -5.5e-3, 5.5e-3).astype(np.float32)
    channel = analyse(replace(recording, emg_v=emg_v))
    assert channel.quality.verdict == "not_judged"
    assert finding(channel, "loose_sensor").value == pytest.approx(60, abs=5)
    assert all(c.peak_uv < 500 for c in channel.contractions)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_mains_is_measured_and_named(mains_hz: float) -> None:
    recording = recording_of(amplitude_uv=50)
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    hum = 40e-6 * np.sin(2 * np.pi * mains_hz * time_s)
    found = finding(analyse(replace(recording, emg_v=(recording.emg_v + hum).astype(np.float32))), "mains")
    assert found.verdict == "doubtful"
    assert f"{mains_hz:.0f} Hz mains" in found.reason
    true_share = 100 * np.mean(hum**2) / (np.mean(hum**2) + np.mean(recording.emg_v**2))
    assert found.value == pytest.approx(true_share, abs=4)


def test_both_legs_name_the_same_mains_frequency() -> None:
    recording = make_recording(contractions_s=BURSTS, duration_s=60, n_channels=2, mains_uv=(0.0, 2.0))
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    chance = 20e-6 * np.sin(2 * np.pi * 60.0 * time_s) * ((time_s > 2) & (time_s < 4))
    emg_v = recording.emg_v + np.stack((chance, 0 * chance))
    channels = analyse_recording(replace(recording, emg_v=emg_v.astype(np.float32))).channels
    for channel in channels:
        assert "50 Hz mains" in finding(channel, "mains").reason


def test_a_trace_of_another_line_is_not_named() -> None:
    recording = recording_of()
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    trace = 0.2e-6 * np.sin(2 * np.pi * 60.0 * time_s)
    channel = analyse(replace(recording, emg_v=(recording.emg_v + trace).astype(np.float32)))
    assert "50 Hz mains" in finding(channel, "mains").reason


def test_hum_that_comes_and_goes_is_named_by_its_own_frequency() -> None:
    recording = recording_of(amplitude_uv=50)
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    hum = 100e-6 * np.sin(2 * np.pi * 60.0 * time_s) * ((time_s >= 20) & (time_s < 40))
    found = finding(analyse(replace(recording, emg_v=(recording.emg_v + hum).astype(np.float32))), "mains")
    assert found.verdict == "doubtful"
    assert "60 Hz mains" in found.reason


def test_emg_itself_is_not_called_mains() -> None:
    assert finding(analyse(recording_of()), "mains").value < 3


def test_slow_movement_is_power_below_20_hz() -> None:
    recording = recording_of()
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    sway = 1e-3 * np.sin(2 * np.pi * 3 * time_s)
    found = finding(
        analyse(replace(recording, emg_v=(recording.emg_v + sway).astype(np.float32))), "low_frequency"
    )
    assert found.verdict == "doubtful"
    assert found.value > 95


def test_a_constant_offset_is_no_low_frequency_power() -> None:
    assert finding(analyse(recording_of(offset_uv=5000)), "low_frequency").value < 10


def test_noise_without_a_burst_is_not_judged() -> None:
    channel = analyse(make_recording(contractions_s=(), duration_s=30))
    assert channel.quality.verdict == "not_judged"
    assert "Noise only" in channel.quality.reasons[0]


def test_a_short_recording_is_not_judged() -> None:
    channel = analyse(make_recording(contractions_s=[(0.5, 1.0)], duration_s=2))
    assert channel.quality.verdict == "not_judged"
    assert any("5 s are needed" in reason for reason in channel.quality.reasons)


def test_a_weak_signal_is_doubtful() -> None:
    channel = analyse(recording_of(amplitude_uv=25, noise_uv=10))
    assert finding(channel, "snr").verdict == "doubtful"


def test_reasons_are_those_of_the_findings_and_the_worst_comes_first() -> None:
    quality = analyse(make_recording(contractions_s=(), duration_s=30, dropouts_s=[3.0])).quality
    assert quality.findings[0].verdict == quality.verdict == "not_judged"
    assert quality.reasons == tuple(f.reason for f in quality.findings if f.verdict != "good")
    assert len(quality.reasons) == 2


@pytest.mark.parametrize(
    ("samples", "rate", "words"),
    [
        (np.zeros(100), 0.0, "must be positive"),
        (np.zeros((2, 100)), 990.0, "has shape"),
        (np.zeros(1), 990.0, "shape"),
    ],
)
def test_what_is_no_channel_is_refused(samples: np.ndarray, rate: float, words: str) -> None:
    info = make_recording().metadata.channels[0]
    with pytest.raises(InvalidParameterError, match=words):
        analyse_channel(samples, info=info, sampling_rate_hz=rate)


def test_a_finding_says_in_which_seconds_it_holds() -> None:
    recording = recording_of(amplitude_uv=50)
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    hum = 100e-6 * np.sin(2 * np.pi * 50 * time_s) * ((time_s >= 20) & (time_s < 40))
    channel = analyse(replace(recording, emg_v=(recording.emg_v + hum).astype(np.float32)))
    found = finding(channel, "mains")
    assert found.verdict == "doubtful"
    assert found.intervals_s[0][0] == pytest.approx(20, abs=1)
    assert found.intervals_s[-1][1] == pytest.approx(40, abs=1)
    assert channel.quality.seconds[22:38] == 16 * "d"
    assert channel.quality.seconds[:19] == 19 * "g"


def test_movement_is_placed() -> None:
    recording = recording_of()
    time_s = np.arange(recording.emg_v.shape[1]) / FS
    pulled = (time_s >= 30) & (time_s < 34)
    sway = 1e-3 * np.sin(2 * np.pi * 3 * time_s) * pulled
    found = finding(
        analyse(replace(recording, emg_v=(recording.emg_v + sway).astype(np.float32))), "movement"
    )
    assert found.verdict == "doubtful"
    assert len(found.intervals_s) == 1
    assert found.intervals_s[0] == pytest.approx((30.0, 34.0), abs=1.01)


def test_a_baseline_that_jumps_is_placed() -> None:
    recording = recording_of()
    recording.emg_v[0, round(20 * FS) :] += 2e-3
    found = finding(analyse(recording), "drift")
    assert found.verdict == "doubtful"
    assert found.value == pytest.approx(2000, rel=0.05)
    assert found.intervals_s == ((19.0, 21.0),)


def test_seconds_tell_what_is_left_out_from_what_is_whole() -> None:
    quality = analyse(recording_of(dropouts_s=[5.5])).quality
    assert len(quality.seconds) == 60
    assert (quality.seconds[5], set(quality.seconds[:5] + quality.seconds[6:])) == ("d", {"g"})
    recording = recording_of()
    recording.emg_v[0, round(10 * FS) : round(14 * FS)] = np.nan
    assert analyse(recording).quality.seconds[9:15] == "dnnnnd"


def test_one_chance_burst_in_noise_shows_no_muscle() -> None:
    burst = make_recording(contractions_s=[(20.0, 20.3, 16.0)], duration_s=60, noise_uv=3, n_channels=1)
    quality = analyse_recording(burst, mvc={"left": Mvc(1000.0, "patient")}).channels[0].quality
    assert quality.verdict == "not_judged"
    assert "hardly a burst" in quality.reasons[0]


def test_thousands_of_faults_do_not_fill_the_database() -> None:
    recording = recording_of()
    for start in range(0, recording.emg_v.shape[1], 100):
        recording.emg_v[0, start] = np.nan
    quality = analyse(recording).quality
    assert len(quality.masked_intervals_s) == 60
    assert all(len(f.intervals_s) <= 60 for f in quality.findings)
