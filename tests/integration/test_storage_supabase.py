"""How the Supabase store meets a storage service that errs, is slow or lies."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from processing.errors import (
    InvalidParameterError,
    NotFoundError,
    StorageUnavailableError,
    UnreadableRecordingError,
)
from processing.storage import SupabaseObjectStore
from tests.unit.storage.supabase_double import (
    BUCKET,
    SERVICE_KEY,
    StorageDouble,
    serve_storage_double,
    storage_error,
)


@pytest.fixture
def double() -> Iterator[StorageDouble]:
    with serve_storage_double() as double:
        yield double


@pytest.fixture
def store(double: StorageDouble) -> Iterator[SupabaseObjectStore]:
    store = SupabaseObjectStore(
        double.api_url, SERVICE_KEY, bucket=BUCKET, max_bytes=1000, page_size=2, download_timeout_s=0.3
    )
    yield store
    store.close()


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (storage_error(404, "not_found", "Object not found", code="NoSuchKey"), NotFoundError, "not in the"),
        (JSONResponse({"message": "Object not found"}, 404), NotFoundError, "not in the bucket"),
        (storage_error(404, "Bucket not found", "Bucket not found"), StorageUnavailableError, "Bucket"),
        (storage_error(403, "Unauthorized", "jwt expired"), StorageUnavailableError, "refused the service"),
        (Response("", 401), StorageUnavailableError, "refused the service key"),
        (storage_error(429, "too_many_connections", "slow"), StorageUnavailableError, "answered 429"),
        (storage_error(544, "DatabaseTimeout", "timed out"), StorageUnavailableError, "answered 544"),
        (HTMLResponse("<html>Bad gateway</html>", 502), StorageUnavailableError, "answered 502"),
        (JSONResponse(["odd"], 500), StorageUnavailableError, "answered 500"),
        (storage_error(400, "InvalidKey", "Invalid key: a"), InvalidParameterError, "is not allowed"),
        (storage_error(413, "Payload too large", "too large"), UnreadableRecordingError, "larger than"),
        (HTMLResponse("<html>hello</html>"), StorageUnavailableError, "not JSON"),
        (JSONResponse(["odd"]), StorageUnavailableError, "unknown shape"),
        (JSONResponse({"version": "v", "size": None}), StorageUnavailableError, "does not say the size"),
        (JSONResponse({"size": 1}), StorageUnavailableError, "does not say the version"),
        (
            JSONResponse({"version": "v", "size": 1, "last_modified": "soon"}),
            StorageUnavailableError,
            "says no time",
        ),
        (RedirectResponse("http://127.0.0.1:1/", 302), StorageUnavailableError, "answered 302"),
    ],
)
def test_an_answer_is_classified_by_its_body(
    store: SupabaseObjectStore, double: StorageDouble, fault: Response, error: type[Exception], words: str
) -> None:
    double.put("P001/a.c3d", b"x")
    double.faults.append(fault)
    with pytest.raises(error, match=words):
        store.stat("P001/a.c3d")


def test_a_wrong_key_says_so_and_shows_no_key(double: StorageDouble) -> None:
    store = SupabaseObjectStore(double.api_url, "wrong-key", bucket=BUCKET, max_bytes=10)
    with pytest.raises(StorageUnavailableError, match="refused the service key") as caught:
        list(store.list_objects())
    assert "wrong-key" not in str(caught.value)
    store.close()


def test_no_server_is_unavailable() -> None:
    store = SupabaseObjectStore("http://127.0.0.1:1", "k", bucket=BUCKET, max_bytes=10)
    with pytest.raises(StorageUnavailableError, match=r"did not answer for 'a\.c3d': ConnectError"):
        store.read("a.c3d")
    store.close()


def test_a_download_shorter_than_its_row_is_not_taken(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"0123456789")
    double.truncates_to = 4
    with pytest.raises(StorageUnavailableError, match="received 4 bytes, not the 10"):
        store.read("P001/a.c3d")


def test_bytes_of_another_version_are_not_taken(store: SupabaseObjectStore, double: StorageDouble) -> None:
    double.put("P001/a.c3d", b"new")
    double.contents["P001/a.c3d"] = b"old"
    double.rows["P001/a.c3d"]["metadata"]["eTag"] = '"new"'
    info = JSONResponse({"version": "v", "size": 3, "etag": '"other"'})
    double.faults.append(info)
    with pytest.raises(StorageUnavailableError, match="may have been overwritten"):
        store.read("P001/a.c3d")


def _changed_on_the_way(double: StorageDouble, *, times: int = 1) -> None:
    """Have the double change a bit of the next downloads."""
    left = [times]

    async def change(request: Request) -> Response | None:
        if "/object/authenticated/" not in request.url.path or not left[0]:
            return None
        left[0] -= 1
        name = request.path_params["name"]
        data = double.contents[name]
        return Response(
            bytes([data[0] ^ left[0] + 1]) + data[1:], headers={"etag": double.rows[name]["metadata"]["eTag"]}
        )

    double.trouble = change


def test_a_bit_that_changed_on_the_way_is_noticed_by_the_checksum(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"first")
    double.put("P001/b.c3d", b"second")
    assert store.read("P001/a.c3d") == b"first"
    _changed_on_the_way(double)
    with pytest.raises(StorageUnavailableError, match="checksum"):
        store.read("P001/b.c3d")
    assert store.read("P001/b.c3d") == b"second"


@pytest.mark.parametrize("times", [1, 2])
def test_also_the_very_first_download_is_checked(
    store: SupabaseObjectStore, double: StorageDouble, times: int
) -> None:
    double.put("P001/a.c3d", b"first")
    _changed_on_the_way(double, times=times)
    with pytest.raises(StorageUnavailableError, match="checksum"):
        store.read("P001/a.c3d")


@pytest.mark.parametrize("etag", ["0" * 32, "d41d8cd98f00b204e9800998ecf8427e-2", "1a2b-3c"])
def test_an_etag_that_is_no_md5_keeps_nothing_from_being_read(
    store: SupabaseObjectStore, double: StorageDouble, etag: str
) -> None:
    double.put("P001/a.c3d", b"bytes")
    double.rows["P001/a.c3d"]["metadata"]["eTag"] = f'"{etag}"'
    assert store.read("P001/a.c3d") == b"bytes"


def test_the_version_in_the_query_passes_by_the_cdn(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    row = double.put("P001/a.c3d", b"x")
    store.read("P001/a.c3d")
    assert double.requests[-1].query_params["v"] == row["version"]


def test_a_body_larger_than_its_row_says_is_cut_off_at_the_cap(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"x")
    double.contents["P001/a.c3d"] = b"x" * 5_000_000
    with pytest.raises(UnreadableRecordingError, match="holds 1001 bytes"):
        store.read("P001/a.c3d")


def test_a_row_above_the_cap_is_refused_without_a_download(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"x" * 1001)
    with pytest.raises(UnreadableRecordingError, match="holds 1001 bytes"):
        store.read("P001/a.c3d")
    assert len(double.requests) == 1


def test_a_head_is_one_request_also_when_the_range_is_ignored(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"0123456789" * 100_000)
    double.ignores_range = True
    assert store.read_head("P001/a.c3d", 5) == b"01234"
    assert len(double.requests) == 1


def test_another_part_than_the_start_is_not_taken_for_it(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.faults.append(Response(b"56789", 206, headers={"content-range": "bytes 5-9/10"}))
    with pytest.raises(StorageUnavailableError, match=r"asked for its start, received 'bytes 5-9/10'"):
        store.read_head("P001/a.c3d", 5)


def test_a_removal_that_is_refused_says_so_and_is_not_counted_as_done(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    names = [f"P001/{number}.c3d" for number in range(3)]
    for name in names:
        double.put(name, b"x")
    double.faults.append(storage_error(403, "Unauthorized", "jwt expired"))
    with pytest.raises(StorageUnavailableError, match="refused the service key"):
        store.remove(names)
    assert store.list_folder("P001") == names
    assert store.remove(names) == 3  # in two requests
    assert store.list_folder("P001") == []


def test_a_dripping_download_is_given_up(store: SupabaseObjectStore, double: StorageDouble) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await anyio.sleep(0.05)

    double.faults += [JSONResponse({"version": "v", "size": 100}), StreamingResponse(drip())]
    started = time.monotonic()
    with pytest.raises(StorageUnavailableError, match="given up"):
        store.read("P001/a.c3d")
    assert time.monotonic() - started < 3


def test_a_second_listing_asks_only_for_what_changed(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    for i in range(5):
        double.put(f"P001/{i}.c3d", b"x")
    first = list(store.list_objects())
    asked_first = len(double.requests)
    double.put("P001/3.c3d", b"y")
    second = list(store.list_objects())
    assert asked_first == 3 + 5  # three pages of two, five rows
    assert len(double.requests) - asked_first == 3 + 1
    assert [new for new in second if new not in first] == [store.stat("P001/3.c3d")]


def test_what_is_trusted_costs_no_request_of_its_own(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"a")
    double.put("P001/b.c3d", b"b")
    listed = list(store.list_objects(trusted=lambda name, _changed_at: name.endswith("a.c3d")))
    assert [bool(stored.version) for stored in listed] == [False, True]
    assert [request.url.path.split("/object/")[1].split("/")[0] for request in double.requests] == [
        "list-v2",
        "info",
    ]


def test_a_listing_skips_folders_and_what_vanishes_meanwhile(
    store: SupabaseObjectStore, double: StorageDouble
) -> None:
    double.put("P001/a.c3d", b"x")
    double.put("P001/b.c3d", b"x")["metadata"] = None
    double.put("P001/.emptyFolderPlaceholder", b"")
    listing = JSONResponse(
        {"hasNext": False, "objects": [{"name": "P001/gone.c3d", "metadata": {"size": 1}, "updated_at": "x"}]}
    )
    assert [stored.name for stored in store.list_objects()] == ["P001/a.c3d"]
    for trusted in (None, lambda _name, _changed_at: True):
        double.faults.append(listing)
        assert list(store.list_objects(trusted=trusted)) == []


def test_a_cursor_that_repeats_ends_the_listing(store: SupabaseObjectStore, double: StorageDouble) -> None:
    page = {"hasNext": True, "nextCursor": "c", "objects": []}
    double.faults += [JSONResponse(page), JSONResponse(page)]
    with pytest.raises(StorageUnavailableError, match="does not end"):
        list(store.list_objects())
