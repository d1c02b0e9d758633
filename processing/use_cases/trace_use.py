"""How often signals are asked for and what building them takes: counted in memory, handed over in batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

# The plan's bound: building that takes longer than this is what a shared cache would be for.
SLOW_BUILD_S = 1.0
# Upper bounds of the histogram, in seconds; one more class holds what took longer.
BUILD_BOUNDS_S = (0.025, 0.05, 0.1, 0.25, 0.5, SLOW_BUILD_S, 2.5, 5.0, 10.0)
# While the database is away counts are kept for so many sessions and days; more are dropped.
_MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Look:
    """One time that a session's signals were asked for.

    ``drawn`` says that it was for a picture. At most one of ``from_memory``, ``from_shared`` and ``build_s``
    (seconds) holds; none does for whoever waited for another's build, or got an error.
    """

    drawn: bool
    from_memory: bool = False
    from_shared: bool = False
    build_s: float | None = None


@dataclass(slots=True)
class SessionUse:
    """The looks at one session on one UTC day; ``longest_build_s`` is None where nothing was built."""

    session_code: str
    day: date
    drawn: int = 0
    looks: int = 0
    memory_hits: int = 0
    shared_hits: int = 0
    builds: int = 0
    slow_builds: int = 0
    build_s: float = 0.0
    longest_build_s: float | None = None

    def count(self, look: Look) -> None:
        """Add one look."""
        self.looks += 1
        self.drawn += look.drawn
        self.memory_hits += look.from_memory
        self.shared_hits += look.from_shared
        if look.build_s is not None:
            self.builds += 1
            self.slow_builds += look.build_s > SLOW_BUILD_S
            self.build_s += look.build_s
            self.longest_build_s = max(self.longest_build_s or 0.0, look.build_s)

    def add(self, other: SessionUse) -> None:
        """Add the counts of the same session and day."""
        for name in ("drawn", "looks", "memory_hits", "shared_hits", "builds", "slow_builds", "build_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        longest = [s for s in (self.longest_build_s, other.longest_build_s) if s is not None]
        self.longest_build_s = max(longest, default=None)


class UseLedger:
    """Counts that nobody has stored yet; safe for many threads.

    ``now`` returns the time with its zone.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._pending: dict[tuple[str, date], SessionUse] = {}
        self._lock = threading.Lock()

    def count(self, session_code: str, look: Look) -> None:
        """Count one look at a session."""
        day = self._now().astimezone(UTC).date()
        with self._lock:
            if use := self._of(session_code, day):
                use.count(look)

    def take(self) -> list[SessionUse]:
        """Hand over what was counted; :meth:`put_back` what could not be stored."""
        with self._lock:
            taken, self._pending = self._pending, {}
        return list(taken.values())

    def put_back(self, uses: Iterable[SessionUse]) -> None:
        """Keep counts for the next time."""
        with self._lock:
            for use in uses:
                if kept := self._of(use.session_code, use.day):
                    kept.add(use)

    def _of(self, session_code: str, day: date) -> SessionUse | None:
        key = (session_code, day)
        if key not in self._pending and len(self._pending) >= _MOST_KEPT:
            return None
        return self._pending.setdefault(key, SessionUse(session_code, day))


class BuildTimes:
    """A histogram of what building took, for monitoring; safe for many threads."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUILD_BOUNDS_S) + 1)
        self._sum_s = 0.0
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """Count one build."""
        place = sum(seconds > bound for bound in BUILD_BOUNDS_S)
        with self._lock:
            self._counts[place] += 1
            self._sum_s += seconds

    def read(self) -> tuple[tuple[int, ...], float]:
        """Return the builds by class, the last one without a bound, and all their seconds."""
        with self._lock:
            return tuple(self._counts), self._sum_s
