"""How much one caller may ask: requests a minute, long work a minute, and failed keys a minute from one address."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from rest_api.problems import ProblemError

_WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """Bounds of one request, of one caller, and of what runs at the same time.

    ``storage`` is where the ``limits`` library counts: this process' memory, or a server that several share.
    """

    requests_per_minute: int = 600
    heavy_per_minute: int = 60
    refused_per_minute: int = 30
    storage: str = "memory://"
    max_json_bytes: int = 256 * 1024
    max_recording_bytes: int = 64 * 1024 * 1024
    posts_per_caller: int = 2
    body_timeout_s: float = 60.0
    max_threads: int = 8
    max_heavy: int = 2
    max_heavy_waiting: int = 8
    call_timeout_s: float = 8.0
    health_timeout_s: float = 2.5
    heavy_timeout_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a caller's minute, for the response's headers."""

    name: str
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return RateLimit-Policy and RateLimit as draft-ietf-httpapi-ratelimit-headers-10 writes them."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={_WINDOW_S}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset_s}',
        }


class RateLimits:
    """Counts requests by caller. Thread-safe."""

    def __init__(self, limits: ApiLimits) -> None:
        self._limiter = FixedWindowRateLimiter(storage_from_string(limits.storage))
        self._items = {
            "requests": RateLimitItemPerMinute(limits.requests_per_minute),
            "heavy": RateLimitItemPerMinute(limits.heavy_per_minute),
            "refused": RateLimitItemPerMinute(limits.refused_per_minute),
        }

    def spend(self, caller: str, *, heavy: bool) -> Budget:
        """Count one request of a caller and return the tighter of the budgets that it came from.

        Raises
        ------
        ProblemError
            429 with Retry-After, if nothing is left of one of them.
        """
        budget = self._spend("requests", caller)
        return self._spend("heavy", caller) if heavy else budget

    def refused(self, address: str) -> None:
        """Count a request that was not admitted; ProblemError 429 if an address has had too many.

        Who shows a valid key or token never comes here, so nobody can lock somebody else out.
        """
        self._spend("refused", address)

    def check_refused(self, address: str) -> None:
        """Return if an address may try one more key; ProblemError 429 if it has had too many refused."""
        if not self._limiter.test(self._items["refused"], "refused", address):
            raise self._too_many("refused", address)

    def _spend(self, name: str, caller: str) -> Budget:
        item = self._items[name]
        if not self._limiter.hit(item, name, caller):
            raise self._too_many(name, caller)
        return self._left(name, caller)

    def _left(self, name: str, caller: str) -> Budget:
        item = self._items[name]
        window = self._limiter.get_window_stats(item, name, caller)
        left_s = max(1, math.ceil(window.reset_time - time.time()))
        return Budget(name, item.amount, max(0, window.remaining), left_s)

    def _too_many(self, name: str, caller: str) -> ProblemError:
        left = self._left(name, caller)
        return ProblemError(
            429,
            "too-many-requests",
            "Too many requests",
            f"More than {left.limit} requests within a minute. Ask again in {left.reset_s} s.",
            {"Retry-After": str(left.reset_s), **left.headers()},
        )
