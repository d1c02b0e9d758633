"""Slows down who guesses: after some failures the next attempt has to wait, longer each time."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable

from cachetools import TTLCache

from processing.sign_in.errors import TooManyAttemptsError

_FORGET_AFTER_S = 15 * 60
_KNOWN_FOR_S = 30 * 24 * 3600
_MAX_KEPT = 20_000


class Attempts:
    """Failures by account and by address. Thread-safe; memory is bounded and holds no e-mail.

    An account that does not exist is slowed down like one that does. Where somebody has signed in before, their
    attempts are counted apart: a stranger who types wrong passwords elsewhere, without end, does not keep them out.
    More failures are free for an address than for an account, because a whole hospital may share one. A waiting
    attempt is refused at once, without asking the sign-in server and without occupying a thread.
    """

    def __init__(
        self,
        *,
        free_by_account: int = 5,
        free_by_address: int = 20,
        longest_wait_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = {"account": free_by_account, "address": free_by_address}
        self._longest_wait_s = longest_wait_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: TTLCache[tuple[str, bytes], tuple[int, float]] = TTLCache(
            _MAX_KEPT, _FORGET_AFTER_S, timer=clock
        )
        self._known: TTLCache[bytes, bool] = TTLCache(_MAX_KEPT, _KNOWN_FOR_S, timer=clock)

    def begin(self, account: str, address: str | None) -> None:
        """Count an attempt as failed until it is known better, so that many at once are no way around the wait.

        Raises
        ------
        TooManyAttemptsError
            If it has to wait; the message says for how long.
        """
        with self._lock:
            now, keys = self._clock(), self._keys(account, address)
            wait = max(self._failures.get(key, (0, now))[1] - now for key in keys)
            if wait > 0:
                raise TooManyAttemptsError(
                    f"Too many attempts failed. Please try again in {max(1, math.ceil(wait))} s."
                )
            for key in keys:
                self._count(key, self._failures.get(key, (0, now))[0] + 1)

    def succeeded(self, account: str, address: str | None) -> None:
        """Forget an account's failures; those of the address stay, because a guesser may own one account."""
        self.undone(account, address)
        with self._lock:
            self._failures.pop(self._keys(account, address)[0], None)
            if address is not None:
                self._known[_pair(account, address)] = True

    def undone(self, account: str, address: str | None) -> None:
        """Take an attempt back that nobody judged."""
        with self._lock:
            for key in self._keys(account, address):
                self._count(key, max(0, self._failures.get(key, (0, 0.0))[0] - 1))

    def _count(self, key: tuple[str, bytes], n: int) -> None:
        over = n - self._free[key[0]]
        wait_s = 0.0 if over < 0 else min(2.0 ** (over + 1), self._longest_wait_s)
        self._failures[key] = (n, self._clock() + wait_s)

    def _keys(self, account: str, address: str | None) -> list[tuple[str, bytes]]:
        if address is None:
            return [("account", _digest(account.strip().casefold()))]
        pair = _pair(account, address)
        own = pair if pair in self._known else _digest(account.strip().casefold())
        return [("account", own), ("address", _digest(address))]


def _pair(account: str, address: str) -> bytes:
    return _digest(f"{account.strip().casefold()}\n{address}")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
