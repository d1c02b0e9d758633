"""What the listener counts, in a registry of its own so that every app (and test) starts at zero."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from processing.use_cases.operations import OperationsFacts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BUCKETS_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class ListenerMetrics:
    """Acknowledgements by outcome with their latency, rejected signatures by reason."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._acknowledgements = Counter(
            "webhook_acknowledgements_total",
            "Deliveries answered, by outcome.",
            ["outcome"],
            registry=self._registry,
        )
        self._latency = Histogram(
            "webhook_acknowledgement_seconds",
            "Time from the request's head to the answer.",
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._rejected = Counter(
            "webhook_rejected_signatures_total",
            "Deliveries whose signature was not accepted, by reason.",
            ["reason"],
            registry=self._registry,
        )

    def acknowledged(self, outcome: str, seconds: float) -> None:
        """Count one answer."""
        self._acknowledgements.labels(outcome).inc()
        self._latency.observe(seconds)

    def rejected(self, reason: str) -> None:
        """Count one refused signature."""
        self._rejected.labels(reason).inc()

    def render(self, facts: OperationsFacts | None = None) -> bytes:
        """Return the text that Prometheus reads; without facts, what the database would know is left out."""
        if facts is None:
            return generate_latest(self._registry)
        return generate_latest(self._registry) + generate_latest(_registry_of(facts))


class _Facts:
    """Facts of one moment as gauges; a value that is not known has no sample."""

    def __init__(self, facts: OperationsFacts) -> None:
        self._facts = facts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        facts, queue = self._facts, self._facts.queue
        values = {
            "queue_waiting_jobs": ("Analyses that wait for a worker.", queue.waiting),
            "queue_retrying_jobs": ("Analyses that wait and have failed before.", queue.retrying),
            "queue_running_jobs": ("Analyses that run.", queue.running),
            "queue_oldest_waiting_seconds": (
                "Age of the analysis that waits longest.",
                queue.oldest_waiting_s or 0.0,
            ),
            "queue_longest_running_seconds": (
                "Age of the analysis that runs longest.",
                queue.longest_running_s or 0.0,
            ),
            "queue_most_attempts": (
                "Runs of the unfinished analysis that had most.",
                queue.most_attempts or 0,
            ),
            "workers_alive": ("Worker lanes that gave a sign of life within 30 s.", facts.workers_alive),
            "analyses_last_hour": ("Results stored within the last hour.", facts.analysed_last_hour),
            "failures_last_hour": ("Sessions that failed within the last hour.", facts.failed_last_hour),
            "analysis_p50_seconds": ("Median duration of an analysis, last hour.", _s(facts.analysis_p50_ms)),
            "analysis_p95_seconds": ("95th percentile of it.", _s(facts.analysis_p95_ms)),
            "missing_objects": ("Sessions whose recording left the bucket.", facts.missing_objects),
            "notifications_waiting": ("Messages that nobody took yet.", facts.notifications_waiting),
            "reconciliation_age_seconds": (
                "Since bucket and sessions were compared.",
                facts.reconciliation_age_s,
            ),
            "clock_skew_seconds": ("This machine's clock minus the database's.", facts.clock_skew_s),
        }
        for name, (words, value) in values.items():
            if value is not None:
                yield GaugeMetricFamily(name, words, value=value)
        unfinished = GaugeMetricFamily(
            "sessions", "Sessions that are not completed, by state.", labels=["status"]
        )
        for status, number in sorted(facts.unfinished.items()):
            unfinished.add_metric([status], number)
        yield unfinished


def _registry_of(facts: OperationsFacts) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Facts(facts))
    return registry


def _s(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000.0
