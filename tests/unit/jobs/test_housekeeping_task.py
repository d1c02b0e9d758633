"""The hourly job forgets what is old, and a database that is away does not fail it."""

from __future__ import annotations

import asyncio

from processing.errors import DatabaseUnavailableError
from processing.jobs.application import Work, build_job_app


def run(work: Work) -> int:
    task = build_job_app("", work).tasks["forget_old_jobs"]
    return int(asyncio.run(task(timestamp=0)))


def test_the_hourly_job_says_how_much_was_forgotten() -> None:
    assert run(work_that_keeps(lambda: 7)) == 7


def test_a_database_that_is_away_is_left_to_the_next_hour() -> None:
    def away() -> int:
        raise DatabaseUnavailableError("away")

    assert run(work_that_keeps(away)) == 0


def work_that_keeps(house: object) -> Work:
    return Work(
        analyse=lambda _id, _force: "completed",
        give_up=lambda _id, _kind, _message: None,
        reconcile=lambda: 0,
        tell_operator=lambda: 0,
        keep_house=house,  # type: ignore[arg-type]
    )
