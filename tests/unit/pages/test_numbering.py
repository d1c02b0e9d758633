"""Numbers above the contractions: in order, never on top of each other, none of the doubtful left out."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pages._components.review_figure.layout import NOMINAL_WIDTH
from pages._components.review_figure.numbering import (
    CHARACTER,
    crowded,
    label_places,
    visible_middles,
)
from tests.unit.pages.fakes import make_contraction

WINDOW = (0.0, 100.0)
middles_in_order = st.lists(st.floats(0, 100), max_size=60, unique=True).map(sorted)


def test_with_room_each_contraction_has_its_number() -> None:
    labels = label_places([10.0, 20.0, 30.0], [False, True, False], WINDOW)
    assert [label.text for label in labels] == ["1", "2 ?", "3"]
    assert [label.x for label in labels] == [10.0, 20.0, 30.0]


def test_symbols_that_touch_share_a_number() -> None:
    labels = label_places([10.0, 10.5, 11.0, 30.0], [False] * 4, WINDOW)
    assert [(label.x, label.text) for label in labels] == [(10.5, "1–3"), (30.0, "4")]
    assert crowded([10.0, 10.5, 11.0, 30.0], WINDOW) == [True, True, True, False]


def test_a_closer_look_parts_them() -> None:
    labels = label_places([10.0, 10.5, 11.0], [False] * 3, (8.0, 13.0))
    assert [label.text for label in labels] == ["1", "2", "3"]


@given(middles_in_order)
def test_no_two_numbers_overlap(middles: list[float]) -> None:
    labels = label_places(middles, [False] * len(middles), WINDOW)
    scale = NOMINAL_WIDTH / 100
    for left, right in pairwise(labels):
        assert (right.x - left.x) * scale >= CHARACTER * (len(left.text) + len(right.text)) / 2


def test_the_doubtful_keep_their_mark_where_room_is_short() -> None:
    middles = [10.0 + 1.2 * i for i in range(12)]
    labels = label_places(middles, [i == 5 for i in range(12)], WINDOW)
    assert "6 ?" in [label.text for label in labels]
    assert len(labels) < 12


def test_a_contraction_cut_by_the_window_is_marked_where_it_is_seen() -> None:
    contractions = [make_contraction(2.0, 4.0), make_contraction(8.0, 4.0), make_contraction(20.0, 2.0)]
    assert visible_middles(contractions, (5.0, 10.0)) == [5.5, 9.0, 21.0]
