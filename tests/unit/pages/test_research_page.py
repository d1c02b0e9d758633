"""The page Research: what is tried on which sessions, what would change, and what is done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.research.figure import scatter_figure, scatter_sentence
from pages._components.research.run_words import headline, leg_change
from processing.errors import InvalidParameterError
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.reprocessing import Candidate, ResultVersion, Selection
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, every_state
from tests.unit.pages.fakes_research import (
    AT,
    FakeResearch,
    FakeScoring,
    make_digest,
    make_items,
    make_leg,
    make_run,
)


def services_with(research: FakeResearch) -> FakeServices:
    services = FakeServices(reviews=every_state())
    made: Any = services
    made.research, made.scoring = research, FakeScoring()
    return services


def press(at: AppTest, label: str) -> AppTest:
    (button,) = [each for each in at.button if each.label == label]
    return button.click().run()


def test_a_dry_run_takes_the_chosen_sessions_and_settings(launch: Launch) -> None:
    research = FakeResearch()
    at = launch(services_with(research), "research.py")
    assert not at.exception
    assert "**5 sessions** are chosen." in texts(at)
    at.multiselect(key="research:new:patients").set_value(["P001"])
    at.multiselect(key="research:new:settings").set_value(["min_contraction_s"]).run()
    assert "**1 session** is chosen." in texts(at)
    at.number_input(key="research:new:value:min_contraction_s").set_value(1.5).run()
    press(at, "Dry run")
    ((title, candidate, selection),) = research.started
    assert title == "Shortest contraction: 1.5\u202fs instead of 0.1"
    assert candidate == Candidate({"min_contraction_s": 1.5})
    assert selection == Selection(patient_codes=("P001",))
    assert at.query_params["run"] in ("7", ["7"])


def test_stored_rules_and_other_values_can_be_tried(launch: Launch) -> None:
    research = FakeResearch()
    at = launch(services_with(research), "research.py")
    at.radio(key="research:new:how").set_value("own")
    at.selectbox(key="research:new:scoring").set_value(-2).run()
    at.radio(key="research:new:rules:denominator").set_value("expected").run()
    press(at, "Dry run")
    assert research.started[0][1] == Candidate(None, ScoringConfiguration(rate_denominator="expected"))


def test_settings_that_cannot_be_say_why_and_start_nothing(launch: Launch) -> None:
    at = launch(services_with(FakeResearch()), "research.py")
    at.multiselect(key="research:new:settings").set_value(["bandpass_low_hz"]).run()
    at.number_input(key="research:new:value:bandpass_low_hz").set_value(500.0).run()
    assert "it must lie below" in at.error[0].value
    assert "Dry run" not in [button.label for button in at.button]


def test_no_session_leaves_nothing_to_start(launch: Launch) -> None:
    at = launch(services_with(FakeResearch(found=0)), "research.py")
    assert "There is no session yet." in texts(at)
    (button,) = [each for each in at.button if each.label == "Dry run"]
    assert button.disabled


def test_a_run_says_what_changes_session_by_session(launch: Launch) -> None:
    at = launch(services_with(FakeResearch(make_run())), "research.py", run="7")
    assert not at.exception
    said = texts(at)
    assert "5 sessions · 1 same · 2 change grade · 1 newly fails · 1 newly read" in said
    assert "**80.0 → 72.5**" in said
    assert "**40–90 → 35–90**" in said
    assert "L ● good 9 · held 9 · found 12 → 10" in said
    assert "R ▲ good 9 · held 9 · found 12" in said


def test_applying_needs_a_reason_and_says_what_it_does(launch: Launch) -> None:
    research = FakeResearch(
        make_run(), refusal=InvalidParameterError("No reason is given; one sentence is expected.")
    )
    at = launch(services_with(research), "research.py", run="7")
    assert "4 sessions get one, also where nothing changes" in texts(at)
    press(at, "Apply to 4 sessions")
    assert "Not applied: No reason is given" in at.error[0].value
    research.refusal = None
    at.text_input[0].set_value("Agreed in the meeting")
    press(at, "Apply to 4 sessions")
    assert research.applied == [(7, "Agreed in the meeting")]
    assert "4 sessions have a new result version." in texts(at)
    assert "by Ann: Agreed in the meeting" in texts(at)


def test_cancelling_changes_nothing(launch: Launch) -> None:
    research = FakeResearch(make_run())
    at = launch(services_with(research), "research.py", run="7")
    press(at, "Cancel, change nothing")
    assert (research.cancelled, research.applied) == ([7], [])
    assert "Apply as a new result version" not in texts(at)


def test_a_run_under_way_shows_how_far_it_is_and_can_be_cancelled(launch: Launch) -> None:
    run = make_run(n_items=9)
    research = FakeResearch(run)
    at = launch(services_with(research), "research.py", run="7")
    assert "Cancel the dry run" in [button.label for button in at.button]
    assert "Apply" not in texts(at)
    press(at, "Cancel the dry run")
    assert research.cancelled == [7]


def test_a_run_that_is_gone_says_so(launch: Launch) -> None:
    at = launch(services_with(FakeResearch()), "research.py", run="99")
    assert not at.exception
    assert "There is no run 99." in texts(at)


def test_every_version_of_a_result_is_listed_and_opening_it_leaves_a_trace(launch: Launch) -> None:
    newest = ResultVersion(
        2, make_digest(72.5), AT, "ab" * 32, "site v1", {"min_contraction_s": 1.5}, 7, "Ann", "Agreed", True
    )
    earlier = ResultVersion(1, make_digest(80.0), AT, "ab" * 32, "trial v1", {})
    services = services_with(FakeResearch(the_versions=[newest, earlier]))
    at = launch(services, "research.py")
    at.text_input(key="research:versions").set_value("P001S001").run()
    table = at.dataframe[0].value
    assert list(table["Version"]) == ["2 (shown)", "1"]
    assert list(table["Score (0–100)"]) == ["72.5", "80.0"]
    assert table["Applied by a run"][0] == "run 7, Ann: Agreed"
    assert ("read", "P001S001") in services.opened


def test_therapists_are_told_that_research_is_not_theirs(launch: Launch) -> None:
    at = launch(services_with(FakeResearch()), None)
    at.session_state["local_role"] = "therapist"
    at.switch_page("research.py").run()
    assert "“Research” is not part of the work of" in texts(at)


# The words and the picture.


def test_the_headline_counts_every_session() -> None:
    assert headline(make_run([])) == "0 sessions · 0 same · 0 change grade · 0 newly fail"


def test_a_leg_that_is_no_longer_judged_says_so() -> None:
    after = replace(make_leg("left", None, None, "not_judged"), held=None)
    assert leg_change(make_leg("left"), after) == "9 of 12 good, 9 held, 12 found → not judged"
    doubtful = make_leg("left", 12, None, "doubtful")
    assert (
        leg_change(make_leg("left"), doubtful) == "good 9 → not known · held 9 · found 12 · good → doubtful"
    )


def test_the_picture_draws_numbers_as_points_and_ranges_as_lines() -> None:
    figure = scatter_figure(make_items())
    by_name = {trace["name"]: trace for trace in figure["data"]}
    assert by_name["No change"]["x"] == by_name["No change"]["y"] == [0, 100]
    assert (by_name["Another score"]["x"], by_name["Another score"]["y"]) == ([80.0], [72.5])
    assert by_name["Range"]["x"] == [40.0, 90.0, None]
    assert by_name["Range"]["y"] == [35.0, 90.0, None]
    for axis in ("xaxis", "yaxis"):
        assert "(0–100)" in figure["layout"][axis]["title"]["text"]


def test_the_sentence_above_the_picture_counts_what_is_not_in_it() -> None:
    said = scatter_sentence(make_items())
    assert "Of 3 sessions with a result on both sides, 0 would score higher and 2 lower." in said
    assert "1 score is a range" in said
    assert "2 sessions have no result on one side and are not drawn." in said


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "tried"),
        ({"n_items": 6}, "trying"),
        ({"cancelled_at": AT}, "cancelled"),
        ({"apply_requested_at": AT}, "applying"),
        ({"apply_requested_at": AT, "n_applied": 3, "n_not_applied": 1}, "applied"),
        ({"apply_requested_at": AT, "apply_cancelled_at": AT, "n_applied": 1}, "apply_cancelled"),
    ],
)
def test_the_state_of_a_run_follows_from_its_sessions(changes: dict[str, Any], state: str) -> None:
    assert make_run(**changes).state == state
