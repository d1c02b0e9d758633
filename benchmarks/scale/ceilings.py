"""Where a single PostgreSQL, its queue and the comparison with the bucket begin to hurt: measured, size by size."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.scale.calibrate import database_cpu_s
from processing.database import operations, sessions
from processing.services import Services
from processing.storage import LocalObjectStore

_QUEUE = "-c search_path=procrastinate"
_INGEST = """
select outcome from app.ingest_storage_event(%s, 'webhook', 'INSERT', 'c3d-examples', %s, %s, 2867920, 'scale', %s)
"""
_BODY = """
{"type": "INSERT", "table": "objects", "schema": "storage", "record": {"id": "00000000-0000-0000-0000-000000000000",
 "bucket_id": "c3d-examples", "name": "P001/x.c3d", "version": "v1", "metadata": {"size": 2867920, "eTag": "x",
 "mimetype": "application/octet-stream"}}, "old_record": null}
"""
_FILL_JOBS = """
with j as (
    insert into procrastinate_jobs (queue_name, task_name, lock, args, status)
    select 'analysis', 'analyse_session', 'session:' || u,
           jsonb_build_object('session_id', u, 'correlation_id', 'webhook-0123456789abcdef', 'force', false), 'todo'
    from (select gen_random_uuid() as u from generate_series(1, %s)) ids
    returning id
)
insert into procrastinate_events (job_id, type) select id, 'deferred' from j
"""
_FILL_SESSIONS = """
insert into app.therapy_sessions (session_code, patient_id, bucket, object_name, announced_version, object_version,
                                  processing_status, failure_kind, failure_message)
select 'P999S' || n, (select id from app.patients where code = 'P999'), 'c3d-examples', 'P999/' || n || '.c3d',
       'v', 'v', 'failed', 'UnreadableRecordingError', 'x'
from generate_series(1001, 1000 + %s) n
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the queue does with a backlog of that size, medians in milliseconds."""

    waiting: int
    take_ms: float
    take_without_index_ms: float
    facts_ms: float


@dataclass(frozen=True, slots=True)
class Swept:
    """What comparing bucket and sessions costs for each object, in microseconds.

    ``versions_us``: every file is read, as a thorough comparison does; ``names_us``: names and times alone, as the one
    of every minute does for what did not change.
    """

    versions_us: float
    names_us: float
    database_us: float


@dataclass(frozen=True, slots=True)
class Ingested:
    """Events taken in a second by so many connections at once, and the database's CPU for each."""

    connections: int
    per_s: float
    database_cpu_ms: float


def ingest_rates(url: str, cluster: Path, connections: Sequence[int], seconds: float) -> list[Ingested]:
    """Call the ingest function as fast as it answers; each connection adds to patients of its own."""
    return [_ingest_rate(url, cluster, n, seconds) for n in connections]


def _ingest_rate(url: str, cluster: Path, connections: int, seconds: float) -> Ingested:
    until = time.perf_counter() + seconds

    def work(number: int) -> int:
        done = 0
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            while time.perf_counter() < until:
                key = f"scale-{connections}-{number}-{done}"
                name = f"P{10 * number + done % 10:03}/{key}.c3d"
                connection.execute(_INGEST, (key, name, "v1", _BODY))
                done += 1
        return done

    cpu = database_cpu_s(cluster)
    with ThreadPoolExecutor(connections) as pool:
        total = sum(pool.map(work, range(connections)))
    return Ingested(connections, total / seconds, 1000 * (database_cpu_s(cluster) - cpu) / total)


def queue_costs(url: str, backlogs: Sequence[int]) -> list[Taken]:
    """Fill the queue step by step; what stands in it when this ends is of no session."""
    found = []
    with psycopg.connect(url, autocommit=True, options=_QUEUE) as connection:
        n = 0
        for backlog in backlogs:
            connection.execute("alter table procrastinate_jobs disable trigger user")
            connection.execute(_FILL_JOBS, (backlog - n,))
            connection.execute("alter table procrastinate_jobs enable trigger user")
            n = backlog
            connection.execute("vacuum analyze procrastinate_jobs, procrastinate_events")
            with_index = _take_ms(url)
            connection.execute("drop index app_jobs_by_lock")
            connection.execute("analyze procrastinate_jobs")
            without = _take_ms(url)
            connection.execute(
                "create index app_jobs_by_lock on procrastinate_jobs (lock) where status in ('todo', 'doing')"
            )
            facts = [_ms(connection, "select app.operations_facts()") for _ in range(3)]
            found.append(Taken(backlog, with_index, without, statistics.median(facts)))
    return found


_DRAIN = """
do $$ declare v_job procrastinate_jobs; begin
    for i in 1..%d loop
        v_job := procrastinate_fetch_job_v2(array['analysis'], null);
        perform procrastinate_finish_job_v1(v_job.id, 'succeeded', false);
        commit;
    end loop;
end $$
"""


def open_snapshot_ms(url: str, n_jobs: int) -> tuple[float, float]:
    """Return what taking a job costs before and after so many ended while a transaction of somebody's stayed open.

    A backup or a long export is one: what ended since it began cannot be cleared away, and taking a job reads past it.
    """
    before = _take_ms(url)
    with (
        psycopg.connect(url) as holder,
        psycopg.connect(url, autocommit=True, options=_QUEUE) as queue,
    ):
        holder.execute("set transaction isolation level repeatable read")
        holder.execute("select count(*) from app.patients")
        queue.execute((_DRAIN % n_jobs).encode())
        return before, _take_ms(url)


def _take_ms(url: str) -> float:
    """Return the median of taking a job on a fresh connection, once its plans are made; the jobs go back."""
    with psycopg.connect(url, options=_QUEUE) as connection:
        times = [
            _ms(connection, "select procrastinate_fetch_job_v2(array['analysis'], null)") for _ in range(25)
        ]
        connection.rollback()
    return statistics.median(times[8:])


def _ms(connection: psycopg.Connection[Any], statement: str) -> float:
    began = time.perf_counter()
    connection.execute(statement.encode()).fetchone()
    return 1000 * (time.perf_counter() - began)


def sweep_costs(services: Services, data: bytes, n_files: int, n_rows: int) -> Swept:
    """List a folder of so many files with and without reading them; compare so many rows with names."""
    with tempfile.TemporaryDirectory(dir=services.settings.data_dir) as folder:
        root = Path(folder)
        store = LocalObjectStore(root, bucket="b", max_bytes=1 << 30)
        for number in range(n_files):
            path = root / f"P{number % 100:03}" / f"{number}.c3d"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data) if number < 50 else path.hardlink_to(root / "P000" / "0.c3d")
        names = _timed(lambda: list(store.list_objects(trusted=lambda _name, _at: True)))
        versions = _timed(lambda: list(store.list_objects()))
    return Swept(1e6 * versions / n_files, 1e6 * names / n_files, _database_us(services, n_rows))


def _database_us(services: Services, n_rows: int) -> float:
    with psycopg.connect(services.database.url, autocommit=True) as connection:
        connection.execute("insert into app.patients (code) values ('P999') on conflict do nothing")
        connection.execute("alter table app.therapy_sessions disable trigger user")
        connection.execute(_FILL_SESSIONS, (n_rows,))
        connection.execute("alter table app.therapy_sessions enable trigger user")
        connection.execute("vacuum analyze app.therapy_sessions")
        now = connection.execute("select now()").fetchone()
    assert now is not None
    names = [f"P999/{n}.c3d" for n in range(1001, 1001 + n_rows)]
    bucket = services.store.bucket
    took = _timed(lambda: sessions.settled_object_versions(services.database, bucket))
    took += _timed(lambda: operations.note_missing(services.database, bucket, names, now[0]))
    return 1e6 * took / n_rows


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def table_bytes(services: Services) -> dict[str, int]:
    """Return the bytes of every table of ours and of the queue's, indexes and TOAST included."""
    rows = services.database.fetch_all(
        "select relname, pg_total_relation_size(oid) as n from pg_class where relkind in ('r', 'p')"
        " and relnamespace in ('app'::regnamespace, 'procrastinate'::regnamespace)"
    )
    return {row["relname"]: int(row["n"]) for row in rows}


def churn(services: Services) -> Iterator[tuple[str, int, int, int]]:
    """Yield each table with rows updated, those updated in place (HOT), and dead rows that were not yet cleared."""
    for row in services.database.fetch_all(
        "select relname, n_tup_upd as u, n_tup_hot_upd as h, n_dead_tup as d from pg_stat_user_tables"
        " where n_tup_upd > 0 order by n_tup_upd desc"
    ):
        yield row["relname"], int(row["u"]), int(row["h"]), int(row["d"])
