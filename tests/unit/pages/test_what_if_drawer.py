"""The what-if drawer and the way from a cost to its contractions, run by AppTest on made-up services."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.what_if.comparison import changed_words
from processing.recording import RecordedMeasures
from processing.scoring.model import MuscleCount, ScoreInputs
from processing.scoring.session import score_session
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.what_if import effective_inputs, what_if
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import TARGETS, FakeServices, make_channel, make_metadata, make_review


def one(**fake: object) -> FakeServices:
    return FakeServices(reviews={"P001S001": make_review()}, **fake)  # type: ignore[arg-type]


def test_other_targets_are_compared_and_nothing_is_saved() -> None:
    channels = (make_channel("left"), make_channel("right"))
    now = SessionInputs(targets=TARGETS, mvc_left_uv=250.0, mvc_right_uv=250.0)
    metadata = make_metadata(channels, RecordedMeasures())
    easier = replace(TARGETS, target_percent_mvc=40.0, target_duration_s=0.5)
    tried = what_if(channels, metadata, now=now, then=replace(now, targets=easier))
    assert [(c.side, c.index) for c in tried.changes] == [
        ("left", 1), ("left", 2), ("left", 3), ("right", 1), ("right", 2), ("right", 3),
    ]  # fmt: skip
    assert tried.score_after.low >= tried.score_before.low
    assert "L ● Left 2: strong, not held → **good: strong and held**" in changed_words(tried)
    same = what_if(channels, metadata, now=now, then=now)
    assert changed_words(same) == "No contraction changes class."


def test_what_counts_now_is_entered_or_from_the_file() -> None:
    metadata = make_metadata((make_channel("left"),), RecordedMeasures(perceived_effort_cr10=5.0))
    now = effective_inputs(SessionInputs(targets=TARGETS), metadata)
    assert (now.perceived_effort_cr10, now.bfr_percent_aop) == (5.0, None)
    entered = SessionInputs(targets=TARGETS, perceived_effort_cr10=0.0)
    assert effective_inputs(entered, metadata).perceived_effort_cr10 == 0.0


def _drawer() -> None:
    import streamlit as st

    from pages._components.what_if import what_if_body
    from pages._components.what_if.fields import start

    services = st.session_state["services"]
    review = services.reviews["P001S001"]
    if "started" not in st.session_state:
        start("P001S001", review.inputs)
        st.session_state["started"] = True
    what_if_body(services, review)


@pytest.fixture
def drawer() -> tuple[AppTest, FakeServices]:
    services = one()
    at = AppTest.from_function(_drawer, default_timeout=30)
    at.session_state["services"] = services
    return at.run(), services


def test_the_drawer_starts_from_what_counts_now(drawer: tuple[AppTest, FakeServices]) -> None:
    at, services = drawer
    assert not at.exception
    assert at.number_input(key="what_if:P001S001:percent").value == 75.0
    assert at.button(key="what_if:P001S001:apply").disabled
    assert "No contraction changes class." in texts(at)
    assert services.saved_inputs == []


def test_a_try_is_one_click_and_applying_saves_the_targets(drawer: tuple[AppTest, FakeServices]) -> None:
    at, services = drawer
    at.button(key="what_if:P001S001:try:60 % MVC and 1 s").click().run()
    assert services.saved_inputs == []
    at.button(key="what_if:P001S001:apply").click().run()
    ((code, saved),) = services.saved_inputs
    assert (code, saved.targets.target_percent_mvc, saved.targets.target_duration_s) == (
        "P001S001",
        60.0,
        1.0,
    )
    assert saved.targets.expected_contractions == TARGETS.expected_contractions


def test_a_tried_effort_is_saved_only_when_somebody_says_it_was_measured(
    drawer: tuple[AppTest, FakeServices],
) -> None:
    at, services = drawer
    at.number_input(key="what_if:P001S001:effort").set_value(9.0).run()
    assert at.button(key="what_if:P001S001:apply").disabled
    at.checkbox(key="what_if:P001S001:measured").check().run()
    at.button(key="what_if:P001S001:apply").click().run()
    assert services.saved_inputs[0][1].perceived_effort_cr10 == 9.0


def test_an_effort_in_the_file_is_what_the_drawer_starts_from_and_is_not_entered_by_it() -> None:
    review = make_review(measures=RecordedMeasures(perceived_effort_cr10=5.0))
    services = FakeServices(reviews={"P001S001": review})
    at = AppTest.from_function(_drawer, default_timeout=30)
    at.session_state["services"] = services
    at.run()
    at.button(key="what_if:P001S001:reset").click().run()
    assert at.number_input(key="what_if:P001S001:effort").value == 5.0
    assert at.button(key="what_if:P001S001:apply").disabled
    at.button(key="what_if:P001S001:try:1 s").click().run()
    at.button(key="what_if:P001S001:apply").click().run()
    assert services.saved_inputs[0][1].perceived_effort_cr10 is None


def test_as_now_discards_what_was_tried(drawer: tuple[AppTest, FakeServices]) -> None:
    at, _ = drawer
    at.button(key="what_if:P001S001:try:1 s").click().run()
    at.button(key="what_if:P001S001:reset").click().run()
    assert at.number_input(key="what_if:P001S001:hold").value == TARGETS.target_duration_s


# --- evidence


def test_a_cost_leads_to_the_contractions_behind_it(launch: Launch) -> None:
    leg = MuscleCount(4, 2, 2, 1, 4)
    services = FakeServices(
        reviews={"P001S001": make_review(score=score_session(ScoreInputs(leg, leg, 5.0)))}
    )
    at = launch(services, "review.py", session="P001S001")
    button = at.button(key="evidence:P001S001:duration:left")
    assert button.label == "L ● 2 contractions not held"
    at = button.click().run()
    assert at.session_state["view:P001S001:v1:2"]["selected"] == ("CH1", 1)
    assert at.query_params["at"] == ["left:2"] or at.query_params["at"] == "left:2"
    at = at.button(key="evidence:P001S001:duration:left").click().run()
    assert at.session_state["view:P001S001:v1:2"]["selected"] == ("CH1", 3)
