"""What a dashboard process tells Prometheus: how its cache of traces is used, and how the store fares."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from processing.use_cases.trace_cache import BuildOnceCache


def serve_cache_metrics(
    cache: BuildOnceCache[Any], port: int, *, storage_errors: Callable[[], int]
) -> tuple[WSGIServer, threading.Thread]:
    """Answer scrapes on the loopback interface; return what ends that."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_CacheUse(cache, storage_errors))
    return start_http_server(port, addr="127.0.0.1", registry=registry)


class _CacheUse:
    def __init__(self, cache: BuildOnceCache[Any], storage_errors: Callable[[], int]) -> None:
        self._cache = cache
        self._storage_errors = storage_errors

    def collect(self) -> Iterator[Metric]:
        cache = self._cache
        yield CounterMetricFamily("trace_cache_hits", "Looks that memory answered.", value=cache.hits)
        yield CounterMetricFamily("trace_cache_misses", "Looks that built traces anew.", value=cache.misses)
        yield CounterMetricFamily(
            "trace_cache_evictions", "Traces dropped to make room.", value=cache.evictions
        )
        yield CounterMetricFamily("trace_cache_builds", "Traces built.", value=cache.builds)
        yield CounterMetricFamily(
            "trace_cache_build_seconds", "Time spent building.", value=cache.build_seconds
        )
        yield GaugeMetricFamily("trace_cache_bytes", "Bytes held.", value=cache.current_bytes)
        yield CounterMetricFamily(
            "storage_errors", "Calls that the store failed.", value=self._storage_errors()
        )
