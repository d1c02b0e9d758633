"""The older product's table moved at its real size: killed half-way and taken up again, relieved of its signals."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
from rich.console import Console

from processing.services import Services
from tests.builders import make_c3d
from tests.integration.older_tables import add_row, make_older

_ROOT = Path(__file__).resolve().parents[1]
_BYTES_PER_SAMPLE = 52  # of JSON text: two channels with two arrays each
_SMALL_MB = 1.0
_SMALLEST_RATIO = 99.0
_N_RESTORED = 2


@dataclass(frozen=True, slots=True)
class Run:
    """One command of the operator: what it printed, how long it took and its largest memory."""

    output: str
    seconds: float
    peak_mb: float
    status: int


def measure_older(
    console: Console, services: Services, *, n_rows: int, megabytes: float, n_full: int
) -> bool:
    """Print sizes, times and memory; return whether every row was verified and the table is small enough."""
    url, environment = services.database.url, _environment(services)
    make_older(url, n_rows=n_rows - n_full - _N_RESTORED, n_samples=_samples(_SMALL_MB))
    with psycopg.connect(url) as connection:
        for number in range(n_full):
            add_row(
                connection, 100 + number, n_samples=_samples(megabytes), path=f"P{number + 1:03}/full.c3d"
            )
        for number in range(_N_RESTORED):
            _add_restorable(connection, services, number)
        row = connection.execute(
            "select max(length(emg_signals::text)) / 1e6, sum(length(emg_signals::text)) / 1e6 from analysis_results"
        ).fetchone()
    assert row is not None
    console.print(f"{n_rows} rows, signals as JSON: {row[1]:.0f} MB, the largest row {row[0]:.1f} MB")
    killed = _run(environment, "--apply", "--batch", "5", kill_at="copied 10")
    resumed = _run(environment, "--apply", "--batch", "5")
    dropped = _run(environment, "--drop-signals", "--batch", "5")
    restored = _run(environment, "--restore-signals")
    first = _copied(killed.output)
    console.print(
        f"copy, killed after {first} rows       {killed.seconds:6.1f} s  peak {killed.peak_mb:.0f} MB"
    )
    console.print(
        f"copy resumed: {_copied(resumed.output)} rows, verified"
        f" {resumed.seconds:6.1f} s  peak {resumed.peak_mb:.0f} MB"
    )
    console.print(f"signals dropped               {dropped.seconds:6.1f} s  peak {dropped.peak_mb:.0f} MB")
    console.print(
        f"{_N_RESTORED} rows' signals from the files {restored.seconds:6.1f} s  peak {restored.peak_mb:.0f} MB"
    )
    console.print(dropped.output.strip())
    verified = f"verified {n_rows} of {n_rows} rows" in resumed.output
    complete = first + _copied(resumed.output) == n_rows and verified
    back = f"{_N_RESTORED} rows have their signals again" in restored.output
    if not (complete and back):
        console.print(f"FAILED:\n{resumed.output}\n{dropped.output}\n{restored.output}")
    return complete and back and _percent_smaller(dropped.output) >= _SMALLEST_RATIO


def _add_restorable(
    connection: psycopg.Connection[tuple[object, ...]], services: Services, number: int
) -> None:
    """Add a row whose recording is in the bucket, so that its signals can be had again."""
    data = make_c3d(duration_s=30.0, seed=number)
    path = f"P{900 + number}/there.c3d"
    services.store.write(path, data)
    add_row(
        connection,
        200 + number,
        n_samples=_samples(_SMALL_MB),
        path=path,
        file_hash=hashlib.sha256(data).hexdigest(),
    )


def _run(environment: Mapping[str, str], *arguments: str, kill_at: str | None = None) -> Run:
    """Run ``migrate-older``; kill it without warning once it has printed ``kill_at``."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "processing", "migrate-older", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=_ROOT,
    )  # fmt: skip
    peaks = [0.0]
    watching = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watching.start()
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if kill_at is not None and line.startswith(kill_at):
            process.kill()
            break
    status = process.wait()
    process.stdout.close()
    watching.join()
    return Run("".join(lines), time.perf_counter() - started, max(peaks), status)


def _watch(pid: int, peaks: list[float]) -> None:
    try:
        process = psutil.Process(pid)
        while process.status() != psutil.STATUS_ZOMBIE:
            peaks.append(process.memory_info().rss / 1e6)
            time.sleep(0.02)
    except psutil.Error:
        return


def _environment(services: Services) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": services.database.url,
        "DATA_DIR": str(services.settings.data_dir),
        "DEMO": "0",
    }


def _samples(megabytes: float) -> int:
    return round(megabytes * 1e6 / _BYTES_PER_SAMPLE)


def _copied(output: str) -> int:
    """Return how many rows a run said it had copied."""
    counts = [int(line.split()[1]) for line in output.splitlines() if line.startswith("copied ")]
    return max(counts, default=0)


def _percent_smaller(output: str) -> float:
    return float(output.rsplit(" after, ", 1)[1].split("%")[0]) if " after, " in output else 0.0
