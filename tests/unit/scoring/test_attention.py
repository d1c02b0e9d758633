"""The rules of the page Today: what raises an alert, what does not, and what must never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from processing.scoring.adherence import compute_adherence
from processing.scoring.attention import (
    Course,
    FewerGood,
    HighEffort,
    LegFacts,
    LegLost,
    Limits,
    Missed,
    PatientFacts,
    PlannedFrom,
    QualityLost,
    SessionFacts,
    UnreadableFiles,
    assess,
    find_course,
    least_planned_days,
    make_strip,
)

TODAY = date(2025, 3, 20)
COURSE = Course(TODAY - timedelta(days=9), TODAY + timedelta(days=4))
LOST = LegFacts("not_judged", None, 12)


def at(days_back: int, hour: int = 10) -> datetime:
    day = TODAY - timedelta(days=days_back)
    return datetime(day.year, day.month, day.day, hour)


def legs(left: int | None = 10, right: int | None = 10, expected: int = 12) -> dict[str, LegFacts]:
    return {"left": LegFacts("good", left, expected), "right": LegFacts("good", right, expected)}


def session(days_back: int, hour: int = 10, **changes: Any) -> SessionFacts:
    return SessionFacts(at(days_back, hour), **({"outcome": "analysed"} | legs() | changes))


def facts(sessions: Sequence[SessionFacts], **changes: Any) -> PatientFacts:
    seen = max((s.at.date() for s in sessions), default=None)
    return PatientFacts(
        TODAY, **({"course": COURSE, "last_seen": seen, "sessions": tuple(sessions)} | changes)
    )


def found(patient: PatientFacts, rule: str, limits: Limits | None = None) -> object:
    return next((alert for alert in assess(patient, limits).alerts if alert.rule == rule), None)


def why(patient: PatientFacts, rule: str) -> str | None:
    return next((each.why for each in assess(patient).unchecked if each.rule == rule), None)


STEADY = [session(1), session(2), session(3), session(4)]


# --- planned training


@pytest.mark.parametrize(
    ("n_days", "planned"), [(-1, 0), (0, 0), (2, 0), (3, 1), (4, 2), (7, 5), (9, 5), (10, 6), (14, 10)]
)
def test_two_days_of_any_seven_may_be_for_rest(n_days: int, planned: int) -> None:
    assert least_planned_days(n_days) == planned


def test_four_whole_days_without_a_recording_are_two_missed_for_certain() -> None:
    assert found(facts([session(5)]), "missed") == Missed(2, 4, TODAY - timedelta(days=5))


def test_three_whole_days_may_hold_one_missed_training_only() -> None:
    assert found(facts([session(4)]), "missed") is None


def test_today_is_not_over_and_therefore_not_missed() -> None:
    assert found(facts([session(0)]), "missed") is None
    assert found(facts([session(4)]), "missed", Limits(missed_in_a_row=1)) == Missed(1, 3, at(4).date())


def test_a_file_that_could_not_be_read_ends_the_row_of_missed_days() -> None:
    broken = session(1, outcome="unreadable", left=None, right=None)
    assert found(facts([broken, session(8)]), "missed") is None


def test_nothing_is_missed_once_the_planned_days_are_over() -> None:
    over = facts([session(8)], course=Course(TODAY - timedelta(days=14), TODAY - timedelta(days=1)))
    assert (found(over, "missed"), why(over, "missed")) == (None, "plan_ended")


def test_days_before_the_course_are_not_missed() -> None:
    begun = Course(TODAY - timedelta(days=3), TODAY + timedelta(days=10), prescribed=True)
    assert found(facts([session(30)], course=begun), "missed") is None


def test_a_patient_without_a_recording_has_no_alert() -> None:
    nobody = PatientFacts(TODAY, None, None, ())
    said = assess(nobody)
    assert said.alerts == ()
    assert {each.rule for each in said.unchecked} == {"missed", "quality", "fewer_good", "effort"}


# --- good contractions


def test_more_than_a_fifth_fewer_than_the_own_last_three() -> None:
    fell = facts([session(0, **legs(7, 8)), *STEADY])
    alert = found(fell, "fewer_good")
    assert alert == FewerGood(15, 20.0, 3, ("left", "right"), at(0))
    assert isinstance(alert, FewerGood)
    assert alert.change_percent == pytest.approx(-25.0)


def test_exactly_a_fifth_fewer_is_no_alert() -> None:
    assert found(facts([session(0, **legs(8, 8)), *STEADY]), "fewer_good") is None


def test_a_baseline_of_two_sessions_is_none() -> None:
    few = facts([session(0, **legs(1, 1)), *STEADY[:2]])
    assert (found(few, "fewer_good"), why(few, "fewer_good")) == (None, "too_few_sessions")


def test_a_count_that_is_not_known_raises_no_alert() -> None:
    unknown = facts([session(0, **legs(None, None)), *STEADY])
    assert (found(unknown, "fewer_good"), why(unknown, "fewer_good")) == (None, "good_not_known")


def test_a_leg_that_is_not_known_does_not_hide_the_fall_of_the_other() -> None:
    alert = found(facts([session(0, **legs(4, None)), *STEADY]), "fewer_good")
    assert alert == FewerGood(4, 10.0, 3, ("left",), at(0))


def test_a_leg_that_is_not_judged_now_is_no_fall_of_both() -> None:
    assert found(facts([session(0, right=LOST), *STEADY]), "fewer_good") is None


def test_an_earlier_session_of_unknown_counts_is_passed_over() -> None:
    unknown = session(1, 12, **legs(None, None))
    alert = found(facts([session(0, **legs(7, 8)), unknown, *STEADY]), "fewer_good")
    assert isinstance(alert, FewerGood)
    assert alert.baseline == 20.0


def test_a_lighter_prescription_is_no_decline() -> None:
    lighter = facts([session(0, **legs(6, 6, expected=6)), *STEADY])
    assert (found(lighter, "fewer_good"), why(lighter, "fewer_good")) == (None, "too_few_sessions")


def test_a_baseline_of_none_at_all_cannot_fall() -> None:
    nothing = [session(k, **legs(0, 0)) for k in range(5)]
    assert found(facts(nothing), "fewer_good") is None


# --- quality


def test_a_leg_that_was_judged_and_is_not_now() -> None:
    assert found(facts([session(0, right=LOST), *STEADY]), "quality") == QualityLost(
        (LegLost("right", 1, at(1)),)
    )


def test_the_failure_stays_for_as_long_as_it_lasts() -> None:
    lasting = facts(
        [session(0, 12, left=LOST), session(0, 11, left=LOST), session(0, left=LOST), *STEADY[:1]]
    )
    assert found(lasting, "quality") == QualityLost((LegLost("left", 3, at(1)),))


def test_a_leg_that_was_never_judged_is_no_new_failure() -> None:
    assert found(facts([session(k, left=LOST) for k in range(4)]), "quality") is None


def test_a_leg_that_is_judged_again_is_no_failure() -> None:
    assert found(facts([session(0), session(1, left=LOST), session(2)]), "quality") is None


def test_a_leg_whose_channel_is_gone_is_lost() -> None:
    gone = found(facts([session(0, right=None), *STEADY]), "quality")
    assert gone == QualityLost((LegLost("right", 1, at(1), absent=True),))


def test_a_channel_that_is_gone_after_one_that_was_not_judged_is_one_failure() -> None:
    sessions = [session(0, right=None), session(1, right=LOST), session(2)]
    assert found(facts(sessions), "quality") == QualityLost((LegLost("right", 2, at(2), absent=True),))


def test_a_leg_that_was_never_recorded_is_no_failure() -> None:
    assert found(facts([session(k, right=None) for k in range(4)]), "quality") is None


def test_a_recording_whose_channels_name_no_leg_is_no_loss() -> None:
    nameless = session(0, outcome="waiting", left=None, right=None)
    assert found(facts([nameless, *STEADY]), "quality") is None


# --- effort


@pytest.mark.parametrize(("effort", "alerts"), [(6.9, False), (7.0, True), (10.0, True)])
def test_an_effort_of_seven_or_more(effort: float, alerts: bool) -> None:
    tired = facts([session(0, effort_cr10=effort), session(1, effort_cr10=4.0), session(2, effort_cr10=5.0)])
    assert (found(tired, "effort") == HighEffort(effort, at(0), 4.5, 2)) is alerts


def test_an_effort_that_was_asked_after_the_first_game_of_the_day_counts() -> None:
    asked = facts([session(0, 12), session(0, 11), session(0, effort_cr10=8.0)])
    assert found(asked, "effort") == HighEffort(8.0, at(0), None, 0)


def test_an_effort_of_long_ago_is_none_of_today() -> None:
    old = facts([session(0, 12), session(0, 11), session(0), session(3, effort_cr10=9.0)])
    assert (found(old, "effort"), why(old, "effort")) == (None, "not_recorded")


# --- files, order


def test_a_file_that_could_not_be_read_is_an_alert() -> None:
    broken = UnreadableFiles(2, "P001S009", at(0))
    assert found(facts(STEADY, unreadable=broken), "unreadable") == broken


def test_alerts_stand_in_order_of_need() -> None:
    worst = facts(
        [
            session(5, right=LOST, left=LegFacts("good", 1, 12), effort_cr10=9.0),
            *[session(k) for k in (6, 7, 8)],
        ],
        unreadable=UnreadableFiles(1, "P001S009", at(5)),
    )
    rules = [alert.rule for alert in assess(worst).alerts]
    assert rules == ["missed", "quality", "unreadable", "fewer_good", "effort"]


# --- the course and the strip


def test_the_course_begins_with_the_first_recording_and_lasts_as_the_trial() -> None:
    course = find_course([date(2025, 3, 10)], [], on=TODAY)
    assert course == Course(date(2025, 3, 10), date(2025, 3, 23))


def test_the_course_lasts_as_prescribed_and_has_as_many_games() -> None:
    plans = [PlannedFrom(date(2025, 3, 12), 28, 4)]
    course = find_course([date(2025, 3, 10)], plans, on=TODAY)
    assert course is not None
    assert (course.first, course.last, course.prescribed) == (date(2025, 3, 10), date(2025, 4, 6), True)
    assert [course.games_on(date(2025, 3, day)) for day in (11, 12)] == [3, 4]
    assert course.planned(date(2025, 3, 10), date(2025, 3, 16)) == pytest.approx((2 * 3 + 5 * 4) * 5 / 7)


def test_a_course_that_is_over_begins_anew_by_a_prescription_of_days_only() -> None:
    first = date(2025, 1, 6)
    again = [PlannedFrom(date(2025, 3, 17), 10)]
    renewed = find_course([first], again, on=TODAY)
    assert renewed == Course(date(2025, 3, 17), date(2025, 3, 26), ((date(2025, 3, 17), 3),), prescribed=True)
    silent = find_course([first], [PlannedFrom(date(2025, 3, 17))], on=TODAY)
    assert silent is not None
    assert silent.last == date(2025, 1, 19)


def test_a_lone_early_day_does_not_begin_the_planned_days() -> None:
    old, first = date(2023, 5, 4), date(2025, 3, 12)
    alone = find_course([old], [], on=TODAY)
    assert alone is not None
    assert alone.first == old
    course = find_course([old, first, first + timedelta(days=1)], [], on=TODAY)
    assert course == find_course([first], [], on=TODAY)
    assert find_course([date(2019, 1, 1), old, first], [], on=TODAY) == course


def test_two_days_of_training_are_a_course_however_long_ago() -> None:
    begun = find_course([date(2023, 5, 4), date(2023, 5, 6), date(2025, 3, 12)], [], on=TODAY)
    assert begun is not None
    assert begun.last == date(2023, 5, 17)


@pytest.mark.parametrize(("n_days", "begins"), [(28, 0), (29, 29)])
def test_a_gap_of_four_weeks_is_still_one_course(n_days: int, begins: int) -> None:
    first = date(2025, 1, 6)
    course = find_course([first, first + timedelta(days=n_days)], [], on=TODAY)
    assert course is not None
    assert (course.first - first).days == begins


def test_who_stays_away_within_a_long_prescription_has_begun() -> None:
    first = date(2025, 1, 6)
    course = find_course([first, first + timedelta(days=40)], [PlannedFrom(first, 60)], on=TODAY)
    assert course is not None
    assert course.first == first


def test_a_prescription_of_tomorrow_says_nothing_today() -> None:
    plans = [PlannedFrom(TODAY + timedelta(days=1), 60)]
    course = find_course([TODAY], plans, on=TODAY)
    assert course == find_course([TODAY], [], on=TODAY)


def test_without_a_recording_nothing_has_begun() -> None:
    assert find_course([], [PlannedFrom(TODAY, 14)], on=TODAY) is None


@pytest.mark.parametrize("n_done", [0, 5, 14, 60])
def test_the_strip_s_adherence_is_that_of_the_trial(n_done: int) -> None:
    course = find_course([TODAY - timedelta(days=6)], [], on=TODAY)
    done = [at(k % 7, 8 + k // 7) for k in range(n_done)]
    strip = make_strip(done, [], course, today=TODAY)
    assert strip.percent == pytest.approx(compute_adherence(n_done, 7))
    assert strip.n_planned == pytest.approx(15)


def test_two_days_are_too_few_to_say_anything() -> None:
    course = find_course([TODAY - timedelta(days=1)], [], on=TODAY)
    assert make_strip([at(1), at(0)], [], course, today=TODAY).percent is None


def test_the_strip_ends_today_and_marks_the_days_outside_the_course() -> None:
    course = find_course([TODAY - timedelta(days=2)], [], on=TODAY)
    strip = make_strip([at(2), at(2, 11)], [at(1)], course, today=TODAY)
    assert [day.planned for day in strip.days] == [False] * 11 + [True] * 3
    assert [(day.n_done, day.n_unread) for day in strip.days[-3:]] == [(2, 0), (0, 1), (0, 0)]
    assert [day.past for day in strip.days[-2:]] == [True, False]
    assert (strip.n_done, strip.n_unread) == (2, 1)


def test_the_strip_of_a_course_that_is_over_shows_its_own_days() -> None:
    course = Course(date(2025, 1, 6), date(2025, 1, 19))
    strip = make_strip([datetime(2025, 1, 6, 10)], [], course, today=TODAY)
    assert (strip.days[0].day, strip.days[-1].day) == (course.first, course.last)
    later = make_strip([datetime(2025, 2, 1, 10)], [], course, today=TODAY)
    assert (later.days[-1].day, later.days[-1].n_done, later.n_done) == (date(2025, 2, 1), 1, 0)
