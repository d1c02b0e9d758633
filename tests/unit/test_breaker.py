"""A breaker refuses at once while what it guards is away, and finds out by itself when it is back."""

from __future__ import annotations

import threading
import time

import pytest

from processing.breaker import Breaker
from processing.errors import NotFoundError, StorageUnavailableError


def make_breaker(*, try_again_after_s: float = 60.0) -> Breaker:
    return Breaker(
        "store",
        failures_are=StorageUnavailableError,
        refusal=lambda: StorageUnavailableError("refused without asking"),
        failures_in_a_row=3,
        try_again_after_s=try_again_after_s,
    )


def fails() -> str:
    raise StorageUnavailableError("away")


def is_not_there() -> str:
    raise NotFoundError("no such object")


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(StorageUnavailableError, match="away"):
            breaker.call(fails)


def test_after_three_failures_in_a_row_nothing_is_asked_any_more() -> None:
    breaker = make_breaker()
    fail(breaker, 3)
    with pytest.raises(StorageUnavailableError, match="refused without asking"):
        breaker.call(lambda: pytest.fail("was asked"))
    assert (breaker.is_open, breaker.n_failures) == (True, 3)


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = make_breaker()
    fail(breaker, 2)
    assert breaker.call(lambda: "here") == "here"
    fail(breaker, 2)
    assert not breaker.is_open


def test_an_answer_that_is_an_error_is_still_an_answer() -> None:
    breaker = make_breaker()
    fail(breaker, 2)
    with pytest.raises(NotFoundError):
        breaker.call(is_not_there)
    fail(breaker, 2)
    assert not breaker.is_open


def test_one_trial_is_let_through_and_closes_it_when_it_succeeds() -> None:
    breaker = make_breaker(try_again_after_s=0.05)
    fail(breaker, 3)
    time.sleep(0.06)
    assert breaker.call(lambda: "here") == "here"
    assert not breaker.is_open
    assert breaker.call(lambda: "again") == "again"


def test_it_says_how_long_until_the_next_trial() -> None:
    breaker = make_breaker(try_again_after_s=60.0)
    fail(breaker, 2)
    assert breaker.pause_s == 0.0
    fail(breaker, 1)
    assert 59.0 < breaker.pause_s <= 60.0


def test_only_one_caller_tries_while_the_others_are_refused() -> None:
    breaker = make_breaker(try_again_after_s=0.05)
    fail(breaker, 3)
    time.sleep(0.06)
    trying, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        trying.set()
        assert go_on.wait(5)
        return "here"

    first = threading.Thread(target=lambda: breaker.call(slow))
    first.start()
    assert trying.wait(5)
    with pytest.raises(StorageUnavailableError, match="refused without asking"):
        breaker.call(lambda: "too early")
    go_on.set()
    first.join(5)
    assert not breaker.is_open


def test_calls_run_side_by_side() -> None:
    breaker, meet = make_breaker(), threading.Barrier(2, timeout=5)
    threads = [threading.Thread(target=lambda: breaker.call(meet.wait)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert not meet.broken
