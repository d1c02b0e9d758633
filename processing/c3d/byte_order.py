"""The three ways in which C3D files store numbers: Intel, DEC and MIPS."""

from __future__ import annotations

import struct
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class ByteOrder(IntEnum):
    """The processor code in the fourth byte of the parameter section.

    Intel and DEC store the low byte first, MIPS the high one. DEC floats are VAX F_floating: their two
    16-bit words stand in the other order, and the same bits mean a quarter of the IEEE value.
    """

    INTEL = 84
    DEC = 85
    MIPS = 86

    @property
    def prefix(self) -> str:
        """The sign for this order in ``struct`` formats and dtype strings."""
        return ">" if self is ByteOrder.MIPS else "<"

    def int16(self, raw: bytes) -> tuple[int, ...]:
        """Return signed words; trailing odd bytes are left out."""
        return struct.unpack(f"{self.prefix}{len(raw) // 2}h", raw[: len(raw) // 2 * 2])

    def uint16(self, raw: bytes) -> tuple[int, ...]:
        """Return unsigned words; trailing odd bytes are left out."""
        return struct.unpack(f"{self.prefix}{len(raw) // 2}H", raw[: len(raw) // 2 * 2])

    def float32(self, raw: bytes) -> tuple[float, ...]:
        """Return single-precision floats; trailing odd bytes are left out."""
        stored = np.frombuffer(raw, dtype=self.float_dtype, count=len(raw) // 4)
        return tuple(float(value) for value in self.floats_from(stored))

    @property
    def float_dtype(self) -> np.dtype[np.generic]:
        """The dtype under which stored floats are picked up; DEC ones as bare 32-bit words."""
        return np.dtype("<u4") if self is ByteOrder.DEC else np.dtype(f"{self.prefix}f4")

    def floats_from(self, stored: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return native float32 values from an array of ``float_dtype``, same shape, always a copy."""
        if self is not ByteOrder.DEC:
            return stored.astype(np.float32)
        bits = stored.astype(np.uint32)
        with np.errstate(invalid="ignore"):
            return ((bits << np.uint32(16)) | (bits >> np.uint32(16))).view(np.float32) * np.float32(0.25)
