"""A copy of everything in one folder, and back: database, recordings, and the list of erased patients.

The database is copied first and the recordings after it: a recording that arrives in between is in the copy without a
row, which the reconciliation puts right; a row without its recording nothing could. A folder appears under its name
only when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processing.database import Database, erasure, migrations
from processing.database.dump import Dumped, dump_database, restore_database
from processing.database.embedded import embedded_postgres
from processing.errors import (
    InvalidParameterError,
    NotFoundError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.ports import ObjectStore
from processing.services.erasure import ErasureService
from processing.services.erasure_list import (
    erasure_from_plain,
    erasures_to_plain,
    note_erasure,
    read_erasures,
)
from processing.services.opening import database_url
from processing.settings import Settings
from processing.storage import build_store
from processing.storage.names import check_object_name
from processing.use_cases.erasure import ErasedPatient
from processing.version import SOFTWARE_VERSION

FORMAT = 1
_MANIFEST = "manifest.json"
_DUMP = "database.dump"
_OBJECTS = "recordings"
_TRIES = 10


@dataclass(frozen=True, slots=True)
class Backup:
    """What a copy holds: its dump's facts, each recording with its SHA-256, and who was erased by then.

    ``left_out`` are files larger than any recording may be; no analysis reads them either.
    """

    dumped: Dumped
    objects: Mapping[str, str]
    erasures: Sequence[ErasedPatient]
    dump_sha256: str
    n_bytes: int
    left_out: Sequence[str] = ()


def make_backup(settings: Settings, target: Path, *, recordings: bool = True) -> Backup:
    """Copy database and recordings into a new folder, while everything may be running.

    Raises
    ------
    InvalidParameterError
        If the folder exists and is not empty.
    TransientError
        If database or bucket do not answer; the folder then does not exist.
    """
    _refuse_used(target)
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    try:
        with database_url(settings) as url:
            dumped = dump_database(url, partial / _DUMP)
            objects, left_out = (
                _copy_objects(build_store(settings), partial / _OBJECTS) if recordings else ({}, [])
            )
            # Last of all: whoever was erased meanwhile is in the dump, and must be erased from it again.
            with closing(Database(url, max_connections=1)) as database:
                erasures = erasure.list_erasures(database)
        backup = Backup(dumped, objects, erasures, _sha256(partial / _DUMP), _size_of(partial), left_out)
        _write_synced(partial / _MANIFEST, json.dumps(_to_plain(settings, backup), indent=1).encode())
        _sync_tree(partial)
        partial.rename(target)  # also onto a folder that is there and empty
        _sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return backup


def read_backup(source: Path) -> Backup:
    """Return what a folder says that it holds, its dump and every recording checked.

    Raises
    ------
    NotFoundError, InvalidParameterError
        If it is no copy of ours, made by a newer version, or damaged.
    """
    path = source / _MANIFEST
    if not path.exists():
        raise NotFoundError(f"'{source}' is no backup: there is no {_MANIFEST} in it.")
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["format"] != FORMAT:
            raise InvalidParameterError(
                f"'{source}' has format {plain['format']}; this version reads {FORMAT}."
            )
        backup = Backup(
            _dumped(plain["database"]),
            dict(plain["objects"]),
            tuple(erasure_from_plain(one) for one in plain["erasures"]),
            plain["dump_sha256"],
            plain["n_bytes"],
            tuple(plain.get("left_out", ())),
        )
    except (AttributeError, ValueError, KeyError, TypeError) as exc:
        raise InvalidParameterError(f"'{path}' cannot be read as the contents of a backup.") from exc
    known = {file.stem.partition("_")[0] for file in (migrations.SQL_ROOT / "migrations").glob("*.sql")}
    newer = sorted(set(backup.dumped.migrations) - known)
    if newer:
        raise InvalidParameterError(
            f"'{source}' was made by a newer version: this one does not know migration {newer[0]}."
        )
    if _sha256(source / _DUMP) != backup.dump_sha256:
        raise InvalidParameterError(
            f"'{source / _DUMP}' is damaged: its SHA-256 is not the one in the manifest."
        )
    for name, digest in backup.objects.items():
        if _sha256(source / _OBJECTS / check_object_name(name)) != digest:
            raise InvalidParameterError(f"Recording '{name}' of the backup is damaged: its SHA-256 differs.")
    return backup


def restore_backup(settings: Settings, source: Path, *, erasures: Iterable[Path] = ()) -> list[str]:
    """Bring a copy back into an installation that has nothing yet; return the codes that were erased again.

    The embedded database and the recordings are made beside their place and moved there when they are whole. Of a
    database elsewhere, an empty one is filled in one transaction. Whoever was erased since the copy was made, by the
    lists that are named, is erased again: here before anything can be seen, in a database elsewhere right after it is
    filled, so start no program before this ends. If that breaks off, empty database and bucket and begin again.

    Raises
    ------
    InvalidParameterError
        If something is there already, or the copy is damaged.
    """
    backup = read_backup(source)
    again = _erasures(backup, [settings.erasures_path, *erasures])
    if settings.database_url is not None:
        _refuse_recordings(settings, backup)
        with database_url(settings) as url:
            return _fill(settings, url, source, backup, again, settings)
    _refuse_used(settings.cluster_dir)
    _refuse_recordings(settings, backup)
    making = settings.data_dir / ".restoring"
    shutil.rmtree(making, ignore_errors=True)
    elsewhere = settings.model_copy(update={"data_dir": making, "erasures_file": settings.erasures_path})
    try:
        with embedded_postgres(elsewhere.cluster_dir) as url:
            # A backup of the database alone belongs to the recordings that are there.
            codes = _fill(elsewhere, url, source, backup, again, elsewhere if backup.objects else settings)
        # The database last: whoever was erased is gone from the recordings before anybody can sign in.
        if elsewhere.storage_backend == "local" and backup.objects:
            settings.bucket_dir.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            elsewhere.bucket_dir.rename(settings.bucket_dir)  # also onto a folder that is there and empty
        elsewhere.cluster_dir.rename(settings.cluster_dir)
        _sync_folder(settings.data_dir)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return codes


def _fill(
    settings: Settings,
    url: str,
    source: Path,
    backup: Backup,
    again: Sequence[ErasedPatient],
    stored: Settings,
) -> list[str]:
    # First of all: should the rest break off, the list still says who must not come back.
    for one in again:
        note_erasure(
            settings.erasures_path,
            one.code,
            reason=one.reason,
            requested_by=one.requested_by,
            at=one.requested_at,
        )
    restore_database(url, source / _DUMP, backup.dumped)
    migrations.upgrade(url)
    store = build_store(stored)
    for name in backup.objects:
        store.write(name, (source / _OBJECTS / name).read_bytes())
    with closing(Database(url, max_connections=2)) as database:
        service = ErasureService(database, store, forget=lambda _: None)
        done = {one.code for one in service.erased_patients() if one.completed_at is not None}
        due = [one for one in again if one.code not in done]
        for one in due:
            service.restore_erasure(one)
    return [one.code for one in due]


def _erasures(backup: Backup, lists: Iterable[Path]) -> list[ErasedPatient]:
    found = {one.code: one for one in backup.erasures}
    for path in lists:
        found |= {one.code: one for one in read_erasures(path) if one.code not in found}
    return [found[code] for code in sorted(found)]


def _copy_objects(store: ObjectStore, folder: Path) -> tuple[dict[str, str], list[str]]:
    """Copy every recording; return the SHA-256 of each, and the names of those that are too large for one.

    One that is deleted meanwhile is left out, one that is being written is waited for.
    """
    copied, too_large = {}, []
    folder.mkdir(mode=0o700)
    for stored in store.list_objects():
        try:
            data = _read_settled(store, stored.name)
        except NotFoundError:
            continue
        except UnreadableRecordingError:
            too_large.append(stored.name)  # one such file must not keep all others from being saved
            continue
        path = folder / stored.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(data)
        copied[stored.name] = hashlib.sha256(data).hexdigest()
    return copied, too_large


def _read_settled(store: ObjectStore, name: str) -> bytes:
    for _ in range(_TRIES - 1):
        try:
            return store.read(name)
        except StorageUnavailableError:
            time.sleep(0.5)
    return store.read(name)


def _to_plain(settings: Settings, backup: Backup) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "software_version": SOFTWARE_VERSION,
        "bucket": settings.storage_bucket,
        "database": asdict(backup.dumped),
        "dump_sha256": backup.dump_sha256,
        "n_bytes": backup.n_bytes,
        "erasures": erasures_to_plain(backup.erasures),
        "objects": dict(backup.objects),
        "left_out": list(backup.left_out),
    }


def _dumped(plain: Mapping[str, Any]) -> Dumped:
    return Dumped(
        str(plain["server_version"]),
        dict(plain["rows"]),
        [dict(role) for role in plain["roles"]],
        [str(version) for version in plain["migrations"]],
    )


def _refuse_used(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidParameterError(
            f"'{folder}' is not empty; nothing is ever overwritten. Name another place."
        )


def _refuse_recordings(settings: Settings, backup: Backup) -> None:
    if backup.objects and settings.storage_backend == "local":
        _refuse_used(settings.bucket_dir)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as exc:
        raise NotFoundError(f"'{path}' is missing from the backup.") from exc


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_tree(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        _sync_folder(path)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
