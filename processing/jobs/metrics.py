"""What one worker counts, for Prometheus; served only where WORKER_METRICS_PORT says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

_BUCKETS_S = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_BUCKETS_RUNS = (1, 2, 3, 5, 8, 12)


class WorkerMetrics:
    """Analyses by outcome, how long a run took, how many it took, and errors of the store.

    ``storage_errors`` says how often the store failed so far in this process.
    """

    def __init__(self, storage_errors: Callable[[], int] = lambda: 0) -> None:
        self._registry = CollectorRegistry()
        self._outcomes = Counter(
            "analysis_runs_total", "Runs of an analysis, by outcome.", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "analysis_run_seconds",
            "From taking a job to its end, reading and storing included.",
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._attempts = Histogram(
            "analysis_attempts",
            "Runs that a finished analysis took.",
            buckets=_BUCKETS_RUNS,
            registry=self._registry,
        )
        errors = Counter("storage_errors_total", "Calls that the store failed.", registry=self._registry)
        self._count_storage_errors = _Follow(errors, storage_errors)

    def ran(self, outcome: str, seconds: float) -> None:
        """Count one run; an outcome of ``retried`` means that it will run again."""
        self._outcomes.labels(outcome).inc()
        self._seconds.observe(seconds)
        self._count_storage_errors()

    def finished(self, attempts: int) -> None:
        """Count an analysis that will not run again."""
        self._attempts.observe(attempts)

    def serve(self, port: int) -> tuple[WSGIServer, threading.Thread]:
        """Answer scrapes on the loopback interface until the process ends."""
        return start_http_server(port, addr="127.0.0.1", registry=self._registry)


class _Follow:
    """Keeps a counter in step with a number that only grows."""

    def __init__(self, counter: Counter, number: Callable[[], int]) -> None:
        self._counter = counter
        self._number = number
        self._seen = 0

    def __call__(self) -> None:
        now = self._number()
        self._counter.inc(max(0, now - self._seen))
        self._seen = now
