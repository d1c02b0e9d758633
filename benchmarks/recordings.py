"""The recording to measure with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.builders import make_c3d

_FOLDER = Path(os.environ.get("GHOSTLY_DATA_DIR") or Path(__file__).resolve().parents[2] / "shared" / "data")
# Set by `python -m benchmarks --smoke`: nothing is measured, so a short recording does.
SHORT = False


@dataclass(frozen=True, slots=True)
class BenchmarkRecording:
    """A recording's bytes and where they come from."""

    name: str
    data: bytes
    note: str


def largest_recording() -> BenchmarkRecording:
    """Return the largest real recording at hand, else a generated one of the same length."""
    if SHORT:
        short = make_c3d(duration_s=60.0, contractions_s=[(2.0, 4.5), (7.0, 8.5)])  # one long enough
        return BenchmarkRecording("short.c3d", short, "Generated, short: nothing is measured.")
    real = sorted(_FOLDER.glob("*.c3d"), key=lambda path: path.stat().st_size)
    if real:
        return BenchmarkRecording(real[-1].name, real[-1].read_bytes(), "A real recording.")
    contractions = [(3.0 + 7.0 * k, 5.5 + 7.0 * k) for k in range(24)]
    data = make_c3d(duration_s=175.0, contractions_s=contractions)
    return BenchmarkRecording("generated.c3d", data, "Generated: GHOSTLY_DATA_DIR has no real one.")
