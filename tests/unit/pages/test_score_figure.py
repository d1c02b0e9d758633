"""The score's picture: from 100 down to the printed total, step by step, in tenths that add up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages._components.score_figure import (
    is_narrow,
    score_alt,
    score_figure,
    shown_parts,
    shown_range,
    shown_total,
)
from pages._components.score_gains import gain_lines, points
from pages._components.score_steps import shown_steps
from processing.emg.parameters import SessionTargets
from processing.scoring.gains import Gain, best_gains
from processing.scoring.model import MuscleCount, ScoreInputs, ScorePart
from processing.scoring.session import score_session
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    TARGETS,
    make_channel,
    make_part,
    make_score,
    make_score_not_assessable,
    make_score_of,
    make_score_without_effort,
)

LEFT = MuscleCount(11, 9, 10, 8, 12)
RIGHT = MuscleCount(12, 8, 11, 7, 12)
EXAMPLE = ScoreInputs(LEFT, RIGHT, perceived_effort_cr10=6.0, bfr_percent_aop=52.0)
counts = st.integers(0, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n)))


@settings(deadline=None)
@given(counts, counts, st.none() | st.floats(0, 10), st.none() | st.floats(40, 60))
def test_100_less_the_printed_costs_is_the_printed_total(left, right, effort, pressure) -> None:  # type: ignore[no-untyped-def]
    legs = [MuscleCount(n, i, d, max(i + d - n, 0), 12) for n, i, d in (left, right)]
    score = score_session(ScoreInputs(legs[0], legs[1], effort, pressure))
    printed = sum(step.tenths or 0 for step in shown_steps(score))
    assert 1000 - printed == round(10 * float(shown_total(score)))


def test_the_worked_example_is_printed_leg_by_leg() -> None:
    steps = shown_steps(score_session(EXAMPLE))
    assert [(step.name, step.cost) for step in steps] == [
        ("L ● done", "−0.7"),
        ("L ● strong enough", "−1.5"),
        ("L ● held", "−0.7"),
        ("R ▲ done", "0"),
        ("R ▲ strong enough", "−2.8"),
        ("R ▲ held", "−0.7"),
        ("Symmetry", "−0.3"),
        ("Effort", "0"),
    ]


def test_the_printed_costs_of_the_worked_example_lead_to_93_3() -> None:
    score = score_session(EXAMPLE)
    assert shown_total(score) == "93.3"
    assert 1000 - sum(step.tenths or 0 for step in shown_steps(score)) == 933


def test_a_gate_takes_away_all_that_was_left() -> None:
    score = score_session(replace(EXAMPLE, bfr_percent_aop=60.0))
    gate = shown_steps(score)[-1]
    assert (gate.name, gate.fact, gate.cost) == ("Cuff pressure", "outside its band", "−93.3")
    assert shown_total(score) == "0.0"


def test_an_effort_that_is_not_recorded_costs_nothing_and_says_so() -> None:
    effort = shown_steps(score_session(replace(EXAMPLE, perceived_effort_cr10=None)))[-1]
    assert (effort.name, effort.fact, effort.cost) == ("Effort", "not recorded", "not counted")


def test_an_intensity_that_is_not_assessable_is_a_range() -> None:
    unknown = replace(LEFT, n_intensity=None, n_good=None)
    by_name = {step.name: step for step in shown_steps(score_session(replace(EXAMPLE, left=unknown)))}
    assert by_name["L ● strong enough"].fact == "no MVC"
    assert by_name["L ● strong enough"].cost == "0 to −8.3"


def test_each_cost_leads_to_the_contractions_that_missed_the_target() -> None:
    channels = [make_channel("left"), make_channel("right", FOUR_KINDS[:1])]
    counts_ = [MuscleCount(4, 2, 2, 1, 4), MuscleCount(1, 1, 1, 1, 4)]
    score = score_session(ScoreInputs(counts_[0], counts_[1], 5.0))
    by_key = {(s.step.criterion, s.step.side): s for s in shown_steps(score, channels, TARGETS)}
    assert [stop.index for stop in by_key["intensity", "left"].behind] == [2, 3]
    assert [stop.index for stop in by_key["duration", "left"].behind] == [1, 3]
    assert [stop.index for stop in by_key["completion", "left"].behind] == [0, 1, 2, 3]
    assert by_key["duration", "right"].behind == ()
    assert by_key["duration", "left"].fact == "2 of 4"
    assert by_key["duration", "left"].name == "L ● held ≥ 2\u202fs"
    assert by_key["duration", "left"].behind_words == "L ● 2 contractions not held"


def test_each_row_begins_where_the_one_above_ended() -> None:
    bars = score_figure(score_session(EXAMPLE))["data"]
    kept = [bar for bar in bars if bar["meta"]["kind"] == "kept"]
    lost = [bar for bar in bars if bar["meta"]["kind"] == "lost"]
    here = 100.0
    for left, cost in zip(kept, lost, strict=True):
        assert cost["base"][0] + cost["x"][0] == pytest.approx(here)
        here = left["x"][0]
    (total,) = [bar for bar in bars if bar["meta"]["kind"] == "total"]
    assert total["x"][0] == pytest.approx(here)


def test_what_is_not_known_is_hatched_and_so_is_the_range() -> None:
    unknown = replace(LEFT, n_intensity=None, n_good=None)
    bars = score_figure(score_session(replace(EXAMPLE, left=unknown)))["data"]
    kinds = [bar["meta"]["kind"] for bar in bars if "pattern" in bar["marker"]]
    assert kinds == ["open", "open", "range"]  # intensity of one leg, and with it symmetry
    assert not [bar for bar in bars if bar["meta"]["kind"] == "total"]


def test_a_complete_score_draws_no_range() -> None:
    kinds = {bar["meta"]["kind"] for bar in score_figure(score_session(EXAMPLE))["data"]}
    assert kinds == {"kept", "lost", "total"}


def test_where_there_is_little_room_the_words_stand_above_the_bars() -> None:
    wide, narrow = (score_figure(score_session(EXAMPLE), narrow=each)["layout"] for each in (False, True))
    assert wide["margin"]["l"] > 200
    assert narrow["margin"]["l"] == 0
    assert narrow["height"] > wide["height"]
    named = [note for note in narrow["annotations"] if note["text"].startswith("L ●")]
    assert named
    assert all(note["xshift"] == 0 and note["yshift"] > 0 for note in named)


@pytest.mark.parametrize(("width_px", "narrow"), [(288, True), (500, True), (780, False), (1160, False)])
def test_a_phone_and_a_tablet_are_narrow_and_a_desktop_is_not(width_px: float, narrow: bool) -> None:
    assert is_narrow(width_px) is narrow


def test_the_axis_names_its_unit() -> None:
    assert score_figure(make_score())["layout"]["xaxis"]["title"]["text"] == "points of 100"


def test_the_text_alternative_names_costs_and_range() -> None:
    said = score_alt(score_session(replace(EXAMPLE, perceived_effort_cr10=None)))
    assert said.startswith("Score 91.0 of 100: from 100, L ● done −1.0")
    assert said.endswith("It could lie between 73.3 and 93.3.")


def test_the_best_next_gain_is_told_in_words() -> None:
    none_held = ScoreInputs(MuscleCount(12, 11, 0, 0, 12), MuscleCount(12, 12, 0, 0, 12), 5.0)
    first, *others = gain_lines(best_gains(none_held), SessionTargets())
    assert first.startswith(
        ":material/trending_up: **Best next gain** · hold every contraction 2\u202fs in both legs"
    )
    assert all("hold every" not in other for other in others)
    assert gain_lines((), SessionTargets()) == []


def test_the_gain_of_a_range_is_printed_with_both_ends() -> None:
    assert points(Gain("duration", ("left",), None, -1.2, 8.3)) == "−1.2 to +8.3 points"
    assert points(Gain("duration", ("left",), 8.3, 8.3, 8.3)) == "+8.3 points"


# The parts of which other pages tell.


@given(st.lists(st.floats(0, 33, allow_nan=False), min_size=1, max_size=4))
def test_printed_parts_add_up_to_the_printed_total(values: list[float]) -> None:
    score = make_score_of([make_part(f"part {i}", value) for i, value in enumerate(values)])
    printed = sum(round(10 * float(part.points)) for part in shown_parts(score))
    assert printed == round(10 * float(shown_total(score)))


def test_a_part_s_gate_takes_away_exactly_what_had_been_reached() -> None:
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
