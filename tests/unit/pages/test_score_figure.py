"""The score's picture and table: parts that add up to the printed total."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._components.score_figure import (
    score_alt,
    score_figure,
    shown_parts,
    shown_range,
    shown_total,
)
from processing.scoring.model import ScorePart
from tests.unit.pages.fakes import (
    make_part,
    make_score,
    make_score_not_assessable,
    make_score_of,
    make_score_without_effort,
)


@given(st.lists(st.floats(0, 33, allow_nan=False), min_size=1, max_size=4))
def test_printed_parts_add_up_to_the_printed_total(points: list[float]) -> None:
    score = make_score_of([make_part(f"part {i}", value) for i, value in enumerate(points)])
    printed = sum(round(10 * float(part.points)) for part in shown_parts(score))
    assert printed == round(10 * float(shown_total(score)))


def test_known_answer_of_the_worked_example() -> None:
    score = make_score_of([make_part("a", 43.5625), make_part("b", 24.7109), make_part("c", 25.0)])
    assert [part.points for part in shown_parts(score)] == ["43.6", "24.7", "25.0"]
    assert shown_total(score) == "93.3"


def test_a_gate_takes_away_exactly_what_had_been_reached() -> None:
    gate = ScorePart("pressure gate", 1.0, 0.0, -93.2734, 0.0, 0.0, "60 % of AOP lies outside 45-55 %")
    score = make_score_of([make_part("a", 43.5625), make_part("b", 24.7109), make_part("c", 25.0), gate])
    assert shown_total(score) == "0.0"
    assert [part.points for part in shown_parts(score)] == ["43.6", "24.7", "25.0", "−93.3"]


def test_a_missing_part_says_what_it_could_bring() -> None:
    score = make_score_without_effort()
    assert [part.points for part in shown_parts(score)[:3]] == ["38.9", "22.7", "0–25 if known"]
    assert shown_total(score) == "61.6"
    assert shown_range(score) == "46.2 to 71.2"


def test_without_a_total_each_part_shows_its_points_or_their_bounds() -> None:
    score = make_score_not_assessable()
    assert [part.points for part in shown_parts(score)] == ["17–33", "0–25", "25.0"]
    assert shown_total(score) == "—"
    assert shown_range(score) == "17.0 to 84.0"


def test_segments_follow_each_other_without_gaps() -> None:
    bars = score_figure(make_score())["data"]
    ends = [bar["base"][0] + bar["x"][0] for bar in bars]
    assert [bar["base"][0] for bar in bars] == pytest.approx([0.0, *ends[:-1]])
    assert ends[-1] == pytest.approx(71.2)


def test_the_range_is_hatched_from_low_to_high() -> None:
    bars = score_figure(make_score_not_assessable())["data"]
    assert [bar["meta"]["kind"] for bar in bars] == ["range"]
    assert bars[0]["marker"]["pattern"]["shape"] == "/"
    assert (bars[0]["base"][0], bars[0]["x"][0]) == (17.0, pytest.approx(67.0))


def test_a_complete_score_draws_no_range() -> None:
    assert all(bar["meta"]["kind"] == "part" for bar in score_figure(make_score())["data"])


def test_the_text_alternative_names_parts_and_range() -> None:
    assert score_alt(make_score_without_effort()) == (
        "Score 61.6 of 100, made of: Compliance 38.9, Symmetry 22.7. It could lie between 46.2 and 71.2."
    )
