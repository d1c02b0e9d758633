"""Traces come out of their envelope bit by bit, and nothing else comes out of it."""

from __future__ import annotations

import hashlib

import numpy as np
import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from processing.emg.traces import ChannelTraces
from processing.shared_cache.envelope import ForeignValueError, pack, unpack

LARGE = 1 << 20


def _traces(n_samples: int = 500) -> tuple[ChannelTraces, ...]:
    noise = np.random.default_rng(1).normal(0, 20, (3, n_samples)).astype(np.float32)
    noise[0, :2] = (np.nan, np.inf)[:n_samples]
    whole = ChannelTraces("CH1", "left", noise[0], noise[1], noise[2], 990.0, ((0.1, 1 / 3),), noise[1])
    return whole, ChannelTraces("Bétà µV", None, noise[2], noise[0], None, 1000 / 3)


VALUE = pack(_traces(), key="k")


def _same(a: ChannelTraces, b: ChannelTraces) -> bool:
    plain = ("name", "side", "sampling_rate_hz", "masked_intervals_s")
    arrays = [
        (getattr(a, name), getattr(b, name))
        for name in ("raw_uv", "rms_envelope_uv", "activated_uv", "filtered_uv")
    ]
    return all(getattr(a, name) == getattr(b, name) for name in plain) and all(
        x is y is None or (x.dtype == y.dtype == np.float32 and x.tobytes() == y.tobytes()) for x, y in arrays
    )


def test_what_was_packed_comes_out_bit_by_bit() -> None:
    for a, b in zip(_traces(), unpack(VALUE, key="k", max_bytes=LARGE), strict=True):
        assert _same(a, b)


def test_traces_without_samples_or_channels_come_out_too() -> None:
    assert unpack(pack((), key="k"), key="k", max_bytes=LARGE) == ()
    (only,) = unpack(pack(_traces(0)[1:], key="k"), key="k", max_bytes=LARGE)
    assert only.raw_uv.size == 0


def test_a_value_under_another_key_is_foreign() -> None:
    with pytest.raises(ForeignValueError, match="not a value of this key"):
        unpack(VALUE, key="k2", max_bytes=LARGE)


@given(place=st.integers(0, len(VALUE) - 1), bit=st.integers(0, 7))
def test_one_bit_that_differs_makes_it_foreign(place: int, bit: int) -> None:
    damaged = bytearray(VALUE)
    damaged[place] ^= 1 << bit
    with pytest.raises(ForeignValueError, match="damaged"):
        unpack(bytes(damaged), key="k", max_bytes=LARGE)


@given(st.binary(max_size=200) | st.integers(0, len(VALUE) - 1).map(lambda n: VALUE[:n]))
def test_any_other_bytes_are_foreign(data: bytes) -> None:
    with pytest.raises(ForeignValueError, match="damaged"):
        unpack(data, key="k", max_bytes=LARGE)


_CHANNEL = {"name": "CH1", "side": None, "sampling_rate_hz": 1.0, "masked_s": []}


@pytest.mark.parametrize(
    ("channels", "samples"),
    [
        ([{**_CHANNEL, "n_samples": {"raw_uv": 10**9, "rms_envelope_uv": 1}}], b"12345678"),
        ([{**_CHANNEL, "n_samples": {"raw_uv": 2}}], b"12345678"),
        ([{**_CHANNEL, "n_samples": {"raw_uv": -1, "rms_envelope_uv": 3}}], b"12345678"),
        ({"not": "a list"}, b""),
        ([1, 2], b"12345678"),
    ],
    ids=["claims more than there is", "lacks an array", "less than nothing", "an object", "numbers"],
)
def test_a_well_signed_header_that_lies_is_foreign(channels: object, samples: bytes) -> None:
    header = orjson.dumps(channels)
    body = len(header).to_bytes(4, "little") + header + zstandard.compress(samples)
    value = b"GTR1" + hashlib.sha256(b"k" + body).digest() + body
    with pytest.raises(ForeignValueError, match="not what the header says"):
        unpack(value, key="k", max_bytes=LARGE)


def test_nothing_is_unpacked_to_more_than_allowed() -> None:
    with pytest.raises(ForeignValueError, match="at most 1000"):
        unpack(VALUE, key="k", max_bytes=1000)
