"""Webhooks are doorbells, the bucket is the truth: find what no event announced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from processing.ports import ObjectStore, StoredObject, Trusted
from processing.use_cases.ingest_types import EventSource, IngestOutcome, StorageEvent
from processing.webhooks import storage_event

# Clocks of the store and of the workers differ; a file that could not be read is tried again for as long.
_MARGIN = timedelta(minutes=10)
_NEVER_SEEN = "older:"


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
    compared_at: datetime | None = None,
) -> Reconciled:
    """Announce every object version of the bucket that is not settled, and notice what has left it.

    ``settled`` maps object names to the versions that need no announcement. It is asked after the listing too, so
    that an object that arrives meanwhile is not announced twice. ``compared_at`` is when the last comparison that
    succeeded began: an object that is known and did not change since needs no second look, which spares reading
    each file once in every process. None looks at all of them. ``parked`` names the files that wait for a patient,
    and is asked before, so that one that arrives meanwhile does not count as missing; those that have left the bucket
    are handed to ``forget``. ``note_missing`` takes the names that are there and returns how many went missing.
    """
    waiting = set(parked())
    found = list(
        store.list_objects(trusted=None if compared_at is None else _trusted(settled(), compared_at))
    )
    names = [stored.name for stored in found]
    gone = sorted(waiting.difference(names))
    if gone:
        forget(gone)
    n_missing = note_missing(names)
    looked_up = [stored for stored in found if stored.version]
    versions = settled() if looked_up else {}
    unsettled = [stored for stored in looked_up if stored.version not in versions.get(stored.name, ())]
    outcomes = [announce(stored, store.bucket, "reconcile", ingest).outcome for stored in unsettled]
    return Reconciled(len(found), outcomes.count("accepted"), n_missing)


def _trusted(settled: Mapping[str, set[str]], compared_at: datetime) -> Trusted:
    """Return what says that an object was there, as it is, at the last comparison."""
    since = compared_at - _MARGIN
    # What was taken over from the older product was never seen in the bucket.
    seen = {
        name for name, versions in settled.items() if any(not v.startswith(_NEVER_SEEN) for v in versions)
    }
    return lambda name, changed_at: changed_at < since and name in seen


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
