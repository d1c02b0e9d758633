"""Fail at once while something that others depend on is known to be away, instead of making each caller wait.

Our own, in few lines: pybreaker 1.4 holds its lock for the length of every call, which would read one recording at a
time, and purgatory 3.0 takes no lock at all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from processing.errors import TransientError

_T = TypeVar("_T")

FAILURES_IN_A_ROW = 3
TRY_AGAIN_AFTER_S = 1.0

_log = structlog.get_logger(__name__)


class Breaker:
    """Lets calls through until a few in a row failed; then one is let through now and then to see.

    Parameters
    ----------
    name : str
        Of what is called, for the log of state changes.
    failures_are : type of exception
        What counts as a failure; anything else is an answer, good or bad.
    refusal : callable
        Makes the error that callers get while nothing is let through.
    failures_in_a_row, try_again_after_s
        When it opens, and how long until the next trial.
    """

    def __init__(
        self,
        name: str,
        *,
        failures_are: type[Exception],
        refusal: Callable[[], TransientError],
        failures_in_a_row: int = FAILURES_IN_A_ROW,
        try_again_after_s: float = TRY_AGAIN_AFTER_S,
    ) -> None:
        self.n_failures = 0
        self._name = name
        self._failures_are = failures_are
        self._refusal = refusal
        self._failures_in_a_row = failures_in_a_row
        self._try_again_after_s = try_again_after_s
        self._in_a_row = 0
        self._next_trial = 0.0
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the last calls failed and none has succeeded since."""
        return self._in_a_row >= self._failures_in_a_row

    @property
    def pause_s(self) -> float:
        """How long until a call would be let through, in seconds; 0 if one would be now."""
        return max(0.0, self._next_trial - time.monotonic()) if self.is_open else 0.0

    def call(self, function: Callable[[], _T]) -> _T:
        """Return the function's result; whatever it raises passes, and the refusal while it is not called."""
        self.admit()
        try:
            result = function()
        except self._failures_are:
            self.failed()
            raise
        except Exception:
            self.answered()
            raise
        self.answered()
        return result

    def admit(self) -> None:
        """Raise the refusal if a call is not to be made now; who is admitted says how it ended.

        For callers that wait for the call in a way of their own; :meth:`call` does all three.
        """
        with self._lock:
            if not self.is_open:
                return
            now = time.monotonic()
            if now < self._next_trial:
                raise self._refusal()
            self._next_trial = (
                now + self._try_again_after_s
            )  # this call is the trial; others are refused meanwhile

    def failed(self) -> None:
        """Count a call that failed or was given up."""
        with self._lock:
            self.n_failures += 1
            self._in_a_row += 1
            self._next_trial = time.monotonic() + self._try_again_after_s
            opened = self._in_a_row == self._failures_in_a_row
        if opened:
            _log.warning("breaker_opened", name=self._name)

    def answered(self) -> None:
        """Count a call that was answered."""
        with self._lock:
            closed = self.is_open
            self._in_a_row = 0
        if closed:
            _log.info("breaker_closed", name=self._name)
