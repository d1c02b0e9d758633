"""What the listener counts, in a registry of its own so that every app (and test) starts at zero."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

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

    def render(self) -> bytes:
        """Return the text that Prometheus reads."""
        return generate_latest(self._registry)
