"""One running installation with what the cases do to it: put, announce, count, stop, kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import httpx
import psutil
import psycopg
from psycopg.rows import DictRow, dict_row

from processing.ports import StoredObject
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id
from tests.builders import make_c3d
from tests.running_stack import ROOT, RunningStack, free_port
from tests.unit.storage.supabase_double import StorageDouble

BUCKET = "c3d-examples"
PATH = "/webhooks/storage/c3d-upload"
SETTLED = {"completed", "failed"}

_SESSIONS = """
select s.object_name, s.processing_status as status, s.failure_kind, s.result_version, s.session_code,
       s.object_version,
       (select count(*) from app.processing_parameters p where p.session_id = s.id) as n_results,
       (select count(*) from procrastinate.procrastinate_jobs j
        where j.args ->> 'session_id' = s.id::text) as n_jobs
from app.therapy_sessions s where s.object_name = any(%(names)s)
"""
# The queue's triggers use unqualified names.
_OPTIONS = "-c search_path=procrastinate"
_AT_WORK = (
    "select id from procrastinate.procrastinate_jobs where status = 'doing' and queue_name = 'analysis'"
)


@dataclass
class FaultStack(RunningStack):
    """The product with further settings in its environment."""

    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | dict(self.extra)


@dataclass
class Bench:
    """What a case gets; ``double`` is the storage server of a hosted installation. ``quick`` asks for few of each."""

    stack: FaultStack
    quick: bool = False
    double: StorageDouble | None = None

    @cached_property
    def client(self) -> httpx.Client:
        """Connections to the listener; threads share them."""
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        return httpx.Client(base_url=self.stack.listener_url, trust_env=False, timeout=15.0, limits=limits)

    @cached_property
    def secret(self) -> str:
        """The secret that ``start`` made."""
        return (self.stack.data_dir / "webhook-secret").read_text().strip()

    @cached_property
    def _recording(self) -> bytes:
        return make_c3d(duration_s=5.0, contractions_s=[(1.0, 2.5)])

    def few(self, number: int) -> int:
        """Return how many to try: all, or a handful."""
        return max(2, number // 10) if self.quick else number

    def recording(self, number: int) -> bytes:
        """Return a small recording; another number gives other bytes (the last sample's lowest bits)."""
        return self._recording[:-4] + number.to_bytes(2, "little") + self._recording[-2:]

    def put(self, name: str, data: bytes) -> StoredObject:
        """Put a file into the bucket; nobody is told."""
        if self.double is None:
            return self.stack.put(name, data)
        row = self.double.put(name, data)
        return StoredObject(name, row["version"], len(data), datetime.now(UTC))

    def put_many(self, folder: str, count: int) -> list[StoredObject]:
        """Put so many different recordings into a folder."""
        return [self.put(f"{folder}/{number:03}.c3d", self.recording(number)) for number in range(count)]

    def post(
        self,
        event: Mapping[str, Any] | bytes,
        *,
        event_id: str | None = None,
        at: float | None = None,
        secret: str | None = None,
        url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | None:
        """Send a signed event; None if nobody answers."""
        body = event if isinstance(event, bytes) else encode_event(dict(event))
        event_id = event_id or (
            f"bytes_{hash(event)}" if isinstance(event, bytes) else storage_event_id(dict(event))
        )
        moment = time.time() if at is None else at
        signed = sign_event(secret or self.secret, event_id, moment, body) | dict(headers or {})
        try:
            return self.client.post(f"{url or ''}{PATH}", content=body, headers=signed)
        except httpx.HTTPError:
            return None

    def announce(self, stored: StoredObject, **how: Any) -> httpx.Response | None:
        """Send the event of an object."""
        return self.post(storage_event(stored, BUCKET), **how)

    def announce_all(
        self, objects: Sequence[StoredObject], *, threads: int = 16
    ) -> list[httpx.Response | None]:
        """Send the events of many objects, so many at a time."""
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(self.announce, objects))

    def rows(self, statement: str, **parameters: Any) -> list[DictRow]:
        """Run one statement as the database's owner; a database that is away is waited for."""
        deadline = time.monotonic() + 30
        while True:
            try:
                url = self.stack.database_url
                with psycopg.connect(
                    url, row_factory=dict_row, connect_timeout=3, options=_OPTIONS
                ) as connection:
                    cursor = connection.execute(statement.encode(), parameters)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg.OperationalError, AssertionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def sessions(self, names: Collection[str]) -> dict[str, DictRow]:
        """Return what is known of these objects, by name."""
        return {row["object_name"]: row for row in self.rows(_SESSIONS, names=list(names))}

    def settled(self, names: Collection[str], timeout_s: float = 60.0) -> dict[str, DictRow]:
        """Wait until each of these objects has a session that is completed or failed; return what there is."""
        return self.until(names, lambda row: row["status"] in SETTLED, timeout_s)

    def completed(self, names: Collection[str], timeout_s: float = 60.0) -> dict[str, DictRow]:
        """Wait until each of these objects has a completed session; return what there is."""
        return self.until(names, lambda row: row["status"] == "completed", timeout_s)

    def until(
        self, names: Collection[str], good: Callable[[DictRow], bool], timeout_s: float
    ) -> dict[str, DictRow]:
        """Wait until there is a good session for each of these objects; return what there is at the end."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.sessions(names)
            if len(found) == len(set(names)) and all(good(row) for row in found.values()):
                return found
            if time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def reconcile(self) -> None:
        """Compare bucket and sessions now, as the worker does every minute."""
        done = self.stack.run("reconcile")
        assert done.returncode == 0, done.stderr

    def ready(self) -> dict[str, Any]:
        """Return what the listener says about readiness; empty if it does not answer."""
        try:
            return dict(self.client.get("/health/ready").json())
        except (httpx.HTTPError, json.JSONDecodeError):
            return {}

    def wait_ready(self, timeout_s: float = 40.0) -> float:
        """Wait until the listener says that it is ready; return how long that took, in seconds."""
        began = time.monotonic()
        while self.ready().get("ready") is not True:
            if time.monotonic() - began > timeout_s:
                raise AssertionError(f"not ready after {timeout_s} s: {self.ready()}\n{self.stack.logs()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def listener(self) -> psutil.Process:
        """Return the listener's process."""
        for process in self.stack.processes():
            with suppress(psutil.Error):  # others come and go
                if "webhook_listener" in " ".join(process.cmdline()):
                    return process
        raise AssertionError(f"no listener is running\n{self.stack.logs()}")

    def freeze_at_work(self, worker: int, timeout_s: float = 30.0) -> int:
        """Freeze a worker at a moment when it has a recording on its hands; return that job."""
        deadline = time.monotonic() + timeout_s
        with psycopg.connect(self.stack.database_url, autocommit=True) as connection:
            while time.monotonic() < deadline:
                if connection.execute(_AT_WORK).fetchone() is not None:
                    os.kill(worker, signal.SIGSTOP)
                    # A statement on its way is still carried out, and may finish this very job.
                    time.sleep(0.1)
                    job = connection.execute(_AT_WORK).fetchone()
                    if job is not None:
                        return int(job[0])
                    os.kill(worker, signal.SIGCONT)
                time.sleep(0.003)
        raise AssertionError("no job was ever seen at work")

    @contextmanager
    def frozen(self, pid: int) -> Iterator[None]:
        """Stop a process for the length of the block; whoever was killed meanwhile stays dead."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def program(self, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run one more program beside those of ``start``."""
        process = subprocess.Popen(
            [*command], cwd=ROOT, env=self.stack.environment | environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextmanager
    def second_listener(self, *before: str, **environment: str) -> Iterator[str]:
        """Run one more listener and yield its address; ``before`` is put before its command."""
        port = free_port()
        command = [*before, sys.executable, "-m", "webhook_listener"]
        with self.program(*command, **{"LISTENER_PORT": str(port), **environment}) as process:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 40
            while time.monotonic() < deadline and process.poll() is None:
                with suppress(httpx.HTTPError):
                    if self.client.get(f"{url}/health/live").status_code == 200:
                        break
                time.sleep(0.1)
            yield url


class Sender:
    """Puts files and announces them at a steady rate in a thread, whatever the listener answers."""

    def __init__(self, bench: Bench, folder: str, *, per_second: float) -> None:
        self.objects: list[StoredObject] = []
        self.answers: list[httpx.Response | None] = []
        self._bench, self._folder, self._pause_s = bench, folder, 1.0 / per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Sender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    @property
    def acknowledged(self) -> list[StoredObject]:
        """The objects whose events were answered with 200 or 202."""
        return [o for o, a in zip(self.objects, self.answers, strict=False) if a is not None and a.is_success]

    def _run(self) -> None:
        with ThreadPoolExecutor(8) as pool:
            sent = []
            while not self._stop.wait(self._pause_s):
                number = len(self.objects)
                stored = self._bench.put(f"{self._folder}/{number:03}.c3d", self._bench.recording(number))
                self.objects.append(stored)
                sent.append(pool.submit(self._bench.announce, stored))
            self.answers = [one.result() for one in sent]


def names_of(objects: Sequence[StoredObject]) -> list[str]:
    """Return the names of objects."""
    return [stored.name for stored in objects]
