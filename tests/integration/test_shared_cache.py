"""The shared cache on a real Redis: what it gives, to whom, and for how long."""

from __future__ import annotations

import threading
import time

import pytest

from processing.emg.traces import ChannelTraces
from processing.shared_cache import redis_traces
from tests.integration.shared_cache import (
    NOISE,
    SHA,
    Builder,
    client_of,
    got,
    never,
    process,
)
from tests.redis_server import RedisServer, needs_redis

pytestmark = needs_redis


def test_another_process_gets_the_same_bits_without_building(redis_server: RedisServer) -> None:
    with process(redis_server.url) as one, process(redis_server.url) as other:
        got(one, SHA, "v", Builder())
        (found,) = got(other, SHA, "v", never)
        assert found.raw_uv.tobytes() == NOISE.tobytes()
        assert (one.facts.counts.misses, one.facts.counts.stored) == (1, 1)
        assert (other.facts.counts.hits, other.facts.state) == (1, "working")
        assert other.facts.counts.bytes_read == one.facts.counts.bytes_stored > 0


def test_other_settings_or_another_recording_are_another_value(redis_server: RedisServer) -> None:
    with process(redis_server.url) as cache:
        build = Builder()
        for sha, variant in ((SHA, "v"), (SHA, "w"), ("cd" * 32, "v")):
            got(cache, sha, variant, build)
        assert build.n == 3


def test_keys_tell_of_nobody_and_everything_ends_by_itself(redis_server: RedisServer) -> None:
    with process(redis_server.url, ttl_s=30) as cache, client_of(redis_server) as client:
        got(cache, SHA, "('P001', 'CH1')", Builder())
        (key,) = client.keys("*")  # the lock is released
        assert not {SHA, "P001", "CH1"} & set(key.decode().split(":"))
        assert SHA[:16] not in key.decode()
        assert 0 < client.pttl(key) <= 30_000
        client.pexpire(key, 5_000)
        got(cache, SHA, "another", Builder())
        assert client.pttl(key) <= 5_000  # what is stored later prolongs nothing


def test_of_several_processes_that_ask_at_once_one_builds(redis_server: RedisServer) -> None:
    begun = threading.Event()
    build = Builder(lambda: (begun.set(), time.sleep(0.15)))
    with (
        process(redis_server.url) as one,
        process(redis_server.url) as two,
        process(redis_server.url) as three,
    ):
        threads = [threading.Thread(target=cache.get, args=(SHA, "v", build)) for cache in (one, two, three)]
        threads[0].start()
        assert begun.wait(5)
        for thread in threads[1:]:
            thread.start()
        for thread in threads:
            thread.join()
        assert build.n == 1
        assert two.facts.counts.waited == two.facts.counts.hits == 1


def test_a_builder_that_died_is_waited_for_no_longer_than_its_lock(redis_server: RedisServer) -> None:
    with process(redis_server.url) as cache, client_of(redis_server) as client:
        client.set(redis_traces._Place.of(SHA, "v").lock, "dead", px=120)
        build = Builder()
        got(cache, SHA, "v", build)
        assert (build.n, cache.facts.counts.stored) == (1, 1)


def test_a_builder_that_takes_too_long_is_not_waited_for(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_traces, "_WAIT_S", 0.1)
    lock = redis_traces._Place.of(SHA, "v").lock
    with process(redis_server.url) as cache, client_of(redis_server) as client:
        client.set(lock, "another's", px=60_000)
        build = Builder()
        got(cache, SHA, "v", build)
        assert build.n == 1
        assert client.get(lock) == b"another's"


def test_a_lock_that_somebody_else_took_over_is_not_released(redis_server: RedisServer) -> None:
    lock = redis_traces._Place.of(SHA, "v").lock
    with process(redis_server.url) as cache, client_of(redis_server) as client:
        got(cache, SHA, "v", Builder(lambda: client.set(lock, "the next one's", px=60_000)))
        assert client.get(lock) == b"the next one's"


def test_a_build_that_fails_fails_for_its_caller_and_leaves_no_lock(redis_server: RedisServer) -> None:
    def fail() -> tuple[ChannelTraces, ...]:
        raise ValueError("no such file")

    with process(redis_server.url) as cache, client_of(redis_server) as client:
        with pytest.raises(ValueError, match="no such file"):
            got(cache, SHA, "v", fail)
        assert client.keys("*") == []


@pytest.mark.parametrize("kind", ["a value of another kind", "other bytes", "a value of another key"])
def test_what_is_none_of_ours_is_deleted_and_built_anew(redis_server: RedisServer, kind: str) -> None:
    place = redis_traces._Place.of(SHA, "v")
    with process(redis_server.url) as cache, client_of(redis_server) as client:
        if kind == "a value of another kind":
            client.set(place.values, "garbage")
        elif kind == "other bytes":
            client.hset(place.values, place.variant, b"\x00garbage")
        else:
            got(cache, SHA, "w", Builder())
            other = client.hget(place.values, redis_traces._Place.of(SHA, "w").variant)
            client.hset(place.values, place.variant, other)
        build = Builder()
        got(cache, SHA, "v", build)
        got(cache, SHA, "v", never)
        assert build.n == 1
        assert cache.facts.counts.errors == 0


def test_what_is_built_faster_than_it_is_stored_is_not_stored_and_nobody_waits(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(redis_server.url) as cache, client_of(redis_server) as client:
        going_on = threading.Event()
        packed = redis_traces.pack
        monkeypatch.setattr(
            redis_traces, "pack", lambda traces, key: going_on.wait(5) and packed(traces, key=key)
        )
        for number in range(6):
            cache.get(f"{number:064}", "v", Builder())
        assert cache.facts.counts.busy == 2
        assert len(client.keys("*:lock:*")) == 4
        going_on.set()
        cache.settle()
        assert cache.facts.counts.stored == 4
        assert client.keys("*:lock:*") == []


def test_a_value_above_the_limit_is_not_stored(redis_server: RedisServer) -> None:
    with process(redis_server.url, max_value_bytes=1000) as cache, client_of(redis_server) as client:
        got(cache, SHA, "v", Builder())
        assert cache.facts.counts.too_large == 1
        assert client.keys("*") == []


def test_a_forgotten_recording_is_gone_and_what_is_being_built_of_it_is_not_stored(
    redis_server: RedisServer,
) -> None:
    with (
        process(redis_server.url) as one,
        process(redis_server.url) as other,
        client_of(redis_server) as client,
    ):
        got(one, SHA, "v", Builder())
        got(one, SHA, "w", Builder(lambda: other.forget(SHA)))
        assert client.exists(redis_traces._Place.of(SHA, "v").values) == 0
        build = Builder()
        got(one, "cd" * 32, "v", build)
        got(one, "cd" * 32, "v", never)
