"""What callers were noted as having opened within the last hour, so that the audit log names each of them once."""

from __future__ import annotations

import threading

from cachetools import TTLCache

_HOUR_S = 3600
_MOST = 100_000


class Opened:
    """Who opened what; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: TTLCache[tuple[str, str], None] = TTLCache(_MOST, _HOUR_S)

    def is_noted(self, caller: str, what: str) -> bool:
        """Whether it is in the audit log already."""
        with self._lock:
            return (caller, what) in self._noted

    def note(self, caller: str, what: str) -> None:
        """Keep that it is in the audit log."""
        with self._lock:
            self._noted[caller, what] = None
