"""What the browser is told of the keys, and what is done when several were pressed before anybody answered."""

from __future__ import annotations

import streamlit as st

from pages._components.chart_keys import Control, new_acts
from pages._components.stops import stops
from pages._components.view import View
from pages._components.view_keys import Act, After, perform, viewer_keys
from processing.emg.results import ChannelAnalysis
from tests.unit.pages.fakes import make_channel, make_contraction

LENGTH_S = 60.0


def channels(n: int = 3) -> list[ChannelAnalysis]:
    found = tuple(make_contraction(10.0 * i + 5, doubtful=i == 1) for i in range(n))
    return [make_channel("left", found)]


def view() -> View:
    st.session_state.clear()
    return View("P001S001", LENGTH_S)


def act(name: str, do: object) -> Act:
    return Act(Control(f"button:{name}", name, act=name), do)  # type: ignore[arg-type]


def test_acts_that_were_dealt_with_are_not_done_again_and_the_rest_in_their_order() -> None:
    row = [{"id": 3, "name": "next"}, {"id": 1, "name": "reject"}, {"id": 2, "name": "undo"}]
    assert new_acts(row, 1.0) == [(2.0, "undo"), (3.0, "next")]


def test_an_act_that_fails_is_not_tried_again() -> None:
    looked = view()
    for _name in looked.take_acts([{"id": 7, "name": "reject"}]):
        break
    assert looked.done == 7.0
    assert list(looked.take_acts([{"id": 7, "name": "reject"}])) == []


def test_visits_pressed_together_lead_past_each_other() -> None:
    looked = view()
    assert not perform(["next", "next", "next", "previous"], looked, channels(), (), stops)
    assert looked.selected == ("CH1", 1)


def test_each_act_meets_what_the_one_before_has_left() -> None:
    looked, met = view(), []

    def reject(now: View) -> After:
        met.append(now.selected)
        now.select(None)
        return After(channels(3 - len(met)))

    assert perform(["next", "reject", "next", "reject"], looked, channels(), [act("reject", reject)], stops)
    assert met == [("CH1", 0), ("CH1", 1)]


def test_what_was_pressed_after_a_failed_act_is_dropped() -> None:
    looked, done = view(), []
    acts = [
        act("reject", lambda _: After(channels(), failed=True)),
        act("undo", lambda _: done.append("undo") or After(channels())),
    ]
    assert perform(["reject", "undo"], looked, channels(), acts, stops)
    assert done == []


def test_an_act_without_anything_to_act_on_changes_nothing() -> None:
    idle = act("reject", lambda _: After(channels(), changed=False))
    assert not perform(["reject"], view(), channels(), [idle], stops)


def test_the_browser_knows_where_a_visit_leads() -> None:
    looked = view()
    places = stops(channels())
    told = viewer_keys(looked, places, (), content="P001S001:uv")
    for number, stop in enumerate(places):
        looked.visit(stop)
        assert told.places[number].window == looked.window
    assert viewer_keys(looked, places, (), content="").at == 2
    assert [place.doubtful for place in told.places] == [False, True, False]


def test_every_control_has_the_button_that_does_the_same() -> None:
    looked = view()
    told = viewer_keys(looked, [], (), content="")
    assert {c.button.removeprefix(looked.key) for c in told.controls} == {
        ":K", ":J", ":N", ":W", ":I", ":O", ":Shift+Left", ":Shift+Right"
    }  # fmt: skip
