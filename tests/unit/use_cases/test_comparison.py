"""Two sessions side by side: what each measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processing.emg.results import Mvc
from processing.errors import InvalidParameterError
from processing.recording import RecordedMeasures
from processing.use_cases.comparison import compare_sessions, measures_of
from processing.use_cases.read_models import SessionInputs
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    TARGETS,
    make_channel,
    make_quality,
    make_review,
    without_mvc,
)


def test_good_contractions_are_exact_with_an_mvc_and_a_range_without() -> None:
    without = make_channel("right", without_mvc(FOUR_KINDS), mvc=Mvc(210.0, "session_peak"))
    found = measures_of(make_review(channels=[make_channel("left"), without]))
    assert found.leg("left").good == (1.0, 1.0)
    assert found.leg("right").good == (0.0, 2.0)


def test_percent_mvc_needs_an_mvc_that_was_measured() -> None:
    without = make_channel("right", mvc=Mvc(210.0, "session_peak"))
    found = measures_of(make_review(channels=[make_channel("left"), without]))
    assert found.leg("left").percent_mvc == pytest.approx(100 * 204 / 250)
    assert found.leg("right").percent_mvc is None


def test_a_leg_that_is_not_judged_has_no_numbers_but_what_was_expected() -> None:
    loose = make_channel("right", quality=make_quality("not_judged"))
    leg = measures_of(make_review(channels=[make_channel("left"), loose])).leg("right")
    assert (leg.judged, leg.expected) == (False, TARGETS.expected_contractions)
    assert (leg.found, leg.good, leg.mean_hold_s, leg.plateau_uv, leg.percent_mvc) == (None,) * 5


def test_what_was_entered_goes_before_what_the_file_holds() -> None:
    in_file = RecordedMeasures(perceived_effort_cr10=5.0, bfr_percent_aop=50.0)
    entered = SessionInputs(targets=TARGETS, perceived_effort_cr10=7.0)
    found = measures_of(make_review(measures=in_file, inputs=entered))
    assert (found.effort_cr10, found.percent_aop) == (7.0, 50.0)


def test_a_session_is_not_compared_with_itself() -> None:
    with pytest.raises(InvalidParameterError, match="P001S001 cannot be compared with itself"):
        compare_sessions(make_review(), make_review())


def test_two_patients_are_not_compared() -> None:
    with pytest.raises(InvalidParameterError, match="P001S001 and P002S001 are of different patients"):
        compare_sessions(make_review("P001S001"), make_review("P002S001"))


def test_the_same_bytes_are_said_to_be_the_same_recording() -> None:
    a, b = make_review("P001S001"), make_review("P001S002")
    assert compare_sessions(a, b).same_recording
    assert b.result is not None
    other = replace(b, result=replace(b.result, file_sha256="0" * 64))
    assert not compare_sessions(a, other).same_recording


def test_a_session_without_a_result_stays_comparable_in_nothing() -> None:
    compared = compare_sessions(make_review("P001S001"), make_review("P001S002", status="pending"))
    assert [guard.obstacles[0].kind for guard in compared.guard] == ["no_result", "no_result"]
    assert compared.measures[1].leg("left").good is None
