"""How a cache was used within the last hour, in counts by the minute."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MINUTE_S = 60.0
_MINUTES = 60


@dataclass(slots=True)
class _Minute:
    number: int
    hits: int = 0
    misses: int = 0


class RecentUse:
    """Hits and misses of the last sixty minutes; safe for many threads.

    ``clock`` returns seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minutes: deque[_Minute] = deque()
        self._lock = threading.Lock()

    def count(self, *, hit: bool) -> None:
        """Count one look."""
        with self._lock:
            minute = self._current()
            if hit:
                minute.hits += 1
            else:
                minute.misses += 1

    def last_hour(self) -> tuple[int, int]:
        """Return hits and misses within the last hour."""
        with self._lock:
            self._forget(self._now())
            return sum(m.hits for m in self._minutes), sum(m.misses for m in self._minutes)

    def _current(self) -> _Minute:
        now = self._now()
        self._forget(now)
        if not self._minutes or self._minutes[-1].number != now:
            self._minutes.append(_Minute(now))
        return self._minutes[-1]

    def _forget(self, now: int) -> None:
        while self._minutes and self._minutes[0].number <= now - _MINUTES:
            self._minutes.popleft()

    def _now(self) -> int:
        return int(self._clock() // _MINUTE_S)
