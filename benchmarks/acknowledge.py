"""``python -m benchmarks.acknowledge``: acknowledging under load, draining a burst, two workers, a killed worker."""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from rich.console import Console
from rich.table import Table

from benchmarks.before import make_before_app
from benchmarks.faults.bench import BUCKET, PATH, Bench, FaultStack, names_of
from benchmarks.faults.crashes import retaken_after
from benchmarks.recordings import largest_recording
from benchmarks.report import percentile
from processing.database import Database
from processing.ports import StoredObject
from processing.services import program_url
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.builders import make_c3d
from tests.integration.stack import served
from tests.running_stack import ROOT

LIMIT_MS = 50.0
# Events a second, and for how many seconds: enough of each for a 99th percentile.
RATES = ((5, 40), (20, 25), (50, 20), (100, 15))
HIGHER_RATES = (150, 200, 300, 400, 600)
N_HALVINGS = 2  # between the highest rate that was held and the lowest that was not
# Recordings announced beforehand: all at once, so that the worker is busy, and then so many at 20 a second.
WARM_UP = (30, 100)
N_BURST = 500
N_SPEED_UP = 40
N_TURNS = 3
N_KILLS = 3
ONE_INSTALLATION = False
EXPECTED_SPEED_UP, RETAKEN_WITHIN_S = 1.7, 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """What one rate of arrivals did; milliseconds from the moment when each was due to its answer."""

    rate: int
    took_ms: list[float]
    n_refused: int

    @property
    def p99(self) -> float:
        """The 99th percentile, in milliseconds."""
        return percentile(self.took_ms, 99)

    @property
    def within(self) -> bool:
        """Whether every event was taken and 99 of 100 in time."""
        return self.p99 < LIMIT_MS and not self.n_refused


class Files:
    """Recordings that many names share; hidden, so that only their events announce them."""

    def __init__(self, bench: Bench, data: bytes) -> None:
        self._folder = bench.stack.data_dir / "buckets" / BUCKET
        self._data = data
        self._bench = bench
        self._made = 0

    def make(self, count: int, folder: str) -> list[StoredObject]:
        """Return so many new objects that hold this recording."""
        made = []
        path = self._folder / folder / ".load"
        path.mkdir(parents=True, exist_ok=True)
        original = path / "original"
        original.write_bytes(self._data)
        for _ in range(count):
            self._made += 1
            name = f"{folder}/.load/{self._made:05}.c3d"
            (self._folder / name).hardlink_to(original)
            made.append(StoredObject(name, f"v{self._made}", len(self._data), datetime.now(UTC)))
        return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Print three tables; 1 if something that was expected was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acknowledge", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=["rates", "burst", "workers", "killed"])
    parser.add_argument("--rates", nargs="+", type=int, help="these rates for 15 s each, nothing higher")
    options = parser.parse_args(arguments)
    console = Console()
    console = console if console.is_terminal else Console(width=150)
    parts: dict[str, Callable[[Console, Bench], bool]] = {
        "rates": lambda to, bench: _rates(to, bench, options.rates),
        "burst": _burst,
        "workers": _workers,
        "killed": _killed,
    }
    good = True
    chosen = options.only or list(parts)
    # Each has an installation of its own: what an earlier part left in the queue would be in the way.
    for names in [chosen] if ONE_INSTALLATION else [[name] for name in chosen]:
        with tempfile.TemporaryDirectory() as folder, FaultStack(Path(folder) / "data") as stack:
            for name in names:
                good &= parts[name](console, Bench(stack))
    return int(not good)


def _rates(console: Console, bench: Bench, rates: list[int] | None) -> bool:
    recording = largest_recording()
    console.print(f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note}")
    files = Files(bench, recording.data)
    _send(bench, files.make(WARM_UP[0], "P300"), rate=0)  # the worker is busy from here on
    _send(bench, files.make(WARM_UP[1], "P300"), rate=20)
    loads = [_load(bench, files, rate, s) for rate, s in ([(r, 15) for r in rates] if rates else RATES)]
    for rate in () if rates else HIGHER_RATES:
        if not loads[-1].within:
            break
        loads.append(_load(bench, files, rate, 10))
    for _ in () if rates else range(N_HALVINGS):
        best = max((load.rate for load in loads if load.within), default=0)
        worse = min((load.rate for load in loads if load.rate > best), default=best)
        if worse - best > 5:
            loads.append(_load(bench, files, (best + worse) // 2, 15))
    loads.sort(key=lambda load: load.rate)
    waiting = bench.ready().get("queue", {})
    before_ms = [] if rates else _in_request(bench, recording.data)
    _print_loads(console, loads, before_ms)
    console.print(
        f"The worker analysed all the while ({waiting.get('waiting')} still wait, {waiting.get('running')} at work). "
        "Latency counts from the moment when an event was due; the load generator is a process of its own."
    )
    within = [load.rate for load in loads if load.within]
    console.print(
        f"Highest of these rates with p99 below {LIMIT_MS:.0f} ms: {max(within, default=0)} a second."
    )
    return bool(rates) or max(within, default=0) >= 50


def _load(bench: Bench, files: Files, rate: int, seconds: float) -> Load:
    answers = _send(bench, files.make(int(rate * seconds), "P301"), rate=rate)
    took_ms = [1000 * s for s in answers["latencies_s"]]
    return Load(rate, took_ms, sum(status not in (200, 202) for status in answers["statuses"]))


def _send(bench: Bench, objects: Sequence[StoredObject], *, rate: float) -> dict[str, list[float]]:
    """Announce objects at a rate (all at once if it is 0) from another process; return what that process saw."""
    requests = []
    for stored in objects:
        event = storage_event(stored, BUCKET)
        body = encode_event(event)
        signed = sign_event(bench.secret, storage_event_id(event), time.time(), body)
        lines = [f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in signed.items()]
        requests.append("\r\n".join([*lines, "", ""]) + body.decode("latin-1"))
    plan = {"host": "127.0.0.1", "port": bench.stack.listener_port, "rate": rate, "requests": requests}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.acknowledge_load"], cwd=ROOT, input=json.dumps(plan), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def _in_request(bench: Bench, data: bytes) -> list[float]:
    """Return what the way before takes, one event at a time and with nothing else to do, in milliseconds."""
    with bench.frozen(bench.stack.worker_pid()):
        database = Database(bench.stack.database_url)
        try:
            with served(
                uvicorn.Server(uvicorn.Config(make_before_app(database, data), port=0, log_config=None))
            ) as url:
                times = []
                for _ in range(5):
                    began = time.perf_counter()
                    httpx.post(url, timeout=120, trust_env=False).raise_for_status()
                    times.append(1000 * (time.perf_counter() - began))
        finally:
            database.close()
    return times


def _print_loads(console: Console, loads: Sequence[Load], before_ms: list[float]) -> None:
    table = Table("Events a second", "n", "p50", "p95", "p99", "longest", "refused", "in-request p50 / p50")
    for load in loads:
        cells = [percentile(load.took_ms, p) for p in (50, 95, 99)] + [max(load.took_ms)]
        ratio = f"{percentile(before_ms, 50) / cells[0]:.0f} x" if before_ms else ""
        table.add_row(
            str(load.rate),
            str(len(load.took_ms)),
            *(f"{ms:.1f} ms" for ms in cells),
            str(load.n_refused),
            ratio,
        )
    console.print(table)
    if before_ms:
        console.print(
            f"In-request way, alone on the machine: p50 {percentile(before_ms, 50):.0f} ms (n = {len(before_ms)})."
        )


def _burst(console: Console, bench: Bench) -> bool:
    data = make_c3d(duration_s=60.0, contractions_s=[(3.0 + 7.0 * k, 5.5 + 7.0 * k) for k in range(8)])
    objects = Files(bench, data).make(N_BURST, "P302")
    began = time.monotonic()
    answers = _send(bench, objects, rate=0)
    acknowledged_s = answers["took_s"]
    rows = bench.completed(names_of(objects), 400)
    drained_s = time.monotonic() - began
    n_completed = sum(row["status"] == "completed" for row in rows.values())
    n_taken = sum(status in (200, 202) for status in answers["statuses"])
    console.print(
        f"Burst of {N_BURST} events at once (60 s recordings): {n_taken} acknowledged in {acknowledged_s:.1f} s "
        f"({n_taken / float(acknowledged_s):.0f} a second), {n_completed} completed after {drained_s:.0f} s "
        f"({n_completed / drained_s:.1f} a second, {n_completed * 60 / drained_s:.0f} s of signal a second)."
    )
    return n_completed == N_BURST


def _workers(console: Console, bench: Bench) -> bool:
    """Two workers against one, in turns."""
    files = Files(bench, largest_recording().data)
    address = {"DATABASE_URL": program_url(bench.stack.database_url, "worker")}
    _drained_s(bench, files, 6)  # what is loaded once
    one, two = [], []
    for _ in range(N_TURNS):
        one.append(_drained_s(bench, files, N_SPEED_UP))
        with bench.program(sys.executable, "-m", "processing", "worker", **address):
            time.sleep(5.0)
            _drained_s(bench, files, 6)
            two.append(_drained_s(bench, files, N_SPEED_UP))
    gains = sorted(a / b for a, b in zip(one, two, strict=True))
    console.print(
        f"{N_SPEED_UP} recordings: one worker {min(one):.1f} to {max(one):.1f} s, two workers {min(two):.1f} to "
        f"{max(two):.1f} s; speed-up {statistics.median(gains):.2f} (median of {len(gains)}, {gains[0]:.2f} to "
        f"{gains[-1]:.2f}); expected {EXPECTED_SPEED_UP} on two cores."
    )
    return statistics.median(gains) >= EXPECTED_SPEED_UP


_WINDOW = """
select extract(epoch from max(e.at) filter (where e.type = 'succeeded')
                        - min(e.at) filter (where e.type = 'started')) as s
from procrastinate.procrastinate_events e
join procrastinate.procrastinate_jobs j on j.id = e.job_id
join app.therapy_sessions s on j.args ->> 'session_id' = s.id::text
where s.object_name = any(%(names)s)
"""


def _drained_s(bench: Bench, files: Files, count: int) -> float:
    """Return the seconds from the first job's start to the last one's end."""
    objects = files.make(count, "P303")
    _send(bench, objects, rate=0)
    rows = bench.completed(names_of(objects), 120)
    assert all(row["status"] == "completed" for row in rows.values()), rows
    time.sleep(0.3)  # the last job's end is written after its result
    return float(bench.rows(_WINDOW, names=names_of(objects))[0]["s"])


def _killed(console: Console, bench: Bench) -> bool:
    """Kill -9 a worker that has a recording on its hands; what counts is when that job starts again."""
    files = Files(bench, largest_recording().data)
    waits = []
    for _ in range(N_KILLS):
        objects = files.make(4, "P304")
        _send(bench, objects, rate=0)
        worker = bench.stack.worker_pid()
        job = bench.freeze_at_work(worker)
        os.kill(worker, signal.SIGKILL)
        waits.append(retaken_after(bench, job, time.monotonic()))
        bench.completed(names_of(objects), 60)
    console.print(
        f"A killed worker's job is taken again after {', '.join(f'{s:.1f} s' for s in waits)} "
        f"(limit {RETAKEN_WITHIN_S:.0f} s)."
    )
    return max(waits) <= RETAKEN_WITHIN_S


if __name__ == "__main__":
    sys.exit(main())
