"""``python -m benchmarks.speed``: reading, the whole analysis and its memory, beside ezc3d and NeuroKit2."""

from __future__ import annotations

import argparse
import importlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path

import ezc3d
from rich.console import Console
from rich.table import Table

from benchmarks.recordings import BenchmarkRecording, largest_recording
from processing.c3d import read_recording
from processing.emg.analysis import analyse_recording
from processing.use_cases.analyse import analyse_bytes
from tests.builders import make_recording

_N_READS = 31
_N_ANALYSES = 11
_N_NEUROKIT = 3
_TARGETS = {
    "read": "at least 10 x faster",
    "analysis": "under 300 ms of CPU",
    "neurokit": "at least 20 x faster",
    "memory": "under 10 x the file",
}


def main(arguments: list[str] | None = None) -> int:
    """Print one table; every figure is a median of this run, and ratios compare figures of this run only."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--neurokit-repeats", type=int, default=_N_NEUROKIT)
    parser.add_argument("--growth", type=Path, help="only print the bytes that analysing this file takes")
    options = parser.parse_args(arguments)
    if options.growth:
        print(_growth_bytes(options.growth))
        return 0
    console = Console()
    recording = largest_recording()
    n_bytes = len(recording.data)
    console.print(f"Recording: {recording.name}, {n_bytes / 1e6:.2f} MB. {recording.note}")
    table = Table("What", "Ours", "Other", "Ratio", "Target")
    ours, other = reading_ms(recording)
    table.add_row("read, CPU", _ms(ours), f"ezc3d {_ms(other)}", f"{other / ours:.0f} x", _TARGETS["read"])
    analysis = analysis_ms(recording)
    table.add_row("whole analysis, CPU", _ms(analysis), "", "", _TARGETS["analysis"])
    neurokit = neurokit_ms(recording, repeats=options.neurokit_repeats)
    if neurokit is None:
        console.print("NeuroKit2 is left out: it is not installed here.")
    else:
        ratio = f"{neurokit / analysis:.0f} x"
        words = f"NeuroKit2 emg_process {_ms(neurokit)}"
        table.add_row("analysis of two channels, CPU", _ms(analysis), words, ratio, _TARGETS["neurokit"])
    traced, resident = traced_bytes(recording), resident_bytes(recording.data)
    table.add_row("peak of what is allocated", _mb(traced), "", f"{traced / n_bytes:.1f} x file", "")
    table.add_row(
        "growth of the process", _mb(resident), "", f"{resident / n_bytes:.1f} x file", _TARGETS["memory"]
    )
    console.print(table)
    return 0


def reading_ms(recording: BenchmarkRecording) -> tuple[float, float]:
    """Return the CPU time of our reader and of ezc3d, measured in turn so that both meet the same machine."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.c3d"
        path.write_bytes(recording.data)
        for _ in range(_N_READS):
            ours.append(_cpu_ms(lambda: read_recording(recording.data, file_name=recording.name)))
            theirs.append(_cpu_ms(lambda: ezc3d.c3d(str(path))["data"]["analogs"]))
    return statistics.median(ours), statistics.median(theirs)


def analysis_ms(recording: BenchmarkRecording) -> float:
    """Return the CPU time of reading, quality, detection, measures and scores of both muscles."""
    times = [_cpu_ms(lambda: _analyse(recording)) for _ in range(_N_ANALYSES + 1)]
    return statistics.median(times[1:])


def neurokit_ms(recording: BenchmarkRecording, *, repeats: int) -> float | None:
    """Return the CPU time of NeuroKit2's ``emg_process`` on the same channels, None without NeuroKit2."""
    try:
        neurokit = importlib.import_module("neurokit2")
    except ImportError:
        return None
    read = read_recording(recording.data, file_name=recording.name)
    rate = read.metadata.sampling_rate_hz

    def process() -> None:
        for channel in read.emg_v:
            neurokit.emg_process(channel.astype(float), sampling_rate=round(rate))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return statistics.median(_cpu_ms(process) for _ in range(repeats))


def traced_bytes(recording: BenchmarkRecording) -> int:
    """Return the most that NumPy and Python had allocated at once during one analysis, the file not included."""
    _analyse(recording)
    tracemalloc.start()
    try:
        _analyse(recording)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def resident_bytes(data: bytes) -> int:
    """Return by how much a fresh process grows at most while it reads and analyses a file, the file included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.c3d"
        path.write_bytes(data)
        command = [sys.executable, "-m", "benchmarks.speed", "--growth", str(path)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _growth_bytes(path: Path) -> int:
    """Return the growth of this process, after a small analysis has loaded what is loaded once."""
    analyse_recording(make_recording(duration_s=10.0))
    start = _resident_now()
    data = path.read_bytes()
    analyse_bytes(data, file_name=path.name, reader=read_recording)
    return _resident_peak() - start


def _resident_now() -> int:
    """Return the resident bytes and forget the peak so far, which a child inherits from its parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return _resident_peak()
    Path("/proc/self/clear_refs").write_text("5")
    return _status_bytes(status.read_text(), "VmRSS")


def _resident_peak() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        return _status_bytes(status.read_text(), "VmHWM")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _status_bytes(status: str, field: str) -> int:
    return 1024 * int(next(line for line in status.splitlines() if line.startswith(field)).split()[1])


def _analyse(recording: BenchmarkRecording) -> None:
    analyse_bytes(recording.data, file_name=recording.name, reader=read_recording)


def _cpu_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1e3 * (time.process_time() - started)


def _ms(value: float) -> str:
    return f"{value:.3g} ms" if value < 1000 else f"{value:.0f} ms"


def _mb(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
