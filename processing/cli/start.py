"""``start``: database, migrations, listener, worker and dashboard under one owner, until Ctrl-C."""

from __future__ import annotations

import base64
import errno
import fcntl
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path

import httpx

from processing.database import Database, migrations
from processing.database.embedded import ensure_running, is_running
from processing.database.profiles import give_to_local_therapist
from processing.errors import InvalidParameterError, ProcessingError
from processing.services import database_url, program_url
from processing.services.configuration import check_configuration
from processing.settings import Program as ProgramName
from processing.settings import Settings
from processing.storage import build_store
from processing.supervisor import DatabaseKeeper, Program, Supervisor
from processing.webhooks import parse_secrets

ROOT = Path(__file__).resolve().parents[2]
_READY_S = 60.0


def start() -> int:
    """Run everything until SIGINT or SIGTERM; return the exit status."""
    settings = Settings()
    check_configuration(settings, "listener", "worker", "dashboard")
    stop = _stop_signals()
    with _only_one(_data_dir(settings) / "start.lock"):
        _check_ports(settings)
        secret = webhook_secret(settings)
        with database_url(settings) as url:
            migrations.upgrade(url)
            supervisor = Supervisor(_programs(settings, url, secret), report=_say)
            try:
                with _kept_database(settings):
                    supervisor.start()
                    _run(supervisor, settings, url, secret, stop)
            finally:
                supervisor.shut_down()
    _say("Stopped.")
    return 0


def webhook_secret(settings: Settings) -> str:
    """Return the configured webhook secret, or the one made at the first start of the embedded mode.

    Raises
    ------
    InvalidParameterError
        If it is malformed; the message never shows it.
    """
    if settings.webhook_secret is not None:
        configured = settings.webhook_secret.get_secret_value()
        parse_secrets(configured)
        return configured
    path = _data_dir(settings) / "webhook-secret"
    found = path.read_text(errors="replace").strip() if path.exists() else ""
    if not found:
        found = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        _write_private(path, found + "\n")
    try:
        parse_secrets(found)
    except InvalidParameterError as exc:
        raise InvalidParameterError(f"{exc} (in '{path}'; without that file a new one is made)") from exc
    return found


def listener_answers(settings: Settings) -> bool:
    """Whether the listener is up."""
    return _answers(f"{settings.listener_url}/health/live")


def _data_dir(settings: Settings) -> Path:
    """Return the data folder, made for its owner alone if it is not there."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise InvalidParameterError(
            f"DATA_DIR is '{settings.data_dir}', which cannot be used as a folder: {exc.strerror}."
        ) from exc
    return settings.data_dir


def _write_private(path: Path, text: str) -> None:
    """Write a small file that only its owner may read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _kept_database(settings: Settings) -> AbstractContextManager[object]:
    if settings.database_url is not None:
        return nullcontext()
    return DatabaseKeeper(
        partial(is_running, settings.cluster_dir), partial(ensure_running, settings.cluster_dir), report=_say
    )


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
    if settings.demo and settings.storage_backend == "local":
        try:
            if _is_first_start(url):
                _post_demo(settings, secret)
                _give_demo_patients(settings, url)
        except (ProcessingError, httpx.HTTPError) as error:
            _say(f"The demonstration recordings could not be announced: {error}")
    _say(f"Dashboard  {settings.dashboard_url}")
    _say(f"Listener   {settings.listener_url}")
    if settings.api_enabled:
        _say(f"REST API   {settings.listener_url}/api/v1/openapi.json")
    _say("Press Ctrl-C to stop.")


def _post_demo(settings: Settings, secret: str) -> None:
    from processing.demo.announce import announce_demo

    _say("First start: posting six demonstration recordings (DEMO=0 turns this off).")
    for _ in announce_demo(build_store(settings), listener_url=settings.listener_url, secret=secret):
        pass


def _give_demo_patients(settings: Settings, url: str) -> None:
    """Let the local therapist treat two of the three patients, so that each role shows what it may see."""
    if not settings.has_sign_in:
        with closing(Database(url, max_connections=1)) as database:
            give_to_local_therapist(database, ["P001", "P002"])


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
        **{name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")},
        "DATA_DIR": str(settings.data_dir.resolve()),
        "WEBHOOK_SECRET": secret,
        "PYTHONUNBUFFERED": "1",
    }
    logs = settings.data_dir / "logs"
    commands: dict[ProgramName, list[str]] = {
        "listener": ["-m", "webhook_listener"],
        "worker": ["-m", "processing", "worker"],
        "dashboard": dashboard_command(settings)[1:],
    }
    return [
        Program(
            name,
            [sys.executable, *command],
            environment | program_address(settings, url, name) | _of_the_api(settings, url, name),
            (logs / f"{name}.log").resolve(),
            ROOT,
        )
        for name, command in commands.items()
    ]


def dashboard_command(settings: Settings) -> list[str]:
    """Return what starts the dashboard alone, from the project's folder."""
    return [
        sys.executable, "-m", "streamlit", "run", "app.py",
        f"--server.address={settings.dashboard_host}",
        f"--server.port={settings.dashboard_port}",
    ]  # fmt: skip


def program_address(settings: Settings, url: str, name: ProgramName) -> dict[str, str]:
    """Return what tells a program its own way into the database, and nobody else's."""
    own = settings.database_url_of(name) or program_url(url, name)
    return {"DATABASE_URL": own, f"DATABASE_URL_{name.upper()}": own}


def _of_the_api(settings: Settings, url: str, name: ProgramName) -> dict[str, str]:
    """Return the way in of the API, which answers beside the listener here: the dashboard's."""
    if name != "listener" or not settings.api_enabled:
        return {}
    return {"DATABASE_URL_DASHBOARD": settings.database_url_of("dashboard") or program_url(url, "dashboard")}


def _check_ports(settings: Settings) -> None:
    addresses = {
        "LISTENER_PORT": (settings.listener_host, settings.listener_port),
        "DASHBOARD_PORT": (settings.dashboard_host, settings.dashboard_port),
    }
    for name, (host, port) in addresses.items():
        if port == 0:
            raise InvalidParameterError(f"{name} is 0; 'start' needs a fixed port from 1 to 65535.")
        _check_free(name, host, port)
    if settings.listener_port == settings.dashboard_port:
        raise InvalidParameterError(
            f"LISTENER_PORT and DASHBOARD_PORT are both {settings.listener_port}; they must differ."
        )


def _check_free(name: str, host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            why = f"is taken by another program; set {name} to a free one"
        else:
            why = f"cannot be used ({exc.strerror}); see {name} and {name.replace('PORT', 'HOST')}"
        raise InvalidParameterError(f"Port {port} on {host} {why}.") from exc


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the data folder: two owners of one database would stop it under each other."""
    try:
        file = path.open("a")
    except OSError as exc:
        raise InvalidParameterError(f"DATA_DIR '{path.parent}' cannot be written: {exc.strerror}.") from exc
    with file:
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
