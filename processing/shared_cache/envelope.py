"""Traces as bytes that say what they are: versioned, compressed, bound to their key, checked before they are believed.

Layout: ``GTR1``, the SHA-256 of the key and of all that follows, the header's length (4 bytes, little-endian), the
header (JSON: channels and their arrays), one Zstandard frame of the arrays as little-endian float32.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
import orjson
import zstandard
from numpy.typing import NDArray

from processing.emg.traces import ChannelTraces
from processing.recording import Side

# Raise it whenever the layout or the meaning of an array changes: older values are then foreign, which is a miss.
_MAGIC = b"GTR1"
_DIGEST = slice(4, 36)
_HEADER_AT = 40
# Level 1 is within 6 % of the size of level 3 and takes two thirds of its time; shuffling bytes first spares another
# 1 to 9 % and triples the time of reading (docs/cache.md has the table).
_LEVEL = 1

_ArrayName: TypeAlias = Literal["raw_uv", "rms_envelope_uv", "activated_uv", "filtered_uv"]
_ARRAYS: tuple[_ArrayName, ...] = get_args(_ArrayName)


class ForeignValueError(ValueError):
    """The bytes are damaged, of another version, or belong to another key."""


def pack(traces: tuple[ChannelTraces, ...], *, key: str) -> bytes:
    """Return traces as bytes that only :meth:`unpack` under the same key accepts."""
    channels: list[dict[str, Any]] = []
    arrays: list[NDArray[np.float32]] = []
    for trace in traces:
        held = {name: array for name in _ARRAYS if (array := getattr(trace, name)) is not None}
        arrays += held.values()
        channels.append(
            {
                "name": trace.name,
                "side": trace.side,
                "sampling_rate_hz": trace.sampling_rate_hz,
                "masked_s": trace.masked_intervals_s,
                "n_samples": {name: array.size for name, array in held.items()},
            }
        )
    header = orjson.dumps(channels)
    samples = b"".join(np.ascontiguousarray(array, dtype="<f4").data for array in arrays)
    frame = zstandard.ZstdCompressor(level=_LEVEL).compress(samples)
    body = len(header).to_bytes(4, "little") + header + frame
    return _MAGIC + _digest(key, body) + body


def unpack(data: bytes, *, key: str, max_bytes: int) -> tuple[ChannelTraces, ...]:
    """Return the traces that were packed under a key, bit by bit.

    Parameters
    ----------
    max_bytes : int
        The most that the arrays may take; a value that claims more is not unpacked.

    Raises
    ------
    ForeignValueError
        If it is not such a value, whatever else it is.
    """
    body = memoryview(data)[36:]
    if data[:4] != _MAGIC or len(data) < _HEADER_AT or data[_DIGEST] != _digest(key, body):
        raise ForeignValueError("not a value of this key and version, or damaged")
    n_header = int.from_bytes(body[:4], "little")
    try:
        channels = orjson.loads(body[4 : 4 + n_header])
        samples = _samples(bytes(body[4 + n_header :]), channels, max_bytes)
        return _traces(channels, samples)
    except (ValueError, TypeError, KeyError, AttributeError, zstandard.ZstdError) as exc:
        raise ForeignValueError(f"not what the header says: {exc}") from exc


def _digest(key: str, body: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(body)
    return digest.digest()


def _samples(frame: bytes, channels: list[dict[str, Any]], max_bytes: int) -> NDArray[np.float32]:
    """Decompress, after the claimed sizes were compared: nothing large is allocated for what lies."""
    sizes = [n_samples for channel in channels for n_samples in channel["n_samples"].values()]
    n_bytes = 4 * sum(sizes)
    if min(sizes, default=0) < 0 or n_bytes > max_bytes:
        raise ForeignValueError(f"{n_bytes} bytes of samples; expected at most {max_bytes}")
    if n_bytes == 0:
        return np.empty(0, dtype=np.float32)
    claimed = zstandard.get_frame_parameters(frame).content_size
    if claimed != n_bytes:
        raise ForeignValueError(f"{claimed} bytes of samples; expected {n_bytes}")
    return np.frombuffer(zstandard.ZstdDecompressor().decompress(frame), dtype="<f4")


def _traces(channels: list[dict[str, Any]], samples: NDArray[np.float32]) -> tuple[ChannelTraces, ...]:
    traces, start = [], 0
    for channel in channels:
        arrays: dict[str, NDArray[np.float32]] = {}
        for name, n_samples in channel["n_samples"].items():
            # A copy, so that each may be dropped, and changed, by itself, as those that were built.
            arrays[name] = samples[start : start + n_samples].astype(np.float32)
            start += n_samples
        traces.append(
            ChannelTraces(
                name=channel["name"],
                side=cast("Side | None", channel["side"]),
                raw_uv=arrays["raw_uv"],
                rms_envelope_uv=arrays["rms_envelope_uv"],
                activated_uv=arrays.get("activated_uv"),
                sampling_rate_hz=float(channel["sampling_rate_hz"]),
                masked_intervals_s=tuple((start_s, end_s) for start_s, end_s in channel["masked_s"]),
                filtered_uv=arrays.get("filtered_uv"),
            )
        )
    return tuple(traces)
