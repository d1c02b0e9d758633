"""Posted files in memory: so much in all, so many at a time for one caller. Touched by one event loop only."""

from __future__ import annotations

from collections import Counter

from rest_api.limits import ApiLimits
from rest_api.problems import BusyError

# So many of the largest files are held in memory at a time; of usual ones, which are far smaller, many more.
_MOST_HELD = 4


class HeldFiles:
    """What is held of posted files, those that are still arriving among them."""

    def __init__(self, limits: ApiLimits) -> None:
        self.most_bytes = _MOST_HELD * limits.max_recording_bytes
        self.per_caller = limits.posts_per_caller
        self.bytes = 0
        self.by_caller: Counter[str] = Counter()

    def begin(self, caller: str) -> Held:
        """Return the place of one more file; BusyError if this caller has as many as one may have."""
        if self.by_caller[caller] >= self.per_caller:
            raise BusyError(
                f"{self.per_caller} files of yours are being taken already; more are not taken at a time. "
                "Please send it again shortly."
            )
        self.by_caller[caller] += 1
        return Held(self, caller)


class Held:
    """One file: what has arrived counts, not what somebody says will arrive."""

    def __init__(self, files: HeldFiles, caller: str) -> None:
        self._files, self._caller = files, caller
        self._bytes = 0
        self._closed = False

    def add(self, n_bytes: int) -> None:
        """Count what arrived; BusyError if so much is held already that this is too much."""
        if self._files.bytes + n_bytes > self._files.most_bytes:
            raise BusyError(
                "The server holds as many posted files as it has room for. Please send it again shortly."
            )
        self._files.bytes += n_bytes
        self._bytes += n_bytes

    def close(self) -> None:
        """Give the place back, once."""
        if self._closed:
            return
        self._closed = True
        self._files.bytes -= self._bytes
        self._files.by_caller[self._caller] -= 1
        if not self._files.by_caller[self._caller]:
            del self._files.by_caller[self._caller]
