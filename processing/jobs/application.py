"""The queue's tasks: analyse a session, bring back lost jobs, find what no event announced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import procrastinate
import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.jobs import Status

from processing.errors import ProcessingError
from processing.jobs.metrics import WorkerMetrics
from processing.jobs.reprocessing import CHUNK_TASK, add_research_tasks, bring_back_chunk
from processing.jobs.retry import MAX_RUNS_BEFORE_STALL, RetryByErrorClass, runs_allowed

ANALYSIS_QUEUE = "analysis"
UPKEEP_QUEUE = "upkeep"
RESCUE_QUEUE = "rescue"
QUEUE_SCHEMA = "procrastinate"
HEARTBEAT_S = 5.0
STALLED_AFTER_S = 15.0
_LONGEST_STORAGE_PAUSE_S = 10.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks do, as plain functions; every one of them may block.

    But ``storage_pause_s``: it says at once for how long the store is not to be asked, 0 where it may be.
    """

    analyse: Callable[[str, bool], str]
    give_up: Callable[[str, str, str], None]
    reconcile: Callable[[], int]
    tell_operator: Callable[[], int]
    storage_pause_s: Callable[[], float] = lambda: 0.0
    chunk: Callable[[int, Any, int, int], str] = lambda *_: "done"
    give_up_chunk: Callable[[int, Any, int, int, str], None] = lambda *_: None
    research_upkeep: Callable[[], int] = lambda: 0
    keep_house: Callable[[], int] = lambda: 0


def build_job_app(database_url: str, work: Work, metrics: WorkerMetrics | None = None) -> App:
    """Return the queue application with its tasks, not yet opened.

    The tasks are coroutines that hand their work to a thread, so that heartbeats go on while it runs.
    """
    metrics = metrics or WorkerMetrics()
    app = App(
        connector=PsycopgConnector(
            conninfo=database_url,
            kwargs={"options": f"-c search_path={QUEUE_SCHEMA}", "prepare_threshold": None},
            min_size=1,
            max_size=6,
        )
    )

    @app.task(name="analyse_session", queue=ANALYSIS_QUEUE, pass_context=True, retry=RetryByErrorClass())
    async def analyse_session(
        context: JobContext, session_id: str, correlation_id: str = "", force: bool = False
    ) -> str:
        log = _log.bind(
            session_id=session_id, correlation_id=correlation_id, attempt=context.job.attempts + 1
        )
        await _until_storage_may_be_asked(work)
        started = time.perf_counter()
        try:
            outcome = await asyncio.to_thread(work.analyse, session_id, force)
        except Exception as error:
            if context.job.attempts + 1 < runs_allowed(error):
                metrics.ran("retried", time.perf_counter() - started)
                log.warning("analysis_will_be_retried", error=type(error).__name__)
                raise
            log.exception("analysis_given_up", error=type(error).__name__)
            await asyncio.to_thread(work.give_up, session_id, *_last_words(error))
            outcome = "failed"
        metrics.ran(outcome, time.perf_counter() - started)
        metrics.finished(context.job.attempts + 1)
        log.info("analysis_ended", outcome=outcome)
        return outcome

    # Upkeep that is still waiting need not wait twice: hence a queueing lock for each.
    @app.periodic(cron="* * * * * */10")  # the sixth field is seconds
    @app.task(name="bring_back_stalled_jobs", queue=RESCUE_QUEUE, queueing_lock="bring_back_stalled_jobs")
    async def bring_back_stalled_jobs(timestamp: int) -> int:
        stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S))
        for job in stalled:
            await _bring_back(app, job, work)
        return len(stalled)

    @app.periodic(cron="* * * * *")
    @app.task(name="reconcile_bucket", queue=UPKEEP_QUEUE, queueing_lock="reconcile_bucket")
    async def reconcile_bucket(timestamp: int) -> int:
        try:
            return await asyncio.to_thread(work.reconcile)
        except ProcessingError as error:
            # The next minute tries again; a failed look is not worth a failed job.
            _log.warning("reconciliation_failed", error=error.kind)
            return 0

    @app.periodic(cron="* * * * * */30")
    @app.task(name="tell_operator", queue=UPKEEP_QUEUE, queueing_lock="tell_operator")
    async def tell_operator(timestamp: int) -> int:
        try:
            return await asyncio.to_thread(work.tell_operator)
        except ProcessingError as error:
            _log.warning("operator_not_told", error=error.kind)
            return 0

    add_research_tasks(app, work, queue=ANALYSIS_QUEUE, upkeep_queue=UPKEEP_QUEUE)

    @app.periodic(cron="17 * * * *")  # hourly: a clinic's computer is off at night
    @app.task(name="forget_old_jobs", queue=UPKEEP_QUEUE, queueing_lock="forget_old_jobs")
    async def forget_old_jobs(timestamp: int) -> int:
        # Named as it always was: workers of the version before may run beside this one.
        try:
            return await asyncio.to_thread(work.keep_house)
        except ProcessingError as error:
            _log.warning("housekeeping_failed", error=error.kind)
            return 0

    return app


async def _until_storage_may_be_asked(work: Work) -> None:
    """Wait while the circuit breaker of the store is open: a run that it refuses would be one of a job's few."""
    deadline = time.monotonic() + _LONGEST_STORAGE_PAUSE_S
    while (pause_s := work.storage_pause_s()) > 0.0 and time.monotonic() < deadline:
        await asyncio.sleep(pause_s)


async def _bring_back(app: App, job: procrastinate.jobs.Job, work: Work) -> None:
    """Queue a job again whose worker died, or give it up when it keeps killing its worker."""
    log = _log.bind(job_id=job.id, task=job.task_name, attempt=job.attempts + 1)
    if job.task_name == CHUNK_TASK:
        await bring_back_chunk(app, job, work.give_up_chunk)
    elif job.task_name != "analyse_session":
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    elif job.attempts + 1 < MAX_RUNS_BEFORE_STALL:
        log.warning("stalled_job_brought_back")
        await app.job_manager.retry_job(job)
    else:
        log.error("stalled_job_given_up")
        reason = f"The analysis was given up after {job.attempts + 1} runs; the last one stopped without an answer."
        session_id: Any = job.task_kwargs["session_id"]
        # In this order: a job that still counts as running is found again if the second step fails.
        await asyncio.to_thread(work.give_up, str(session_id), "AnalysisStalled", reason)
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)


def _last_words(error: Exception) -> tuple[str, str]:
    """Return kind and sentence for a session whose job is given up."""
    if isinstance(error, ProcessingError):
        return error.kind, f"Given up after several attempts. {error}"
    return (
        "UnexpectedError",
        "The analysis failed because of a defect in this program, not because of the file. "
        "The details are in the worker's log.",
    )
