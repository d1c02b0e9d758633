"""The main job in figures: acknowledging, analysing, storing, plotting."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import structlog
import uvicorn
from psycopg import sql
from psycopg.conninfo import make_conninfo
from rich.console import Console

from benchmarks.before import TABLE, make_before_app, store_everything
from benchmarks.recordings import BenchmarkRecording, largest_recording
from benchmarks.report import Figure, percentile, print_figures
from http_edge.server import make_server
from pages._components.review_figure import Look, pair_panels, review_figure
from processing.c3d import read_recording
from processing.database.embedded import embedded_postgres
from processing.database.migrations import upgrade
from processing.database.results import SessionRecords
from processing.jobs.worker import work_until
from processing.ports import StoredObject
from processing.services import Services, build_services, closing_services
from processing.settings import Settings
from processing.use_cases.analyse import analyse_bytes
from processing.use_cases.read_models import SessionFilters
from processing.use_cases.reconcile import announce
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.integration.stack import SECRET, make_listener, served

_PATH = "/webhooks/storage/c3d-upload"
_N_ACKNOWLEDGED = 200
_N_BEFORE = 5
_N_COMPLETED = 5
_N_STORED = 1000
_N_PLOTS = 10


def main(_: list[str] | None = None) -> int:
    """Print one table."""
    console = Console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    recording = largest_recording()
    console.print(f"Recording: {recording.name}, {len(recording.data) / 1e6:.2f} MB. {recording.note}")
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "postgres") as url:
        print_figures(console, measure(url, Path(folder), recording))
    return 0


def measure(url: str, folder: Path, recording: BenchmarkRecording) -> list[Figure]:
    """Return every figure of the main job; ``folder`` is for the buckets, ``url`` is that of the server."""
    figures: list[Figure] = []
    with _installation(url, folder, "acknowledged") as services:
        figures += _acknowledgement(services, recording)
    with _installation(url, folder, "completed") as services:
        figures.append(_event_to_completed(services, recording))
    with _installation(url, folder, "stored") as services:
        figures.append(_bytes_per_session(services, recording))
        figures += _plots(services, recording)
    return figures


@contextmanager
def _installation(url: str, folder: Path, name: str) -> Iterator[Services]:
    """Yield services with a database and a bucket of their own: logs in it cannot be emptied, and that is meant."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    own = make_conninfo(url, dbname=name)
    upgrade(own)
    settings = Settings(_env_file=None, data_dir=folder / name, demo=False)  # type: ignore[call-arg]
    with closing_services(build_services(settings, own)) as services:
        yield services


def _acknowledgement(services: Services, recording: BenchmarkRecording) -> list[Figure]:
    """Post one event after the other to a listener of its own, then to the way before."""
    events = [
        storage_event(services.store.write(f"P001/{n}.c3d", recording.data), services.store.bucket)
        for n in range(_N_ACKNOWLEDGED + 5)
    ]
    with (
        served(make_server(make_listener(services), "127.0.0.1", 0)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        now = [_post_signed(client, event) for event in events][5:]
    before_app = make_before_app(services.database, recording.data)
    config = uvicorn.Config(before_app, port=0, log_config=None)
    with served(uvicorn.Server(config)) as address:
        before = [_timed(lambda: httpx.post(address, timeout=120, trust_env=False)) for _ in range(_N_BEFORE)]
    return [
        Figure("acknowledgement, p50", percentile(now, 50), percentile(before, 50), "ms", len(now)),
        Figure("acknowledgement, p95", percentile(now, 95), percentile(before, 95), "ms", len(now)),
    ]


def _event_to_completed(services: Services, recording: BenchmarkRecording) -> Figure:
    """Announce one object at a time to a running worker."""
    times = []
    with (
        _worker(services),
        served(make_server(make_listener(services), "127.0.0.1", 0)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        for number in range(_N_COMPLETED + 1):
            stored = services.store.write(f"P002/{number}.c3d", recording.data)
            event = storage_event(stored, services.store.bucket)
            times.append(_timed(lambda event=event: _until_completed(services, client, event)))
    return Figure("event to completed, p50", percentile(times[1:], 50), None, "ms", len(times) - 1)


def _until_completed(services: Services, client: httpx.Client, event: dict[str, Any]) -> None:
    _post_signed(client, event)
    while any(session.running for session in services.list_sessions(SessionFilters(limit=1))):
        time.sleep(0.01)


def _bytes_per_session(services: Services, recording: BenchmarkRecording) -> Figure:
    """Store one result under many sessions; count rows, indexes and TOAST, the inbox and the queue included."""
    with services.database.transaction() as connection:
        connection.execute(TABLE)
    start = _database_bytes(services)
    records = SessionRecords(services.database)
    analysed = analyse_bytes(recording.data, file_name=recording.name, reader=read_recording)
    for number in range(_N_STORED):
        stored = StoredObject(
            f"P003/{number:04}_{recording.name}", "v1", len(recording.data), datetime.now(UTC)
        )
        outcome = announce(
            stored, services.store.bucket, "webhook", partial(services.ingest, correlation_id="b")
        )
        claimed = records.claim(str(outcome.session_id), run_token=str(uuid4()))
        records.store_result(claimed, analysed, object_version=stored.version, signals=dict)
    now = (_database_bytes(services) - start) / _N_STORED / 1000
    n_before = 3
    with services.database.transaction() as connection:
        connection.execute("truncate before_results")
    start = _database_bytes(services)
    for _ in range(n_before):
        store_everything(services.database, recording.data)
    before = (_database_bytes(services) - start) / n_before / 1000
    return Figure("stored per session, rows and indexes", now, before, "kB", _N_STORED)


def _plots(services: Services, recording: BenchmarkRecording) -> list[Figure]:
    """Build the whole review figure: traces from the C3D or the cache, points selected, as JSON."""
    review = services.load_review("P003S001")
    services.store.write(review.summary.object_name, recording.data)

    assert review.result is not None
    channels = review.result.channels

    def plot() -> None:
        panels = pair_panels(services.load_traces(review), channels)
        json.dumps(review_figure(panels, Look()))

    def cold() -> None:
        services.forget_traces()
        plot()

    with services.database.transaction() as connection:
        connection.execute("truncate before_results")
    store_everything(services.database, recording.data)

    def before() -> None:
        row = services.database.fetch_one("select emg_signals from before_results limit 1")
        assert row is not None
        json.dumps(row["emg_signals"])

    cold_ms = [_timed(cold) for _ in range(_N_PLOTS)]
    warm_ms = [_timed(plot) for _ in range(_N_PLOTS)]
    before_ms = [_timed(before) for _ in range(3)]
    before_p50 = percentile(before_ms, 50)
    return [
        Figure("plot on the server, cold cache, p50", percentile(cold_ms, 50), before_p50, "ms", _N_PLOTS),
        Figure("plot on the server, warm cache, p50", percentile(warm_ms, 50), before_p50, "ms", _N_PLOTS),
    ]


def _post_signed(client: httpx.Client, event: dict[str, Any]) -> float:
    body = encode_event(event)
    headers = sign_event(SECRET, storage_event_id(event), time.time(), body)
    started = time.perf_counter()
    answer = client.post(_PATH, content=body, headers=headers)
    took_ms = 1000 * (time.perf_counter() - started)
    answer.raise_for_status()
    return took_ms


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


@contextmanager
def _worker(services: Services) -> Iterator[None]:
    """Run a worker on the real queue in a thread."""
    stop = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await work_until(stop, services.build_job_app)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(60)


def _database_bytes(services: Services) -> int:
    row = services.database.fetch_one(
        "select sum(pg_total_relation_size(oid)) as n from pg_class where relkind = 'r'"
        " and relnamespace in ('app'::regnamespace, 'procrastinate'::regnamespace, 'public'::regnamespace)"
    )
    assert row is not None
    return int(row["n"])
