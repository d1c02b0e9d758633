"""Synchronous calls beside the event loop: so many at a time, none waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from anyio import CapacityLimiter, to_thread

from processing.errors import TransientError
from rest_api.limits import ApiLimits
from rest_api.problems import BusyError

_T = TypeVar("_T")


class TookTooLongError(TransientError):
    """A call that was not waited for any longer; it ends by itself and holds its place until then."""


class Threads:
    """Two lanes: one for what the database answers at once, one for work that takes a core for a while."""

    def __init__(self, limits: ApiLimits) -> None:
        self._limits = limits
        self._light = CapacityLimiter(limits.max_threads)
        self._heavy = CapacityLimiter(limits.max_heavy)
        self._waiting = 0

    async def light(self, function: Callable[[], _T]) -> _T:
        """Return the result of a short call.

        Raises
        ------
        TookTooLongError
            If it takes longer than ``call_timeout_s``.
        """
        call = _Call(function)
        return await _until(call, call.begin(self._light), self._limits.call_timeout_s)

    async def heavy(self, function: Callable[[], _T]) -> _T:
        """Return the result of long work.

        Raises
        ------
        BusyError
            If as many as may wait are waiting already.
        TookTooLongError
            If it takes longer than ``heavy_timeout_s``, waiting included.
        """
        if self._waiting >= self._limits.max_heavy + self._limits.max_heavy_waiting:
            raise BusyError("The server is busy with other long work. Please ask again shortly.")
        self._waiting += 1
        call = _Call(function)
        task = call.begin(self._heavy)
        task.add_done_callback(self._done)
        return await _until(call, task, self._limits.heavy_timeout_s)

    def _done(self, _task: object) -> None:
        self._waiting -= 1


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
        raise TookTooLongError(f"No answer within {timeout_s:g} s. Please ask again.") from None


def _look_at(task: asyncio.Future[_T]) -> None:
    """Look at the exception of a task that nobody waits for, so that asyncio does not report it."""
    if not task.cancelled():
        task.exception()
