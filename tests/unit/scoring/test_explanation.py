"""Why this score: steps that add up exactly, and what would raise it most."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.scoring.configuration import RateWeights, ScoringConfiguration, Weights
from processing.scoring.explanation import explain
from processing.scoring.gains import best_gains
from processing.scoring.model import MuscleCount, ScoreInputs
from processing.scoring.session import score_session

LEFT = MuscleCount(11, 9, 10, 8, 12)
RIGHT = MuscleCount(12, 8, 11, 7, 12)
EXAMPLE = ScoreInputs(LEFT, RIGHT, perceived_effort_cr10=6.0, bfr_percent_aop=52.0)
UNJUDGED = MuscleCount(0, None, 0, None, 12, judged=False, reason="the channel is flat")


def _lost(inputs: ScoreInputs) -> dict[tuple[str, str | None], float | None]:
    return {(step.criterion, step.side): step.lost for step in explain(score_session(inputs))}


def test_the_worked_example_is_told_criterion_by_criterion() -> None:
    lost = _lost(EXAMPLE)
    assert lost[("completion", "left")] == pytest.approx(25 / 3 * (1 - 11 / 12))
    assert lost[("intensity", "left")] == pytest.approx(25 / 3 * (1 - 9 / 11))
    assert lost[("duration", "right")] == pytest.approx(25 / 3 * (1 - 11 / 12))
    assert lost[("completion", "right")] == 0
    assert lost[("effort", None)] == 0
    assert 100 - sum(value or 0.0 for value in lost.values()) == pytest.approx(93.27, abs=0.01)


def test_the_pressure_gate_takes_away_all_that_was_reached() -> None:
    steps = explain(score_session(replace(EXAMPLE, bfr_percent_aop=60.0)))
    assert steps[-1].criterion == "pressure"
    assert steps[-1].lost == pytest.approx(93.27, abs=0.01)
    assert "60 % AOP" in str(steps[-1].note)
    assert sum(step.reached or 0.0 for step in steps) == pytest.approx(0.0)


def test_an_effort_that_is_not_recorded_counts_for_nothing_and_says_what_it_could_bring() -> None:
    *others, effort = explain(score_session(replace(EXAMPLE, perceived_effort_cr10=None)))
    assert (effort.counts, effort.reached) == (False, None)
    assert (effort.low, effort.high) == (pytest.approx(5.0), pytest.approx(25.0))
    assert sum(step.possible for step in others) == pytest.approx(100)


def test_without_mvc_only_intensity_is_a_range() -> None:
    steps = explain(score_session(replace(EXAMPLE, left=replace(LEFT, n_intensity=None, n_good=None))))
    by_key = {(step.criterion, step.side): step for step in steps}
    unknown = by_key[("intensity", "left")]
    assert (unknown.reached, unknown.low) == (None, 0.0)
    assert unknown.high == pytest.approx(25 / 3)
    assert by_key[("duration", "left")].rate == pytest.approx(10 / 11)


def test_a_leg_that_is_not_judged_is_one_step_that_could_be_anything() -> None:
    steps = [s for s in explain(score_session(replace(EXAMPLE, left=UNJUDGED))) if s.side == "left"]
    assert [(s.criterion, s.reached, s.low, s.high) for s in steps] == [("compliance", None, 0.0, 25.0)]


def test_a_score_of_another_configuration_is_not_told_apart_wrongly() -> None:
    other = ScoringConfiguration(rate_weights=RateWeights(2.0, 1.0, 0.0))
    score = score_session(EXAMPLE, other)
    steps = explain(score)  # with the trial's weights
    assert [s.criterion for s in steps[:2]] == ["compliance", "compliance"]
    assert sum(s.reached or 0.0 for s in steps) == pytest.approx(score.total)
    told = explain(score, other)
    assert [s.criterion for s in told if s.side == "left"] == ["completion", "intensity"]


counts = st.integers(0, 20).flatmap(
    lambda n: st.tuples(st.just(n), st.none() | st.integers(0, n), st.integers(0, n), st.booleans())
)
configurations = st.builds(
    ScoringConfiguration,
    rate_denominator=st.sampled_from(["accepted", "expected"]),
    rate_weights=st.builds(RateWeights, st.floats(0.1, 3), st.floats(0, 3), st.floats(0, 3)),
    weights=st.builds(Weights, st.floats(0.1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)


def _inputs(left, right, effort, pressure, game) -> ScoreInputs:  # type: ignore[no-untyped-def]
    sides = [
        MuscleCount(n, i, d, None if i is None else max(i + d - n, 0), 12, judged=judged, reason="x")
        for n, i, d, judged in (left, right)
    ]
    return ScoreInputs(sides[0], sides[1], effort, pressure, game, None if game is None else 100.0)


@settings(max_examples=200, deadline=None)
@given(
    counts, counts, st.none() | st.floats(0, 10), st.none() | st.floats(0, 100), st.none() | st.floats(0, 100),
    configurations,
)  # fmt: skip
def test_steps_add_up_to_the_score_and_what_was_possible_to_100(  # type: ignore[no-untyped-def]
    left, right, effort, pressure, game, configuration
) -> None:
    score = score_session(_inputs(left, right, effort, pressure, game), configuration)
    steps = explain(score, configuration)
    assert all(step.low <= step.high + 1e-9 for step in steps)
    assert all(
        step.low - 1e-9 <= step.reached <= step.high + 1e-9 for step in steps if step.reached is not None
    )
    if score.total is None or score.compliance is None:
        return
    counting = [step for step in steps if step.counts]
    assert sum(step.reached or 0.0 for step in counting) == pytest.approx(score.total, abs=1e-9)
    assert sum(step.possible for step in counting) == pytest.approx(100.0)
    assert 100 - sum(step.lost or 0.0 for step in counting) == pytest.approx(score.total, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(counts, counts, st.none() | st.floats(0, 10), st.none() | st.floats(0, 100), configurations)
def test_a_gain_is_what_scoring_again_gives(left, right, effort, pressure, configuration) -> None:  # type: ignore[no-untyped-def]
    inputs = _inputs(left, right, effort, pressure, None)
    now = score_session(inputs, configuration)
    gains = best_gains(inputs, configuration)
    ends = [gain.low + gain.high for gain in gains]
    assert ends == sorted(ends, reverse=True)
    for gain in gains:
        assert max(gain.low, gain.high) >= 0.05
        if gain.points is not None and now.total is not None:
            assert now.total + gain.points <= 100 + 1e-9


def test_holding_each_contraction_is_the_best_next_gain_where_none_was_held() -> None:
    none_held = ScoreInputs(MuscleCount(12, 11, 0, 0, 12), MuscleCount(12, 12, 0, 0, 12), 5.0)
    best, *others = best_gains(none_held)
    assert (best.criterion, best.sides, best.missing) == ("duration", ("left", "right"), 24)
    held = replace(none_held, left=MuscleCount(12, 11, 12, 11, 12), right=MuscleCount(12, 12, 12, 12, 12))
    then, now = score_session(held).total, score_session(none_held).total
    assert then is not None
    assert now is not None
    assert best.points == pytest.approx(then - now)
    assert all((gain.points or 0) <= best.points for gain in others if best.points is not None)


def test_pressure_within_its_band_is_the_best_gain_of_a_score_that_it_made_0() -> None:
    best = best_gains(replace(EXAMPLE, bfr_percent_aop=60.0))[0]
    assert best.criterion == "pressure"
    assert best.points == pytest.approx(93.27, abs=0.01)


def test_nothing_raises_a_full_score() -> None:
    full = MuscleCount(12, 12, 12, 12, 12)
    assert best_gains(ScoreInputs(full, full, 5.0, 50.0)) == ()


def test_what_is_not_recorded_is_no_gain() -> None:
    full = MuscleCount(12, None, 12, None, 12)
    assert best_gains(ScoreInputs(full, full)) == ()


def test_the_gain_of_a_range_is_that_of_its_ends() -> None:
    unknown = MuscleCount(12, None, 6, None, 12)
    best = best_gains(ScoreInputs(unknown, unknown, 5.0))[0]
    assert best.criterion == "duration"
    assert best.points is None
    assert best.high > 0
