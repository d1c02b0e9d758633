"""What becomes of a job whose work fails: the queue's own worker on a queue in memory, and work that fails as asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from procrastinate import App
from procrastinate.jobs import Job
from procrastinate.testing import InMemoryConnector

from processing.errors import NotFoundError, StorageUnavailableError
from processing.jobs.application import UPKEEP_QUEUE, Work, _bring_back, build_job_app
from processing.jobs.reprocessing import CHUNK_TASK
from processing.jobs.retry import MAX_RUNS_BEFORE_STALL

SESSION = {"session_id": "5e55", "correlation_id": "c", "force": False}
CHUNK = {"run_id": 7, "phase": "dry run", "first": 0, "last": 20, "correlation_id": "c"}


@dataclass
class Clinic:
    """Work that fails with ``error`` where one is set, and what was given up."""

    error: Exception | None = None
    given_up: list[tuple[Any, ...]] = field(default_factory=list)

    def _try(self, *_: object) -> Any:
        if self.error is not None:
            raise self.error
        return "completed"

    @property
    def work(self) -> Work:
        return Work(
            analyse=self._try,
            give_up=lambda *words: self.given_up.append(words),
            reconcile=self._try,
            tell_operator=self._try,
            chunk=self._try,
            give_up_chunk=lambda *words: self.given_up.append(words),
            research_upkeep=self._try,
        )


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def ran(clinic: Clinic, task: str, arguments: dict[str, Any], *, attempts: int = 0) -> dict[str, Any]:
    """Let the queue's worker take one job that had so many runs before, and return the job afterwards."""
    queue = InMemoryConnector()

    async def run() -> None:
        with _on(queue, clinic) as app:
            job = await app.tasks[task].defer_async(**arguments)
            queue.jobs[job]["attempts"] = attempts
            await app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="never")

    asyncio.run(run())
    (job,) = [job for job in queue.jobs.values() if job["task_name"] == task]
    return dict(job)


@contextmanager
def _on(queue: InMemoryConnector, clinic: Clinic) -> Iterator[App]:
    with build_job_app("postgresql://nowhere", clinic.work).replace_connector(queue) as app:
        app.periodic_registry.periodic_tasks.clear()  # they would be queued beside the job that is looked at
        yield app


@pytest.mark.parametrize(("task", "arguments"), [("analyse_session", SESSION), (CHUNK_TASK, CHUNK)])
def test_what_may_pass_is_tried_again_later_and_not_given_up(
    clinic: Clinic, task: str, arguments: dict[str, Any]
) -> None:
    clinic.error = StorageUnavailableError("The store does not answer.")
    job = ran(clinic, task, arguments)
    assert (job["status"], job["attempts"]) == ("todo", 1)
    assert job["scheduled_at"] > datetime.now(UTC)
    assert clinic.given_up == []


def test_what_cannot_pass_is_given_up_at_once_with_its_sentence(clinic: Clinic) -> None:
    clinic.error = NotFoundError("There is no session '5e55'.")
    assert ran(clinic, "analyse_session", SESSION)["status"] == "succeeded"
    ((session, kind, sentence),) = clinic.given_up
    assert (session, kind) == ("5e55", "NotFoundError")
    assert "There is no session '5e55'." in sentence


def test_a_defect_is_tried_three_times_and_then_called_one_without_its_words(clinic: Clinic) -> None:
    clinic.error = ZeroDivisionError("secret of Mrs Jansen")
    assert ran(clinic, "analyse_session", SESSION, attempts=1)["status"] == "todo"
    assert ran(clinic, "analyse_session", SESSION, attempts=2)["status"] == "succeeded"
    ((_, kind, sentence),) = clinic.given_up
    assert kind == "UnexpectedError"
    assert "defect in this program, not because of the file" in sentence
    assert "Jansen" not in sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [(NotFoundError("Run 7 is gone."), "Run 7 is gone."), (KeyError("x"), "a defect in this program")],
)
def test_a_chunk_that_fails_for_good_is_given_up_with_its_reason(
    clinic: Clinic, error: Exception, words: str
) -> None:
    clinic.error = error
    assert ran(clinic, CHUNK_TASK, CHUNK, attempts=2)["status"] == "succeeded"
    ((run_id, phase, first, last, sentence),) = clinic.given_up
    assert (run_id, phase, first, last) == (7, "dry run", 0, 20)
    assert words in sentence


@pytest.mark.parametrize("task", ["reconcile_bucket", "tell_operator", "look_after_research"])
def test_upkeep_that_fails_is_no_failed_job(clinic: Clinic, task: str) -> None:
    clinic.error = StorageUnavailableError("The store does not answer.")
    assert ran(clinic, task, {"timestamp": 0})["status"] == "succeeded"


def _stalled(task: str, arguments: dict[str, Any], attempts: int) -> Job:
    return Job(
        id=1, status="doing", queue=UPKEEP_QUEUE, lock=None, queueing_lock=None, task_name=task,
        task_kwargs=arguments, attempts=attempts,
    )  # fmt: skip


def _brought_back(clinic: Clinic, job: Job) -> dict[str, Any]:
    """Bring back a job whose worker is gone, and return it afterwards."""
    queue = InMemoryConnector()

    async def run() -> dict[str, Any]:
        with _on(queue, clinic) as app:
            number = await app.tasks[job.task_name].defer_async(**job.task_kwargs)
            queue.jobs[number] |= {"status": "doing", "attempts": job.attempts}
            await _bring_back(app, job.evolve(id=number), clinic.work)
            return dict(queue.jobs[number])

    return asyncio.run(run())


@pytest.mark.parametrize(("task", "arguments"), [("analyse_session", SESSION), (CHUNK_TASK, CHUNK)])
def test_a_job_whose_worker_vanished_goes_back_to_the_queue(
    clinic: Clinic, task: str, arguments: dict[str, Any]
) -> None:
    job = _brought_back(clinic, _stalled(task, arguments, 0))
    assert job["status"] == "todo"
    assert clinic.given_up == []


@pytest.mark.parametrize(("task", "arguments"), [("analyse_session", SESSION), (CHUNK_TASK, CHUNK)])
def test_a_job_that_keeps_losing_its_worker_is_given_up_and_said_so(
    clinic: Clinic, task: str, arguments: dict[str, Any]
) -> None:
    job = _brought_back(clinic, _stalled(task, arguments, MAX_RUNS_BEFORE_STALL - 1))
    assert job["status"] == "failed"
    (words,) = clinic.given_up
    assert f"after {MAX_RUNS_BEFORE_STALL} runs; the last one stopped without an answer" in words[-1]


def test_upkeep_whose_worker_vanished_is_not_repeated(clinic: Clinic) -> None:
    job = _brought_back(clinic, _stalled("reconcile_bucket", {"timestamp": 0}, 0))
    assert job["status"] == "failed"
    assert clinic.given_up == []
