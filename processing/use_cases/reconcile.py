"""Webhooks are doorbells, the bucket is the truth: find what no event announced."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from processing.ports import ObjectStore, StoredObject
from processing.use_cases.ingest_types import EventSource, IngestOutcome, StorageEvent
from processing.webhooks import storage_event


class Ingest(Protocol):
    """Stores an event with its session and job."""

    def __call__(self, event: StorageEvent, *, event_id: str) -> IngestOutcome: ...


def reconcile(store: ObjectStore, *, known: Callable[[], Mapping[str, set[str]]], ingest: Ingest) -> int:
    """Announce every object version of the bucket that nobody knows; return how many became jobs.

    ``known`` maps object names to the versions that were announced or read already. It is asked after the
    listing, so that an object that arrives meanwhile is not announced twice.
    """
    found = list(store.list_objects())
    versions = known()
    unknown = [stored for stored in found if stored.version not in versions.get(stored.name, ())]
    return sum(
        announce(stored, store.bucket, "reconcile", ingest).outcome == "accepted" for stored in unknown
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
    # The time belongs to it: a version may come back after another one had taken its place.
    identity = f"{bucket}/{stored.name}\n{stored.version}\n{stored.updated_at.isoformat()}"
    return ingest(event, event_id=f"{source}_{hashlib.sha256(identity.encode()).hexdigest()[:32]}")
