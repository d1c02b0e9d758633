"""Which runs are tried again, and for how long."""

from __future__ import annotations

import asyncio

import pytest
from procrastinate.jobs import Job

from processing.errors import NotFoundError, StorageUnavailableError
from processing.jobs.retry import MAX_RUNS, RetryByErrorClass, runs_allowed, wait_s


def _job(attempts: int) -> Job:
    return Job(id=1, queue="analysis", lock=None, queueing_lock=None, task_name="t", attempts=attempts)


def _is_retried(error: BaseException, attempts: int) -> bool:
    return RetryByErrorClass().get_retry_decision(exception=error, job=_job(attempts)) is not None


def test_an_outage_of_half_an_hour_is_survived() -> None:
    shortest_s = sum(0.5 * min(2.0 * 2.0**n, 300.0) for n in range(MAX_RUNS - 1))
    assert shortest_s > 10 * 60
    assert _is_retried(StorageUnavailableError("away"), attempts=MAX_RUNS - 2)
    assert not _is_retried(StorageUnavailableError("away"), attempts=MAX_RUNS - 1)


def test_a_defect_is_tried_three_times() -> None:
    assert _is_retried(KeyError("x"), attempts=1)
    assert not _is_retried(KeyError("x"), attempts=2)


def test_what_cannot_pass_is_not_retried() -> None:
    assert runs_allowed(NotFoundError("gone")) == 1


@pytest.mark.parametrize("attempts", [0, 50])
def test_a_run_cut_off_by_a_shutdown_always_goes_back(attempts: int) -> None:
    assert _is_retried(asyncio.CancelledError(), attempts=attempts)


def test_pauses_grow_and_are_capped() -> None:
    assert 1.0 <= wait_s(0) <= 2.0
    assert 150.0 <= wait_s(30) <= 300.0
