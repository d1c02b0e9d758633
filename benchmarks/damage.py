"""``python -m benchmarks.damage``: damaged files through the same reader as the worker uses."""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.recordings import largest_recording
from processing.c3d import read_recording, read_recording_isolated
from processing.c3d.head import read_head
from processing.errors import ProcessingError, ReaderCrashedError
from processing.recording import Recording
from tests.builders import make_c3d

Outcome: TypeAlias = Literal[
    "refused", "identical", "metadata differ", "samples differ", "structure differs", "crash", "hang"
]

_OUTCOMES: Final[tuple[Outcome, ...]] = (
    "refused",
    "identical",
    "metadata differ",
    "samples differ",
    "structure differs",
    "crash",
    "hang",
)
_TIMEOUT_S: Final = 10.0
_RATE_TOLERANCE: Final = 1e-3
# No damage dealt here touches as many samples by itself.
_FEW_SAMPLES: Final = 0.05
_HEADER_BYTES: Final = 512
# What a 16-bit field of a header is set to: nothing, everything, and the neighbours of limits.
_ABSURD: Final = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
Mutation: TypeAlias = Callable[[bytearray, np.random.Generator], bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one damaged file."""

    kind: str
    outcome: Outcome
    took_s: float
    detail: str


def main(arguments: list[str] | None = None) -> int:
    """Print how many files of each kind met which end; 1 if any was a crash, a hang or structurally wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.damage", description=__doc__)
    parser.add_argument("--files", type=int, default=1050, help="damaged files in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that met a bad end")
    options = parser.parse_args(arguments)
    console = Console()
    console = console if console.is_terminal else Console(width=160)
    reads = list(run(n_files=options.files, seed=options.seed, keep=options.keep))
    _print(console, reads)
    return int(any(r.outcome in ("crash", "hang", "structure differs") for r in reads))


def run(*, n_files: int, seed: int, keep: Path | None = None) -> Iterator[Read]:
    """Yield the fate of each damaged file; the kinds take turns, the same ones for the same seed."""
    originals = [_small_file(), largest_recording().data]
    expected = [read_recording(data) for data in originals]
    for number in range(n_files):
        kind, mutate = list(_mutations().items())[number % len(_mutations())]
        # Mostly the small file: the real one is read slowly, and its header is no different.
        which = int(number % (5 * len(_mutations())) < len(_mutations()))
        data = mutate(bytearray(originals[which]), np.random.default_rng([seed, number]))
        read = _read(kind, data, expected[which], unchanged=data == originals[which])
        if keep is not None and read.outcome in ("crash", "hang", "structure differs"):
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{number:05d}-{kind.replace(' ', '-')}.c3d").write_bytes(data)
        yield read


def damaged_files(n_files: int, *, seed: int) -> Iterator[bytes]:
    """Yield damaged copies of a small recording; the kinds take turns."""
    kinds = list(_mutations().values())
    for number in range(n_files):
        rng = np.random.default_rng([seed, number])
        yield kinds[number % len(kinds)](bytearray(_small_file()), rng)


def _read(kind: str, data: bytes, expected: Recording, *, unchanged: bool) -> Read:
    started = time.perf_counter()
    detail = ""
    try:
        recording = read_recording_isolated(data, timeout_s=_TIMEOUT_S)
    except ReaderCrashedError as error:
        outcome: Outcome = "hang" if time.perf_counter() - started >= _TIMEOUT_S else "crash"
        detail = str(error)
    except ProcessingError as error:
        outcome, detail = "refused", error.kind
    except Exception as error:
        outcome, detail = "crash", f"{type(error).__name__}: {error}"
    else:
        outcome, detail = ("identical", "") if unchanged else _compare(recording, expected)
    return Read(kind, outcome, time.perf_counter() - started, detail)


def _compare(found: Recording, expected: Recording) -> tuple[Outcome, str]:
    """Return how an accepted recording differs from the undamaged one.

    The structure is which samples belong to which channel at which rate: how many channels, how many samples,
    the rate (to one in a thousand) and the unit; where many samples differ they are shifted or scaled. Another
    value of a few samples, a label or a game field cannot be told from a true one.
    """
    ours, theirs = found.metadata, expected.metadata
    for name, one, other in (
        ("n_samples", ours.n_samples, theirs.n_samples),
        ("sampling_rate_hz", _near(ours.sampling_rate_hz, theirs.sampling_rate_hz), theirs.sampling_rate_hz),
        ("channels", _shape(found), _shape(expected)),
        ("n_analog", len(ours.analog_labels), len(theirs.analog_labels)),
    ):
        if one != other:
            return "structure differs", f"{name}: {one} instead of {other}"
    same = np.array_equal(found.emg_v, expected.emg_v, equal_nan=True)
    if not same:
        n_other = int(np.count_nonzero(found.emg_v != expected.emg_v))
        shifted = n_other > _FEW_SAMPLES * found.emg_v.size
        return (
            "structure differs" if shifted else "samples differ",
            f"{n_other} of {found.emg_v.size} samples",
        )
    return ("identical", "") if ours == theirs else ("metadata differ", "")


def _near(rate_hz: float, expected_hz: float) -> float:
    """Return the expected rate where the one found differs by less than the clocks of sensors do."""
    return expected_hz if abs(rate_hz - expected_hz) < _RATE_TOLERANCE * expected_hz else rate_hz


def _shape(recording: Recording) -> list[tuple[int, float]]:
    """Return where each EMG channel lies in the file, and its unit."""
    return [(c.index, c.volts_per_unit) for c in recording.metadata.channels]


def _mutations() -> dict[str, Mutation]:
    return {
        "bit in header": lambda data, rng: _flip(data, rng, 0, _HEADER_BYTES),
        "bit in parameters": lambda data, rng: _flip(data, rng, _HEADER_BYTES, _data_start(data)),
        "bits in parameters": lambda data, rng: _flip(data, rng, _HEADER_BYTES, _data_start(data), count=8),
        "bits in data": lambda data, rng: _flip(data, rng, _data_start(data), len(data), count=8),
        "truncated": lambda data, rng: bytes(data[: int(rng.integers(0, len(data)))]),
        "absurd header count": _absurd_header,
        "absurd parameter count": _absurd_parameter,
        "block overwritten": _overwrite,
        "bytes removed": _remove,
        "bytes inserted": _insert,
    }


def _flip(data: bytearray, rng: np.random.Generator, start: int, stop: int, *, count: int = 1) -> bytes:
    for position in rng.integers(start, stop, count):
        data[position] ^= 1 << int(rng.integers(8))
    return bytes(data)


def _absurd_header(data: bytearray, rng: np.random.Generator) -> bytes:
    """Set one of the header's first twelve words, where all counts are."""
    word = 2 * int(rng.integers(0, 12))
    data[word : word + 2] = int(rng.choice(_ABSURD)).to_bytes(2, "little")
    return bytes(data)


def _absurd_parameter(data: bytearray, rng: np.random.Generator) -> bytes:
    """Set one byte or word behind a parameter's name: its type, dimensions, offset or value."""
    names = (b"USED", b"RATE", b"SCALE", b"FRAMES", b"DATA_START", b"LABELS", b"UNITS", b"OFFSET")
    places = [data.find(name, _HEADER_BYTES, _data_start(data)) + len(name) for name in names if name in data]
    place = int(rng.choice([p for p in places if p > _HEADER_BYTES])) + int(rng.integers(0, 12))
    size = int(rng.integers(1, 3))
    data[place : place + size] = (int(rng.choice(_ABSURD)) & (256**size - 1)).to_bytes(size, "little")
    return bytes(data)


def _overwrite(data: bytearray, rng: np.random.Generator) -> bytes:
    """Fill 16 to 512 bytes anywhere before the end of the first data block with zeros, ones or noise."""
    size = int(rng.integers(16, 512))
    start = int(rng.integers(0, _data_start(data)))
    patch = (bytes(size), b"\xff" * size, rng.bytes(size))[int(rng.integers(3))]
    data[start : start + size] = patch
    return bytes(data)


def _remove(data: bytearray, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(data)))
    del data[start : start + int(rng.integers(1, 64))]
    return bytes(data)


def _insert(data: bytearray, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(data)))
    data[start:start] = rng.bytes(int(rng.integers(1, 64)))
    return bytes(data)


def _data_start(data: bytearray) -> int:
    """Return the first byte of the samples."""
    return int(read_head(bytes(data)).layout.start)


def _small_file() -> bytes:
    """Return a short recording that says, as the game's do, what wrote it."""
    info = {"SYSTEM": ["OpenFeasyo"], "GAME_NAME": ["Ghostly"], "DURATION": [5], "GAME_LEVEL": [1]}
    return make_c3d(duration_s=6.0, contractions_s=[(1.0, 3.0)], parameters={"INFO": info})


def _print(console: Console, reads: list[Read]) -> None:
    table = Table("damage", "files", *_OUTCOMES)
    for kind in [*_mutations(), "all"]:
        mine = [r for r in reads if kind in (r.kind, "all")]
        counts = Counter(r.outcome for r in mine)
        table.add_row(kind, str(len(mine)), *(str(counts[o] or "") for o in _OUTCOMES))
    console.print(table)
    times = [r.took_s for r in reads]
    children_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    console.print(
        f"A read took {1e3 * statistics.median(times):.0f} ms (median), {1e3 * max(times):.0f} ms at most; "
        f"no child was larger than {children_mb:.0f} MB."
    )
    refusals = Counter(r.detail for r in reads if r.outcome == "refused")
    console.print("Refused as: " + ", ".join(f"{name} {n}" for name, n in refusals.most_common()))
    for r in reads:
        if r.outcome in ("crash", "hang", "structure differs"):
            console.print(f"{r.outcome}: {r.kind}, {r.detail}", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
