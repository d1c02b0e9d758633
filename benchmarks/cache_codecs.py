"""Ways to compress a recording's traces: size and time of each library that is installed; one was chosen."""

from __future__ import annotations

import importlib
import statistics
import time
import zlib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.recordings import BenchmarkRecording
from processing.services.traces import draw

Codec: TypeAlias = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]


def print_codecs(console: Console, recording: BenchmarkRecording, *, repeats: int) -> None:
    """Print one table; every codec must give the same bytes back."""
    samples = _samples(recording)
    table = Table(
        "Codec", "MB", "% of float32", "write ms", "read ms", title=f"Compressing {len(samples) / 1e6:.2f} MB"
    )
    for name, (write, read) in _codecs().items():
        write_ms, packed = _timed(lambda write=write: write(samples), repeats)
        read_ms, unpacked = _timed(lambda read=read, packed=packed: read(packed), repeats)
        if unpacked != samples:
            raise RuntimeError(f"{name} does not give back what it was given")
        table.add_row(
            name,
            f"{len(packed) / 1e6:.2f}",
            f"{100 * len(packed) / len(samples):.0f}",
            f"{write_ms:.1f}",
            f"{read_ms:.1f}",
        )
    console.print(table)


def _samples(recording: BenchmarkRecording) -> bytes:
    arrays = [
        array
        for trace in draw(recording.name, recording.data)
        for array in (trace.raw_uv, trace.rms_envelope_uv, trace.activated_uv, trace.filtered_uv)
        if array is not None
    ]
    return b"".join(array.tobytes() for array in arrays)


def _codecs() -> dict[str, Codec]:
    zstd: Any = importlib.import_module("zstandard")
    found: dict[str, Codec] = {}
    for level in (1, 3):
        write, read = zstd.ZstdCompressor(level=level).compress, zstd.ZstdDecompressor().decompress
        found[f"zstd {level}" + (" (chosen)" if level == 1 else "")] = (write, read)
        found[f"zstd {level}, bytes shuffled"] = _shuffled(write, read)
    found["zlib 1 (standard library)"] = (lambda data: zlib.compress(data, 1), zlib.decompress)
    if (lz4 := _optional("lz4.block")) is not None:
        found["lz4"] = (lz4.compress, lz4.decompress)
        found["lz4, bytes shuffled"] = _shuffled(lz4.compress, lz4.decompress)
    if (blosc2 := _optional("blosc2")) is not None:
        blosc2.set_nthreads(1)
        for codec in (blosc2.Codec.LZ4, blosc2.Codec.ZSTD):
            for shuffle in (blosc2.Filter.SHUFFLE, blosc2.Filter.BITSHUFFLE):
                found[f"blosc2 {codec.name.lower()} 1, {shuffle.name.lower()}"] = (
                    lambda data, codec=codec, shuffle=shuffle: blosc2.compress(
                        data, typesize=4, clevel=1, filter=shuffle, codec=codec
                    ),
                    blosc2.decompress,
                )
    return found


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _shuffled(write: Callable[[bytes], bytes], read: Callable[[bytes], bytes]) -> Codec:
    """Put the first bytes of all floats together, then the second ones, and so on."""

    def shuffle(data: bytes) -> bytes:
        return write(np.frombuffer(data, np.uint8).reshape(-1, 4).T.tobytes())

    def unshuffle(data: bytes) -> bytes:
        return np.frombuffer(read(data), np.uint8).reshape(4, -1).T.tobytes()

    return shuffle, unshuffle


def _timed(function: Callable[[], bytes], repeats: int) -> tuple[float, bytes]:
    """Return the median time in ms, and the result."""
    times, result = [], b""
    for _ in range(repeats):
        started = time.perf_counter()
        result = function()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times), result
