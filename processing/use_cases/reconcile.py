"""Webhooks are doorbells, the bucket is the truth: find what no event announced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from processing.ports import ObjectStore, StoredObject
from processing.use_cases.ingest_types import EventSource, IngestOutcome, StorageEvent
from processing.webhooks import storage_event


class Ingest(Protocol):
    """Stores an event with its session and job."""

    def __call__(self, event: StorageEvent, *, event_id: str) -> IngestOutcome: ...


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one comparison found: objects listed, jobs made of them, recordings that left the bucket since the last."""

    n_listed: int
    n_queued: int
    n_missing: int


def reconcile(
    store: ObjectStore,
    *,
    settled: Callable[[], Mapping[str, set[str]]],
    ingest: Ingest,
    parked: Callable[[], Collection[str]],
    forget: Callable[[Sequence[str]], object],
    note_missing: Callable[[Sequence[str]], int],
) -> Reconciled:
    """Announce every object version of the bucket that is not settled, and notice what has left it.

    ``settled`` maps object names to the versions that need no announcement. It is asked after the listing, so
    that an object that arrives meanwhile is not announced twice. ``parked`` names the files that wait for a patient,
    and is asked before, so that one that arrives meanwhile does not count as missing; those that have left the bucket
    are handed to ``forget``. ``note_missing`` takes the names that are there and returns how many went missing.
    """
    waiting = set(parked())
    found = list(store.list_objects())
    names = [stored.name for stored in found]
    gone = sorted(waiting.difference(names))
    if gone:
        forget(gone)
    n_missing = note_missing(names)
    versions = settled()
    unsettled = [stored for stored in found if stored.version not in versions.get(stored.name, ())]
    outcomes = [announce(stored, store.bucket, "reconcile", ingest).outcome for stored in unsettled]
    return Reconciled(len(found), outcomes.count("accepted"), n_missing)


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
