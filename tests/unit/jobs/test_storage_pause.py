"""A job waits for a store that is known to be away, so that no run of it is wasted."""

from __future__ import annotations

import asyncio

from processing.jobs.application import Work, _until_storage_may_be_asked


def _waits(*pauses_s: float) -> list[float]:
    """Return what was still to be said when the wait ended."""
    left = list(pauses_s)
    work = Work(
        analyse=lambda _session_id, _force: "completed",
        give_up=lambda *_: None,
        reconcile=lambda: 0,
        tell_operator=lambda: 0,
        storage_pause_s=lambda: left.pop(0),
    )
    asyncio.run(_until_storage_may_be_asked(work))
    return left


def test_a_store_that_may_be_asked_is_not_waited_for() -> None:
    assert _waits(0.0, 9.0) == [9.0]


def test_a_store_that_is_away_is_waited_for_until_it_may_be_asked() -> None:
    assert _waits(0.01, 0.01, 0.0, 9.0) == [9.0]
