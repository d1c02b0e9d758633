"""Traces are rebuilt from the C3D when somebody looks, and kept in memory for a while; never on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from cachetools import LRUCache

Value = TypeVar("Value")


class _CountingLRU(LRUCache[Hashable, Value]):
    """Counts what it drops to make room."""

    evictions = 0

    def popitem(self) -> tuple[Hashable, Value]:
        """Drop the value that was not looked at for longest."""
        self.evictions += 1
        return super().popitem()


class BuildOnceCache(Generic[Value]):
    """A cache bounded in bytes that builds each key once, however many threads ask for it.

    A value that alone exceeds the bound is returned but not kept. A failed build is not kept either.

    Parameters
    ----------
    max_bytes : int
        Bound of what is kept, as counted by ``size_of``.
    size_of : callable
        Bytes of one value.
    """

    def __init__(self, max_bytes: int, *, size_of: Callable[[Value], int]) -> None:
        self._values: _CountingLRU[Value] = _CountingLRU(max_bytes, getsizeof=size_of)
        self._size_of = size_of
        self._building: dict[Hashable, Future[Value]] = {}
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """Return the value of ``key``, building it if nobody has it or is at it."""
        with self._lock:
            if key in self._values:
                self.hits += 1
                return self._values[key]
            self.misses += 1
            pending = self._building.get(key)
            mine = pending is None
            if pending is None:
                pending = self._building[key] = Future()
        if not mine:
            return pending.result()
        try:
            value = build()
        except BaseException as error:
            with self._lock:
                self._forget_build(key, pending)
            pending.set_exception(error)
            raise
        with self._lock:
            wanted = self._forget_build(key, pending)
            if wanted and self._size_of(value) <= self._values.maxsize:
                self._values[key] = value
        pending.set_result(value)
        return value

    def __contains__(self, key: Hashable) -> bool:
        """Whether a value is at hand at this moment; counts as no look."""
        with self._lock:
            return key in self._values

    def clear(self) -> None:
        """Forget every value; builds under way still reach those who wait for them."""
        with self._lock:
            self._values.clear()

    def forget(self, unwanted: Callable[[Hashable], bool]) -> None:
        """Forget the values of some keys, also those that are being built: who waits gets them, they are not kept."""
        with self._lock:
            for held in (self._values, self._building):
                for key in [key for key in held if unwanted(key)]:
                    del held[key]

    def _forget_build(self, key: Hashable, mine: Future[Value]) -> bool:
        """Say that a build has ended; return whether it is still wanted."""
        wanted = self._building.get(key) is mine
        if wanted:
            del self._building[key]
        return wanted

    @property
    def evictions(self) -> int:
        """How many values were dropped to make room."""
        return self._values.evictions

    @property
    def current_bytes(self) -> int:
        """Bytes held at the moment."""
        return int(self._values.currsize)
