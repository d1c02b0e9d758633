"""Which failed run is tried again, and when: the class of the error decides."""

from __future__ import annotations

import asyncio
import random

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

from processing.errors import PermanentError, TransientError

# Twelve runs, with the pauses below, span half an hour of an outage.
MAX_RUNS = 12
MAX_RUNS_AFTER_DEFECT = 3
# Runs of any kind before a job whose worker vanished is given up: it may be what kills its workers.
MAX_RUNS_BEFORE_STALL = 5
_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 300.0


def runs_allowed(error: BaseException) -> int:
    """Return how many runs a job may have in all when it fails like this."""
    if isinstance(error, TransientError):
        return MAX_RUNS
    if isinstance(error, PermanentError):
        return 1
    return MAX_RUNS_AFTER_DEFECT


def wait_s(attempts: int) -> float:
    """Return the pause before the next run: doubling, capped, with jitter so that a crowd spreads out."""
    return min(_FIRST_WAIT_S * 2.0**attempts, _LONGEST_WAIT_S) * random.uniform(0.5, 1.0)


class RetryByErrorClass(BaseRetryStrategy):
    """Retry what may pass; a run cut off by a shutdown goes back to the queue at once."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to run the job again, or None to give it up; ``job.attempts`` counts earlier runs."""
        if isinstance(exception, (asyncio.CancelledError, JobAborted)):
            return RetryDecision()
        if job.attempts + 1 >= runs_allowed(exception):
            return None
        return RetryDecision(retry_in={"milliseconds": int(1000 * wait_s(job.attempts))})
