"""The contraction inspector: what it shows of each contraction, run by AppTest on made-up samples."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages._components.inspector.aligned_panels import limits_uv, muscles_of
from pages._components.inspector.cells import FOOT, outline, sheet_of
from pages._components.inspector.duration_figure import histogram
from pages._components.inspector.overlay_figure import overlay_figure
from pages._components.review_figure.panels import pair_panels
from processing.emg.results import ChannelCorrections, CorrectionMark, RejectedContraction
from processing.errors import NotFoundError
from processing.use_cases.profile import ViewerProfile
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    LOOSE_FINDING,
    TARGETS,
    FakeServices,
    every_state,
    make_channel,
    make_contraction,
    make_quality,
    make_review,
    make_traces,
)

PAGE = "inspector.py"
READER = ViewerProfile("researcher", None, None, "full")


def only(**changes: Any) -> FakeServices:
    review = make_review(**changes)
    return FakeServices(reviews={review.summary.session_code: review}, profile=READER)


def sent(at: AppTest) -> dict[str, dict[str, Any]]:
    """Return what the browser is sent, by what it shows, in the page's order."""
    data = [json.loads(component.proto.json) for component in at.get("bidi_component")]
    return dict(zip(("close_up", "sheet", "durations", "overlay"), data, strict=True))


def figure(at: AppTest, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(sent(at)[name]["spec"])
    return spec


def test_the_first_contraction_of_a_judged_leg_is_large(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    assert not at.exception
    assert "**L ● Left 1 of 4** · 5.00–7.50\u202fs · good: strong and held" in texts(at)
    assert at.query_params["at"] == "left:1"


def test_next_and_previous_step_through_both_legs_in_order_of_time(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    button = next(b for b in at.button if b.label == "Next")
    button.click().run()
    assert "**R ▲ Right 1 of 4**" in texts(at)
    assert at.query_params["at"] == "right:1"
    next(b for b in at.button if b.label == "Previous").click().run()
    assert "**L ● Left 1 of 4**" in texts(at)


def test_next_doubtful_goes_to_a_doubtful_one(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    next(b for b in at.button if b.label == "Next doubtful").click().run()
    assert "**L ● Left 4 of 4**" in texts(at)
    assert "two bursts close together" in texts(at)


def test_a_link_opens_its_contraction_and_leads_back_to_it(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001", at="right:3")
    assert "**R ▲ Right 3 of 4**" in texts(at)
    back = next(link for link in at.get("page_link") if link.proto.label == "Show in the session review")
    assert "session=P001S001" in back.proto.query_string
    assert "at=right%3A3" in back.proto.query_string
    assert "from=23.00" in back.proto.query_string


@pytest.mark.parametrize("asked", ["left:0", "left:99", "nobody:1", "left:-1", "';--"])
def test_nonsense_in_the_address_opens_the_first(launch: Launch, asked: str) -> None:
    at = launch(only(), PAGE, session="P001S001", at=asked)
    assert not at.exception
    assert "**L ● Left 1 of 4**" in texts(at)


def test_the_close_up_marks_start_end_and_where_the_target_would_end(launch: Launch) -> None:
    spec = figure(launch(only(), PAGE, session="P001S001", at="left:2"), "close_up")
    lines = [shape["x0"] for shape in spec["layout"]["shapes"]]
    assert lines == pytest.approx([15.0, 15.6, 17.0])
    said = " ".join(note["text"] for note in spec["layout"]["annotations"])
    assert "start 15.00" in said
    assert "held 2\u202fs would end here" in said
    assert spec["layout"]["xaxis"]["range"][1] > 17.0
    assert "lasting" not in said


def test_the_sheet_has_a_cell_for_each_found_and_each_missing_contraction(launch: Launch) -> None:
    kept = FOUR_KINDS[:3]
    sheet = sent(launch(only(channels=[make_channel("left", kept)]), PAGE, session="P001S001"))["sheet"]
    cells = sheet["muscles"][0]["cells"]
    assert [cell["kind"] for cell in cells] == ["contraction"] * 3 + ["missing"]
    assert [cell["selected"] for cell in cells[:3]] == [True, False, False]
    assert cells[1]["said"] == "Left 2, at 15.00\u202fs, lasting 0.60\u202fs: strong, not held"


def test_a_rejected_contraction_keeps_a_cell_with_its_reason(launch: Launch) -> None:
    mark = CorrectionMark("reject", 1, "movement")
    corrections = ChannelCorrections((RejectedContraction(FOUR_KINDS[1], mark),), (None,) * 3, 4)
    channel = make_channel("left", (FOUR_KINDS[0], *FOUR_KINDS[2:]), corrections=corrections)
    cells = sent(launch(only(channels=[channel]), PAGE, session="P001S001"))["sheet"]["muscles"][0]["cells"]
    rejected = [cell for cell in cells if cell["kind"] == "rejected"]
    assert [cell["said"] for cell in rejected] == ["Left: rejected at 15.00\u202fs, movement"]


def test_a_channel_that_is_not_judged_is_grey_and_without_numbers(launch: Launch) -> None:
    loose = make_channel("right", FOUR_KINDS, quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    at = launch(only(channels=[make_channel("left"), loose]), PAGE, session="P001S001", at="right:1")
    sheet = sent(at)["sheet"]["muscles"][1]
    assert sheet["tone"] == "@game"
    assert sheet["note"] == "not judged: loose sensor"
    assert {cell["text"] for cell in sheet["cells"]} == {""}
    table = next(m.value for m in at.markdown if m.value.startswith("| Signal"))
    assert "µV" not in table
    assert "Right not judged: loose sensor." in at.title[0].value
    withheld = [frame.value[[c for c in frame.value if "Right" in c]] for frame in at.dataframe[:2]]
    assert all(set(part.to_numpy().ravel()) == {"not judged"} for part in withheld)
    drawn = {t["meta"]["kind"] for t in figure(at, "overlay")["data"] if t["meta"].get("channel") == "CH2"}
    assert drawn <= {"each", "chosen"}


def test_durations_stand_against_the_target(launch: Launch) -> None:
    at = launch(only(channels=[make_channel("left")]), PAGE, session="P001S001")
    assert (
        "Left: 2 of 4 held 2\u202fs; half of them lasted 1.55\u202fs or less, the longest 2.50\u202fs."
        in texts(at)
    )
    spec = figure(at, "durations")
    assert {shape["y0"] for shape in spec["layout"]["shapes"]} == {2.0}
    bars = {
        x: y
        for t in spec["data"]
        if t["meta"]["kind"] == "duration"
        for x, y in zip(t["x"], t["y"], strict=True)
    }
    assert bars == pytest.approx({1: 2.5, 2: 0.6, 3: 2.5, 4: 0.5})


def test_every_axis_has_its_unit_and_every_picture_its_words(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    for name in ("close_up", "durations", "overlay"):
        layout = figure(at, name)["layout"]
        untitled = [
            axis
            for axis, look in layout.items()
            if axis.startswith(("xaxis", "yaxis"))
            and not look["title"]["text"]
            and look.get("showticklabels", True)
        ]
        assert untitled == []
    assert all(len(data["alt"]) > 60 for data in sent(at).values())


@pytest.mark.parametrize("code", list(every_state()))
def test_the_page_opens_in_every_state(launch: Launch, code: str) -> None:
    at = launch(FakeServices(reviews=every_state(), profile=READER), PAGE, session=code)
    assert not at.exception


def test_a_file_that_is_gone_gives_calm_words(launch: Launch) -> None:
    services = only()
    services.traces_error = NotFoundError("gone")
    at = launch(services, PAGE, session="P001S001")
    assert not at.exception
    assert "no longer in the store" in texts(at)


def test_no_contraction_at_all_is_said(launch: Launch) -> None:
    at = launch(only(channels=[replace(make_channel("left", ()), faint=())]), PAGE, session="P001S001")
    assert at.title[0].value == "No contraction to inspect"


# --- the pictures' parts


def muscles(*channels: Any) -> Any:
    return muscles_of(
        pair_panels([make_traces(c, seed=i) for i, c in enumerate(channels)], channels), TARGETS
    )


def test_the_outline_of_a_cell_reaches_the_contractions_peak() -> None:
    one = muscles(make_channel("left"))[0]
    (limit,) = limits_uv([one])
    for row in one.aligned.values:
        heights = [float(part.split()[1]) for part in outline(one.aligned.time_s, row, limit).split("L")[1:]]
        assert min(heights) == pytest.approx(FOOT * (1 - np.nanmax(row) / limit), abs=0.06)


def test_an_outline_is_parted_where_samples_are_left_out() -> None:
    time_s = np.linspace(-0.3, 2.3, 300)
    y = np.ones(300, dtype=np.float32)
    y[100:120] = np.nan
    assert outline(time_s, y, 2.0).count("M") == 2


def test_both_legs_share_one_scale() -> None:
    weak = tuple(replace(c, plateau_uv=c.plateau_uv / 10, peak_uv=c.peak_uv / 10) for c in FOUR_KINDS)
    both = muscles(make_channel("left"), make_channel("right", weak))
    spec = overlay_figure(both, None)
    assert spec["layout"]["yaxis"]["range"] == spec["layout"]["yaxis2"]["range"]
    sheets = sheet_of(both, None)
    tallest = [
        min(float(p.split()[1]) for cell in s["cells"] for p in cell["path"].split("L")[1:]) for s in sheets
    ]
    assert tallest[0] < 0.35 * FOOT < 0.8 * FOOT < tallest[1]


def test_each_leg_can_have_a_scale_of_its_own() -> None:
    weak = tuple(replace(c, plateau_uv=c.plateau_uv / 10, peak_uv=c.peak_uv / 10) for c in FOUR_KINDS)
    both = muscles(make_channel("left"), make_channel("right", weak))
    spec = overlay_figure(both, None, same_scale=False)
    assert spec["layout"]["yaxis"]["range"][1] > 5 * spec["layout"]["yaxis2"]["range"][1]


def test_a_histogram_counts_every_duration_once() -> None:
    found = muscles(
        make_channel("left", [make_contraction(3.0 * i, d) for i, d in enumerate((0.25, 0.3, 1.0, 2.0))])
    )[0]
    edges, counts = histogram(found)
    assert counts.sum() == 4
    assert counts[1] == 2
    assert edges[-1] == pytest.approx(2.25)
