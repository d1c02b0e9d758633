"""Looks are counted by session and day, and handed over once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from processing.use_cases.trace_use import BUILD_BOUNDS_S, BuildTimes, Look, UseLedger


def test_looks_add_up_by_session_and_utc_day() -> None:
    now = [datetime(2026, 3, 1, 23, 59, tzinfo=UTC)]
    ledger = UseLedger(lambda: now[0])
    ledger.count("P001S001", Look(drawn=True, build_s=1.5))
    ledger.count("P001S001", Look(drawn=True, build_s=1.0))
    ledger.count("P001S001", Look(drawn=False, from_memory=True))
    ledger.count("P001S002", Look(drawn=True, from_shared=True))
    now[0] = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=1)))
    ledger.count("P001S001", Look(drawn=True))
    one, two, next_day = ledger.take()
    assert (one.looks, one.drawn, one.memory_hits, one.builds, one.slow_builds) == (3, 2, 1, 2, 1)
    assert (one.build_s, one.longest_build_s) == (2.5, 1.5)
    assert (two.session_code, two.shared_hits, two.longest_build_s) == ("P001S002", 1, None)
    assert (next_day.day, next_day.looks, next_day.builds) == (date(2026, 3, 2), 1, 0)


def test_what_was_handed_over_is_gone_until_it_is_put_back() -> None:
    ledger = UseLedger()
    ledger.count("P001S001", Look(drawn=True, build_s=0.5))
    taken = ledger.take()
    assert ledger.take() == []
    ledger.count("P001S001", Look(drawn=True, build_s=2.0))
    ledger.put_back(taken)
    (both,) = ledger.take()
    assert (both.looks, both.builds, both.build_s, both.longest_build_s) == (2, 2, 2.5, 2.0)


def test_a_long_outage_does_not_fill_the_memory() -> None:
    ledger = UseLedger()
    for number in range(10_500):
        ledger.count(f"P001S{number}", Look(drawn=True))
    ledger.count("P001S0", Look(drawn=True))  # one that is there goes on counting
    taken = ledger.take()
    assert (len(taken), taken[0].looks) == (10_000, 2)


def test_build_times_fall_into_the_class_that_ends_at_or_above_them() -> None:
    times = BuildTimes()
    for seconds in (0.0, 0.025, 1.0, 1.01, 99.0):
        times.add(seconds)
    counts, total_s = times.read()
    by_bound = dict(zip((*BUILD_BOUNDS_S, None), counts, strict=True))
    assert {bound: n for bound, n in by_bound.items() if n} == {0.025: 2, 1.0: 1, 2.5: 1, None: 1}
    assert total_s == 101.035
