"""The model against the product: a day, squeezed, through listener, PostgreSQL, bucket folder and workers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.acknowledge import Files
from benchmarks.faults.bench import BUCKET, PATH, Bench, FaultStack, names_of
from benchmarks.recordings import BenchmarkRecording
from benchmarks.scale.load import arrivals_s
from benchmarks.scale.model import SEED, Costs
from benchmarks.scale.queueing import Seconds, waits_s
from processing.ports import StoredObject
from processing.services import program_url
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.running_stack import ROOT

# So busy are the workers on the average of the squeezed day: at its peaks a queue grows, between them it goes.
BUSY = 0.8
_PATIENTS = 20

_JOBS = """
select extract(epoch from min(e.at) filter (where e.type = 'deferred'))::float8 as arrived,
       extract(epoch from min(e.at) filter (where e.type = 'started'))::float8 as started,
       extract(epoch from max(e.at) filter (where e.type = 'succeeded'))::float8 as ended
from procrastinate.procrastinate_jobs j
join procrastinate.procrastinate_events e on e.job_id = j.id
join app.therapy_sessions s on j.args ->> 'session_id' = s.id::text
where s.object_name = any(%(names)s)
group by j.id order by 1
"""


_ENDED = """
select count(*) filter (where processing_status = 'completed') as completed,
       count(*) filter (where processing_status = 'failed') as failed
from app.therapy_sessions
"""

_CONNECTIONS = """
select usename::text as who, count(*) as n from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid() group by 1
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """Predicted and measured seconds of the same arrivals."""

    n: int
    n_workers: int
    n_completed: int
    predicted_wait_s: Seconds
    measured_wait_s: Seconds
    predicted_drain_s: float
    measured_drain_s: float
    replayed_wait_s: Seconds
    connections: dict[str, int]
    predicted_service_s: float
    measured_service_s: float
    acknowledged_ms: tuple[float, float]
    load: float

    def rows(self) -> Iterator[tuple[str, float, float | None, float]]:
        """Yield name, prediction, the queue's model alone (with the service times of this run) and measurement."""
        yield "first arrival to last result", self.predicted_drain_s, None, self.measured_drain_s
        yield "one job at work, mean", self.predicted_service_s, None, self.measured_service_s
        waits = (self.predicted_wait_s, self.replayed_wait_s, self.measured_wait_s)
        yield "wait, mean", *(float(wait.mean()) for wait in waits)
        for percent in (50, 95, 99):
            yield f"wait, p{percent}", *(float(np.percentile(wait, percent)) for wait in waits)

    def remarks(self) -> str:
        """Return what else the run said."""
        return (
            f"Connections at the end: {', '.join(f'{name} {n}' for name, n in sorted(self.connections.items()))}. "
            f"{self.n_completed} of {self.n} completed; acknowledged in {self.acknowledged_ms[0]:.1f} ms (p50), "
            f"{self.acknowledged_ms[1]:.1f} ms (p99); load of the machine at the end {self.load:.1f}."
        )


def real_run(n: int, n_workers: int, recording: BenchmarkRecording, costs: Costs) -> Checked:
    """Let ``n`` recordings arrive as on a day that is squeezed until the workers are busy for 80 % of it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as more:
        bench = Bench(more.enter_context(FaultStack(Path(folder) / "data")))
        address = {"DATABASE_URL": program_url(bench.stack.database_url, "worker")}
        for _ in range(n_workers - 1):
            more.enter_context(bench.program(sys.executable, "-m", "processing", "worker", **address))
        time.sleep(5.0)
        files = Files(bench, recording.data)
        warm = files.make(2 * n_workers, "P400")  # what each program loads once
        _send(bench, warm, np.zeros(len(warm)))
        _wait_for(bench, len(warm), 120.0)
        due = squeezed_day_s(n, n_workers * BUSY / float(costs.service_s.mean()))
        objects = [files.make(1, f"P{401 + number % _PATIENTS}")[0] for number in range(due.size)]
        answers = _send(bench, objects, due)
        n_completed = _wait_for(bench, len(warm) + due.size, 120.0 + 6.0 * float(costs.service_s.mean()) * n)
        connections = {row["who"]: int(row["n"]) for row in bench.rows(_CONNECTIONS)}
        time.sleep(0.5)  # the last job's end is written after its result
        jobs = bench.rows(_JOBS, names=names_of(objects))
        load = os.getloadavg()[0]
    arrived, started, ended = (
        np.array([job[k] for job in jobs], dtype=float) for k in ("arrived", "started", "ended")
    )
    service = np.random.default_rng(SEED).choice(costs.service_s, arrived.size)
    predicted = waits_s(arrived, service, n_workers)
    taken_ms = [1000 * s for s in answers["latencies_s"]]
    return Checked(
        n=due.size,
        n_workers=n_workers,
        n_completed=n_completed - len(warm),
        predicted_wait_s=predicted,
        measured_wait_s=started - arrived,
        predicted_drain_s=float((arrived + predicted + service).max() - arrived[0]),
        measured_drain_s=float(ended.max() - arrived[0]),
        replayed_wait_s=waits_s(arrived, ended - started, n_workers),
        connections=connections,
        predicted_service_s=float(costs.service_s.mean()),
        measured_service_s=float((ended - started).mean()),
        acknowledged_ms=(statistics.median(taken_ms), float(np.percentile(taken_ms, 99))),
        load=load,
    )


def _wait_for(bench: Bench, n: int, timeout_s: float) -> int:
    """Wait until so many sessions are at their end; return how many are completed. Asks once a second, and little."""
    deadline = time.monotonic() + timeout_s
    while True:
        row = bench.rows(_ENDED)[0]
        if int(row["completed"]) + int(row["failed"]) >= n or time.monotonic() > deadline:
            return int(row["completed"])
        time.sleep(1.0)


def squeezed_day_s(n: int, rate: float) -> Seconds:
    """Return ``n`` of a day's arrivals, its length such that ``rate`` arrive a second on average."""
    rng = np.random.default_rng(SEED)
    arrivals = np.sort(rng.choice(arrivals_s(2 * n + 100, rng), n, replace=False))
    return (arrivals - arrivals[0]) * (arrivals.size / rate) / (arrivals[-1] - arrivals[0])


def _send(bench: Bench, objects: Sequence[StoredObject], due_s: Seconds) -> dict[str, list[float]]:
    """Announce each object at its moment, from another process; return what that process saw."""
    requests = []
    for stored, due in zip(objects, due_s.tolist(), strict=True):
        event = storage_event(stored, BUCKET)
        body = encode_event(event)
        # Signed for the moment when it is sent: an older signature would be refused after five minutes.
        signed = sign_event(bench.secret, storage_event_id(event), time.time() + due, body)
        lines = [f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in signed.items()]
        requests.append("\r\n".join([*lines, "", ""]) + body.decode("latin-1"))
    plan = {
        "host": "127.0.0.1", "port": bench.stack.listener_port, "requests": requests, "rate": 0,
        "due_s": due_s.tolist(),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.acknowledge_load"], cwd=ROOT, input=json.dumps(plan), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))
