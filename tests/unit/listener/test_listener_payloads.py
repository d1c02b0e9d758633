"""Which storage events announce a recording, and which are ignored."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ports import StoredObject
from processing.use_cases.ingest_types import StorageEvent
from processing.webhooks import encode_event, storage_event, storage_event_id
from webhook_listener.payloads import IgnoredEvent, read_event

BUCKET = "c3d-examples"
STORED = StoredObject("P001/a.c3d", "version-2", 1234, datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC))


def event(**record: Any) -> dict[str, Any]:
    made = storage_event(STORED, BUCKET)
    made["record"] |= record
    return made


def read(made: Any) -> StorageEvent | IgnoredEvent:
    return read_event(json.dumps(made).encode(), bucket=BUCKET)


def ignored(made: Any) -> str:
    result = read(made)
    assert isinstance(result, IgnoredEvent)
    return result.reason


def accepted(made: Any) -> StorageEvent:
    result = read(made)
    assert isinstance(result, StorageEvent)
    return result


def test_an_insert_announces_the_object() -> None:
    made = event()
    assert accepted(made) == StorageEvent(
        event_type="INSERT",
        bucket=BUCKET,
        object_name="P001/a.c3d",
        object_version="version-2",
        size_bytes=1234,
        source="webhook",
        body=made,
    )


def test_the_built_event_has_the_shape_that_supabase_sends() -> None:
    made = storage_event(STORED, BUCKET, "UPDATE")
    assert list(made) == ["type", "table", "record", "schema", "old_record"]
    assert (made["table"], made["schema"]) == ("objects", "storage")
    assert made["record"]["path_tokens"] == ["P001", "a.c3d"]
    assert made["record"]["metadata"]["eTag"] == '"version-2"'
    assert made["old_record"]["version"] != made["record"]["version"]
    assert storage_event(STORED, BUCKET, "DELETE")["record"] is None
    assert storage_event(STORED, BUCKET)["old_record"] is None


def test_an_event_id_names_one_version_of_one_object() -> None:
    again = storage_event_id(storage_event(STORED, BUCKET))
    assert storage_event_id(event()) == again
    assert storage_event_id(storage_event(STORED, BUCKET, "UPDATE")) == again
    assert storage_event_id(event(version="version-3")) != again
    assert storage_event_id(storage_event(STORED, "other")) != again


def test_an_overwrite_and_a_move_are_announced() -> None:
    assert accepted(storage_event(STORED, BUCKET, "UPDATE")).event_type == "UPDATE"
    before = StoredObject("P001/old.c3d", "version-2", 1234, STORED.updated_at)
    moved = storage_event(STORED, BUCKET, "UPDATE", previous=before)
    assert accepted(moved).object_name == "P001/a.c3d"


def test_an_update_that_does_not_say_what_was_before_is_announced() -> None:
    assert (
        accepted(storage_event(STORED, BUCKET, "UPDATE") | {"old_record": None}).object_version == "version-2"
    )


@pytest.mark.parametrize(
    "name", ["P001/LOUD.C3D", "../x.c3d", "P001/%2e%2e/Müller ☃.c3d", "x" * 996 + ".c3d"]
)
def test_a_name_is_data(name: str) -> None:
    assert accepted(event(name=name)).object_name == name


def test_missing_and_extra_keys_are_tolerated() -> None:
    made = {
        "type": "INSERT",
        "table": "objects",
        "schema": "storage",
        "user_id": 7,
        "record": {"bucket_id": BUCKET, "name": "a.c3d", "is_delete_marker": False},
    }
    result = accepted(made)
    assert (result.object_version, result.size_bytes, result.body) == ("", None, made)


@pytest.mark.parametrize(
    ("metadata", "size"),
    [
        (None, None),
        ("odd", None),
        ({"size": "12"}, None),
        ({"size": -1}, None),
        ({"size": True}, None),
        ({"size": 10**30}, None),
        ({"contentLength": 5}, 5),
        ({"size": 0, "contentLength": 5}, 0),
    ],
)
def test_strange_metadata_count_as_missing(metadata: Any, size: int | None) -> None:
    assert accepted(event(metadata=metadata)).size_bytes == size


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (event() | {"table": "buckets"}, "not about storage.objects"),
        (event() | {"schema": "public"}, "not about storage.objects"),
        (storage_event(STORED, BUCKET, "DELETE"), "was deleted"),
        (event() | {"type": "TRUNCATE"}, "not INSERT or UPDATE"),
        (event() | {"record": None}, "has no record"),
        (storage_event(STORED, "other"), "another bucket"),
        (event(name="P001/notes.txt"), "not a .c3d file"),
        (event(name="P001/.emptyFolderPlaceholder"), "placeholder"),
        (event(name="P001.c3d/"), "placeholder"),
        (event(name="x" * 997 + ".c3d"), "longer than 1000"),
        (event(name="P001/\0.c3d"), "NUL"),
        (storage_event(STORED, BUCKET, "UPDATE", previous=STORED), "did not change"),
        ({"hello": "world"}, "does not have the shape"),
        (event(name=7), "does not have the shape"),
        (event() | {"record": "odd"}, "does not have the shape"),
        ([], "not a JSON object"),
    ],
)
def test_everything_else_is_ignored_with_a_reason(made: Any, reason: str) -> None:
    assert reason in ignored(made)


def test_without_versions_the_etag_tells_a_touch_from_an_overwrite() -> None:
    touch = storage_event(STORED, BUCKET, "UPDATE", previous=STORED)
    touch["record"]["version"] = touch["old_record"]["version"] = None
    assert "did not change" in ignored(touch)
    touch["record"]["metadata"] = touch["record"]["metadata"] | {"eTag": '"other"'}
    assert accepted(touch).object_version == ""


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 5000, b'{"a": NaN}', b'"\\ud800"'])
def test_a_body_that_is_not_json_is_ignored_and_kept_as_its_hash(raw: bytes) -> None:
    result = read_event(raw, bucket=BUCKET)
    assert isinstance(result, IgnoredEvent)
    assert result.body["unparsed"]["size_bytes"] == len(raw)


def test_the_body_is_handed_over_as_it_came() -> None:
    made = event(user_metadata={"a\0b": "c\0d"})
    assert read_event(encode_event(made), bucket=BUCKET).body == made


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "table", "schema", "record", "old_record", "name", "x"]), inner
        )
    ),
    max_leaves=20,
)


@given(made=JSON)
def test_any_json_is_an_event_or_ignored(made: Any) -> None:
    assert isinstance(read(made), StorageEvent | IgnoredEvent)


@given(raw=st.binary())
def test_any_bytes_are_an_event_or_ignored(raw: bytes) -> None:
    assert isinstance(read_event(raw, bucket=BUCKET), IgnoredEvent)
