"""The demo recordings look like the game's, and show what they were made to show."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest

from processing.c3d import read_metadata, read_recording
from processing.demo import generate_demo_recordings
from processing.recording import Recording


@pytest.fixture(scope="module")
def demo() -> dict[str, bytes]:
    return dict(generate_demo_recordings(2026))


@pytest.fixture(scope="module")
def recordings(demo: dict[str, bytes]) -> list[Recording]:
    return [read_recording(data, file_name=name) for name, data in demo.items()]


def test_there_are_six_recordings_of_three_patients(demo: dict[str, bytes]) -> None:
    assert len(demo) == 6
    assert {name.split("/")[0] for name in demo} == {"P001", "P002", "P003"}
    assert all(re.fullmatch(r"P\d{3}/Ghostly_Emg_\d{8}_\d\d-\d\d-\d\d-\d{4}\.c3d", name) for name in demo)


def test_the_same_seed_makes_the_same_bytes(demo: dict[str, bytes]) -> None:
    again = dict(generate_demo_recordings(2026))
    assert again == demo
    assert dict(generate_demo_recordings(1)) != demo


def test_making_them_leaves_ezc3d_out_of_a_fresh_process() -> None:
    import subprocess

    script = "import sys; from processing.demo import generate_demo_recordings; print('ezc3d' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.strip() == "False"


def test_they_have_the_shape_of_real_files(recordings: list[Recording]) -> None:
    for recording in recordings:
        found = recording.metadata
        assert found.analog_labels == ("CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated")
        assert found.sampling_rate_hz == 990.0
        assert 60.0 <= found.duration_s <= 120.0
        assert found.recorded_at is not None
        assert found.clock_check.declared_duration_s == pytest.approx(found.duration_s, abs=2.1)


def test_three_carry_mvc_and_effort_and_one_the_pressure(recordings: list[Recording]) -> None:
    measured = [r.metadata.measures for r in recordings if set(r.metadata.measures.mvc_v) == {"CH1", "CH2"}]
    assert len(measured) == 3
    assert all(m.perceived_effort_cr10 is not None for m in measured)
    assert [m.bfr_percent_aop for m in measured if m.bfr_percent_aop is not None] == [50.0]


def test_one_channel_drops_out_in_blocks_of_270_samples(recordings: list[Recording]) -> None:
    lost = [np.count_nonzero(row == np.float32(-5.5e-3)) for r in recordings for row in r.emg_v]
    assert sorted(lost)[-2:] == [0, 3 * 270]


def test_one_channel_is_dead(recordings: list[Recording]) -> None:
    spread_uv = sorted(float(np.std(row)) * 1e6 for r in recordings for row in r.emg_v)
    assert 1.0 < spread_uv[0] < 2.0
    assert spread_uv[1] > 20.0


def test_the_games_envelope_is_0_at_rest_and_follows_bursts(recordings: list[Recording]) -> None:
    strong = recordings[0].activated_v["CH1"]
    assert np.mean(strong[:2500] == 0.0) > 0.9
    assert 20e-6 < strong.max() < 500e-6


def test_the_first_2_kb_hold_the_head(demo: dict[str, bytes]) -> None:
    for name, data in demo.items():
        assert read_metadata(data[:4096], file_name=name, size_bytes=len(data)).n_samples > 0
