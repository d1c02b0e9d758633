"""The queue's tasks of dry runs and their application: chunks that any worker takes, after everything that arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from procrastinate import App, JobContext
from procrastinate.jobs import Job, Status

from processing.errors import ProcessingError
from processing.jobs.retry import MAX_RUNS_BEFORE_STALL, RetryByErrorClass, runs_allowed

if TYPE_CHECKING:
    from processing.jobs.application import Work

CHUNK_TASK = "reprocess_chunk"
UPKEEP_TASK = "look_after_research"

_log = structlog.get_logger(__name__)


def add_research_tasks(app: App, work: Work, *, queue: str, upkeep_queue: str) -> None:
    """Add the tasks to the queue's application."""

    @app.task(name=CHUNK_TASK, queue=queue, pass_context=True, retry=RetryByErrorClass())
    async def reprocess_chunk(
        context: JobContext, run_id: int, phase: str, first: int, last: int, correlation_id: str = ""
    ) -> str:
        log = _log.bind(run_id=run_id, phase=phase, first=first, correlation_id=correlation_id)
        try:
            outcome = await asyncio.to_thread(work.chunk, run_id, phase, first, last)
        except Exception as error:
            if context.job.attempts + 1 < runs_allowed(error):
                log.warning("research_chunk_will_be_retried", error=type(error).__name__)
                raise
            log.exception("research_chunk_given_up", error=type(error).__name__)
            await asyncio.to_thread(work.give_up_chunk, run_id, phase, first, last, _last_words(error))
            outcome = "given up"
        log.info("research_chunk_ended", outcome=outcome)
        return outcome

    @app.periodic(cron="* * * * *")
    @app.task(name=UPKEEP_TASK, queue=upkeep_queue, queueing_lock=UPKEEP_TASK)
    async def look_after_research(timestamp: int) -> int:
        try:
            return await asyncio.to_thread(work.research_upkeep)
        except ProcessingError as error:
            # The next minute tries again.
            _log.warning("research_upkeep_failed", error=error.kind)
            return 0


async def bring_back_chunk(app: App, job: Job, give_up: Callable[..., None]) -> None:
    """Queue a chunk again whose worker died, or give up what is left of one that keeps killing its worker."""
    log = _log.bind(job_id=job.id, task=job.task_name, attempt=job.attempts + 1)
    if job.attempts + 1 < MAX_RUNS_BEFORE_STALL:
        log.warning("stalled_job_brought_back")
        await app.job_manager.retry_job(job)
        return
    log.error("stalled_job_given_up")
    arguments: dict[str, Any] = {name: job.task_kwargs[name] for name in ("run_id", "phase", "first", "last")}
    message = f"Given up after {job.attempts + 1} runs; the last one stopped without an answer."
    # In this order: a job that still counts as running is found again if the second step fails.
    await asyncio.to_thread(give_up, *arguments.values(), message)
    await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)


def _last_words(error: Exception) -> str:
    if isinstance(error, ProcessingError):
        return f"Given up after several attempts. {error}"
    return "Given up because of a defect in this program; the details are in the worker's log."
