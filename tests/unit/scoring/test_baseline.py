"""The band of a patient's own first sessions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.errors import InvalidParameterError
from processing.scoring.baseline import Baseline, own_baseline


def test_the_band_reaches_from_the_lowest_to_the_highest_of_the_first_sessions() -> None:
    assert own_baseline([(4, 4), (7, 7), (5, 5), (12, 12)]) == Baseline(4, 7, 3, 2)


def test_sessions_without_a_value_are_passed_over() -> None:
    assert own_baseline([None, (4, 4), None, (6, 6), (5, 5), (9, 9)]) == Baseline(4, 6, 3, 4)


def test_too_few_known_sessions_make_no_band() -> None:
    assert own_baseline([(4, 4), None, (6, 6)]) is None


def test_a_range_widens_the_band_to_all_that_is_possible() -> None:
    assert own_baseline([(0, 8), (4, 4), (5, 5)]) == Baseline(0, 8, 3, 2)


@pytest.mark.parametrize(
    ("value", "place"), [((8, 8), "above"), ((7, 9), "within"), ((4, 4), "within"), ((0, 3), "below")]
)
def test_a_value_is_above_or_below_only_where_that_is_certain(value: tuple[float, float], place: str) -> None:
    assert Baseline(4, 7, 3, 2).place_of(value) == place


@given(st.lists(st.floats(0, 100).map(lambda v: (v, v)), min_size=3), st.integers(1, 3))
def test_every_session_of_the_baseline_lies_within_it(values: list[tuple[float, float]], n: int) -> None:
    band = own_baseline(values, n_sessions=n)
    assert band is not None
    assert all(band.place_of(value) == "within" for value in values[:n])


def test_a_baseline_of_no_session_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="0 sessions; expected 1 or more"):
        own_baseline([(1, 1)], n_sessions=0)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="ends before it begins"):
        own_baseline([(2, 1)], n_sessions=1)
