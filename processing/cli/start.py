"""``start``: database, migrations, listener, worker and dashboard under one owner, until Ctrl-C."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from processing.database import Database, migrations
from processing.errors import InvalidParameterError, ProcessingError
from processing.services import database_url
from processing.settings import Settings
from processing.storage import build_store
from processing.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]
_READY_S = 60.0


def start() -> int:
    """Run everything until SIGINT or SIGTERM; return the exit status."""
    settings = Settings()
    settings.check_exposure()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    stop = _stop_signals()
    with _only_one(settings.data_dir / "start.lock"):
        _check_ports(settings)
        secret = webhook_secret(settings)
        with database_url(settings, adopt=True) as url:
            migrations.upgrade(url)
            supervisor = Supervisor(_programs(settings, url, secret), report=_say)
            try:
                supervisor.start()
                _run(supervisor, settings, url, secret, stop)
            finally:
                supervisor.shut_down()
    _say("Stopped.")
    return 0


def webhook_secret(settings: Settings) -> str:
    """Return the configured webhook secret, or the one made at the first start of the embedded mode."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    path = settings.data_dir / "webhook-secret"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        made = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(made + "\n")
    return path.read_text().strip()


def _run(supervisor: Supervisor, settings: Settings, url: str, secret: str, stop: threading.Event) -> None:
    threading.Thread(target=_forward, args=(stop, supervisor), daemon=True).start()
    watching = threading.Thread(
        target=_announce, args=(supervisor, settings, url, secret), daemon=True, name="announce"
    )
    watching.start()
    supervisor.watch()
    watching.join(timeout=5)


def _forward(stop: threading.Event, supervisor: Supervisor) -> None:
    stop.wait()
    supervisor.stop()


def _announce(supervisor: Supervisor, settings: Settings, url: str, secret: str) -> None:
    """Once both addresses answer: post the demonstration on a first start, then print where to look."""
    if not _wait_until_ready(supervisor, settings):
        return
    if settings.demo and settings.storage_backend == "local" and _is_first_start(url):
        try:
            _post_demo(settings, secret)
        except (ProcessingError, httpx.HTTPError) as error:
            _say(f"The demonstration recordings could not be announced: {error}")
    _say(f"Dashboard  {settings.dashboard_url}")
    _say(f"Listener   {settings.listener_url}")
    _say("Press Ctrl-C to stop.")


def _post_demo(settings: Settings, secret: str) -> None:
    from processing.demo.announce import announce_demo

    _say("First start: posting six demonstration recordings (DEMO=0 turns this off).")
    for _ in announce_demo(build_store(settings), listener_url=settings.listener_url, secret=secret):
        pass


def _is_first_start(url: str) -> bool:
    database = Database(url, max_connections=1)
    try:
        row = database.fetch_one("select not exists (select from app.storage_events) as empty")
        return row is not None and bool(row["empty"])
    finally:
        database.close()


def _wait_until_ready(supervisor: Supervisor, settings: Settings) -> bool:
    waiting = {f"{settings.listener_url}/health/live", f"{settings.dashboard_url}/_stcore/health"}
    deadline = time.monotonic() + _READY_S
    while waiting and not supervisor.stopping:
        waiting = {url for url in waiting if not _answers(url)}
        if waiting and time.monotonic() > deadline:
            _say(f"Not answering after {_READY_S:.0f} s: {', '.join(sorted(waiting))}. Still trying.")
            deadline = float("inf")
        time.sleep(0.1)
    return not supervisor.stopping


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _programs(settings: Settings, url: str, secret: str) -> list[Program]:
    environment = {
        **os.environ,
        "DATA_DIR": str(settings.data_dir.resolve()),
        "DATABASE_URL": url,
        "WEBHOOK_SECRET": secret,
        "PYTHONUNBUFFERED": "1",
    }
    logs = settings.data_dir / "logs"
    commands = {
        "listener": ["-m", "webhook_listener"],
        "worker": ["-m", "processing", "worker"],
        "dashboard": [
            "-m", "streamlit", "run", "app.py",
            f"--server.address={settings.dashboard_host}",
            f"--server.port={settings.dashboard_port}",
        ],
    }  # fmt: skip
    return [
        Program(name, [sys.executable, *command], environment, (logs / f"{name}.log").resolve(), ROOT)
        for name, command in commands.items()
    ]


def _check_ports(settings: Settings) -> None:
    for name, host, port in (
        ("LISTENER_PORT", settings.listener_host, settings.listener_port),
        ("DASHBOARD_PORT", settings.dashboard_host, settings.dashboard_port),
    ):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as exc:
                raise InvalidParameterError(
                    f"Port {port} on {host} is taken by another program; set {name} to a free one."
                ) from exc


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the data folder: two owners of one database would stop it under each other."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise InvalidParameterError(
                f"Another 'start' already runs with the data folder '{path.parent}'."
            ) from exc
        yield


def _stop_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _say(line: str) -> None:
    print(line, flush=True)
