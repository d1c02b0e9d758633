"""``python -m benchmarks research``: a dry run over 100 sessions on the real queue, by one worker and by two."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.recordings import largest_recording
from processing.database.embedded import embedded_postgres
from processing.database.migrations import upgrade
from processing.services import LOCAL_RESEARCHER, Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.reprocessing import Candidate, Run, Selection

_SESSIONS = 100
_LIMIT_S = 60.0
_TRIED = Candidate({"faint_percent": 20.0, "min_contraction_s": 0.2})


def main(arguments: list[str] | None = None) -> int:
    """Print how long both take and what each worker did; 1 where one worker needs a minute or more."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.research", description=__doc__)
    parser.add_argument("--sessions", type=int, default=_SESSIONS)
    options = parser.parse_args(arguments)
    console = Console()
    recording = largest_recording()
    console.print(
        f"{options.sessions} sessions of {recording.name}, {len(recording.data) / 1e6:.2f} MB each."
    )
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as url:
        upgrade(url)
        settings = Settings(data_dir=Path(folder) / "data", database_url=url, demo=False)
        with closing_services(build_services(settings, url)) as services:
            _fill(services, recording.data, options.sessions)
            with _workers(settings, url, 2):
                _wait_analysed(services)
            table = Table("Workers", "Dry run", "A session", "CPU a session", "Chunks by worker", "Outcome")
            seconds = {}
            for n_workers in (1, 2):
                seconds[n_workers] = _measure(services, settings, url, n_workers, table, options.sessions)
    console.print(table)
    console.print(
        f"Two workers are {seconds[1] / seconds[2]:.2f} times as quick on {os.cpu_count()} CPUs, which they share "
        f"with the database and whatever else runs (load {os.getloadavg()[0]:.0f}). Limit: {_LIMIT_S:.0f} s for "
        f"{_SESSIONS} sessions."
    )
    return int(seconds[1] * _SESSIONS / options.sessions >= _LIMIT_S)


def _fill(services: Services, data: bytes, n_sessions: int) -> None:
    """Bring the same recording under as many names."""
    for number in range(n_sessions):
        services.store.write(f"P{1 + number // 20:03d}/{number:03d}.c3d", data)
    services.reconcile()


def _measure(
    services: Services, settings: Settings, url: str, n_workers: int, table: Table, n_sessions: int
) -> float:
    """Time one dry run from the button to the last session, the workers being up already."""
    research = services.for_viewer(LOCAL_RESEARCHER).research
    cpu_s = _children_cpu_s()
    with _workers(settings, url, n_workers):
        _wait_lanes(services, n_workers)
        begin = time.perf_counter()
        run_id = research.start("Benchmark", _TRIED, Selection())
        run = _wait_run(services, run_id)
        took = time.perf_counter() - begin
        shared = services.database.fetch_all(
            "select count(*) as n from procrastinate.procrastinate_jobs j"
            " join procrastinate.procrastinate_events e on e.job_id = j.id and e.type = 'started'"
            " where j.task_name = 'reprocess_chunk' and (j.args ->> 'run_id')::bigint = %(run)s"
            " group by j.worker_id order by 1",
            {"run": run_id},
        )
    chunks = " + ".join(str(row["n"]) for row in shared)
    outcome = ", ".join(f"{n} {name}" for name, n in run.counts.items())
    cpu_ms = 1e3 * (_children_cpu_s() - cpu_s) / n_sessions
    table.add_row(
        str(n_workers),
        f"{took:.1f} s",
        f"{1e3 * took / n_sessions:.0f} ms",
        f"{cpu_ms:.0f} ms",
        chunks,
        outcome,
    )
    return took


def _children_cpu_s() -> float:
    """Return the CPU time of the workers that ended so far, with their start and their reading children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _workers(settings: Settings, url: str, n_workers: int) -> Iterator[None]:
    environment = {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": url,
        "LOG_FORMAT": "json",
        "DEMO": "0",
    }
    command = [sys.executable, "-m", "processing", "worker"]
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(n_workers)
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def _wait_analysed(services: Services) -> None:
    while services.database.fetch_all(
        "select 1 from app.therapy_sessions where processing_status <> 'completed' limit 1"
    ):
        time.sleep(0.2)


def _wait_lanes(services: Services, n_workers: int) -> None:
    """Wait until every worker's lanes have registered."""
    while services.operations.facts().workers_alive < 3 * n_workers:
        time.sleep(0.1)


def _wait_run(services: Services, run_id: int) -> Run:
    research = services.for_viewer(LOCAL_RESEARCHER).research
    while (run := research.run(run_id)).running:
        time.sleep(0.05)
    return run


if __name__ == "__main__":
    sys.exit(main())
