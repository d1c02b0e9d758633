"""A cache that several processes share, behind each one's own memory: what is asked of it, and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

Value = TypeVar("Value")

Persistence: TypeAlias = Literal["off", "on", "not known"]
State: TypeAlias = Literal["not asked yet", "working", "away", "refused"]


@dataclass(slots=True)
class SharedCounts:
    """Since the process began; each number only grows.

    ``waited`` are looks that found another process building. ``foreign`` were damaged or of another version and
    deleted, ``too_large`` not stored for their size, ``full`` not stored for want of room, ``busy`` because others
    were being stored. ``errors`` are looks at
    which a request was not answered, or refused; those that did without asking, because the cache is known to be
    away, are ``not_asked``. ``read_s`` are the seconds that hits took: what a build takes is worth comparing.
    """

    hits: int = 0
    misses: int = 0
    waited: int = 0
    stored: int = 0
    too_large: int = 0
    full: int = 0
    busy: int = 0
    foreign: int = 0
    errors: int = 0
    not_asked: int = 0
    bytes_read: int = 0
    bytes_stored: int = 0
    read_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """How a shared cache stands, as far as this process has asked.

    ``refused`` is one that keeps things on disk, which ``persistence`` tells; None before it was asked.
    """

    state: State
    persistence: Persistence | None
    counts: SharedCounts


class SecondLevel(Protocol[Value]):
    """What a process's memory asks for values that it does not hold."""

    def get(self, recording: str, variant: str, build: Callable[[], Value]) -> Value:
        """Return what is kept for a variant of a recording's content (its SHA-256), or build it; never fails itself."""

    def forget(self, recording: str) -> None:
        """Delete everything of one recording; TransientError where that cannot be said to be done."""

    @property
    def facts(self) -> SharedFacts:
        """How it stands, and what happened in this process so far."""

    def close(self) -> None:
        """Close its connections."""
