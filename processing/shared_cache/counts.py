"""Counting what happens at the shared cache."""

from __future__ import annotations

import threading
from dataclasses import replace

from processing.use_cases.second_level import SharedCounts


class Counter:
    """Adds to counts; safe for many threads."""

    def __init__(self) -> None:
        self._counts = SharedCounts()
        self._lock = threading.Lock()

    def add(self, **numbers: float) -> None:
        """Add to the named counts."""
        with self._lock:
            for name, number in numbers.items():
                setattr(self._counts, name, getattr(self._counts, name) + number)

    def read(self) -> SharedCounts:
        """Return the counts as they are now."""
        with self._lock:
            return replace(self._counts)
