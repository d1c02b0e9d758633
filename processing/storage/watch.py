"""Notice what appears in, changes in or leaves the folder that plays the bucket, whoever put it there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import structlog
from watchfiles import Change, watch

from processing.storage.names import is_recording_name

# A file that is being copied in changes all the time: it is announced once it has been quiet for this long, or, if
# it never is, now and then all the same.
_QUIET_MS = 700
_AT_LATEST_MS = 10_000

_log = structlog.get_logger(__name__)


def watch_recordings(root: Path, stop: threading.Event) -> Iterator[frozenset[str]]:
    """Yield the names of recordings that changed, grouped until they have been quiet for a moment.

    Parameters
    ----------
    root : Path
        The bucket's folder. Where its file system reports no changes (a network share), set
        ``WATCHFILES_FORCE_POLLING=1``; without either, the periodic reconciliation still finds every file.
    stop : threading.Event
        Ends the iteration.

    Yields
    ------
    names : frozenset of str
        Object names, separated by ``/``. A name may be gone again when the caller looks.

    Raises
    ------
    OSError
        If the folder cannot be watched, or is removed.
    """
    root = root.resolve(strict=True)
    _log.info("bucket_watched")
    for changes in watch(
        root,
        watch_filter=lambda change, path: _may_concern(change, Path(path), root),
        debounce=_AT_LATEST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        names = frozenset(name for _, path in changes for name in _names(Path(path), root))
        if names:
            yield names


def _may_concern(change: Change, path: Path, root: Path) -> bool:
    """Return whether a change is that of a recording, or of a folder that arrived and may already hold some."""
    if _is_hidden(path, root):
        return False
    return is_recording_name(path.name) or (change == Change.added and path.is_dir())


def _names(path: Path, root: Path) -> Iterator[str]:
    """Yield the name of a recording, or those of all recordings in a folder.

    What was put into a new folder before the operating system watched that one too would go unseen.
    """
    found = path.rglob("*") if path.is_dir() and not path.is_symlink() else (path,)
    for file in found:
        if is_recording_name(file.name) and not _is_hidden(file, root) and not file.is_dir():
            yield file.relative_to(root).as_posix()


def _is_hidden(path: Path, root: Path) -> bool:
    """Return whether a file, or a folder on its way, is what editors and sync programs leave behind."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        return True
    return any(part.startswith(".") for part in parts)
