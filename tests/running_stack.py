"""The whole product as a person starts it: ``python -m processing start`` in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from processing.database.embedded_server import find_postmaster
from processing.ports import StoredObject
from processing.storage import LocalObjectStore
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id

ROOT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class RunningStack:
    """One started product; use as a context manager."""

    data_dir: Path
    demo: bool = False
    listener_port: int = field(default_factory=lambda: free_port())
    dashboard_port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[str] | None = None
    started_in_s: float = 0.0

    @property
    def listener_url(self) -> str:
        return f"http://127.0.0.1:{self.listener_port}"

    @property
    def dashboard_url(self) -> str:
        return f"http://127.0.0.1:{self.dashboard_port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("SUPABASE_", "DATABASE_URL", "WEBHOOK_"))
        }
        return {
            **kept,
            "DATA_DIR": str(self.data_dir),
            "DEMO": "1" if self.demo else "0",
            "LISTENER_PORT": str(self.listener_port),
            "DASHBOARD_PORT": str(self.dashboard_port),
        }

    def __enter__(self) -> RunningStack:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, timeout_s: float = 90.0) -> None:
        """Start and wait for the line that says that everything answers."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "processing", "start"],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Press Ctrl-C" in line:
                self.started_in_s = time.monotonic() - began
                return
            if time.monotonic() - began > timeout_s:
                break
        self.stop()
        raise AssertionError(f"the stack did not start:\n{''.join(lines)}\n{self.logs()}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(45)
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()

    def processes(self) -> list[psutil.Process]:
        """Return every process that belongs to this stack, the database's and the isolated readers among them.

        Those that nobody owns any more show by their command line or environment, readers only by their parents.
        """
        marker = str(self.data_dir)
        found = set()
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                if marker in " ".join(process.cmdline()) or process.environ().get("DATA_DIR") == marker:
                    found |= {process, *process.children(recursive=True)}
        return list(found)

    def reader_pids(self) -> set[int]:
        """Return the process ids of the isolated readers."""
        return {process.pid for process in self.processes() if "processing.c3d.child" in _command(process)}

    def postmaster_pid(self) -> int:
        """Return the process id of the database's server."""
        postmaster = find_postmaster(self.data_dir.resolve() / "postgres")
        assert postmaster is not None, "no database is running"
        return int(postmaster.process.pid)

    @property
    def database_url(self) -> str:
        """The connection string of the running database."""
        postmaster = find_postmaster(self.data_dir.resolve() / "postgres")
        assert postmaster is not None, "no database is running"
        return postmaster.url

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command with this data folder, whether the stack runs or not."""
        return subprocess.run(
            [sys.executable, "-m", "processing", *arguments],
            cwd=ROOT, env={**self.environment, **environment}, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    def is_ready(self) -> bool:
        """Whether the listener says that it can take events."""
        try:
            return httpx.get(f"{self.listener_url}/health/ready", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def worker_pid(self) -> int:
        """Return the worker's process id."""
        for process in self.processes():
            if _command(process).endswith("processing worker"):
                return process.pid
        raise AssertionError(f"no worker is running\n{self.logs()}")

    def put(self, name: str, data: bytes) -> StoredObject:
        """Put a file into the bucket, unannounced."""
        return self.store.write(name, data)

    @property
    def store(self) -> LocalObjectStore:
        folder = self.data_dir / "buckets" / "c3d-examples"
        return LocalObjectStore(folder, bucket="c3d-examples", max_bytes=64 << 20)

    def announce(self, stored: StoredObject) -> httpx.Response:
        """Post the signed event of an object."""
        event = storage_event(stored, "c3d-examples")
        body = encode_event(event)
        secret = (self.data_dir / "webhook-secret").read_text().strip()
        headers = sign_event(secret, storage_event_id(event), time.time(), body)
        return httpx.post(
            f"{self.listener_url}/webhooks/storage/c3d-upload", content=body, headers=headers, trust_env=False
        )

    def sessions(self) -> list[dict[str, Any]]:
        """Return what ``python -m processing sessions --json`` prints."""
        printed = self.run("sessions", "--json")
        assert printed.returncode == 0, printed.stderr
        return [json.loads(line) for line in printed.stdout.splitlines()]

    def wait_for(self, codes: set[str], timeout_s: float = 60.0) -> list[dict[str, Any]]:
        """Wait until these sessions are neither waiting nor being worked on; return them."""
        deadline = time.monotonic() + timeout_s
        statuses: dict[str, str] = {}
        while time.monotonic() < deadline:
            statuses = {code: self.status(code) for code in codes}
            if set(statuses.values()) <= {"completed", "failed"}:
                return [session for session in self.sessions() if session["code"] in codes]
            time.sleep(0.2)
        raise AssertionError(f"still {statuses} after {timeout_s} s\n{self.logs()}")

    def status(self, code: str) -> str:
        """Return a session's status as the listener tells it."""
        answer = httpx.get(f"{self.listener_url}/webhooks/storage/status/{code}", trust_env=False)
        return str(answer.json().get("status"))

    def logs(self) -> str:
        """Return the ends of the programs' logs, for a failing test's message."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}"
            for path in sorted((self.data_dir / "logs").glob("*.log"))
        )


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
