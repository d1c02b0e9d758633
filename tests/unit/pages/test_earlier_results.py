"""Earlier results on the review: asked for only when unfolded, whole, beside what is shown now, and read only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, make_channel, make_review

PAGE = "review.py"


def two_results() -> FakeServices:
    """Return a session whose second analysis has other settings and lost the right leg's contractions."""
    review = make_review("P001S001")
    assert review.result is not None
    now = replace(
        review.result,
        version=2,
        channels=(make_channel("left"), make_channel("right", ())),
        pipeline_version="0.4.0",
        parameters={**review.result.parameters, "min_contraction_s": 1.5},
    )
    then = replace(review.result, version=1, pipeline_version="0.3.0")
    services = FakeServices(reviews={"P001S001": replace(review, result=now)})
    services.earlier.results = [then, now]
    return services


def test_a_first_result_has_no_earlier_ones(launch: Launch) -> None:
    review = make_review("P001S001")
    assert review.result is not None
    first = replace(review, result=replace(review.result, version=1))
    at = launch(FakeServices(reviews={"P001S001": first}), PAGE, session="P001S001")
    assert not [each for each in at.expander if "earlier result" in each.label]


def test_earlier_results_are_not_read_before_somebody_unfolds_them(launch: Launch) -> None:
    services = two_results()
    at = launch(services, PAGE, session="P001S001")
    assert [each.label for each in at.expander if "earlier" in each.label] == ["1 earlier result"]
    assert services.earlier.asked == 0


def test_an_earlier_result_stands_whole_beside_what_is_shown(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._components.earlier.view.folded_part", opened)
    services = two_results()
    at = launch(services, PAGE, session="P001S001")
    assert not at.exception
    assert "nothing here can be changed" in texts(at)
    frames = [each.value for each in at.dataframe]
    (outcome,) = [f for f in frames if "Program" in f.iloc[:, 0].tolist()]
    rows = {name: (before, after) for name, before, after in outcome.values.tolist()}
    assert list(outcome.columns) == ["", "Version 1", "Version 2 (shown)"]
    assert rows["Program"] == ("0.3.0", "0.4.0")
    assert rows["R ▲"][0] != rows["R ▲"][1]
    (settings,) = [f for f in frames if len(f.columns) == 3 and "min_contraction_s" in f.iloc[:, 0].tolist()]
    assert settings.values.tolist()[0][2] == "1.5"
    contractions = frames[-1]
    assert {"No.", "Result", "Start (s)", "End (s)", "Peak (µV)"} <= set(contractions.columns)
    assert not [name for name in contractions.columns if "≥" in name]
    assert "R ▲ Right" in set(contractions.iloc[:, 0])


def opened(heading: str, *, icon: str, key: str) -> object:
    """Unfold the part from the start: a test cannot press a heading."""
    import streamlit as st

    return st.expander(heading, expanded=True, icon=icon, key=key, on_change="rerun")
