"""Synchronous calls beside the event loop: so many at a time, none waited for without end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from anyio import CapacityLimiter, to_thread

from processing.errors import TransientError
from rest_api.limits import ApiLimits
from rest_api.problems import BusyError

_T = TypeVar("_T")


class TookTooLongError(TransientError):
    """A call that was not waited for any longer; it ends by itself and holds its place until then."""

    def __init__(self, message: str, task: asyncio.Future[Any]) -> None:
        super().__init__(message)
        self._task = task

    def when_over(self, function: Callable[[], None]) -> None:
        """Call a function once the call has ended after all, from the event loop."""
        self._task.add_done_callback(lambda _: function())


class Threads:
    """Lanes: for what the database answers at once, for work that takes a core for a while, and for monitoring.

    No caller has more than half the places of the long work, so that somebody else's is always let in.
    """

    def __init__(self, limits: ApiLimits) -> None:
        self._limits = limits
        self._light = CapacityLimiter(limits.max_threads)
        self._heavy = CapacityLimiter(limits.max_heavy)
        self._probe = CapacityLimiter(1)
        self._places = limits.max_heavy + limits.max_heavy_waiting
        self._waiting: Counter[str] = Counter()

    async def light(self, function: Callable[[], _T]) -> _T:
        """Return the result of a short call.

        Raises
        ------
        TookTooLongError
            If it takes longer than ``call_timeout_s``.
        """
        call = _Call(function)
        return await _until(call, call.begin(self._light), self._limits.call_timeout_s)

    async def probe(self, function: Callable[[], _T]) -> _T:
        """Return the result of a look at what the server needs, which waits for no caller's work.

        Raises
        ------
        TookTooLongError
            If it takes longer than ``health_timeout_s``.
        """
        call = _Call(function)
        return await _until(call, call.begin(self._probe), self._limits.health_timeout_s)

    async def heavy(self, function: Callable[[], _T], *, caller: str) -> _T:
        """Return the result of a caller's long work.

        Raises
        ------
        BusyError
            If as many as may wait are waiting already, or half of them are this caller's.
        TookTooLongError
            If it takes longer than ``heavy_timeout_s``, waiting included.
        """
        if self._waiting.total() >= self._places:
            raise BusyError("The server is busy with other long work. Please ask again shortly.")
        if self._waiting[caller] >= max(1, self._places // 2):
            raise BusyError("The server is busy with other long work of yours. Please ask again shortly.")
        self._waiting[caller] += 1
        call = _Call(function)
        task = call.begin(self._heavy)
        task.add_done_callback(lambda _: self._done(caller))
        return await _until(call, task, self._limits.heavy_timeout_s)

    def _done(self, caller: str) -> None:
        self._waiting[caller] -= 1
        if not self._waiting[caller]:
            del self._waiting[caller]


class _Call(Generic[_T]):
    """A function on its way to a thread, which knows whether it has begun."""

    def __init__(self, function: Callable[[], _T]) -> None:
        self._function = function
        self.begun = False

    def begin(self, limiter: CapacityLimiter) -> asyncio.Future[_T]:
        return asyncio.ensure_future(to_thread.run_sync(self._run, limiter=limiter))

    def _run(self) -> _T:
        self.begun = True
        return self._function()


async def _until(call: _Call[_T], task: asyncio.Future[_T], timeout_s: float) -> _T:
    """Wait for a call. When the time is over, one that has not begun never will; a running thread cannot be stopped."""
    try:
        return await asyncio.wait_for(asyncio.shield(task), timeout_s)
    except TimeoutError:
        if task.done() and not task.cancelled():
            task.result()  # the work's own time-out, not ours
        task.add_done_callback(_look_at)
        if not call.begun:
            task.cancel()
        raise TookTooLongError(f"No answer within {timeout_s:g} s. Please ask again.", task) from None


def _look_at(task: asyncio.Future[_T]) -> None:
    """Look at the exception of a task that nobody waits for, so that asyncio does not report it."""
    if not task.cancelled():
        task.exception()
