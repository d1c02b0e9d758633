"""Traces shared by several dashboards through Redis: looked up, built by one of them at a time, kept for a while."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import redis
import structlog

from processing.emg.traces import ChannelTraces
from processing.errors import SharedCacheUnavailableError
from processing.shared_cache import scripts
from processing.shared_cache.connection import (
    Connection,
    NotAskedError,
    SharedCacheFullError,
)
from processing.shared_cache.counts import Counter
from processing.shared_cache.envelope import ForeignValueError, pack, unpack
from processing.use_cases.second_level import SharedFacts, State

Traces: TypeAlias = tuple[ChannelTraces, ...]

# A holder that dies frees its lock after this; one that takes longer is overtaken, and both store the same.
_LOCK_MS = 10_000
# How long others wait for the holder before they build, too, and how often they look.
_WAIT_S = 2.0
_LOOK_EVERY_S = 0.05
# What is built faster than it is stored is not stored: it would only fill the memory.
_MOST_STORING = 4
# Longer than any build that began before a recording was forgotten.
_FORGOTTEN_MS = 10 * 60 * 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the traces of one variant of a recording are; hashes only, so that keys tell of nobody."""

    recording: str
    variant: str

    @classmethod
    def of(cls, recording: str, variant: str) -> _Place:
        return cls(_hashed(recording), _hashed(variant))

    @property
    def values(self) -> str:
        return f"ghostly:{{{self.recording}}}:traces"

    @property
    def forgotten(self) -> str:
        return f"ghostly:{{{self.recording}}}:forgotten"

    @property
    def lock(self) -> str:
        return f"ghostly:{{{self.recording}}}:lock:{self.variant}"


class RedisTraces:
    """A second level behind each process's memory (``SecondLevel``); whatever Redis does, :meth:`get` gives traces.

    Parameters
    ----------
    connection : Connection
        To the server.
    ttl_s : float
        How long a recording's traces are kept, in seconds.
    max_value_bytes : int
        Compressed values larger than this are not stored.
    max_traces_bytes : int
        Nothing is unpacked to more than this.
    """

    def __init__(
        self, connection: Connection, *, ttl_s: float, max_value_bytes: int, max_traces_bytes: int
    ) -> None:
        self._connection = connection
        self._ttl_ms = int(1000 * ttl_s)
        self._max_value_bytes = max_value_bytes
        self._max_traces_bytes = max_traces_bytes
        self._counter = Counter()
        self._storing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shared-cache")
        self._room = threading.BoundedSemaphore(_MOST_STORING)
        script = connection.client.register_script
        self._look_or_lock: Any = script(scripts.LOOK_OR_LOCK)
        self._store_value: Any = script(scripts.STORE)
        self._release_lock: Any = script(scripts.RELEASE)
        self._forget_values: Any = script(scripts.FORGET)

    def get(self, recording: str, variant: str, build: Callable[[], Traces]) -> Traces:
        """Return what is kept for a variant of a recording's content, or build and keep it.

        Of several processes one builds; the others wait for it, but not for long. Only ``build`` raises.
        """
        place, token = _Place.of(recording, variant), secrets.token_hex(16)
        try:
            found = self._find_or_lock(place, token)
        except (SharedCacheUnavailableError, SharedCacheFullError) as error:
            self._note(error)
            return build()
        if not isinstance(found, bool):
            return found
        held = token if found else None
        try:
            traces = build()
        except BaseException:
            self._release(place, held)
            raise
        self._store_soon(place, held, traces)
        return traces

    def forget(self, recording: str) -> None:
        """Delete the traces of one recording; what is being built of it will not be stored either.

        Raises
        ------
        SharedCacheUnavailableError
            If the server does not answer: then they are there for as long as they are kept.
        """
        place = _Place.of(recording, "")
        try:
            self._connection.ask_anyway(
                lambda _: self._forget_values(keys=[place.values, place.forgotten], args=[_FORGOTTEN_MS])
            )
        except SharedCacheFullError:  # no room for the mark
            self._connection.ask_anyway(lambda client: client.delete(place.values))

    @property
    def facts(self) -> SharedFacts:
        """How the server stands, and what happened in this process so far."""
        return SharedFacts(self._state(), self._connection.persistence, self._counter.read())

    def settle(self) -> None:
        """Wait until what was built is stored, or has failed to be."""
        self._storing.submit(lambda: None).result()

    def close(self) -> None:
        """Store what was built and close the connections."""
        self._storing.shutdown(wait=True)
        self._connection.close()

    def _state(self) -> State:
        if self._connection.persistence == "on":
            return "refused"
        if self._connection.breaker.is_open:
            return "away"
        return "not asked yet" if self._connection.persistence is None else "working"

    def _find_or_lock(self, place: _Place, token: str) -> Traces | bool:
        """Return the traces; or True for who is to build them under the lock, False for who has waited enough."""
        started = time.perf_counter()
        found = self._unpacked(place, self._connection.ask(lambda client: _fetch(client, place)))
        if found is not None:
            self._counter.add(read_s=time.perf_counter() - started)
            return found
        self._counter.add(misses=1)
        deadline, waited = time.monotonic() + _WAIT_S, False
        while True:
            answer = self._connection.ask(
                lambda _: self._look_or_lock(
                    keys=[place.values, place.lock], args=[place.variant, token, _LOCK_MS]
                )
            )
            if answer == 1:
                return True
            found = self._unpacked(place, answer) if isinstance(answer, bytes) else None
            if found is not None:
                return found
            if not waited:
                self._counter.add(waited=1)
                waited = True
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_EVERY_S)

    def _unpacked(self, place: _Place, value: bytes | None) -> Traces | None:
        """Return the traces in a value; a value that is none of ours is deleted."""
        if value is None:
            return None
        try:
            traces = unpack(value, key=_key(place), max_bytes=self._max_traces_bytes)
        except ForeignValueError as error:
            self._counter.add(foreign=1)
            _log.warning("shared_cache_foreign_value", reason=str(error))
            self._connection.ask(lambda client: client.hdel(place.values, place.variant))
            return None
        self._counter.add(hits=1, bytes_read=len(value))
        return traces

    def _store_soon(self, place: _Place, token: str | None, traces: Traces) -> None:
        """Store in the background: who has waited for the build sees it now, who waits for the lock a little later."""
        if not self._room.acquire(blocking=False):
            self._counter.add(busy=1)
            self._release(place, token)
            return

        def store() -> None:
            try:
                self._store(place, traces)
            except Exception:
                _log.exception("shared_cache_not_stored")
            finally:
                self._room.release()
                self._release(place, token)

        try:
            self._storing.submit(store)
        except RuntimeError:  # the program is ending
            self._room.release()
            self._release(place, token)

    def _store(self, place: _Place, traces: Traces) -> None:
        value = pack(traces, key=_key(place))
        if len(value) > self._max_value_bytes:
            self._counter.add(too_large=1)
            return
        try:
            stored = self._connection.ask(
                lambda _: self._store_value(
                    keys=[place.values, place.forgotten], args=[place.variant, value, self._ttl_ms]
                )
            )
        except (SharedCacheUnavailableError, SharedCacheFullError) as error:
            self._note(error)
        else:
            if stored:
                self._counter.add(stored=1, bytes_stored=len(value))

    def _release(self, place: _Place, token: str | None) -> None:
        """Let others build, if this process holds the lock; a lock that is not released ends by itself."""
        if token is not None:
            with suppress(SharedCacheUnavailableError, SharedCacheFullError):
                self._connection.ask(lambda _: self._release_lock(keys=[place.lock], args=[token]))

    def _note(self, error: SharedCacheUnavailableError | SharedCacheFullError) -> None:
        if isinstance(error, SharedCacheFullError):
            self._counter.add(full=1)
        elif isinstance(error, NotAskedError):
            self._counter.add(not_asked=1)
        else:
            self._counter.add(errors=1)


def _fetch(client: redis.Redis, place: _Place) -> bytes | None:
    """Return the value, None where there is none; what is no value of ours at all makes room for one."""
    try:
        value: Any = client.hget(place.values, place.variant)
    except redis.ResponseError as error:
        if not str(error).startswith("WRONGTYPE"):
            raise
        client.delete(place.values)
        return None
    return value if value is None or isinstance(value, bytes) else None


def _key(place: _Place) -> str:
    return f"{place.recording}:{place.variant}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
