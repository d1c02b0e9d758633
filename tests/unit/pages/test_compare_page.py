"""Two sessions side by side: what is compared, what is blocked and why, run by AppTest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.compare.picker import default_pair
from processing.emg.parameters import SessionTargets
from processing.emg.results import Mvc
from processing.errors import NotFoundError
from processing.use_cases.read_models import SessionInputs, SessionReview
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    LOOSE_FINDING,
    TARGETS,
    FakeServices,
    make_channel,
    make_contraction,
    make_quality,
    make_review,
    without_mvc,
)

PAGE = "compare.py"
FIVE_GOOD = tuple(make_contraction(2.0 + 8 * i, 2.5) for i in range(5))


def review(code: str, *, sha: str | None = None, **changes: Any) -> SessionReview:
    made = make_review(code, **changes)
    if made.result is None:
        return made
    return replace(made, result=replace(made.result, file_sha256=sha or code.ljust(64, "0")))


def no_mvc(code: str) -> SessionReview:
    channels = [
        make_channel(side, without_mvc(FOUR_KINDS), mvc=Mvc(210.0, "session_peak"))
        for side in ("left", "right")
    ]
    return review(code, channels=channels)


def better(code: str = "P001S002") -> SessionReview:
    return review(code, channels=[make_channel("left", FIVE_GOOD), make_channel("right")])


def compared(launch: Launch, *reviews: SessionReview, **query: str) -> tuple[AppTest, FakeServices]:
    services = FakeServices(reviews={r.summary.session_code: r for r in reviews})
    return launch(services, PAGE, **(query or {"a": "P001S001", "b": "P001S002"})), services


def figures(at: AppTest) -> dict[str, dict[str, Any]]:
    """Return the figures that were drawn, by the end of their key."""
    found = {}
    for element in at.get("bidi_component"):
        sent = json.loads(element.proto.json)
        if "spec" in sent:
            found[sent["revision"] + str(len(found))] = json.loads(sent["spec"])
    return dict(zip(("dumbbell", "overlay", "more"), found.values(), strict=False))


def table(at: AppTest) -> dict[str, tuple[str, str, str]]:
    rows = at.dataframe[0].value.values.tolist()
    return {name: (a, b, difference) for name, a, b, difference in rows}


def medians(spec: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (t["meta"]["side"], t["meta"]["session"])
        for t in spec["data"]
        if t.get("meta", {}).get("kind") == "median"
    }


def test_the_headline_says_what_became_of_the_good_contractions(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), better())
    assert not at.exception
    assert at.title[0].value == "Left: 1 of 4 → 5 of 4 good (+4). Right: 1 of 4 → 1 of 4 good (no change)."


def test_comparable_amplitudes_are_in_the_table_and_overlaid_for_both_legs(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), better())
    assert table(at)["L ● RMS amplitude (plateau) (% MVC)"] == ("81.6", "81.6", "no change")
    assert medians(figures(at)["overlay"]) == {(s, w) for s in ("left", "right") for w in ("a", "b")}
    assert not at.warning


def test_incomparable_amplitudes_are_neither_in_the_table_nor_drawn_and_the_reason_is_said(
    launch: Launch,
) -> None:
    at, _ = compared(launch, review("P001S001"), no_mvc("P001S002"))
    assert at.warning[0].value == (
        "Both legs: µV not comparable: no MVC is recorded for P001S002, and nobody stated where the electrodes were. "
        "Comparing counts, durations and symmetry only."
    )
    assert table(at)["L ● RMS amplitude (plateau) (µV)"] == ("not comparable", "not comparable", "—")
    assert set(figures(at)) == {"dumbbell"}
    drawn = {t["meta"]["panel"] for t in figures(at)["dumbbell"]["data"] if "panel" in t.get("meta", {})}
    assert "amplitude" not in drawn
    assert {"good", "hold"} <= drawn


def test_counts_without_an_mvc_are_compared_as_ranges(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), no_mvc("P001S002"))
    assert table(at)["L ● Good contractions (number)"] == ("1 of 4", "0–2 of 4", "−1 to +1")


def test_the_shape_alone_is_shown_only_when_asked_for_and_says_what_it_is(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), no_mvc("P001S002"))
    at.toggle[0].set_value(True).run()
    shapes = figures(at)["overlay"]
    assert medians(shapes) == {(s, w) for s in ("left", "right") for w in ("a", "b")}
    assert shapes["layout"]["yaxis"]["title"]["text"] == "RMS envelope (% of its own peak)"
    assert "not how strong it was" in texts(at)


def test_a_leg_that_is_not_judged_has_no_numbers_and_the_other_leg_is_compared(launch: Launch) -> None:
    loose = make_channel("right", quality=make_quality("not_judged", [LOOSE_FINDING]))
    at, _ = compared(launch, review("P001S001"), review("P001S002", channels=[make_channel("left"), loose]))
    assert table(at)["R ▲ Good contractions (number)"] == ("1 of 4", "not judged", "—")
    assert table(at)["R ▲ Mean hold time (s)"][1:] == ("not judged", "—")
    assert "R ▲ Right: nothing is compared: the signal cannot be trusted in P001S002." in texts(at)
    assert medians(figures(at)["overlay"]) == {("left", "a"), ("left", "b")}


def test_what_is_missing_stays_missing(launch: Launch) -> None:
    inputs = SessionInputs(targets=TARGETS, perceived_effort_cr10=6.0)
    at, _ = compared(launch, review("P001S001"), review("P001S002", inputs=inputs))
    assert table(at)["Perceived effort (CR10)"] == ("— not recorded", "6.0", "—")
    assert table(at)["Cuff pressure (% AOP)"] == ("— not recorded", "— not recorded", "—")


def test_different_targets_are_said(launch: Launch) -> None:
    inputs = SessionInputs(targets=SessionTargets(4, 60.0, 1.0))
    at, _ = compared(launch, review("P001S001"), review("P001S002", inputs=inputs))
    assert "Both legs: good contractions were counted against different targets" in texts(at)


def test_the_same_recording_twice_is_said_instead_of_a_finding(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001", sha="ab" * 32), review("P001S002", sha="ab" * 32))
    assert at.title[0].value == "A and B are the same recording."


def test_both_sessions_are_kept_as_opened(launch: Launch) -> None:
    _, services = compared(launch, review("P001S001"), better())
    assert services.opened == [("read", "P001S001"), ("read", "P001S002")]


def test_a_session_alone_is_compared_with_the_one_before_it(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), better(), better("P001S003"), session="P001S003")
    assert dict(at.query_params) == {"a": "P001S002", "b": "P001S003"}


def test_another_choice_changes_the_address_and_the_page(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), better(), better("P001S003"))
    at.selectbox[1].set_value("P001S003").run()
    assert dict(at.query_params) == {"a": "P001S001", "b": "P001S003"}
    assert "B · P001S003" in at.dataframe[0].value


def test_the_rounds_of_a_day_are_named_and_offered(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), better(), better("P001S003"))
    assert at.selectbox[0].options[0].endswith("round 3 of 3")
    assert "Rounds of 10 Mar 2025:" in texts(at)


def test_sessions_of_two_patients_are_refused(launch: Launch) -> None:
    at, services = compared(launch, review("P001S001"), review("P002S001"), a="P001S001", b="P002S001")
    assert "of different patients; choose two of one patient" in texts(at)
    assert not services.opened
    assert not at.dataframe


def test_without_a_second_session_the_page_asks_for_one(launch: Launch) -> None:
    at, _ = compared(launch, review("P001S001"), session="P001S001")
    assert at.title[0].value == "Pick a second session"


def test_without_any_session_the_page_leads_to_the_patients(launch: Launch) -> None:
    services = FakeServices(reviews={"P001S001": review("P001S001")})
    at = launch(services, PAGE)
    assert at.title[0].value == "Compare two sessions"


def test_numbers_stay_when_a_recording_is_gone(launch: Launch) -> None:
    services = FakeServices(reviews={r.summary.session_code: r for r in (review("P001S001"), better())})
    services.traces_error = NotFoundError("There is no such object.")
    at = launch(services, PAGE, a="P001S001", b="P001S002")
    assert not at.exception
    assert "no longer in the store" in texts(at)
    assert table(at)["L ● Mean hold time (s)"][1] == "2.50"


@pytest.mark.parametrize(
    ("a", "b", "pair"),
    [
        (None, None, ("2", "3")),
        (None, "3", ("2", "3")),
        (None, "1", ("1", "2")),
        ("1", None, ("1", "3")),
        ("3", None, ("3", "1")),
        ("2", "1", ("2", "1")),
        ("2", "2", ("1", "2")),
    ],
)
def test_the_pair_is_as_asked_else_with_the_neighbour_in_time(
    a: str | None, b: str | None, pair: tuple[str, str]
) -> None:
    assert default_pair(["1", "2", "3"], a, b) == pair


def test_a_session_without_a_date_that_can_be_is_named(launch: Launch) -> None:
    ahead = review("P001S002")
    ahead = replace(ahead, summary=replace(ahead.summary, recorded_at=None))
    assert ahead.result is not None
    dated = replace(ahead.result.metadata, recorded_at=datetime(2099, 3, 1, 11, 50))
    ahead = replace(ahead, result=replace(ahead.result, metadata=dated))
    services = FakeServices(reviews={r.summary.session_code: r for r in (review("P001S001"), ahead)})
    at = launch(services, PAGE, a="P001S001", b="P001S002")
    (said,) = [info.value for info in at.info if "arrival" in info.value]
    assert said.startswith("P001S002 is dated 1 Mar 2099 by the tablet, after its arrival")
