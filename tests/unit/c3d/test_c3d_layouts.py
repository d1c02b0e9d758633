"""Every layout that the format describes gives the values that were stored, to the bit those of ezc3d."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import pytest

from processing.c3d import read_recording
from processing.c3d.byte_order import ByteOrder
from processing.c3d.head import read_head
from processing.errors import MissingChannelError, TruncatedRecordingError, UnreadableRecordingError
from tests.builders import make_c3d
from tests.unit.c3d.raw_c3d import encode_c3d

EMG_LABELS = ["EMG1", "EMG2", "EMG3"]


def noise_v(n_samples: int = 900) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).normal(0.0, 1e-4, (3, n_samples)).astype(np.float32)


def oracle(data: bytes, folder: Path) -> np.ndarray[Any, Any]:
    path = folder / "file.c3d"
    path.write_bytes(data)
    return np.asarray(ezc3d.c3d(str(path))["data"]["analogs"][0])


@pytest.mark.parametrize("order", list(ByteOrder))
@pytest.mark.parametrize("n_points", [0, 1, 7])
def test_floats_come_back_as_stored_in_every_byte_order(order: ByteOrder, n_points: int) -> None:
    stored = noise_v()
    data = encode_c3d(stored, order=order, n_points=n_points, labels=EMG_LABELS, units=["V"] * 3)
    assert read_recording(data).emg_v.tobytes() == stored.tobytes()


@pytest.mark.parametrize("order", list(ByteOrder))
def test_words_are_offset_and_scaled_to_volts(order: ByteOrder) -> None:
    stored = np.array([[-5, 0, 5] * 10, [100, 200, 300] * 10])
    data = encode_c3d(
        stored,
        order=order,
        is_float=False,
        labels=["EMG1", "EMG2"],
        units=["mV", "V"],
        scales=[0.5, 0.25],
        offsets=[5, -100],
        general_scale=0.01,
    )
    emg_v = read_recording(data).emg_v
    np.testing.assert_allclose(emg_v[0], np.array([-5e-5, -2.5e-5, 0.0] * 10), rtol=1e-6)
    np.testing.assert_allclose(emg_v[1], np.array([0.5, 0.75, 1.0] * 10), rtol=1e-6)


def test_unsigned_words_run_to_65535() -> None:
    stored = np.array([[0, 32768, 65535] * 10])
    data = encode_c3d(
        stored, is_float=False, unsigned=True, labels=["EMG"], units=["V"], scales=[1e-6], offsets=[-32768]
    )
    np.testing.assert_allclose(read_recording(data).emg_v[0, :3], [-0.032768, 0.0, 0.032767], rtol=1e-6)


@pytest.mark.parametrize("order", [ByteOrder.INTEL, ByteOrder.DEC])
@pytest.mark.parametrize("is_float", [True, False])
def test_values_are_those_of_ezc3d_to_the_bit(order: ByteOrder, is_float: bool, tmp_path: Path) -> None:
    stored = noise_v() if is_float else np.random.default_rng(1).integers(-2000, 2000, (3, 900))
    data = encode_c3d(
        stored,
        order=order,
        is_float=is_float,
        n_points=3,
        labels=EMG_LABELS,
        units=["V"] * 3,
        scales=[1e-4, 0.37e-2, 1.1e-4],
        offsets=[0, 3, 7],
        general_scale=0.77,
    )
    assert read_recording(data).emg_v.tobytes() == oracle(data, tmp_path).astype(np.float32).tobytes()


@pytest.mark.parametrize(
    ("n_points", "point_rate_hz", "rate_hz"), [(1, 33.0, 990.0), (4, 50.0, 2000.0), (2, 100.0, 100.0)]
)
def test_files_written_by_ezc3d_read_as_ezc3d_reads_them(
    n_points: int, point_rate_hz: float, rate_hz: float, tmp_path: Path
) -> None:
    data = make_c3d(
        values=noise_v(2000),
        labels=["L_RF", "FX1", "R_RF"],
        units=["V", "N", "V"],
        n_points=n_points,
        point_rate_hz=point_rate_hz,
        sampling_rate_hz=rate_hz,
    )
    recording = read_recording(data)
    assert recording.metadata.sampling_rate_hz == rate_hz
    expected = oracle(data, tmp_path).astype(np.float32)
    assert recording.emg_v.tobytes() == expected[[0, 2]].tobytes()


def test_a_padded_last_block_is_tolerated() -> None:
    stored = noise_v(90)
    plain = encode_c3d(stored, labels=EMG_LABELS, units=["V"] * 3)
    padded = encode_c3d(stored, labels=EMG_LABELS, units=["V"] * 3, pad=True)
    assert len(padded) > len(plain)
    for data in (padded, padded + bytes(5 * 512)):
        assert read_recording(data).emg_v.tobytes() == stored.tobytes()


def test_a_file_that_stops_inside_its_padding_lost_its_end() -> None:
    data = encode_c3d(noise_v(90), labels=EMG_LABELS, pad=True)
    with pytest.raises(
        TruncatedRecordingError,
        match=r"stops inside its last block, 10 bytes before the end of 2 560\. It was probably",
    ):
        read_recording(data[:-10])


def test_more_than_padding_after_the_last_frame_is_refused() -> None:
    data = encode_c3d(noise_v(90), labels=EMG_LABELS, pad=True)
    with pytest.raises(UnreadableRecordingError, match=r"promises 3 frames .* but the file holds"):
        read_recording(data + b"\1" * 600)


def long_file(header_last_frame: int, extra: dict[str, Any]) -> tuple[np.ndarray[Any, Any], bytes]:
    stored = np.random.default_rng(2).normal(0.0, 1e-4, (1, 70_000)).astype(np.float32)
    data = encode_c3d(
        stored,
        labels=["EMG"],
        units=["V"],
        n_points=0,
        samples_per_frame=1,
        point_rate_hz=1000.0,
        header_last_frame=header_last_frame,
        extra=extra,
    )
    return stored, data


@pytest.mark.parametrize(
    "extra",
    [
        {"TRIAL": {"ACTUAL_START_FIELD": [1, 0], "ACTUAL_END_FIELD": [70_000 & 0xFFFF, 1]}},
        {"POINT": {"LONG_FRAMES": 70_000.0}},
    ],
)
@pytest.mark.parametrize("header_last_frame", [0xFFFF, 70_000 - 0x10000])
def test_long_recordings_go_beyond_the_headers_16_bits(extra: dict[str, Any], header_last_frame: int) -> None:
    stored, data = long_file(header_last_frame, extra)
    assert read_recording(data).emg_v.tobytes() == stored.tobytes()


def test_a_number_of_frames_that_is_a_fraction_goes_beyond_16_bits_where_the_header_stops_at_them() -> None:
    stored, data = long_file(0xFFFF, {"POINT": {"FRAMES": 70_000.0}})
    assert read_recording(data).emg_v.tobytes() == stored.tobytes()


def test_the_shortfall_is_told_in_frames_and_bytes() -> None:
    data = encode_c3d(noise_v(900), labels=EMG_LABELS)
    layout = read_head(data).layout
    assert layout.data_bytes == 30 * (4 + 90) * 4
    assert math.isclose(layout.n_samples / layout.sampling_rate_hz, 900 / 990)
    with pytest.raises(
        TruncatedRecordingError,
        match=r"promises 30 frames \(11\u202f280 bytes of data\) but the file holds 5\u202f000\. It was",
    ):
        read_recording(data[: layout.start + 5000])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"POINT": {"USED": 2}}, "number of points is 1 in the header and 2 in POINT:USED"),
        ({"POINT": {"FRAMES": 29}}, "number of frames is 30 in the header and 29 in POINT:FRAMES"),
        ({"POINT": {"LONG_FRAMES": 29.0}}, "number of frames is 30 in the header and 29 in TRIAL"),
        (
            {"TRIAL": {"ACTUAL_START_FIELD": [2, 0], "ACTUAL_END_FIELD": [32, 0]}},
            "number of frames is 30 in the header and 31 in TRIAL",
        ),
        ({"ANALOG": {"USED": 2}}, "number of analog channels is 3 in the header and 2 in ANALOG:USED"),
        ({"ANALOG": {"RATE": 2000.0}}, "ANALOG:RATE is 2000 Hz, but 30 samples per frame at 33 frames"),
        ({"POINT": {"SCALE": 0.1}}, "it is -1 in the header and 0.1 in POINT:SCALE"),
        ({"POINT": {"DATA_START": 9}}, "first data block is"),
        ({"ANALOG": {"GEN_SCALE": 0.0}}, "GEN_SCALE is 0, which cannot scale"),
        ({"ANALOG": {"SCALE": [1.0, float("nan"), 1.0]}}, "a value of ANALOG:SCALE is not a number"),
        ({"ANALOG": {"SCALE": [1.0]}}, "ANALOG:SCALE has 1 values for 3 channels"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(UnreadableRecordingError, match=words):
        read_recording(encode_c3d(noise_v(), labels=EMG_LABELS, extra=change))


def test_an_empty_recording_is_refused() -> None:
    data = encode_c3d(noise_v(), labels=EMG_LABELS, header_last_frame=0, extra={"POINT": {"FRAMES": 0}})
    with pytest.raises(UnreadableRecordingError, match="The recording is empty"):
        read_recording(data)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e30])
def test_a_sample_that_is_no_number_becomes_a_gap_with_a_notice(value: float) -> None:
    stored = noise_v()
    stored[1, 100] = value
    recording = read_recording(encode_c3d(stored, labels=EMG_LABELS))
    row = [channel.label for channel in recording.metadata.channels].index("EMG2")
    assert np.flatnonzero(np.isnan(recording.emg_v[row])).tolist() == [100]
    assert "Channel 'EMG2' lacks 1 of 900 samples: they are not numbers." in recording.metadata.notices


def test_a_channel_without_any_number_is_read_as_one_gap() -> None:
    stored = noise_v()
    stored[1] = np.nan
    recording = read_recording(encode_c3d(stored, labels=EMG_LABELS))
    assert np.isnan(recording.emg_v).all(axis=1).tolist().count(True) == 1


def test_many_impossible_values_are_damage() -> None:
    stored = noise_v()
    stored[1, :50] = 1e30
    with pytest.raises(
        UnreadableRecordingError, match="'EMG2' is damaged: 50 of 900 samples are larger than 1e"
    ):
        read_recording(encode_c3d(stored, labels=EMG_LABELS))


def test_a_game_file_with_unequal_scales_is_refused() -> None:
    labels = ["CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"]
    stored = np.zeros((4, 900), dtype=np.float32)
    stored[:, ::7] = 1e-4
    data = encode_c3d(stored, labels=labels, extra={"ANALOG": {"OFFSET": [255, 0, 0, 0]}})
    with pytest.raises(UnreadableRecordingError, match="'CH1 Raw' has scale 1 and offset 255"):
        read_recording(data)


def test_a_channel_that_rests_where_no_amplifier_does_is_read_with_a_notice() -> None:
    stored = noise_v() + np.float32(200.0)
    recording = read_recording(encode_c3d(stored, labels=EMG_LABELS, units=["V"] * 3))
    assert recording.emg_v.tobytes() == stored.tobytes()
    assert any("'EMG1' rests at 200 V" in notice for notice in recording.metadata.notices)


def test_a_spare_channel_may_have_no_scale() -> None:
    stored = noise_v()
    data = encode_c3d(stored, labels=["EMG1", "EMG2", "Spare"], units=["V"] * 3, scales=[1.0, 1.0, 0.0])
    assert read_recording(data).emg_v.tobytes() == stored[:2].tobytes()
    with pytest.raises(UnreadableRecordingError, match="SCALE is 0, which cannot scale"):
        read_recording(data, channel_map={"Spare": None})


def test_samples_per_frame_that_the_header_leaves_out_are_worked_out() -> None:
    stored = noise_v()
    data = encode_c3d(stored, labels=EMG_LABELS, units=["V"] * 3)
    assert read_recording(data[:18] + b"\0\0" + data[20:]).emg_v.tobytes() == stored.tobytes()


@pytest.mark.parametrize(
    ("point_rate_hz", "words"), [(5000.0, "150000 Hz"), (0.01, r"0\.3 Hz"), (0.0, "0 Hz")]
)
def test_a_rate_at_which_nobody_records_is_refused(point_rate_hz: float, words: str) -> None:
    data = encode_c3d(noise_v(), labels=EMG_LABELS, point_rate_hz=point_rate_hz)
    with pytest.raises(
        UnreadableRecordingError, match=f"rate is {words}; it should lie between 1 and 100000 Hz"
    ):
        read_recording(data)


def with_data_block(data: bytes, block: int) -> bytes:
    return data[:16] + bytes([block, 0]) + data[18:]


def test_a_first_data_block_that_the_header_leaves_out_is_that_of_the_parameters() -> None:
    stored = noise_v()
    data = encode_c3d(stored, labels=EMG_LABELS, units=["V"] * 3, extra={"POINT": {"DATA_START": 3}})
    assert read_recording(with_data_block(data, 0)).emg_v.tobytes() == stored.tobytes()


@pytest.mark.parametrize(("block", "byte"), [(0, 0), (2, 512)])
def test_data_that_would_start_among_the_parameters_are_refused(block: int, byte: int) -> None:
    data = with_data_block(encode_c3d(noise_v(), labels=EMG_LABELS), block)
    with pytest.raises(UnreadableRecordingError, match=rf"\(byte 1024\), but block {block} is byte {byte}\."):
        read_recording(data)


def test_a_file_of_positions_alone_has_no_channel_to_read() -> None:
    data = encode_c3d(np.zeros((0, 900)))
    for samples_per_frame in (30, 0):
        with pytest.raises(MissingChannelError, match="no EMG channel; its channels are none"):
            read_recording(data[:18] + bytes([samples_per_frame, 0]) + data[20:])


def test_without_a_rate_of_points_the_analog_rate_stands_alone() -> None:
    data = encode_c3d(noise_v(), labels=EMG_LABELS, point_rate_hz=0.0, extra={"ANALOG": {"RATE": 990.0}})
    assert read_recording(data).metadata.sampling_rate_hz == 990.0


def test_bytes_put_into_a_padded_file_are_noticed() -> None:
    data = make_c3d()
    assert len(data) % 512 == 0
    with pytest.raises(UnreadableRecordingError, match="The header is damaged"):
        read_recording(data[:5000] + bytes(100) + data[5000:])
