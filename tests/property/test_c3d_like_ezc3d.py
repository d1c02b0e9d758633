"""Whatever shape a file has, its samples are those that ezc3d reads, to the bit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.c3d import read_recording
from processing.c3d.byte_order import ByteOrder
from tests.unit.c3d.raw_c3d import encode_c3d

# Up to three significant digits: scales as converters have them.
SCALES = st.integers(1, 999).flatmap(lambda n: st.sampled_from([1e-7, 1e-6, 1e-5, 1e-4]).map(lambda k: n * k))
SIGNED_SCALES = st.tuples(SCALES, st.sampled_from([1.0, -1.0])).map(lambda pair: pair[0] * pair[1])
UNITS = {"V": 1.0, "mV": 1e-3, "uV": 1e-6}


def oracle(data: bytes, unit: str) -> np.ndarray[Any, Any]:
    """Return ezc3d's samples in volts, rounded to single precision once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.c3d"
        path.write_bytes(data)
        values = np.asarray(ezc3d.c3d(str(path))["data"]["analogs"][0])
    return (values * UNITS[unit]).astype(np.float32) if unit != "V" else values.astype(np.float32)


def assert_like_ezc3d(data: bytes, *, unit: str = "V", n_channels: int) -> None:
    recording = read_recording(data)
    expected = oracle(data, unit)
    assert expected.shape[0] == n_channels
    assert recording.emg_v.shape == expected.shape
    assert recording.emg_v.tobytes() == expected.tobytes()


@settings(max_examples=60, deadline=None)
@given(
    n_channels=st.integers(1, 16),
    n_points=st.integers(0, 40),
    samples_per_frame=st.integers(1, 60),
    # Not 59.94: with a rate that single precision rounds down, ezc3d itself loses the last sample of every frame.
    point_rate_hz=st.sampled_from([25.0, 33.0, 60.0, 62.5, 100.0, 120.0, 200.0]),
    n_frames=st.integers(2, 40),
    scale=SIGNED_SCALES,
    general_scale=st.sampled_from([1.0, 0.5, 0.77, 10.0]),
    seed=st.integers(0, 1000),
)
def test_files_that_ezc3d_writes(
    n_channels: int,
    n_points: int,
    samples_per_frame: int,
    point_rate_hz: float,
    n_frames: int,
    scale: float,
    general_scale: float,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    file = ezc3d.c3d()
    labels = [f"EMG{i + 1}" for i in range(n_channels)]
    file["parameters"]["POINT"]["RATE"]["value"] = [point_rate_hz]
    file["parameters"]["POINT"]["LABELS"]["value"] = [f"P{i}" for i in range(n_points)]
    file["parameters"]["ANALOG"]["RATE"]["value"] = [point_rate_hz * samples_per_frame]
    for name, value in {
        "LABELS": labels,
        "UNITS": ["V"] * n_channels,
        "SCALE": [scale * (1 + i) for i in range(n_channels)],
        "GEN_SCALE": [general_scale],
    }.items():
        file["parameters"]["ANALOG"][name]["value"] = value
    file["data"]["points"] = rng.normal(size=(4, n_points, n_frames))
    file["data"]["analogs"] = rng.normal(0.0, 1e-4, (1, n_channels, n_frames * samples_per_frame))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.c3d"
        file.write(str(path))
        data = path.read_bytes()
    assert_like_ezc3d(data, n_channels=n_channels)


# ezc3d 1.7.2 refuses MIPS files; those are compared with what was stored, beside the other laws.
@settings(max_examples=120, deadline=None)
@given(
    order=st.sampled_from([ByteOrder.INTEL, ByteOrder.DEC]),
    is_float=st.booleans(),
    n_channels=st.integers(1, 16),
    n_points=st.integers(0, 9),
    samples_per_frame=st.integers(1, 50),
    n_frames=st.integers(1, 40),
    unit=st.sampled_from(sorted(UNITS)),
    general_scale=st.sampled_from([1.0, 0.05, 1e-3, 2.5]),
    pad=st.booleans(),
    data=st.data(),
)
def test_files_of_other_programs(
    order: ByteOrder,
    is_float: bool,
    n_channels: int,
    n_points: int,
    samples_per_frame: int,
    n_frames: int,
    unit: str,
    general_scale: float,
    pad: bool,
    data: st.DataObject,
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000), label="seed"))
    shape = (n_channels, n_frames * samples_per_frame)
    stored = rng.normal(0.0, 1.0, shape) if is_float else rng.integers(-32768, 32768, shape)
    file = encode_c3d(
        stored,
        order=order,
        is_float=is_float,
        n_points=n_points,
        samples_per_frame=samples_per_frame,
        labels=[f"EMG{i + 1}" for i in range(n_channels)],
        units=[unit] * n_channels,
        scales=data.draw(st.lists(SIGNED_SCALES, min_size=n_channels, max_size=n_channels), label="scales"),
        # ezc3d takes the absolute value of a negative offset; a test beside this one has those.
        offsets=data.draw(
            st.lists(st.integers(0, 32767), min_size=n_channels, max_size=n_channels), label="offsets"
        ),
        general_scale=general_scale,
        pad=pad,
    )
    assert_like_ezc3d(file, unit=unit, n_channels=n_channels)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), scale=SCALES, offset=st.integers(0, 32767))
def test_unsigned_words_below_the_sign(seed: int, scale: float, offset: int) -> None:
    stored = np.random.default_rng(seed).integers(0, 32768, (3, 300))
    file = encode_c3d(
        stored,
        is_float=False,
        unsigned=True,
        labels=["EMG1", "EMG2", "EMG3"],
        units=["V"] * 3,
        scales=[scale] * 3,
        offsets=[offset] * 3,
    )
    assert_like_ezc3d(file, n_channels=3)


@pytest.mark.parametrize("is_float", [True, False])
@pytest.mark.parametrize("n_frames", [65_534, 65_535, 65_536, 65_537, 140_000])
@pytest.mark.parametrize("how", ["TRIAL", "LONG_FRAMES"])
def test_recordings_around_and_beyond_16_bits_of_frames(is_float: bool, n_frames: int, how: str) -> None:
    rng = np.random.default_rng(n_frames)
    stored = (
        rng.normal(0.0, 1e-4, (2, 2 * n_frames)) if is_float else rng.integers(-999, 999, (2, 2 * n_frames))
    )
    extra: dict[str, dict[str, Any]] = {
        "TRIAL": {
            "TRIAL": {"ACTUAL_START_FIELD": [1, 0], "ACTUAL_END_FIELD": [n_frames & 0xFFFF, n_frames >> 16]}
        },
        "LONG_FRAMES": {"POINT": {"LONG_FRAMES": float(n_frames)}},
    }[how]
    file = encode_c3d(
        stored,
        is_float=is_float,
        n_points=1,
        samples_per_frame=2,
        point_rate_hz=500.0,
        labels=["EMG1", "EMG2"],
        units=["V", "V"],
        scales=[1.0, 1.0] if is_float else [1e-6, 2e-6],
        extra=extra,
    )
    assert_like_ezc3d(file, n_channels=2)
