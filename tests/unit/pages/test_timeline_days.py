"""The timeline's axis of days: slots, folds and dates."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._components.timeline.days import FOLD_FROM, Days

FIRST = datetime(2026, 3, 2, 9, 0)


def at(*days: float) -> list[datetime]:
    return [FIRST + timedelta(days=day) for day in days]


def test_each_day_has_one_slot_and_its_sessions_share_it() -> None:
    days = Days.of(at(0, 0.1, 2))
    assert days.positions(at(0, 0.1, 2)) == pytest.approx([1 / 3, 2 / 3, 2.5])
    assert days.width == 3


def test_a_fortnight_stays_as_it_is_and_two_years_are_folded() -> None:
    assert Days.of(at(0, 15)).folds == ()
    days = Days.of(at(0, 1, 720))
    assert [(fold.start, fold.n_days) for fold in days.folds] == [(2, 718)]
    assert days.width == 4
    assert list(days.shown()) == [date(2026, 3, 2), date(2026, 3, 3), (FIRST + timedelta(days=720)).date()]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=40).map(sorted))
def test_sessions_stand_in_order_of_time_inside_the_axis_and_never_in_a_fold(offsets: list[int]) -> None:
    days = Days.of(at(*offsets))
    places = days.positions(at(*offsets))
    assert places == sorted(places)
    assert 0 < places[0] <= places[-1] < days.width
    assert days.width <= 901
    for fold in days.folds:
        assert fold.n_days > FOLD_FROM
        start = days.x_of(days.first + timedelta(days=fold.start))
        assert not [x for x in places if start <= x <= start + fold.width]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=40), st.floats(150, 2000))
def test_dates_keep_their_distance(offsets: list[int], width_px: float) -> None:
    days = Days.of(at(*sorted(offsets)))
    places, words = days.ticks(width_px)
    assert len(places) == len(words) > 0
    gaps = [(b - a) / days.width * width_px for a, b in itertools.pairwise(places)]
    assert all(gap > 90 for gap in gaps)
