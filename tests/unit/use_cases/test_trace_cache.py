"""The cache of traces is bounded in bytes and builds each key once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from processing.c3d import read_recording
from processing.services.cache_metrics import serve_cache_metrics
from processing.services.traces import Traces, TracesOfFile
from processing.storage import LocalObjectStore
from processing.use_cases.cache_use import RecentUse
from processing.use_cases.operations import CacheFacts
from processing.use_cases.second_level import SharedCounts, SharedFacts
from processing.use_cases.signal_source import SignalSource
from processing.use_cases.trace_cache import BuildOnceCache
from tests.builders import make_c3d
from tests.running_stack import free_port


def _cache(max_bytes: int = 10) -> BuildOnceCache[bytes]:
    return BuildOnceCache(max_bytes, size_of=len)


def test_a_value_is_built_once_and_then_remembered() -> None:
    cache = _cache()
    built: list[str] = []

    def build() -> bytes:
        built.append("x")
        return b"abc"

    assert cache.get("k", build) == cache.get("k", build) == b"abc"
    assert built == ["x"]
    assert (cache.hits, cache.misses) == (1, 1)


def test_the_least_recently_used_value_makes_room() -> None:
    cache = _cache(max_bytes=6)
    cache.get("a", lambda: b"aaa")
    cache.get("b", lambda: b"bbb")
    cache.get("a", lambda: b"never")
    cache.get("c", lambda: b"ccc")
    assert cache.get("b", lambda: b"new") == b"new"
    assert cache.current_bytes <= 6


def test_a_value_larger_than_the_bound_is_returned_but_not_kept() -> None:
    cache = _cache(max_bytes=2)
    assert cache.get("k", lambda: b"large") == b"large"
    assert cache.current_bytes == 0


def test_many_threads_share_one_build() -> None:
    cache = _cache()
    started, release = threading.Event(), threading.Event()
    built: list[int] = []
    results: list[bytes] = []

    def build() -> bytes:
        built.append(1)
        started.set()
        release.wait(5)
        return b"v"

    threads = [threading.Thread(target=lambda: results.append(cache.get("k", build))) for _ in range(8)]
    for thread in threads:
        thread.start()
    started.wait(5)
    release.set()
    for thread in threads:
        thread.join()
    assert results == [b"v"] * 8
    assert built == [1]


def test_a_failed_build_is_reported_and_tried_again_next_time() -> None:
    cache = _cache()

    def fail() -> bytes:
        raise ValueError("no such file")

    with pytest.raises(ValueError, match="no such file"):
        cache.get("k", fail)
    assert cache.get("k", lambda: b"ok") == b"ok"


def test_what_is_dropped_to_make_room_is_counted() -> None:
    cache: BuildOnceCache[bytes] = BuildOnceCache(10, size_of=len)
    for key in range(3):
        cache.get(key, lambda: bytes(5))
    assert (cache.evictions, cache.current_bytes) == (1, 10)


def test_use_is_counted_over_the_last_hour_only() -> None:
    now = [0.0]
    use = RecentUse(lambda: now[0])
    use.count(hit=False)
    now[0] = 30 * 60.0
    use.count(hit=True)
    use.count(hit=True)
    assert use.last_hour() == (2, 1)
    now[0] = 60 * 60.0
    assert use.last_hour() == (2, 0)
    now[0] = 91 * 60.0
    assert use.last_hour() == (0, 0)


def test_what_is_forgotten_is_built_anew_also_what_is_being_built() -> None:
    cache: BuildOnceCache[bytes] = BuildOnceCache(10, size_of=len)
    cache.get("gone", lambda: b"old")
    cache.get("other", lambda: b"kept")

    def forgotten_meanwhile() -> bytes:
        cache.forget(lambda key: key != "other")
        return b"late"

    assert cache.get("building", forgotten_meanwhile) == b"late"
    assert cache.get("building", lambda: b"new") == b"new"
    assert cache.get("gone", lambda: b"new") == b"new"
    assert cache.get("other", lambda: b"never") == b"kept"


def test_a_scrape_reads_how_the_caches_were_used(tmp_path: Path) -> None:
    traces = Traces(
        LocalObjectStore(tmp_path, bucket="b", max_bytes=1), max_bytes=1000, second_level=_Shared()
    )
    for key in (1, 1, 2, 3):
        traces.cache.get(key, tuple)
    for seconds in (0.03, 2.0):
        traces.build_times.add(seconds)
    port = free_port()
    server, thread = serve_cache_metrics(traces, port, storage_errors=lambda: 4)
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
    for line in (
        "trace_cache_hits_total 1.0",
        "trace_cache_misses_total 3.0",
        "trace_cache_evictions_total 0.0",
        "trace_cache_bytes 0.0",
        'trace_build_seconds_bucket{le="0.025"} 0.0',
        'trace_build_seconds_bucket{le="1.0"} 1.0',
        'trace_build_seconds_bucket{le="+Inf"} 2.0',
        "trace_build_seconds_sum 2.03",
        "shared_cache_working 1.0",
        "shared_cache_hits_total 5.0",
        "shared_cache_stored_bytes_total 7.0",
        "storage_errors_total 4.0",
    ):
        assert f"{line}\n" in text


def test_traces_without_a_shared_cache_or_counts_are_drawn_once_and_built_again_when_forgotten(
    tmp_path: Path,
) -> None:
    store = LocalObjectStore(tmp_path, bucket="b", max_bytes=1 << 24)
    data = make_c3d(duration_s=6.0)
    store.write("P001/a.c3d", data)
    metadata = read_recording(data, file_name="a.c3d").metadata
    source = SignalSource("P001S001", "P001/a.c3d", 1, hashlib.sha256(data).hexdigest(), metadata, {})
    traces = Traces(store, max_bytes=1 << 24)
    assert [(trace.name, trace.side) for trace in traces.of(source)] == [("CH1", "left"), ("CH2", "right")]
    traces.of(source)
    assert (traces.cache_facts, traces.shared_facts) == (CacheFacts(1, 1), None)
    traces.forget(source.file_sha256)
    assert not traces.at_hand(source)
    traces.of(source)
    traces.close()
    assert traces.cache_facts == CacheFacts(1, 2)


class _Shared:
    """A second level that says how it stands."""

    facts = SharedFacts("working", "off", SharedCounts(hits=5, bytes_stored=7))

    def get(self, recording: str, variant: str, build: Callable[[], TracesOfFile]) -> TracesOfFile:
        return build()

    def forget(self, recording: str) -> None: ...

    def close(self) -> None: ...
