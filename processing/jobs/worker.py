"""A worker that always comes back: runs the queue's lanes and restarts them over database outages."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable

import structlog
from procrastinate import App

from processing.jobs.application import (
    ANALYSIS_QUEUE,
    HEARTBEAT_S,
    RESCUE_QUEUE,
    STALLED_AFTER_S,
    UPKEEP_QUEUE,
)

_SHUTDOWN_S = 20.0
_LONGEST_PAUSE_S = 10.0

_log = structlog.get_logger(__name__)


def run_worker(make_app: Callable[[], App], *, concurrency: int = 1) -> None:
    """Work on jobs until SIGTERM or SIGINT; a job under way gets 20 s to finish and else goes back."""
    asyncio.run(_run(make_app, concurrency))


async def _run(make_app: Callable[[], App], concurrency: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work_until(stop, make_app, concurrency=concurrency)


async def work_until(stop: asyncio.Event, make_app: Callable[[], App], *, concurrency: int = 1) -> None:
    """Run the worker until ``stop`` is set, starting it anew whenever it ends by itself."""
    pause_s = 0.5
    while not stop.is_set():
        try:
            async with make_app().open_async() as app:
                pause_s = 0.5
                _log.info("worker_started")
                await _work_once(app, stop, concurrency)
        except Exception as error:
            _log.warning("worker_failed", error=type(error).__name__)
        if not stop.is_set():
            _log.warning("worker_restarts", pause_s=round(pause_s, 1))
            await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    _log.info("worker_stopped")


async def _work_once(app: App, stop: asyncio.Event, concurrency: int) -> None:
    """Run all lanes until one ends or ``stop`` is set.

    Neither a full queue of recordings nor a long listing of the bucket may delay the rescue of stalled jobs.
    """
    lanes = {
        asyncio.create_task(_lane(app, ANALYSIS_QUEUE, concurrency)),
        asyncio.create_task(_lane(app, UPKEEP_QUEUE, 1, delete_jobs="successful")),
        asyncio.create_task(_lane(app, RESCUE_QUEUE, 1, delete_jobs="successful")),
    }
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({*lanes, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    for lane in lanes:
        lane.cancel()
    # Bounded: shutting down over a broken connection can hang (procrastinate#1513).
    await asyncio.wait(lanes, timeout=_SHUTDOWN_S + 5.0)


async def _lane(app: App, queue: str, concurrency: int, *, delete_jobs: str = "never") -> None:
    await app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        delete_jobs=delete_jobs,
        install_signal_handlers=False,
        fetch_job_polling_interval=1.0,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALLED_AFTER_S,
        shutdown_graceful_timeout=_SHUTDOWN_S,
    )
