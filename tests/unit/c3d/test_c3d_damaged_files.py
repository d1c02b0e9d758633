"""A damaged file is one of our errors: never a crash, never a short read."""

from __future__ import annotations

import re
import struct
from typing import Any

import numpy as np
import pytest

from processing.c3d import read_metadata, read_recording, read_recording_isolated
from processing.demo import generate_demo_recordings
from processing.errors import TruncatedRecordingError, UnreadableRecordingError
from tests.unit.c3d.raw_c3d import encode_c3d


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


GAME = {"INFO": {"SYSTEM": ["OpenFeasyo"], "GAME_NAME": ["Ghostly"], "GAME_LEVEL": [1]}}
LABELS = ["CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"]


def game_file(labels: list[str] = LABELS, **analog: Any) -> bytes:
    stored = np.random.default_rng(0).normal(0.0, 1e-4, (4, 900)).astype(np.float32)
    return encode_c3d(stored, labels=labels, extra={**GAME, "ANALOG": analog})


@pytest.mark.parametrize("damaged", ["BH1 Raw", "CH1 Rag", "CH1!Raw", "CH1 Raw     0", "CH3 Raw", "CH1"])
def test_a_raw_label_that_is_damaged_is_refused_instead_of_losing_its_muscle(damaged: str) -> None:
    data = game_file([damaged, *LABELS[1:]])
    with pytest.raises(
        UnreadableRecordingError, match=r"should have 'CH1 Raw' beside it.*" + re.escape(damaged)
    ):
        read_recording(data)
    assert len(read_metadata(data[:1536]).analog_labels) == 4


def test_labels_that_end_too_early_are_refused() -> None:
    with pytest.raises(UnreadableRecordingError, match="3 of 4 analog channels have a blank label"):
        read_recording(game_file(["CH1 Raw", " ", " ", " "]))


def test_labels_that_are_cut_at_the_wrong_places_are_refused() -> None:
    with pytest.raises(UnreadableRecordingError, match="'CH2 Raw' beside it"):
        read_recording(game_file(["CH1 Raw", "(  CH2 R", "aw      C", "H1 activa"]))


def test_labels_that_are_noise_are_refused() -> None:
    with pytest.raises(UnreadableRecordingError, match=r"'.+' holds characters that are none"):
        read_recording(game_file(["CH1 Raw", "\x01\x9e", "q", "z"]))


def test_a_channel_map_reads_a_recording_whose_label_is_damaged() -> None:
    recording = read_recording(
        game_file(["BH1 Raw", *LABELS[1:]]), channel_map={"BH1 Raw": "left", "CH2": "right"}
    )
    assert [(c.name, c.side) for c in recording.metadata.channels] == [("BH1 Raw", "left"), ("CH2", "right")]


def test_further_streams_of_the_game_are_no_damage() -> None:
    stored = np.random.default_rng(0).normal(0.0, 1e-4, (6, 900)).astype(np.float32)
    data = encode_c3d(stored, labels=[*LABELS, "Touch 5", "Level"], extra=GAME)
    assert [c.name for c in read_recording(data).metadata.channels] == ["CH1", "CH2"]


@pytest.mark.parametrize("general_scale", [0.25, 1.0009765625])
def test_the_game_scales_by_one(general_scale: float) -> None:
    with pytest.raises(
        UnreadableRecordingError, match=f"general scale {general_scale:.9g} .* writes 1, 1 and 0"
    ):
        read_recording(game_file(GEN_SCALE=general_scale))


def test_other_writers_may_scale_game_labels() -> None:
    stored = np.random.default_rng(0).normal(0.0, 1e-4, (4, 900)).astype(np.float32)
    data = encode_c3d(stored, labels=LABELS, units=["V"] * 4, general_scale=0.5)
    assert np.array_equal(read_recording(data).emg_v, stored[:2] * np.float32(0.5))


def test_a_point_rate_that_nothing_confirms_must_be_the_headers() -> None:
    data = game_file(RATE=0.0)
    rate = struct.pack("<f", 33.0)
    assert data.count(rate) == 2  # in the header, and as POINT:RATE
    place = data.rindex(rate)
    with pytest.raises(UnreadableRecordingError, match=r"POINT:RATE is 132 .* header's rate 33"):
        read_recording(data[:place] + struct.pack("<f", 132.0) + data[place + 4 :])
