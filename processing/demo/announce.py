"""Bring the demonstration recordings in through the front door: bucket first, then a signed webhook each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

from processing.demo import generate_demo_recordings
from processing.errors import StorageUnavailableError
from processing.ports import ObjectStore
from processing.webhooks import encode_event, sign_event, storage_event, storage_event_id

_PATH = "/webhooks/storage/c3d-upload"
_SEED = 2026


def announce_demo(
    store: ObjectStore, *, listener_url: str, secret: str, seed: int = _SEED
) -> Iterator[tuple[str, str]]:
    """Store and announce each recording; yield its object name and the session code that answered.

    Raises
    ------
    StorageUnavailableError
        If the listener refuses an announcement.
    """
    with httpx.Client(base_url=listener_url, timeout=10.0, trust_env=False) as client:
        for name, data in generate_demo_recordings(seed):
            event = storage_event(store.write(name, data), store.bucket)
            body = encode_event(event)
            headers = sign_event(secret, storage_event_id(event), time.time(), body)
            answer = client.post(_PATH, content=body, headers=headers)
            if answer.status_code not in (200, 202):
                raise StorageUnavailableError(
                    f"The listener answered {answer.status_code} to the announcement of '{name}'; expected 202."
                )
            yield name, answer.json()["session_code"]
