"""What a process that draws signals tells Prometheus: how its caches are used, and how the store fares."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from processing.use_cases.second_level import SharedCounts
from processing.use_cases.trace_cache import BuildOnceCache
from processing.use_cases.trace_use import BUILD_BOUNDS_S, BuildTimes

if TYPE_CHECKING:
    from processing.services.traces import Traces


def serve_cache_metrics(
    traces: Traces, port: int, *, storage_errors: Callable[[], int]
) -> tuple[WSGIServer, threading.Thread]:
    """Answer scrapes on the loopback interface; return what ends that."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(CacheMetrics(traces, storage_errors))
    return start_http_server(port, addr="127.0.0.1", registry=registry)


class CacheMetrics:
    """Collects the figures when they are asked for; to be registered with a registry."""

    def __init__(self, traces: Traces, storage_errors: Callable[[], int]) -> None:
        self._traces = traces
        self._storage_errors = storage_errors

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        yield from _memory(self._traces.cache)
        yield _builds(self._traces.build_times)
        shared = self._traces.shared_facts
        if shared is not None:
            yield GaugeMetricFamily(
                "shared_cache_working",
                "Whether the shared cache answered when it was last asked.",
                value=shared.state == "working",
            )
            yield from _shared(shared.counts)
        yield CounterMetricFamily(
            "storage_errors", "Calls that the store failed.", value=self._storage_errors()
        )


def _memory(cache: BuildOnceCache[Any]) -> Iterator[Metric]:
    yield CounterMetricFamily("trace_cache_hits", "Looks that memory answered.", value=cache.hits)
    yield CounterMetricFamily("trace_cache_misses", "Looks that memory did not answer.", value=cache.misses)
    yield CounterMetricFamily("trace_cache_evictions", "Traces dropped to make room.", value=cache.evictions)
    yield GaugeMetricFamily("trace_cache_bytes", "Bytes held.", value=cache.current_bytes)


def _builds(times: BuildTimes) -> Metric:
    counts, total_s = times.read()
    bounds = [*(str(bound) for bound in BUILD_BOUNDS_S), "+Inf"]
    return HistogramMetricFamily(
        "trace_build_seconds",
        "Building traces from the C3D: reading the file, checking it, filtering.",
        buckets=list(zip(bounds, accumulate(counts), strict=True)),
        sum_value=total_s,
    )


def _shared(counts: SharedCounts) -> Iterator[Metric]:
    for name, said, value in (
        ("hits", "Looks that the shared cache answered.", counts.hits),
        ("misses", "Looks that it did not answer.", counts.misses),
        ("waits", "Looks that found another process building.", counts.waited),
        ("errors", "Requests that failed or were refused.", counts.errors),
        ("not_asked", "Looks that did without it, because it is known to be away.", counts.not_asked),
        ("full", "Values without room.", counts.full),
        ("too_large", "Values above REDIS_MAX_VALUE_BYTES.", counts.too_large),
        ("busy", "Values not stored, because others were being stored.", counts.busy),
        ("foreign", "Values that were damaged or of another version, and deleted.", counts.foreign),
        ("stored", "Values stored.", counts.stored),
        ("read_seconds", "Seconds that hits took, to compare with building.", counts.read_s),
        ("read_bytes", "Compressed bytes read.", counts.bytes_read),
        ("stored_bytes", "Compressed bytes stored.", counts.bytes_stored),
    ):
        yield CounterMetricFamily(f"shared_cache_{name}", said, value=value)
