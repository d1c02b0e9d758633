"""The published GHOSTLY recordings, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import ezc3d
import numpy as np
import pytest

from processing.c3d import read_metadata, read_recording, read_recording_isolated
from processing.errors import TruncatedRecordingError
from tests.real_recordings import real_recording

NAMES = (
    "Ghostly_Emg_20230321_17-23-09-0409.c3d",
    "Ghostly_Emg_20230321_17-50-17-0881.c3d",
    "Ghostly_Emg_20250310_11-50-16-0578.c3d",
)


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest) -> Path:
    return real_recording(Path(str(request.param)).stem)


def test_every_sample_is_that_of_ezc3d(path: Path) -> None:
    recording = read_recording(path.read_bytes(), file_name=path.name)
    expected = np.asarray(ezc3d.c3d(str(path))["data"]["analogs"][0]).astype(np.float32)
    assert recording.emg_v.tobytes() == expected[:2].tobytes()
    assert recording.activated_v["CH1"].tobytes() == expected[2].tobytes()
    assert recording.activated_v["CH2"].tobytes() == expected[3].tobytes()


def test_the_first_2_kb_tell_all_and_the_clock_is_doubted(path: Path) -> None:
    data = path.read_bytes()
    found = read_metadata(data[:2048], file_name=path.name, size_bytes=len(data))
    assert found == read_recording(data, file_name=path.name).metadata
    assert found.recorded_at is not None
    assert f"{found.recorded_at:%Y%m%d_%H-%M-%S}" in path.name
    assert found.clock_check.suggested_rate_hz == 1000.0


@pytest.mark.parametrize("cut", [0, 700, 1535, 0.5, -1])
def test_a_cut_copy_is_refused(path: Path, cut: float) -> None:
    data = path.read_bytes()
    with pytest.raises(TruncatedRecordingError, match="cut short"):
        read_recording_isolated(data[: int(len(data) * cut) if isinstance(cut, float) else cut])
