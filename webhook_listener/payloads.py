"""The storage event as it arrives, and whether it announces a recording that can be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from processing.storage.names import MAX_NAME_CHARS, is_recording_name
from processing.use_cases.ingest_types import StorageEvent

_DELETED = "The object was deleted."
_FOLDER_PLACEHOLDER = ".emptyFolderPlaceholder"


@dataclass(frozen=True, slots=True)
class IgnoredEvent:
    """A genuine delivery that asks for no analysis: a constant sentence why, and what to keep of it.

    ``removed`` says that a recording of our bucket was deleted.
    """

    reason: str
    body: dict[str, Any]
    object_name: str | None = None
    removed: bool = False


def read_event(raw: bytes, *, bucket: str) -> StorageEvent | IgnoredEvent:
    """Return what a verified body announces; all but new recordings are ignored, with a reason."""
    try:
        payload = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return IgnoredEvent("The body is not JSON.", _summary(raw))
    if not isinstance(payload, dict):
        return IgnoredEvent("The body is not a JSON object.", _summary(raw))
    try:
        webhook = _StorageWebhook.model_validate(payload)
    except ValidationError:
        return IgnoredEvent("The body does not have the shape of a storage event.", payload)
    reason = _reason_to_ignore(webhook, bucket)
    record = webhook.record
    if reason is not None or record is None:
        shown = record or webhook.old_record
        removed = reason == _DELETED and shown is not None and shown.bucket_id == bucket
        name = shown.name if shown else None
        return IgnoredEvent(reason or "The event has no record.", payload, name, removed)
    return StorageEvent(
        event_type=webhook.type,
        bucket=record.bucket_id,
        object_name=record.name,
        object_version=record.version or "",
        size_bytes=record.size_bytes,
        source="webhook",
        body=payload,
    )


def _to_size(value: object) -> int | None:
    is_size = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if is_size else None  # type: ignore[return-value]


def _to_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


# What is merely useful never makes an event unreadable: a strange value counts as a missing one.
_Size = Annotated[int | None, BeforeValidator(_to_size)]
_Text = Annotated[str | None, BeforeValidator(_to_text)]


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    etag: _Text = Field(default=None, alias="eTag")
    size: _Size = None
    content_length: _Size = Field(default=None, alias="contentLength")


def _to_metadata(value: object) -> object:
    return value if isinstance(value, dict) else {}


class _Record(BaseModel):
    """A row of ``storage.objects``; Supabase adds columns now and then."""

    model_config = ConfigDict(extra="ignore")

    bucket_id: str
    name: str
    version: _Text = None
    metadata: Annotated[_Metadata, BeforeValidator(_to_metadata)] = _Metadata()

    @property
    def size_bytes(self) -> int | None:
        size = self.metadata.size
        return size if size is not None else self.metadata.content_length


class _StorageWebhook(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: str
    table: str
    schema_name: str = Field(alias="schema")
    record: _Record | None = None
    old_record: _Record | None = None


def _reason_to_ignore(webhook: _StorageWebhook, bucket: str) -> str | None:
    if (webhook.schema_name, webhook.table) != ("storage", "objects"):
        return "The event is not about storage.objects."
    if webhook.type == "DELETE":
        return _DELETED
    if webhook.type not in ("INSERT", "UPDATE"):
        return "The event's type is not INSERT or UPDATE."
    record = webhook.record
    if record is None:
        return "The event has no record."
    if record.bucket_id != bucket:
        return "The object is in another bucket."
    name_problem = _name_problem(record.name)
    if name_problem is not None:
        return name_problem
    if (
        webhook.type == "UPDATE"
        and webhook.old_record is not None
        and _same_bytes(webhook.old_record, record)
    ):
        return "The object's bytes did not change."
    return None


def _name_problem(name: str) -> str | None:
    if name.endswith("/") or name.rpartition("/")[2] == _FOLDER_PLACEHOLDER:
        return "The object is a folder's placeholder."
    if not is_recording_name(name):
        return "The object is not a .c3d file."
    if len(name) > MAX_NAME_CHARS:
        return f"The object's name is longer than {MAX_NAME_CHARS} characters."
    if "\0" in name:
        return "The object's name holds a NUL character."  # no database column can hold it
    return None


def _same_bytes(old: _Record, new: _Record) -> bool:
    """Return whether an update left the bytes alone: a new owner, other metadata, a touch."""
    if (old.bucket_id, old.name) != (new.bucket_id, new.name):
        return False
    if old.version or new.version:
        return old.version == new.version
    return new.metadata.etag is not None and old.metadata.etag == new.metadata.etag


def _summary(raw: bytes) -> dict[str, Any]:
    return {"unparsed": {"sha256": hashlib.sha256(raw).hexdigest(), "size_bytes": len(raw)}}
