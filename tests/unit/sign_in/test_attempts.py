"""Guessing gets slow, for accounts that exist and for those that do not."""

from __future__ import annotations

import re

import pytest

from processing.sign_in import TooManyAttemptsError
from processing.sign_in.attempts import Attempts
from tests.unit.sign_in.conftest import Clock


def _waits(attempts: Attempts, clock: Clock, n: int, account: str = "ann@x.test") -> list[int]:
    """Fail n times, each as soon as allowed, and return the waits before each."""
    waits = []
    for number in range(n):
        try:
            attempts.begin(account, f"10.0.0.{number}")
            waits.append(0)
        except TooManyAttemptsError as error:
            wait = int(re.search(r"in (\d+) s", str(error))[1])  # type: ignore[index]
            waits.append(wait)
            clock.now += wait
            attempts.begin(account, f"10.0.0.{number}")
    return waits


def test_the_wait_grows_with_each_failure_up_to_a_minute() -> None:
    clock = Clock(0.0)
    assert _waits(Attempts(clock=clock), clock, 13) == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60]


def test_many_attempts_at_once_are_counted_before_they_are_judged() -> None:
    attempts = Attempts(clock=Clock(0.0))
    for _ in range(5):
        attempts.begin("ann@x.test", None)
    with pytest.raises(TooManyAttemptsError):
        attempts.begin("ann@x.test", None)


def test_spelling_an_address_differently_is_no_way_around() -> None:
    attempts = Attempts(clock=Clock(0.0))
    for spelling in ("ann@x.test", "ANN@x.test", " ann@X.test", "Ann@x.test", "aNN@x.test"):
        attempts.begin(spelling, None)
    with pytest.raises(TooManyAttemptsError):
        attempts.begin("ann@x.test", None)


def test_success_forgets_the_accounts_failures_and_keeps_the_addresss() -> None:
    attempts = Attempts(clock=Clock(0.0), free_by_address=3)
    for _ in range(2):
        attempts.begin("ann@x.test", "10.0.0.1")
    attempts.begin("own@x.test", "10.0.0.1")
    attempts.succeeded("own@x.test", "10.0.0.1")
    attempts.begin("ann@x.test", "10.0.0.1")
    with pytest.raises(TooManyAttemptsError):
        attempts.begin("bob@x.test", "10.0.0.1")
    attempts.begin("own@x.test", "10.0.0.2")


def test_one_account_does_not_slow_down_another() -> None:
    attempts = Attempts(clock=Clock(0.0))
    for _ in range(5):
        attempts.begin("ann@x.test", None)
    attempts.begin("bob@x.test", None)


def test_an_attempt_that_nobody_judged_does_not_count() -> None:
    attempts = Attempts(clock=Clock(0.0))
    for _ in range(20):
        attempts.begin("ann@x.test", "10.0.0.1")
        attempts.undone("ann@x.test", "10.0.0.1")


def test_failures_are_forgotten_after_a_quarter_of_an_hour() -> None:
    clock = Clock(0.0)
    attempts = Attempts(clock=clock)
    for _ in range(5):
        attempts.begin("ann@x.test", None)
    clock.now = 15 * 60 + 1
    for _ in range(5):
        attempts.begin("ann@x.test", None)


def test_a_stranger_who_keeps_guessing_does_not_keep_its_owner_out() -> None:
    clock = Clock(0.0)
    attempts = Attempts(clock=clock)
    attempts.begin("ann@x.test", "10.0.0.1")
    attempts.succeeded("ann@x.test", "10.0.0.1")
    _waits(attempts, clock, 10)
    with pytest.raises(TooManyAttemptsError):
        attempts.begin("Ann@x.test", "10.9.9.9")
    attempts.begin("Ann@x.test", "10.0.0.1")


def test_where_somebody_has_signed_in_before_guessing_is_slow_too() -> None:
    attempts = Attempts(clock=Clock(0.0))
    attempts.begin("ann@x.test", "10.0.0.1")
    attempts.succeeded("ann@x.test", "10.0.0.1")
    for _ in range(5):
        attempts.begin("ann@x.test", "10.0.0.1")
    with pytest.raises(TooManyAttemptsError):
        attempts.begin("ann@x.test", "10.0.0.1")
