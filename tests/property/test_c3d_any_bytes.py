"""Any bytes given to the reader are a recording or one of our errors, nothing else."""

from __future__ import annotations

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.c3d import read_metadata, read_recording
from processing.c3d.byte_order import ByteOrder
from processing.errors import PermanentError
from tests.unit.c3d.raw_c3d import encode_c3d

INFO = {"TIME": ["2026", "3", "7", "9", "5"], "DURATION": 1, "GAME_LEVEL": 2, "MVC_CH1": 3e-4, "RPE": 5}
SMALL = encode_c3d(np.random.default_rng(0).normal(0.0, 1e-4, (4, 990)), extra={"INFO": INFO})
HEAD_BYTES = len(SMALL) - 33 * (4 + 120) * 4


def read_or_refuse(data: bytes) -> None:
    for read in (read_metadata, read_recording):
        with contextlib.suppress(PermanentError):
            read(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=4096))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, HEAD_BYTES - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_damage_to_the_head_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for position, value in changes:
        data[position] = value
    read_or_refuse(bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, HEAD_BYTES - 64), st.binary(min_size=1, max_size=64))
def test_a_burst_of_damage_is_read_or_refused(position: int, burst: bytes) -> None:
    read_or_refuse(SMALL[:position] + burst + SMALL[position + len(burst) :])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SMALL) - 1))
def test_no_cut_file_is_ever_read(n_bytes: int) -> None:
    try:
        read_recording(SMALL[:n_bytes])
    except PermanentError:
        return
    raise AssertionError(f"{n_bytes} of {len(SMALL)} bytes were read as a whole recording")


@settings(max_examples=60, deadline=None)
@given(
    order=st.sampled_from(list(ByteOrder)),
    n_channels=st.integers(1, 5),
    n_points=st.integers(0, 6),
    samples_per_frame=st.integers(1, 40),
    n_frames=st.integers(1, 30),
    seed=st.integers(0, 100),
)
def test_what_is_stored_is_what_is_read(
    order: ByteOrder, n_channels: int, n_points: int, samples_per_frame: int, n_frames: int, seed: int
) -> None:
    stored = np.random.default_rng(seed).normal(0.0, 1e-3, (n_channels, n_frames * samples_per_frame))
    data = encode_c3d(
        stored.astype(np.float32),
        order=order,
        n_points=n_points,
        samples_per_frame=samples_per_frame,
        units=["V"] * n_channels,
    )
    assert read_recording(data).emg_v.tobytes() == stored.astype(np.float32).tobytes()
