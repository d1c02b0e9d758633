"""Announce recordings that are copied into the bucket's folder by hand, without waiting for the reconciliation."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from processing.errors import ProcessingError
from processing.services.facade import Services
from processing.storage.watch import watch_recordings

_PAUSE_S = 5.0

_log = structlog.get_logger(__name__)


@contextmanager
def watched_bucket(services: Services) -> Iterator[None]:
    """Watch the local bucket in a thread for as long as the block runs; a bucket elsewhere sends events itself."""
    if services.settings.storage_backend != "local":
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(services, services.settings.bucket_dir, stop), name="bucket-watch", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5.0)


def _watch(services: Services, root: Path, stop: threading.Event) -> None:
    """Keep watching until stopped; a folder that cannot be watched is tried again."""
    while not stop.is_set():
        try:
            for names in watch_recordings(root, stop):
                for name in sorted(names):
                    _announce(services, name)
        except Exception as error:
            _log.warning("bucket_watch_failed", error=type(error).__name__)
        stop.wait(_PAUSE_S)


def _announce(services: Services, name: str) -> None:
    """Hand one file in; what cannot be handed in now is left to the reconciliation."""
    try:
        outcome = services.operations.announce_change(name)
    except ProcessingError as error:
        _log.warning("announcement_left_to_reconciliation", error=error.kind)
    else:
        _log.info("bucket_change", outcome=outcome)
