"""A folder that plays the bucket: the object store of the embedded mode."""

from __future__ import annotations

import errno
import hashlib
import os
import stat as stat_module
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

import structlog

from processing.errors import InvalidParameterError, NotFoundError, StorageUnavailableError
from processing.ports import StoredObject, Trusted
from processing.storage.local_removal import list_below, remove_file
from processing.storage.names import check_object_name, is_recording_name, refuse_size, show_name

_log = structlog.get_logger(__name__)

_VERSION_CHARS = 32
_TEMPORARY_SUFFIX = ".part"
# A file changed less than this long ago may change again within one tick of the file system's clock, unseen
# by its timestamps ("racily clean" in git's words), so its version is not remembered yet.
_SETTLED_NS = 1_000_000_000

# A name that the file system cannot hold, or that leads through a file or a loop, is not in the bucket.
_CANNOT_EXIST = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO}
_CANNOT_BE_WRITTEN = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENOTEMPTY}


@dataclass(frozen=True, slots=True)
class _Fingerprint:
    """What changes when a file may have changed. ``ctime_ns`` cannot be set back, unlike ``mtime_ns``."""

    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> _Fingerprint:
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class LocalObjectStore:
    """An ObjectStore on a folder; any program may also put files there by hand.

    The version of an object is the start of its content's SHA-256, not its time or size: copying a bucket,
    touching a file or storing the same bytes again must not analyse it again, and two clocks must not matter.
    So that a listing of thousands of files stays cheap, a version is remembered with the file's fingerprint
    (inode, size, mtime, ctime) and each file is read once per process; after that a listing only asks for the
    fingerprints.

    A consequence to know: writing A, then B, then A again gives A's first version again.

    Symbolic links below the root are not followed. Hidden files and folders (a leading dot) are not listed:
    they are what editors, sync programs and macOS leave behind.
    """

    def __init__(self, root: Path, *, bucket: str, max_bytes: int) -> None:
        self.bucket = bucket
        self._max_bytes = max_bytes
        self._versions: dict[str, tuple[_Fingerprint, str]] = {}
        self._lock = threading.Lock()
        with self._storage_errors("the bucket's folder"):
            root.mkdir(parents=True, exist_ok=True)
            self._root = root.resolve(strict=True)

    def read(self, name: str) -> bytes:
        """Return all bytes of an object."""
        with self._open(name) as (file, before):
            refuse_size(name, before.size_bytes, self._max_bytes)
            data = file.read(self._max_bytes + 1)
            refuse_size(name, len(data), self._max_bytes)
            _refuse_changed(name, file, before)
        return data

    def read_head(self, name: str, n_bytes: int) -> bytes:
        """Return the first ``n_bytes`` of an object, or all of a shorter one."""
        if n_bytes < 0:
            raise InvalidParameterError(f"Asked for the first {n_bytes} bytes; expected 0 or more")
        with self._open(name) as (file, _):
            return file.read(n_bytes)

    def write(self, name: str, data: bytes) -> StoredObject:
        """Store an object: readers see the old bytes or the new, never a part, also after a power cut."""
        path = self._path(name)
        refuse_size(name, len(data), self._max_bytes)
        try:
            self._root.stat()  # a bucket that vanished (an unmounted disk) must not be made anew in its place
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace_file(path, data)
        except OSError as exc:
            if exc.errno in _CANNOT_BE_WRITTEN:
                raise InvalidParameterError(
                    f"Object name {show_name(name)} cannot be stored in a folder: {exc.strerror}"
                ) from exc
            raise _unavailable(f"write {show_name(name)}", exc) from exc
        return self.stat(name)

    def stat(self, name: str) -> StoredObject:
        """Return what is stored under a name; reads the file only if it changed since it was last asked."""
        with self._open(name) as (file, fingerprint):
            return StoredObject(
                name=name,
                version=self._version(name, file, fingerprint),
                size_bytes=fingerprint.size_bytes,
                updated_at=datetime.fromtimestamp(fingerprint.mtime_ns / 1e9, UTC),
            )

    def list_objects(self, *, trusted: Trusted | None = None) -> Iterator[StoredObject]:
        """Yield every C3D object by name; one that vanishes or is being written meanwhile is left out.

        Trusted ones are not read. A file counts as changed when its content was, or its place or rights (ctime).
        """
        with self._storage_errors("the bucket's folder"):
            names = sorted(self._walk(self._root, ""))
        for name in names:
            glance = None if trusted is None else self._glance(name)
            if trusted is not None and glance is not None and trusted(name, glance.updated_at):
                yield glance
                continue
            try:
                yield self.stat(name)
            except (NotFoundError, _ChangingError):
                continue
            except StorageUnavailableError as error:
                # One file that cannot be opened must not hide all others.
                _log.warning("object_skipped", bucket=self.bucket, object=show_name(name), error=str(error))
        with self._lock:
            for gone in self._versions.keys() - set(names):
                del self._versions[gone]

    def list_folder(self, folder: str) -> list[str]:
        """Return the name of every file and link below a folder, hidden ones and leftovers of a copy too."""
        name = check_object_name(folder.rstrip("/"))
        with self._storage_errors("the bucket's folder"):
            return list_below(self._root, name)

    def remove(self, names: Sequence[str]) -> int:
        """Delete files for good, and the folders that are empty then; return how many files were there."""
        with self._storage_errors("the bucket's folder"):
            return sum(remove_file(self._root, name) for name in names)

    def check(self) -> None:
        """Return if the bucket's folder can be listed."""
        with self._storage_errors("the bucket's folder"), os.scandir(self._root) as entries:
            next(entries, None)

    def _walk(self, folder: Path, prefix: str) -> Iterator[str]:
        try:
            entries = list(os.scandir(folder))
        except FileNotFoundError:
            if prefix:
                return  # a folder that was removed while the listing ran
            raise
        except PermissionError:
            if not prefix:
                raise
            _log.warning("folder_skipped", bucket=self.bucket, folder=show_name(prefix))
            return
        for entry in entries:
            name = prefix + entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(folder / entry.name, name + "/")
            elif entry.is_file(follow_symlinks=False) and is_recording_name(name):
                if _is_valid(name):
                    yield name
                else:
                    _log.warning("object_name_skipped", bucket=self.bucket, object=show_name(name))

    def _glance(self, name: str) -> StoredObject | None:
        """Return a file without its version, and when it last changed in any way; None where it cannot be asked."""
        try:
            status = os.lstat(os.path.join(self._root, name))
        except OSError:
            return None
        changed_at = datetime.fromtimestamp(max(status.st_mtime_ns, status.st_ctime_ns) / 1e9, UTC)
        return StoredObject(name, "", status.st_size, changed_at)

    def _version(self, name: str, file: BufferedReader, fingerprint: _Fingerprint) -> str:
        with self._lock:
            known = self._versions.get(name)
        if known is not None and known[0] == fingerprint:
            return known[1]
        settled = time.time_ns() - fingerprint.ctime_ns > _SETTLED_NS
        version = hashlib.file_digest(file, "sha256").hexdigest()[:_VERSION_CHARS]
        _refuse_changed(name, file, fingerprint)
        if settled:
            with self._lock:
                self._versions[name] = (fingerprint, version)
        return version

    def _path(self, name: str) -> Path:
        """Return where a name lives; NotFoundError if a symbolic link leads elsewhere."""
        path = self._root / check_object_name(name)
        try:
            real = path.resolve()
        except (OSError, RuntimeError) as exc:  # RuntimeError: a loop of links, Python 3.11
            raise _not_found(self.bucket, name) from exc
        if real != path:
            raise _not_found(self.bucket, name)
        return path

    @contextmanager
    def _open(self, name: str) -> Iterator[tuple[BufferedReader, _Fingerprint]]:
        path = self._path(name)
        # NONBLOCK: opening a named pipe would wait for ever. NOFOLLOW: the name may have become a link just
        # now.
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            descriptor = os.open(path, flags)
            try:
                status = os.fstat(descriptor)
                if not stat_module.S_ISREG(status.st_mode):
                    raise _not_found(self.bucket, name)
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    yield file, _Fingerprint.of(status)
            finally:
                os.close(descriptor)
        except OSError as exc:
            if exc.errno in _CANNOT_EXIST and self._root.is_dir():
                raise _not_found(self.bucket, name) from exc
            raise _unavailable(f"read {show_name(name)}", exc) from exc

    @contextmanager
    def _storage_errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise _unavailable(f"use {what}", exc) from exc


class _ChangingError(StorageUnavailableError):
    """The file changed while it was read: it is still being copied. A later try sees all of it."""

    @property
    def kind(self) -> str:
        return StorageUnavailableError.__name__


def _replace_file(path: Path, data: bytes) -> None:
    temporary = path.parent / f".{uuid.uuid4().hex}{_TEMPORARY_SUFFIX}"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the rename itself must survive a power cut
    finally:
        os.close(folder)


def _refuse_changed(name: str, file: BufferedReader, before: _Fingerprint) -> None:
    # Not the ctime: it also moves when a writer replaces the name, which leaves the open file whole.
    after = _Fingerprint.of(os.fstat(file.fileno()))
    if (after.size_bytes, after.mtime_ns) != (before.size_bytes, before.mtime_ns):
        raise _ChangingError(f"Object {show_name(name)} changed while it was read")


def _is_valid(name: str) -> bool:
    try:
        check_object_name(name)
    except InvalidParameterError:
        return False
    return True


def _not_found(bucket: str, name: str) -> NotFoundError:
    return NotFoundError(f"Object {show_name(name)} is not in the bucket '{bucket}'")


def _unavailable(action: str, exc: OSError) -> StorageUnavailableError:
    return StorageUnavailableError(f"Cannot {action}: {exc.strerror or type(exc).__name__}")
