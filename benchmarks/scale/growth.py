"""How many bytes a session adds to each table, and which of them pass: stored through the use cases, then measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks.scale.ceilings import churn, table_bytes
from processing.c3d import read_recording
from processing.database.results import SessionRecords
from processing.ports import StoredObject
from processing.services import LOCAL_CLINICIAN, Services
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.reconcile import announce

PASSING = ("procrastinate_jobs", "procrastinate_events")
_QUEUE = "-c search_path=procrastinate"


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes a session by table, of an event's body, of the audit entry of one opening; updates a session, by table."""

    tables: dict[str, float]
    body_bytes: float
    opened_bytes: float
    updates: dict[str, tuple[float, float]]

    @property
    def queue_bytes(self) -> float:
        """What the housekeeping deletes with a finished job."""
        return sum(self.tables.get(name, 0.0) for name in PASSING)

    @property
    def kept_bytes(self) -> float:
        """What stays: everything else but the event's body."""
        return sum(self.tables.values()) - self.queue_bytes - self.body_bytes


def measure_growth(services: Services, data: bytes, n: int) -> Growth:
    """Store one result under ``n`` sessions, with their events and finished jobs, and open each once."""
    analysed = analyse_bytes(data, file_name="growth.c3d", reader=read_recording)
    with psycopg.connect(services.database.url, autocommit=True, options=_QUEUE) as queue:
        # The first pages of each table and index are there before anything counts.
        _store(services, queue, analysed, range(max(1, n // 10)))
        queue.execute("vacuum")
        start = table_bytes(services)
        time.sleep(1.2)  # statistics are sent once a second
        before = {name: (u, h) for name, u, h, _ in churn(services)}
        _store(services, queue, analysed, range(n, 2 * n))
        time.sleep(1.2)
        updates = {
            name: ((u - before.get(name, (0, 0))[0]) / n, (h - before.get(name, (0, 0))[1]) / n)
            for name, u, h, _ in churn(services)
        }
        queue.execute("vacuum")
        end = table_bytes(services)
        row = queue.execute(
            "select avg(pg_column_size(body)) from app.storage_events where body is not null"
        ).fetchone()
    assert row is not None
    return Growth(
        {name: (end[name] - start.get(name, 0)) / n for name in end if end[name] > start.get(name, 0)},
        float(row[0]),
        _opened_bytes(services, n),
        {name: found for name, found in updates.items() if found[0] >= 0.5},
    )


def _store(
    services: Services, queue: psycopg.Connection[Any], analysed: AnalysedRecording, numbers: range
) -> None:
    """Let recordings arrive and store their results, as listener and worker do."""
    records = SessionRecords(services.database)
    for number in numbers:
        name = f"P{100 + number % 20}/{number:05}_Ghostly_Emg_20230321_17-50-17-0881.c3d"
        stored = StoredObject(name, uuid4().hex, analysed.size_bytes, datetime.now(UTC))
        outcome = announce(
            stored,
            services.store.bucket,
            "webhook",
            partial(services.ingest, correlation_id="webhook-0123456789"),
        )
        queue.execute("select procrastinate_fetch_job_v2(array['analysis'], null)")
        claimed = records.claim(str(outcome.session_id), run_token=str(uuid4()))
        records.note_analysing(claimed)
        records.store_result(claimed, analysed, object_version=stored.version, signals=dict)
        queue.execute(
            "select procrastinate_finish_job_v1(max(id), 'succeeded', false) from procrastinate_jobs"
        )


def _opened_bytes(services: Services, n: int) -> float:
    viewer = services.for_viewer(LOCAL_CLINICIAN)
    rows = services.database.fetch_all("select session_code from app.therapy_sessions limit %(n)s", {"n": n})
    before = table_bytes(services)["audit_log"]
    for row in rows:
        viewer.record_access("read", row["session_code"])
    return (table_bytes(services)["audit_log"] - before) / len(rows)
