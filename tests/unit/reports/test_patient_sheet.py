"""The patient's sheet says what is true, compares what can be compared, and is kind about what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from processing.emg.results import Contraction, Mvc
from processing.reports import ReportOptions, ReportSource, typeset_report
from processing.reports.comparison import comparable_sessions
from processing.use_cases.cohort import LegSummary, TimelineSession
from tests.unit.pages.fakes import LOOSE_FINDING, make_contraction, make_quality, without_mvc
from tests.unit.reports.sources import EVERY, failed, leg, one_leg_not_judged, review_of, source_of

GOOD = make_contraction(5.0)
SHORT = make_contraction(15.0, 0.6)
WEAK = make_contraction(25.0, percent_mvc=48.0, meets_intensity=False, plateau_uv=120.0)


def session_of(*contractions: Contraction, right: tuple[Contraction, ...] | None = None) -> ReportSource:
    return source_of(
        review_of([leg("left", contractions), leg("right", contractions if right is None else right)])
    )


def before(good: int | None = 1, **changes: Any) -> TimelineSession:
    """Return a session of last week: both legs as good, four expected, the same MVC."""
    values: dict[str, Any] = {
        "verdict": "good", "expected": 4, "found": 4, "held": good, "good": good, "good_at_most": good,
        "mean_hold_s": 2.0, "mvc_uv": 250.0, "mvc_source": "patient",
    }  # fmt: skip
    one = LegSummary(**{**values, **changes})
    return TimelineSession(
        "P001S000", datetime(2025, 3, 3, 10), "completed", 50.0, 50.0, 50.0, None, None, None, one, one
    )


def sheet(source: ReportSource, **changes: Any) -> dict[str, Any]:
    return dict(typeset_report(replace(source, **changes), ReportOptions(sheet="patient")).values)


def test_a_leg_shows_good_of_expected_with_a_box_for_each() -> None:
    left = sheet(session_of(GOOD, SHORT, WEAK))["legs"][0]
    assert left["count"] == "1 of 4 good"
    assert left["boxes"] == ["good", "done", "done", "missing"]
    assert left["said"] == "You did 3 repetitions. 1 of them was strong enough and held for 2\u00a0seconds."


def test_without_an_mvc_nothing_is_called_good() -> None:
    unknown = [leg(s, without_mvc((GOOD, SHORT)), mvc=Mvc(210.0, "session_peak")) for s in ("left", "right")]
    left = sheet(source_of(review_of(unknown)))["legs"][0]
    assert left["count"] == "2 done, 4 asked"
    assert left["boxes"] == ["held", "done", "missing", "missing"]
    assert "How strong they were could not be told" in left["said"]


def test_a_leg_that_is_not_judged_is_not_the_patients_failure() -> None:
    values = sheet(one_leg_not_judged())
    right = values["legs"][1]
    assert (right["count"], right["boxes"]) == ("", [])
    assert "This says nothing about how well you did." in right["said"]
    assert "all the repetitions" not in values["encouragement"]


def test_a_recording_without_a_result_is_said_kindly() -> None:
    values = sheet(failed())
    assert "could not be read yet. Thank you" in values["encouragement"]
    assert values["next"] == ""


def test_more_than_last_time_is_said_with_the_number() -> None:
    values = sheet(session_of(GOOD, GOOD, GOOD), earlier=(before(1),))
    assert values["encouragement"] == "That is 4 good repetitions more than last time. Well done!"
    rows = values["earlier"]["rows"]
    assert [row["left"]["words"] for row in rows] == ["1 of 4", "3 of 4"]


def test_fewer_than_last_time_is_never_called_more() -> None:
    values = sheet(session_of(GOOD), earlier=(before(3),))
    assert values["encouragement"] == "2 good repetitions: well done!"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"mvc_uv": 310.0}, "another MVC"),
        ({"mvc_source": "session_peak"}, "no MVC"),
        ({"expected": 12}, "another number expected"),
        ({"good": 0, "good_at_most": 3}, "a range"),
        ({"verdict": "not_judged"}, "not judged"),
    ],
)
def test_what_cannot_be_compared_is_not(changes: dict[str, Any], why: str) -> None:
    source = replace(session_of(GOOD), earlier=(before(**{"good": 1, **changes}),))
    assert comparable_sessions(source) == [], why
    assert sheet(source)["earlier"]["said"] == "This session cannot be compared with your earlier ones."


def test_one_leg_may_be_compared_without_the_other() -> None:
    loose = leg("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    source = source_of(review_of([leg("left", (GOOD, GOOD)), loose]), earlier=(before(1),))
    rows = sheet(source)["earlier"]["rows"]
    assert [(row["left"]["words"], row["right"]["words"]) for row in rows] == [
        ("1 of 4", "–"),
        ("2 of 4", "–"),
    ]
    assert sheet(source)["encouragement"] == "That is 1 good repetition more than last time. Well done!"


def test_a_first_session_says_so() -> None:
    assert sheet(session_of(GOOD))["earlier"]["said"] == "This is your first recorded session."


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        (session_of(GOOD, GOOD, SHORT, SHORT), "Next time, try to hold each repetition for 2\u00a0seconds."),
        (session_of(GOOD, GOOD, WEAK, WEAK), "Next time, try to tighten your muscles a little more."),
        (session_of(GOOD), "Next time, try to do all repetitions that are asked, with both legs."),
        (
            session_of(GOOD, GOOD, GOOD, GOOD, right=(GOOD, GOOD, GOOD, SHORT)),
            "Next time, try to hold each repetition with your right leg for 2\u00a0seconds.",
        ),
        (session_of(GOOD, GOOD, GOOD, GOOD), "Go on as you did this time."),
    ],
    ids=["hold", "tighten", "do all", "one leg", "nothing"],
)
def test_what_to_try_next_is_what_would_help_most(source: ReportSource, advice: str) -> None:
    assert sheet(source)["next"] == advice


@pytest.mark.parametrize("name", EVERY)
def test_words_are_never_smaller_than_14_points(name: str) -> None:
    assert sheet(EVERY[name]())["size_pt"] >= 14
