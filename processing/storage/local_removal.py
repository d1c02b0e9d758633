"""What is below a folder of the local bucket, and how it is deleted for good."""

from __future__ import annotations

import os
from pathlib import Path


def list_below(root: Path, folder: str) -> list[str]:
    """Return every file and link below ``root/folder`` as names relative to ``root``, in order.

    Links are listed, never followed; what cannot be listed raises OSError.
    """
    start = root / folder
    if start.is_symlink():
        return [folder]
    if start.is_file():
        return []  # a file that is called as the folder would be is not below it
    found = []
    for directory, folders, files in os.walk(start, onerror=_raise, followlinks=False):
        links = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        found += [Path(directory, name).relative_to(root).as_posix() for name in [*files, *links]]
    return sorted(found)


def remove_file(root: Path, name: str) -> bool:
    """Delete a file or link, then the folders above it that are empty; return whether it was there."""
    path = root / name
    if not path.parent.resolve().is_relative_to(root):
        return False  # a folder on the way is a link that leads out of the bucket
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    _sync(path.parent)  # the deletion itself must survive a power cut
    folder = path.parent
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            break  # not empty
        folder = folder.parent
    return True


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
