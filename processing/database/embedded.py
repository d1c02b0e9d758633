"""The embedded PostgreSQL: a real server below the data folder, shared by everyone who uses that folder.

Two lock files beside the cluster make it safe to share. Whoever uses the server holds ``in-use`` shared for as
long as it lasts; whoever ends stops the server only if it can take that lock for itself, so the last one out
turns off the light. Starting and stopping happen under ``changing``, one process at a time. The kernel drops
the locks of a process that is killed, so nothing stale is ever left behind.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from processing.database import embedded_server
from processing.database.embedded_folders import owner_of, prepare_folders
from processing.errors import InvalidParameterError


@contextmanager
def embedded_postgres(cluster_dir: Path) -> Iterator[str]:
    """Yield the connection string of the server below ``cluster_dir``, starting it if nobody has.

    Raises
    ------
    InvalidParameterError
        If the folder cannot be used.
    DatabaseUnavailableError
        If the server does not come up; the message names its log.
    """
    cluster_dir = cluster_dir.resolve()
    with _opened_lock(cluster_dir, "in-use") as in_use:
        with _changing(cluster_dir):
            fcntl.flock(in_use, fcntl.LOCK_SH)
            url = _ensure_running(cluster_dir)
        try:
            yield url
        finally:
            with _changing(cluster_dir):
                if _is_last_user(in_use):
                    embedded_server.stop(cluster_dir)


def is_running(cluster_dir: Path) -> bool:
    """Whether the server's main process lives."""
    return embedded_server.find_postmaster(cluster_dir.resolve()) is not None


def ensure_running(cluster_dir: Path) -> None:
    """Start the server again if it ended; only for those inside :func:`embedded_postgres`.

    The connection string stays the same, because it follows from the folder alone.
    """
    cluster_dir = cluster_dir.resolve()
    with _changing(cluster_dir):
        _ensure_running(cluster_dir)


def is_made(cluster_dir: Path) -> bool:
    """Whether there is a database at all, running or not."""
    return (cluster_dir / "PG_VERSION").exists()


def _ensure_running(cluster_dir: Path) -> str:
    owner = owner_of(cluster_dir)
    socket_dir = prepare_folders(cluster_dir, owner)
    if not is_made(cluster_dir):
        embedded_server.make_cluster(cluster_dir, owner)
    return embedded_server.start(cluster_dir, owner, socket_dir)


@contextmanager
def _changing(cluster_dir: Path) -> Iterator[None]:
    """Hold the right to start and stop the server; what is done with it is bounded, so waiting for it is too."""
    with _opened_lock(cluster_dir, "changing") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_last_user(in_use: IO[bytes]) -> bool:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _opened_lock(cluster_dir: Path, name: str) -> Iterator[IO[bytes]]:
    path = cluster_dir.with_name(f"{cluster_dir.name}.{name}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise InvalidParameterError(
            f"The data folder '{path.parent}' cannot be used ({exc.strerror}); set DATA_DIR to a folder that can be "
            "written."
        ) from exc
    with os.fdopen(descriptor, "rb") as file:
        yield file
