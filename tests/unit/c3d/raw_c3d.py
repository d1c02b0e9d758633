"""C3D files of any shape, byte by byte: what ezc3d cannot write (DEC, MIPS, 16-bit, unsigned, long ones)."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from processing.c3d.byte_order import ByteOrder


def word(order: ByteOrder, value: int) -> bytes:
    """Return a 16-bit word, of a signed or unsigned value."""
    return struct.pack(f"{order.prefix}H", value & 0xFFFF)


def real(order: ByteOrder, value: float) -> bytes:
    """Return a 32-bit float; DEC's is four times the value with its words exchanged."""
    if order is not ByteOrder.DEC:
        return struct.pack(f"{order.prefix}f", value)
    low, high = struct.unpack("<HH", struct.pack("<f", value * 4.0))
    return struct.pack("<HH", high, low)


def parameter(order: ByteOrder, group: int, name: str, value: Any) -> bytes:
    """Return one parameter record: texts, floats or words, by the type of the first item."""
    items = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if items and isinstance(items[0], str):
        width = max(len(text.encode()) for text in items)
        body = bytes([0xFF, 2, width, len(items)])
        body += b"".join(text.encode().ljust(width) for text in items)
    elif items and isinstance(items[0], float):
        body = bytes([4, 1, len(items)]) + b"".join(real(order, item) for item in items)
    else:
        body = bytes([2, 1, len(items)]) + b"".join(word(order, item) for item in items)
    body += b"\0"
    return bytes([len(name), group]) + name.encode() + word(order, len(body) + 2) + body


def group_record(order: ByteOrder, group: int, name: str) -> bytes:
    """Return the record that names a group."""
    return bytes([len(name), 256 - group]) + name.encode() + word(order, 3) + b"\0"


def encode_c3d(
    stored: np.ndarray[Any, Any],
    *,
    order: ByteOrder = ByteOrder.INTEL,
    is_float: bool = True,
    unsigned: bool = False,
    n_points: int = 1,
    samples_per_frame: int = 30,
    point_rate_hz: float = 33.0,
    labels: Sequence[str] | None = None,
    units: Sequence[str] = (),
    scales: Sequence[float] | None = None,
    offsets: Sequence[int] | None = None,
    general_scale: float = 1.0,
    header_last_frame: int | None = None,
    extra: Mapping[str, Mapping[str, Any]] | None = None,
    pad: bool = False,
) -> bytes:
    """Return a file that stores these values of shape (n_channels, n_samples) as they are."""
    n_channels, n_samples = stored.shape
    n_frames = n_samples // samples_per_frame
    sign = -1.0 if is_float else 1.0
    groups: dict[str, dict[str, Any]] = {
        "POINT": {
            "USED": n_points,
            "SCALE": sign,
            "RATE": point_rate_hz,
            "FRAMES": min(n_frames, 0xFFFF),
            "LABELS": [f"P{i}" for i in range(n_points)] or [" "],
        },
        "ANALOG": {
            "USED": n_channels,
            "LABELS": list(labels or [f"CH{i + 1} Raw" for i in range(n_channels)]),
            "RATE": point_rate_hz * samples_per_frame,
            "GEN_SCALE": general_scale,
            "SCALE": list(scales or [1.0] * n_channels),
            "OFFSET": list(offsets or [0] * n_channels),
        },
    }
    if units:
        groups["ANALOG"]["UNITS"] = list(units)
    if unsigned:
        groups["ANALOG"]["FORMAT"] = ["UNSIGNED"]
    for name, members in (extra or {}).items():
        groups[name] = {**groups.get(name, {}), **members}
    records = b""
    for number, (name, members) in enumerate(groups.items(), start=1):
        records += group_record(order, number, name)
        records += b"".join(parameter(order, number, key, value) for key, value in members.items())
    n_blocks = math.ceil((len(records) + 6) / 512)
    section = (bytes([1, 0x50, n_blocks, order]) + records).ljust(n_blocks * 512, b"\0")
    last = min(n_frames, 0xFFFF) if header_last_frame is None else header_last_frame
    counts = [n_points, n_channels * samples_per_frame, 1, last, 0]
    header = bytes([2, 0x50]) + b"".join(word(order, count) for count in counts)
    header += real(order, sign) + word(order, 2 + n_blocks) + word(order, samples_per_frame)
    header += real(order, point_rate_hz)
    points = np.zeros((n_frames, 4 * n_points))
    analog = stored[:, : n_frames * samples_per_frame].T.reshape(n_frames, samples_per_frame * n_channels)
    data = header.ljust(512, b"\0") + section + _stored(np.hstack([points, analog]), order, is_float)
    return data.ljust(math.ceil(len(data) / 512) * 512, b"\0") if pad else data


def _stored(values: np.ndarray[Any, Any], order: ByteOrder, is_float: bool) -> bytes:
    if not is_float:
        return (values.astype(np.int64) & 0xFFFF).astype(f"{order.prefix}u2").tobytes()
    if order is not ByteOrder.DEC:
        return values.astype(f"{order.prefix}f4").tobytes()
    words = (values.astype("<f4") * np.float32(4.0)).astype("<f4").view("<u2").reshape(-1, 2)
    return words[:, ::-1].tobytes()
