"""What both object stores promise."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from processing.errors import InvalidParameterError, NotFoundError, UnreadableRecordingError
from processing.ports import ObjectStore
from processing.storage import LocalObjectStore, SupabaseObjectStore
from tests.unit.storage.supabase_double import BUCKET, SERVICE_KEY, serve_storage_double

MAX_BYTES = 4096

# The root of a real storage API: a bare storage server's address, or a project's .../storage/v1.
REAL_URL = os.environ.get("SUPABASE_TEST_URL")
REAL_KEY = os.environ.get("SUPABASE_TEST_SERVICE_KEY")


@pytest.fixture(params=["local", "supabase", "real"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "local":
        yield LocalObjectStore(tmp_path / "bucket", bucket=BUCKET, max_bytes=MAX_BYTES)
    elif request.param == "supabase":
        with serve_storage_double() as double:
            yield from _supabase(double.api_url, SERVICE_KEY, BUCKET)
    else:
        if not (REAL_URL and REAL_KEY):
            pytest.skip("SUPABASE_TEST_URL and SUPABASE_TEST_SERVICE_KEY are not set")
        with fresh_bucket(REAL_URL, REAL_KEY) as bucket:
            yield from _supabase(REAL_URL, REAL_KEY, bucket)


def _supabase(api_url: str, key: str, bucket: str) -> Iterator[ObjectStore]:
    supabase = SupabaseObjectStore(api_url, key, bucket=bucket, max_bytes=MAX_BYTES, page_size=3)
    yield supabase
    supabase.close()


@contextmanager
def fresh_bucket(api_url: str, key: str) -> Iterator[str]:
    """Make a bucket of this test's own on a real storage server, and remove it with all that it holds."""
    name = f"contract-{uuid.uuid4().hex[:12]}"
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=api_url.rstrip("/") + "/", headers=headers, timeout=30) as client:
        client.post("bucket", json={"id": name, "name": name, "public": False}).raise_for_status()
        try:
            yield name
        finally:
            client.post(f"bucket/{name}/empty", json={}).raise_for_status()
            client.delete(f"bucket/{name}").raise_for_status()


def test_a_bucket_that_is_there_answers(store: ObjectStore) -> None:
    store.check()


def test_what_was_written_is_read_back(store: ObjectStore) -> None:
    stored = store.write("P001/a.c3d", b"first")
    assert store.read("P001/a.c3d") == b"first"
    assert (stored.name, stored.size_bytes) == ("P001/a.c3d", 5)
    assert stored.version


def test_stat_agrees_with_write(store: ObjectStore) -> None:
    stored = store.write("P001/a.c3d", b"first")
    assert store.stat("P001/a.c3d") == stored
    assert abs((datetime.now(UTC) - stored.updated_at).total_seconds()) < 60


def test_other_bytes_under_the_same_name_get_another_version(store: ObjectStore) -> None:
    first = store.write("P001/a.c3d", b"first")
    second = store.write("P001/a.c3d", b"other")
    assert second.version != first.version
    assert store.stat("P001/a.c3d").version == second.version
    assert store.read("P001/a.c3d") == b"other"


@pytest.mark.parametrize(
    ("n_bytes", "head"),
    [(0, b""), (3, b"012"), (10, b"0123456789"), (99, b"0123456789")],
)
def test_head_is_the_start_or_all_of_a_shorter_object(store: ObjectStore, n_bytes: int, head: bytes) -> None:
    store.write("P001/a.c3d", b"0123456789")
    assert store.read_head("P001/a.c3d", n_bytes) == head


def test_an_empty_object_has_an_empty_head(store: ObjectStore) -> None:
    store.write("P001/empty.c3d", b"")
    assert store.read_head("P001/empty.c3d", 512) == b""
    assert store.read("P001/empty.c3d") == b""


def test_a_negative_head_is_refused(store: ObjectStore) -> None:
    with pytest.raises(InvalidParameterError, match="first -1 bytes"):
        store.read_head("P001/a.c3d", -1)


def test_listing_yields_every_c3d_object_in_any_case_and_nothing_else(store: ObjectStore) -> None:
    names = [f"P{i:03}/s{i}.c3d" for i in range(7)] + ["P001/LOUD.C3D", "top.c3d", "P001/deep/er/x.c3d"]
    written = {name: store.write(name, name.encode()) for name in names}
    store.write("P001/notes.txt", b"not a recording")
    assert {stored.name: stored for stored in store.list_objects()} == written


def test_listing_again_shows_an_overwrite(store: ObjectStore) -> None:
    store.write("P001/a.c3d", b"first")
    (before,) = store.list_objects()
    written = store.write("P001/a.c3d", b"second")
    (after,) = store.list_objects()
    assert after == written
    assert after.version != before.version


def test_what_is_trusted_is_listed_without_its_version_and_the_rest_with_it(store: ObjectStore) -> None:
    a, b = store.write("P001/a.c3d", b"a"), store.write("P001/b.c3d", b"bb")
    asked: dict[str, datetime] = {}

    def trusted(name: str, changed_at: datetime) -> bool:
        asked[name] = changed_at
        return name == a.name

    listed = {stored.name: stored for stored in store.list_objects(trusted=trusted)}
    assert (listed[a.name].version, listed[a.name].size_bytes) == ("", 1)
    assert listed[b.name] == b
    # What decides is when the object changed, by the store's own clock.
    assert {name: abs(at - datetime.now(UTC)).total_seconds() < 300 for name, at in asked.items()} == {
        a.name: True,
        b.name: True,
    }


def test_an_empty_bucket_lists_nothing(store: ObjectStore) -> None:
    assert list(store.list_objects()) == []


@pytest.mark.parametrize(
    "name",
    ["P001/100%41.c3d", "P001/a b+c&d?e#f=g.c3d", "P001/Müller ☃ 𝄞.c3d", "P001/%2e%2e.c3d", "P001/a..b.c3d"],
)
def test_names_are_data_and_survive_the_round_trip(store: ObjectStore, name: str) -> None:
    if (
        isinstance(store, SupabaseObjectStore)
        and REAL_URL
        and store.bucket.startswith("contract-")
        and not name.isascii()
    ):
        # The hosted service takes fewer characters than a folder; it must say so, not store another name.
        with pytest.raises(InvalidParameterError, match="is not allowed by Supabase Storage"):
            store.write(name, b"bytes")
        return
    stored = store.write(name, b"bytes")
    assert store.read(name) == b"bytes"
    assert list(store.list_objects()) == [stored]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("../outside.c3d", "'..' part"),
        ("P001/../../outside.c3d", "'..' part"),
        ("P001/./a.c3d", "'..' part"),
        ("P001//a.c3d", "has an empty"),
        ("P001/", "has an empty"),
        ("P001\\..\\a.c3d", "backslash"),
        ("P001/a\0.c3d", "NUL"),
        ("P001/\ud800.c3d", "not valid Unicode"),
        ("x" * 1001, "has 1001 characters"),
    ],
)
def test_a_name_that_is_no_plain_relative_path_is_refused(
    store: ObjectStore, name: str, problem: str
) -> None:
    for call in (store.read, store.stat, lambda n: store.read_head(n, 1), lambda n: store.write(n, b"")):
        with pytest.raises(InvalidParameterError, match=problem):
            call(name)


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    for call in (store.read, store.stat, lambda n: store.read_head(n, 1)):
        with pytest.raises(NotFoundError, match=r"Object 'P001/none\.c3d' is not in the bucket '"):
            call("P001/none.c3d")


def test_an_object_above_the_cap_is_neither_stored_nor_read(store: ObjectStore) -> None:
    store.write("P001/full.c3d", b"x" * MAX_BYTES)
    assert len(store.read("P001/full.c3d")) == MAX_BYTES
    with pytest.raises(UnreadableRecordingError, match="holds 4097 bytes; a recording may hold at most 4096"):
        store.write("P001/over.c3d", b"x" * (MAX_BYTES + 1))


def test_a_folder_is_listed_whole_and_removed_for_good(store: ObjectStore) -> None:
    names = [f"P001/{number}.c3d" for number in range(4)] + ["P001/deeper/notes.txt"]
    for name in [*names, "P0011/other.c3d", "P002/1.c3d"]:
        store.write(name, b"x")
    assert store.list_folder("P001") == sorted(names)
    assert store.remove([*names, "P001/never there.c3d"]) == 5
    assert store.list_folder("P001") == []
    assert store.remove(names) == 0
    assert sorted(stored.name for stored in store.list_objects()) == ["P0011/other.c3d", "P002/1.c3d"]
    with pytest.raises(InvalidParameterError, match="Object name"):
        store.list_folder("../elsewhere")
