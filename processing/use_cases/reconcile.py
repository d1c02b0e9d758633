"""Webhooks are doorbells, the bucket is the truth: find what no event announced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import uuid4

from processing.ports import ObjectStore, StoredObject
from processing.use_cases.ingest_types import EventSource, IngestOutcome, StorageEvent
from processing.webhooks import storage_event


class Ingest(Protocol):
    """Stores an event with its session and job."""

    def __call__(self, event: StorageEvent, *, event_id: str) -> IngestOutcome: ...


def reconcile(store: ObjectStore, *, settled: Callable[[], Mapping[str, set[str]]], ingest: Ingest) -> int:
    """Announce every object version of the bucket that is not settled; return how many became jobs.

    ``settled`` maps object names to the versions that need no announcement. It is asked after the listing, so
    that an object that arrives meanwhile is not announced twice.
    """
    found = list(store.list_objects())
    versions = settled()
    unsettled = [stored for stored in found if stored.version not in versions.get(stored.name, ())]
    return sum(
        announce(stored, store.bucket, "reconcile", ingest).outcome == "accepted" for stored in unsettled
    )


def announce(stored: StoredObject, bucket: str, source: EventSource, ingest: Ingest) -> IngestOutcome:
    """Hand one object version in as if its event had arrived."""
    event = StorageEvent(
        event_type="INSERT",
        bucket=bucket,
        object_name=stored.name,
        object_version=stored.version,
        size_bytes=stored.size_bytes,
        source=source,
        body=storage_event(stored, bucket),
    )
    # Whether it is a repeat, the session decides: the same version may have to be looked at again.
    return ingest(event, event_id=f"{source}_{uuid4().hex}")
