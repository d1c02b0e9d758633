"""The view in the page's address: what is written is read back, and nothing from outside breaks a page."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._components import view_link
from pages._components.view_link import NAMES, Link, format_link, parse_link
from tests.unit.pages.fakes import make_channel

CHANNELS = (make_channel("left"), make_channel("right"))
LENGTH_S = 60.0


def read(**query: str) -> Link:
    return parse_link(query, CHANNELS, length_s=LENGTH_S, shortest_s=0.5)


def test_a_link_says_leg_window_unit_and_contraction() -> None:
    link = read(**{"leg": "left", "from": "10.25", "to": "20.5", "unit": "mvc", "at": "right:3"})
    assert link == Link("CH1", (10.25, 20.5), "mvc", ("CH2", 2))


def test_what_goes_without_saying_is_left_out_of_the_address() -> None:
    assert format_link(Link(), CHANNELS) == {}


def test_an_unknown_side_is_named_by_its_channel() -> None:
    channels = [replace(CHANNELS[0], name="EMG RF", side=None)]
    parts = format_link(Link(leg="EMG RF", at=("EMG RF", 0)), channels)
    assert parts == {"leg": "EMG RF", "at": "EMG RF:1"}
    assert parse_link(parts, channels, length_s=LENGTH_S, shortest_s=0.5).at == ("EMG RF", 0)


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        ("nan", "5"),
        ("inf", "5"),
        ("1e9", "5"),
        ("-4", "5"),
        ("9", "3"),
        ("0", "999"),
        ("", ""),
        ("100", "200"),
    ],
)
def test_a_window_that_is_none_is_the_whole_recording(start: str, stop: str) -> None:
    assert read(**{"from": start, "to": stop}).window is None


@pytest.mark.parametrize(
    "at", ["left:0", "left:99", "left:-1", "left:٣", "CH9:1", ":1", "left", "left:" + "9" * 50]
)
def test_a_contraction_that_is_none_is_not_chosen(at: str) -> None:
    assert read(at=at).at is None


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.text(max_size=200)
        | st.text(string.digits + ".e-+:", max_size=12)
        | st.sampled_from(["left:1", "CH2:4"]),
    )
)
def test_any_address_gives_a_view_inside_the_recording(query: dict[str, str]) -> None:
    link = parse_link(query, CHANNELS, length_s=LENGTH_S, shortest_s=0.5)
    assert link.leg in ("both", "CH1", "CH2")
    assert link.unit in ("uv", "mvc")
    if link.window is not None:
        assert 0 <= link.window[0] < link.window[1] <= LENGTH_S
        assert link.window[1] - link.window[0] >= 0.5 - 1e-6
    if link.at is not None:
        assert link.at[1] < len(CHANNELS[0].contractions)


seconds = st.integers(0, 6000).map(lambda hundredths: hundredths / 100)


@given(
    st.sampled_from(["both", "CH1", "CH2"]),
    st.none() | st.tuples(seconds, seconds).filter(lambda w: w[1] - w[0] >= 0.5 and w != (0.0, LENGTH_S)),
    st.sampled_from(["uv", "mvc"]),
    st.none() | st.tuples(st.sampled_from(["CH1", "CH2"]), st.integers(0, 3)),
)
def test_a_view_written_into_an_address_is_read_back(leg, window, unit, at) -> None:
    link = Link(leg, window, unit, at)
    assert parse_link(format_link(link, CHANNELS), CHANNELS, length_s=LENGTH_S, shortest_s=0.5) == link


def test_an_address_is_told_again_where_the_browser_shows_the_one_before_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[dict[str, str]] = []

    class Shown(dict[str, str]):
        def get_all(self, name: str) -> list[str]:
            return [self[name]]

        def from_dict(self, said: dict[str, str]) -> None:
            told.append(dict(said))

    monkeypatch.setattr(view_link.st, "session_state", {})
    monkeypatch.setattr(view_link.st, "query_params", Shown())
    near, nearer = {"from": "1.00", "to": "5.00"}, {"from": "2.00", "to": "4.00"}
    assert view_link.asked_for() == {}
    view_link.write_address({})
    view_link.write_address(near)
    monkeypatch.setattr(
        view_link.st, "query_params", Shown(near)
    )  # it has heard of this one, and not of the next
    view_link.write_address(nearer)
    view_link.write_address(near)
    view_link.write_address(near)
    assert told == [near, nearer, near]
