"""The folder that plays the bucket."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from typing import Any

import pytest
import structlog

from processing.errors import (
    InvalidParameterError,
    NotFoundError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.settings import Settings
from processing.storage import GuardedStore, LocalObjectStore, build_store
from processing.storage import local as local_module

AN_HOUR_AGO = time.time() - 3600


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "buckets" / "b"


@pytest.fixture
def store(root: Path) -> LocalObjectStore:
    return LocalObjectStore(root, bucket="b", max_bytes=1 << 20)


def test_a_file_put_there_by_hand_is_an_object(store: LocalObjectStore, root: Path) -> None:
    (root / "P001").mkdir()
    (root / "P001" / "a.c3d").write_bytes(b"by hand")
    assert [stored.name for stored in store.list_objects()] == ["P001/a.c3d"]
    assert store.read("P001/a.c3d") == b"by hand"


def test_a_touch_or_the_same_bytes_again_keep_the_version(store: LocalObjectStore, root: Path) -> None:
    first = store.write("a.c3d", b"bytes")
    os.utime(root / "a.c3d", (AN_HOUR_AGO, AN_HOUR_AGO))
    assert store.stat("a.c3d").version == first.version
    assert store.write("a.c3d", b"bytes").version == first.version


def test_other_bytes_of_the_same_size_and_time_are_another_version(
    store: LocalObjectStore, root: Path
) -> None:
    first = store.write("a.c3d", b"bytes")
    os.utime(root / "a.c3d", (AN_HOUR_AGO, AN_HOUR_AGO))
    before = store.stat("a.c3d")
    (root / "a.c3d").write_bytes(b"BYTES")
    os.utime(root / "a.c3d", (AN_HOUR_AGO, AN_HOUR_AGO))
    after = store.stat("a.c3d")
    assert (before.version, before.updated_at) == (first.version, after.updated_at)
    assert after.version != before.version


def test_a_listing_reads_an_unchanged_file_only_once(
    store: LocalObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a.c3d", b"bytes")
    digests: list[str] = []
    real = local_module.hashlib.file_digest
    monkeypatch.setattr(
        local_module.hashlib, "file_digest", lambda *args: (digests.append("read"), real(*args))[1]
    )
    monkeypatch.setattr(local_module, "_SETTLED_NS", -1)  # as if the file had been written long ago
    listings = [list(store.list_objects()) for _ in range(3)]
    assert listings[0] == listings[1] == listings[2]
    assert digests == ["read"]


def test_a_file_that_just_changed_is_not_remembered(store: LocalObjectStore) -> None:
    store.write("a.c3d", b"bytes")
    list(store.list_objects())
    assert store._versions == {}


def test_temporary_and_hidden_files_are_not_listed(store: LocalObjectStore, root: Path) -> None:
    (root / ".0123.part").write_bytes(b"half")
    (root / "._a.c3d").write_bytes(b"left by macOS")
    (root / ".sync").mkdir()
    (root / ".sync" / "a.c3d").write_bytes(b"left by a sync program")
    assert list(store.list_objects()) == []


def test_a_name_that_is_not_text_is_skipped(store: LocalObjectStore, root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xff.c3d")).write_bytes(b"x")
    store.write("a.c3d", b"bytes")
    assert [stored.name for stored in store.list_objects()] == ["a.c3d"]


@pytest.mark.parametrize("target", ["outside", "inside"])
def test_symbolic_links_are_not_followed(store: LocalObjectStore, root: Path, target: str) -> None:
    folder = root.parent / "elsewhere" if target == "outside" else root / "P002"
    folder.mkdir()
    (folder / "secret.c3d").write_bytes(b"secret")
    (root / "P001").symlink_to(folder)
    (root / "link.c3d").symlink_to(folder / "secret.c3d")
    for name in ("P001/secret.c3d", "link.c3d"):
        with pytest.raises(NotFoundError, match="is not in the bucket 'b'"):
            store.read(name)
    with pytest.raises(NotFoundError, match="is not in the bucket 'b'"):
        store.write("P001/new.c3d", b"x")
    listed = [stored.name for stored in store.list_objects()]
    assert listed == ([] if target == "outside" else ["P002/secret.c3d"])


def test_a_loop_of_links_is_not_found(store: LocalObjectStore, root: Path) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(NotFoundError, match=r"Object 'loop/a\.c3d'"):
        store.read("loop/a.c3d")


def test_a_root_that_is_itself_a_link_works(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    store = LocalObjectStore(tmp_path / "data" / "b", bucket="b", max_bytes=100)
    store.write("a.c3d", b"x")
    assert store.read("a.c3d") == b"x"


@pytest.mark.parametrize("name", ["P001", "P001/a.c3d/b.c3d", "x" * 300 + ".c3d"])
def test_what_cannot_be_a_file_is_not_found(store: LocalObjectStore, name: str) -> None:
    store.write("P001/a.c3d", b"x")
    with pytest.raises(NotFoundError, match="is not in the bucket"):
        store.read(name)


@pytest.mark.parametrize("name", ["P001", "P001/a.c3d/b.c3d", "x" * 300 + ".c3d"])
def test_a_name_the_file_system_cannot_hold_is_refused_for_good(store: LocalObjectStore, name: str) -> None:
    store.write("P001/a.c3d", b"x")
    with pytest.raises(InvalidParameterError, match="cannot be stored in a folder"):
        store.write(name, b"x")


def test_a_named_pipe_is_not_found_and_not_waited_for(store: LocalObjectStore, root: Path) -> None:
    os.mkfifo(root / "pipe.c3d")
    with pytest.raises(NotFoundError, match="pipe"):
        store.read("pipe.c3d")
    assert list(store.list_objects()) == []


def test_a_vanished_bucket_is_unavailable_not_empty(store: LocalObjectStore, root: Path) -> None:
    root.rmdir()
    with pytest.raises(StorageUnavailableError, match="No such file"):
        store.read("a.c3d")
    with pytest.raises(StorageUnavailableError, match="No such file"):
        store.write("a.c3d", b"x")
    with pytest.raises(StorageUnavailableError, match="No such file"):
        list(store.list_objects())


def test_a_version_is_forgotten_with_its_file(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_module, "_SETTLED_NS", -1)  # as if the files had been written long ago
    for name in ("a.c3d", "b.c3d"):
        store.write(name, b"bytes")
    list(store.list_objects())
    (root / "a.c3d").unlink()
    assert [stored.name for stored in store.list_objects()] == ["b.c3d"]
    assert list(store._versions) == ["b.c3d"]  # names that come and go must not fill the memory


def _before_listing(monkeypatch: pytest.MonkeyPatch, folder: Path, act: Callable[[], object]) -> None:
    """Have something happen right before the entries of a folder are read."""
    real = os.scandir

    def scandir(path: Path) -> Any:
        if Path(path) == folder:
            act()
        return real(path)

    monkeypatch.setattr(local_module.os, "scandir", scandir)


def _refuse() -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_folder_that_is_removed_while_the_bucket_is_listed_hides_no_other(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("P002/a.c3d", b"bytes")
    (root / "P001").mkdir()
    _before_listing(monkeypatch, root / "P001", (root / "P001").rmdir)
    assert [stored.name for stored in store.list_objects()] == ["P002/a.c3d"]
    assert not (root / "P001").exists()


def test_a_folder_that_may_not_be_entered_is_skipped_and_logged(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("P001/a.c3d", "P002/a.c3d"):
        store.write(name, b"bytes")
    _before_listing(monkeypatch, root / "P001", _refuse)
    with structlog.testing.capture_logs() as lines:
        assert [stored.name for stored in store.list_objects()] == ["P002/a.c3d"]
    assert [(line["event"], line["folder"]) for line in lines] == [("folder_skipped", "'P001/'")]


def test_a_bucket_that_may_not_be_entered_is_unavailable_not_empty(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _before_listing(monkeypatch, root, _refuse)
    with pytest.raises(StorageUnavailableError, match="Cannot use the bucket's folder: Permission denied"):
        list(store.list_objects())


def test_a_folder_that_is_a_link_is_removed_as_a_link_and_what_it_leads_to_stays(
    store: LocalObjectStore, root: Path
) -> None:
    kept = root.parent / "elsewhere" / "kept.c3d"
    kept.parent.mkdir()
    kept.write_bytes(b"somebody else's")
    (root / "P001").symlink_to(kept.parent)
    assert store.remove(["P001/kept.c3d"]) == 0  # through the link
    assert store.list_folder("P001") == ["P001"]
    assert store.remove(["P001"]) == 1
    assert not (root / "P001").is_symlink()
    assert kept.read_bytes() == b"somebody else's"


def test_a_file_that_is_called_like_a_folder_is_not_in_it(store: LocalObjectStore, root: Path) -> None:
    (root / "P001").write_bytes(b"x")
    assert store.list_folder("P001") == []
    assert (root / "P001").exists()


def test_a_folder_whose_files_cannot_be_listed_is_unavailable_not_empty(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("P001/deeper/a.c3d", b"bytes")
    _before_listing(monkeypatch, root / "P001" / "deeper", _refuse)
    with pytest.raises(StorageUnavailableError, match="Permission denied"):
        store.list_folder("P001")


def test_folders_that_are_empty_after_a_removal_go_too_and_the_bucket_stays(
    store: LocalObjectStore, root: Path
) -> None:
    for name in ("P001/b.c3d", "P001/x/y/a.c3d"):
        store.write(name, b"bytes")
    assert store.remove(["P001/x/y/a.c3d"]) == 1
    assert sorted(path.name for path in root.rglob("*")) == ["P001", "b.c3d"]
    assert store.remove(["P001/b.c3d"]) == 1
    assert list(root.iterdir()) == []


def test_a_full_disk_is_unavailable_and_leaves_the_old_bytes(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a.c3d", b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(local_module.os, "fsync", full)
    with pytest.raises(StorageUnavailableError, match=r"Cannot write 'a\.c3d': No space left"):
        store.write("a.c3d", b"new")
    assert store.read("a.c3d") == b"old"
    assert [entry.name for entry in root.iterdir()] == ["a.c3d"]


def test_a_file_put_there_above_the_cap_is_refused_before_it_is_read(root: Path) -> None:
    store = LocalObjectStore(root, bucket="b", max_bytes=10)
    with (root / "huge.c3d").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnreadableRecordingError, match="may hold at most 10"):
        store.read("huge.c3d")


def test_a_file_that_grows_while_it_is_read_is_tried_again_later(
    store: LocalObjectStore, root: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    store.write("a.c3d", b"half")
    store.write("b.c3d", b"whole")
    real = local_module.hashlib.file_digest

    def digest_while_copying(file: BufferedReader, algorithm: str) -> Any:
        result = real(file, algorithm)
        if os.path.sameopenfile(file.fileno(), copied.fileno()):
            copied.write(b"more")
            copied.flush()
        return result

    copied = (root / "a.c3d").open("ab")
    request.addfinalizer(copied.close)
    monkeypatch.setattr(local_module.hashlib, "file_digest", digest_while_copying)
    with pytest.raises(StorageUnavailableError, match="changed while it was read"):
        store.stat("a.c3d")
    assert [stored.name for stored in store.list_objects()] == ["b.c3d"]


def test_readers_never_see_half_of_a_write(store: LocalObjectStore) -> None:
    versions = [bytes([i]) * 200_000 for i in range(4)]
    store.write("a.c3d", versions[0])
    stop = threading.Event()

    def overwrite() -> None:
        while not stop.is_set():
            for data in versions:
                store.write("a.c3d", data)

    writer = threading.Thread(target=overwrite)
    writer.start()
    try:
        assert all(store.read("a.c3d") in versions for _ in range(300))
    finally:
        stop.set()
        writer.join()


def test_the_settings_choose_the_store(tmp_path: Path) -> None:
    local = build_store(Settings(_env_file=None, data_dir=tmp_path, storage_backend="local"))
    assert isinstance(local, LocalObjectStore)
    assert (tmp_path / "buckets" / "c3d-examples").is_dir()
    hosted = build_store(
        Settings(
            _env_file=None,
            storage_backend="supabase",
            supabase_url="http://127.0.0.1:1",
            supabase_service_role_key="k",
        )
    )
    assert isinstance(hosted, GuardedStore)
    hosted.close()


def test_the_hosted_store_without_its_key_is_refused() -> None:
    settings = Settings(_env_file=None, storage_backend="supabase", supabase_url="http://127.0.0.1:1")
    settings.supabase_service_role_key = None
    with pytest.raises(InvalidParameterError, match="SUPABASE_SERVICE_ROLE_KEY must be set"):
        build_store(settings)
