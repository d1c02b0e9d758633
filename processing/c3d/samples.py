"""Stored samples to physical values, straight from the file's bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processing.c3d.analog import AnalogChannel
from processing.c3d.head import Head

FloatRows = NDArray[np.float32]


def decode_channels(data: bytes, head: Head, indices: Sequence[int], factors: Sequence[float]) -> FloatRows:
    """Return some of the analog channels, each multiplied by a factor of its own.

    Parameters
    ----------
    data : bytes
        The whole file, already checked to hold ``head.layout.end`` bytes.
    head : Head
        From the same bytes.
    indices, factors : sequence of int, of float
        Which channels, and by how much each is multiplied (volts per unit).

    Returns
    -------
    values : ndarray of float32, shape (len(indices), n_samples)
        In the order of ``indices``; only these channels are copied out of the file.

    Notes
    -----
    Arithmetic follows ezc3d (offset in single precision, scales in double, rounded once at the end), so
    the values are the same to the bit. Two departures: ezc3d takes the absolute value of a negative
    offset, and reads ``UNSIGNED`` samples as signed; here both follow the format's description.
    """
    rows = _stored_rows(data, head)
    values = np.empty((len(indices), head.layout.n_samples), dtype=np.float32)
    for position, (index, factor) in enumerate(zip(indices, factors, strict=True)):
        stored = rows[:, :, index].reshape(-1)
        numbers = head.layout.order.floats_from(stored) if head.layout.is_float else stored.astype(np.float32)
        values[position] = _scaled(numbers, head.analog[index], factor)
    return values


def _stored_rows(data: bytes, head: Head) -> NDArray[np.generic]:
    """Return a view of the analog words, shape (n_frames, samples_per_frame, n_analog)."""
    layout = head.layout
    if layout.is_float:
        dtype = layout.order.float_dtype
    else:
        dtype = np.dtype(f"{layout.order.prefix}{'u' if head.unsigned else 'i'}2")
    words = np.frombuffer(data, dtype=dtype, count=layout.n_frames * layout.frame_words, offset=layout.start)
    frames = words.reshape(layout.n_frames, layout.frame_words)[:, layout.point_words :]
    return frames.reshape(layout.n_frames, layout.samples_per_frame, layout.n_analog)


def _scaled(numbers: NDArray[np.float32], channel: AnalogChannel, factor: float) -> NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        if channel.offset:
            numbers = numbers - np.float32(channel.offset)
        if channel.scale == channel.general_scale == factor == 1.0:
            return numbers
        return (numbers.astype(np.float64) * channel.scale * channel.general_scale * factor).astype(
            np.float32
        )
