"""What one recording costs, by parts, on this machine: the real use cases on a real PostgreSQL, job after job."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg

from processing.c3d import read_recording_isolated
from processing.database.embedded_server import find_postmaster
from processing.database.results import SessionRecords
from processing.ports import StoredObject
from processing.services import Services
from processing.use_cases.process_session import process_session
from processing.use_cases.reconcile import announce

PARTS = ("ingest", "take", "claim", "fetch", "read", "inputs", "store", "end", "analyse")
_QUEUE = "-c search_path=procrastinate"
T = TypeVar("T")


@dataclass
class Measured:
    """Wall times of each part and of whole jobs, in seconds; CPU of ours and of the database for each job."""

    parts: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    job_s: list[float] = field(default_factory=list)
    own_cpu_s: list[float] = field(default_factory=list)
    database_cpu_s: float = 0.0

    @property
    def busy_s(self) -> list[float]:
        """CPU of each job, the database's share (that of its ingest too) included.

        It is what a worker takes for a job where nothing else runs; unlike the wall time it hardly depends on what
        else the machine does.
        """
        return [own + self.database_cpu_s for own in self.own_cpu_s]

    def p50_ms(self, part: str) -> float:
        """Return the median of a part, in milliseconds."""
        return 1000.0 * statistics.median(self.parts[part])

    def timed(self, part: str, work: Callable[..., T]) -> Callable[..., T]:
        """Return a function that does the same and adds how long it took to a part."""

        def run(*arguments: Any, **options: Any) -> T:
            began = time.perf_counter()
            try:
                return work(*arguments, **options)
            finally:
                self.parts[part].append(time.perf_counter() - began)

        return run


class _Timed:
    """Another object whose named methods are timed."""

    def __init__(self, inner: object, measured: Measured, parts: dict[str, str]) -> None:
        self._inner = inner
        for method, part in parts.items():
            setattr(self, method, measured.timed(part, getattr(inner, method)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def calibrate(
    services: Services, cluster: Path, data: bytes, n_jobs: int, *, folder: str = "P001"
) -> Measured:
    """Let ``n_jobs`` recordings arrive and be analysed, each alone; the first two are not counted.

    What a worker does beside that (its loop, its heartbeat) is not in it: the real run shows what that makes.
    """
    measured = Measured()
    records: Any = _Timed(
        SessionRecords(services.database),
        measured,
        {"claim": "claim", "note_analysing": "inputs", "inputs_on": "inputs", "store_result": "store"},
    )
    store: Any = _Timed(services.store, measured, {"read": "fetch", "stat": "fetch"})
    reader = measured.timed("read", read_recording_isolated)
    with psycopg.connect(services.database.url, autocommit=True, options=_QUEUE) as queue:
        for number in range(n_jobs + 2):
            if number == 2:
                measured.parts.clear()
                measured.job_s.clear()
                measured.own_cpu_s.clear()
                database = database_cpu_s(cluster)
            stored = services.store.write(f"{folder}/{number:05}.c3d", data)
            measured.timed("ingest", _ingest)(services, stored)
            own, began = own_cpu_s(), time.perf_counter()
            job = measured.timed("take", _take)(queue)
            outcome = process_session(
                str(job["session_id"]), records=records, store=store, reader=reader, force=False
            )
            assert outcome == "completed", outcome
            measured.timed("end", _end)(queue, job["id"])
            measured.job_s.append(time.perf_counter() - began)
            measured.own_cpu_s.append(own_cpu_s() - own)
    measured.database_cpu_s = (database_cpu_s(cluster) - database) / n_jobs
    return _per_job(measured)


def _per_job(measured: Measured) -> Measured:
    """Sum the parts that occur several times in a job; what is left of a job is the analysis itself."""
    n = len(measured.job_s)
    for part, values in measured.parts.items():
        each = len(values) // n
        measured.parts[part] = [sum(values[k * each : (k + 1) * each]) for k in range(n)]
    rest = [part for part in PARTS if part not in ("ingest", "analyse")]
    measured.parts["analyse"] = [
        job - sum(measured.parts[part][k] for part in rest) for k, job in enumerate(measured.job_s)
    ]
    return measured


def _ingest(services: Services, stored: StoredObject) -> None:
    announce(stored, services.store.bucket, "webhook", partial(services.ingest, correlation_id="scale"))


def _take(queue: psycopg.Connection[Any]) -> dict[str, Any]:
    row = queue.execute(
        "select id, args ->> 'session_id' as session_id from procrastinate_fetch_job_v2(array['analysis'], null)"
    ).fetchone()
    assert row is not None
    return {"id": row[0], "session_id": row[1]}


def _end(queue: psycopg.Connection[Any], job_id: int) -> None:
    queue.execute("select procrastinate_finish_job_v1(%s, 'succeeded', false)", (job_id,))


def own_cpu_s() -> float:
    """Return the CPU time of this process and of the readers that it forks, those that ended included."""
    readers = [one for one in psutil.Process().children(recursive=True) if "postgres" not in _name(one)]
    return time.process_time() + sum(_cpu_s(process) for process in readers)


def database_cpu_s(cluster: Path) -> float:
    """Return the CPU time of the server in a folder with all that it started."""
    postmaster = find_postmaster(cluster)
    if postmaster is None:
        return 0.0
    return sum(_cpu_s(process) for process in [postmaster.process, *postmaster.process.children()])


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def _cpu_s(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)


@contextmanager
def counted_statements(url: str, cluster: Path) -> Iterator[Callable[[], int]]:
    """Yield what counts the statements that reach the server: each is one round trip, as its log has them.

    Connections that are open already do not notice.
    """
    log = cluster / "log"
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"alter database {name} set log_statement = 'all'".encode())
        start = log.stat().st_size
        try:

            def count() -> int:
                with log.open("rb") as file:
                    file.seek(start)
                    lines = file.read().splitlines()
                return sum(b"LOG:  statement:" in line or b"LOG:  execute" in line for line in lines)

            yield count
        finally:
            connection.execute(f"alter database {name} reset log_statement".encode())
