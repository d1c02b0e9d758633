"""Opening a session's signals without a cache, with each process's memory, and with Redis behind it: does Redis pay?"""

from __future__ import annotations

import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.cache_codecs import print_codecs
from benchmarks.cache_opening import FAR, Opening, long_recording, opening_of
from benchmarks.recordings import BenchmarkRecording, largest_recording
from processing.use_cases.trace_use import SLOW_BUILD_S
from tests.redis_server import BINARY, RedisServer
from tests.running_stack import ROOT

N_OPENED, N_FAR = 5, 2
LONG_S = 600.0
N_CODEC = 3
# Whether the bucket is far away.
BUCKETS = (False, True)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to keep traces, and how long each opening took with it, in ms."""

    name: str
    memory: bool
    url: str | None
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    second_process: list[float] = field(default_factory=list)


def main(_: list[str] | None = None) -> int:
    """Print one table for each recording and bucket, and what follows."""
    console = Console()
    if BINARY is None:
        console.print("No redis-server on this machine: only the ways without it are measured.")
    recordings = [largest_recording(), long_recording(LONG_S)]
    building: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="cache") as name:
        folder = Path(name)
        with _redis(folder) as server:
            for recording in recordings:
                opening = opening_of(recording, folder)
                for remote in BUCKETS:
                    title = _title(recording, opening, remote)
                    ways = _ways(opening, server, remote=remote, n=N_FAR if remote else N_OPENED)
                    building[title] = ways[0].cold + ways[0].warm
                    _print(console, title, ways)
                if server is not None:
                    _print_memory(console, opening, server)
    print_codecs(console, recordings[0], repeats=N_CODEC)
    _print_answer(console, building)
    return 0


@contextmanager
def _redis(folder: Path) -> Any:
    server = RedisServer(folder) if BINARY is not None else None
    try:
        yield server
    finally:
        if server is not None:
            server.stop()


def _ways(opening: Opening, server: RedisServer | None, *, remote: bool, n: int) -> list[Way]:
    """Measure every way, turn by turn, so that a busy moment of this machine meets all of them."""
    ways = [Way("none", False, None), Way("memory", True, None)]
    if server is not None:
        ways.append(Way("memory + Redis", True, server.url))
    for _ in range(n):
        for way in ways:
            opening.empty(way.url)
            traces = opening.traces(memory=way.memory, url=way.url, remote=remote)
            way.cold.append(opening.timed_ms(traces))
            way.warm.append(opening.timed_ms(traces))
            traces.close()  # what it has built is in Redis from here on
    for way in ways[1:]:
        way.second_process.extend(_second_process(opening, way, remote=remote, n=n))
    ways[0].second_process.extend(ways[1].second_process)  # neither has anything of another process
    return ways


def _second_process(opening: Opening, way: Way, *, remote: bool, n: int) -> list[float]:
    """Open in a new process, again and again with its memory emptied; return ms without its first opening.

    The first one imports libraries and connects, which is the start of a program and no opening.
    """
    path = opening.folder / "opening.pickle"
    path.write_bytes(
        pickle.dumps((opening, {"memory": way.memory, "url": way.url, "remote": remote, "n": n}))
    )
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cache_opening", str(path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return list(orjson.loads(done.stdout)[1:])


def _title(recording: BenchmarkRecording, opening: Opening, remote: bool) -> str:
    bucket = f"a bucket far away ({FAR.latency_s * 1000:.0f} ms, {FAR.bytes_per_s / 1e6:.1f} MB/s)"
    return (
        f"{opening.duration_s:.0f} s, {len(recording.data) / 1e6:.1f} MB, "
        f"{bucket if remote else 'a folder on this machine'}"
    )


def _print(console: Console, title: str, ways: list[Way]) -> None:
    table = Table("least of n, ms (none / way)", "Cold", "Warm", "Second process", "n", title=title)
    none = ways[0]
    for way in ways:
        pairs = zip(
            (way.cold, way.warm, way.second_process),
            (none.cold, none.warm, none.second_process),
            strict=True,
        )
        table.add_row(way.name, *(_beside(*pair) for pair in pairs), str(len(way.cold)))
    console.print(table)


def _beside(ms: list[float], none_ms: list[float]) -> str:
    own, none = min(ms), min(none_ms)
    return f"{own:.3g} ({none / own:.3g} x)"


def _print_memory(console: Console, opening: Opening, server: RedisServer) -> None:
    opening.empty(server.url)
    traces = opening.traces(memory=True, url=server.url, remote=False)
    opening.timed_ms(traces)
    traces.close()
    facts = traces.shared_facts
    assert facts is not None
    console.print(
        f"In memory {traces.cache.current_bytes / 1e6:.2f} MB, in Redis {facts.counts.bytes_stored / 1e6:.2f} MB "
        f"({100 * facts.counts.bytes_stored / traces.cache.current_bytes:.0f} %)."
    )


def _print_answer(console: Console, building: dict[str, list[float]]) -> None:
    console.print("Does building take over 1 s, the first of the plan's two conditions?")
    for title, times in building.items():
        ms = statistics.median(times)
        said = f"{'yes' if ms > 1000 * SLOW_BUILD_S else 'no'}, {ms / 1000:.3f} s, least {min(times) / 1000:.3f} s"
        console.print(f"  {title}: {said}", highlight=False)
    console.print(
        "The second, whether more than half of the sessions' plots are opened, is counted where the product runs: "
        "python -m processing cache-report. Cold: nobody built it; warm: this process did; second process: another "
        "one did, this one's memory is empty. The least of n, because other programs of this machine only add. "
        "Redis on this machine's socket: a network adds its time. "
        f"The load of this machine was {os.getloadavg()[0]:.1f}."
    )
