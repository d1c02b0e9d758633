"""Whether a cache shared by all dashboards would pay: the plan's two conditions, judged from what was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from processing.use_cases.trace_use import SLOW_BUILD_S

Verdict: TypeAlias = Literal["yes", "no", "not enough data"]

# Below these a share is chance: of 20, half is 10 +- 2.2.
FEWEST_BUILDS = 20
FEWEST_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """What was counted. Looks and builds are those of the last ``days`` days.

    ``n_sessions`` have a result and were received since counting began, at ``since``; ``n_opened`` of them had their
    signals drawn at least once, and the recent ones were received within the last ``days`` days. ``n_before`` were
    received earlier, so nothing is known about them. ``rebuilds`` are builds of a session beyond its first: the most
    that any cache could have spared. ``longest_build_s`` is None where nothing was built.
    """

    since: datetime
    days: int
    n_sessions: int
    n_opened: int
    n_recent: int
    n_recent_opened: int
    n_before: int
    looks: int
    drawn: int
    memory_hits: int
    shared_hits: int
    builds: int
    slow_builds: int
    build_s: float
    longest_build_s: float | None
    rebuilds: int

    @property
    def mean_build_s(self) -> float | None:
        """Return what a build takes on average, in seconds."""
        return self.build_s / self.builds if self.builds else None


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the two conditions; ``holds`` is None where ``found`` of ``needed`` are too few to say."""

    name: str
    holds: bool | None
    sentence: str
    found: int
    needed: int


@dataclass(frozen=True, slots=True)
class CacheAnswer:
    """The figures, what they say about each condition, and what follows."""

    figures: CacheFigures
    slow: Condition
    opened: Condition
    verdict: Verdict
    why: str


def answer(figures: CacheFigures) -> CacheAnswer:
    """Return whether a shared cache pays: only if building is slow and most sessions' signals are looked at."""
    slow, opened = _slow(figures), _opened(figures)
    failing = [condition for condition in (slow, opened) if condition.holds is False]
    unknown = [condition for condition in (slow, opened) if condition.holds is None]
    if failing:
        why = f"Both conditions must hold; not so: {' and '.join(c.name for c in failing)}."
        return CacheAnswer(figures, slow, opened, "no", why)
    if unknown:
        needs = " and ".join(f"{c.needed - c.found} more {_UNITS[c.name]}" for c in unknown)
        return CacheAnswer(figures, slow, opened, "not enough data", f"To say so takes {needs}.")
    return CacheAnswer(figures, slow, opened, "yes", "Both conditions hold.")


_SLOW_NAME = f"building takes over {SLOW_BUILD_S:g} s"
_OPENED_NAME = "more than half of the sessions' plots are opened"
_UNITS = {_SLOW_NAME: "builds", _OPENED_NAME: "sessions with a result"}


def _slow(figures: CacheFigures) -> Condition:
    found = figures.builds
    if not found:
        said = "no build is recorded"
    else:
        said = f"{figures.slow_builds} of {found} builds took longer, on average {figures.mean_build_s:.3f} s"
    holds = None if found < FEWEST_BUILDS else 2 * figures.slow_builds > found
    return Condition(_SLOW_NAME, holds, said, found, FEWEST_BUILDS)


def _opened(figures: CacheFigures) -> Condition:
    found = figures.n_sessions
    said = (
        f"{figures.n_opened} of {found} received since counting began"
        if found
        else "no session with a result has been received since counting began"
    )
    holds = None if found < FEWEST_SESSIONS else 2 * figures.n_opened > found
    return Condition(_OPENED_NAME, holds, said, found, FEWEST_SESSIONS)
