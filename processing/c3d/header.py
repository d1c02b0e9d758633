"""The first 512 bytes of a C3D file."""

from __future__ import annotations

from dataclasses import dataclass

from processing.c3d.byte_order import ByteOrder
from processing.c3d.head_errors import IncompleteHeadError
from processing.errors import UnreadableRecordingError

BLOCK_BYTES = 512
_MAGIC = 0x50
# The parameter section's own first four bytes: two reserved, number of blocks, processor.
_PREAMBLE_BYTES = 4


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, unchecked except for where the parameters are.

    ``parameters_start`` and ``parameters_end`` are byte positions, the end excluded; ``parameters_end``
    comes from the parameter section's own preamble. ``data_block`` counts blocks of 512 bytes from 1; 0
    means not stated.
    """

    order: ByteOrder
    parameters_start: int
    parameters_end: int
    n_points: int
    n_analog_per_frame: int
    first_frame: int
    last_frame: int
    scale: float
    data_block: int
    samples_per_frame: int
    frame_rate_hz: float


def parse_header(data: bytes) -> Header:
    """Return the header of a C3D file.

    Parameters
    ----------
    data : bytes
        The file, or its first bytes.

    Raises
    ------
    IncompleteHeadError
        If the bytes end before the parameter section does.
    UnreadableRecordingError
        If these cannot be the first bytes of a C3D file.

    References
    ----------
    .. [1] The C3D File Format: User Guide. Motion Lab Systems, 2021; sections "The C3D header", "Parameter
    section".
    """
    if len(data) >= 2 and data[1] != _MAGIC:
        raise UnreadableRecordingError(
            f"This is not a C3D recording: its second byte is {data[1]}, where every C3D file has {_MAGIC}."
        )
    if len(data) < 2 * BLOCK_BYTES:
        raise IncompleteHeadError(needed_bytes=2 * BLOCK_BYTES, given_bytes=len(data))
    start = (data[0] - 1) * BLOCK_BYTES
    if start < BLOCK_BYTES:
        raise UnreadableRecordingError(
            f"The header is damaged: the parameters should start in block 2 or later, not in block {data[0]}."
        )
    if len(data) < start + _PREAMBLE_BYTES:
        raise IncompleteHeadError(needed_bytes=start + BLOCK_BYTES, given_bytes=len(data))
    order = _byte_order(data[start + 3])
    n_points, n_analog, first, last, _max_gap = order.uint16(data[2:12])
    data_block, samples_per_frame = order.uint16(data[16:20])
    end = _parameters_end(start, n_blocks=data[start + 2], data_block=data_block)
    if len(data) < end:
        raise IncompleteHeadError(needed_bytes=end, given_bytes=len(data))
    return Header(
        order=order,
        parameters_start=start,
        parameters_end=end,
        n_points=n_points,
        n_analog_per_frame=n_analog,
        first_frame=first,
        last_frame=last,
        scale=order.float32(data[12:16])[0],
        data_block=data_block,
        samples_per_frame=samples_per_frame,
        frame_rate_hz=order.float32(data[20:24])[0],
    )


def _byte_order(code: int) -> ByteOrder:
    try:
        return ByteOrder(code)
    except ValueError:
        raise UnreadableRecordingError(
            f"The parameters are damaged: the processor code should be 84 (Intel), 85 (DEC) or 86 (MIPS), "
            f"not {code}."
        ) from None


def _parameters_end(start: int, *, n_blocks: int, data_block: int) -> int:
    # Some writers leave the number of blocks at 0; the data then mark the end.
    end = start + n_blocks * BLOCK_BYTES if n_blocks else (data_block - 1) * BLOCK_BYTES
    if end <= start:
        raise UnreadableRecordingError(
            f"The parameters are damaged: their length is 0 blocks, and the data should start in block "
            f"{data_block}."
        )
    return end
