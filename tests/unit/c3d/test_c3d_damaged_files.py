"""A damaged file is one of our errors: never a crash, never a short read."""

from __future__ import annotations

import pytest

from processing.c3d import read_recording, read_recording_isolated
from processing.demo import generate_demo_recordings
from processing.errors import TruncatedRecordingError, UnreadableRecordingError


@pytest.fixture(scope="module")
def demo_file() -> bytes:
    return generate_demo_recordings(1)[0][1]


@pytest.mark.parametrize("read", [read_recording, read_recording_isolated])
@pytest.mark.parametrize("share", [0, 700, 1535, 0.5, -1])
def test_a_cut_file_is_refused(demo_file: bytes, share: float, read: type[object]) -> None:
    n_bytes = int(len(demo_file) * share) if isinstance(share, float) else share
    with pytest.raises(
        TruncatedRecordingError, match=r"The recording is cut short: .* probably not uploaded completely"
    ):
        read(demo_file[:n_bytes])


def test_a_file_of_zeros_is_refused() -> None:
    with pytest.raises(UnreadableRecordingError, match="not a C3D recording: its second byte is 0"):
        read_recording(bytes(100_000))


def test_a_file_that_begins_twice_is_refused(demo_file: bytes) -> None:
    with pytest.raises(UnreadableRecordingError, match="but the file holds"):
        read_recording(demo_file + demo_file)
