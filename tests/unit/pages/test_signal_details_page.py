"""Signal details: what the page says, withholds and draws, run by AppTest on made-up samples."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from processing.errors import NotFoundError, ReplacedRecordingError, StorageUnavailableError
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import (
    DROPOUT,
    DROPOUT_FINDING,
    LOOSE_FINDING,
    FakeServices,
    every_state,
    make_channel,
    make_contraction,
    make_foreign_review,
    make_quality,
    make_review,
)

PAGE = "signal_details.py"
EIGHT = tuple(make_contraction(2.0 + 7 * i, 2.5) for i in range(8))


def only(**changes: Any) -> FakeServices:
    review = make_review(**changes)
    return FakeServices(reviews={review.summary.session_code: review})


def charts(at: AppTest) -> dict[str, dict[str, Any]]:
    """Return the figures by what they show, in the page's order."""
    sent = [json.loads(chart.proto.json) for chart in at.get("bidi_component")]
    return dict(zip(("spectrum", "time", "trend"), [json.loads(data["spec"]) for data in sent], strict=True))


def alts(at: AppTest) -> list[str]:
    return [json.loads(chart.proto.json)["alt"] for chart in at.get("bidi_component")]


def kinds(spec: dict[str, Any], channel: str) -> set[str]:
    return {t["meta"]["kind"] for t in spec["data"] if t["meta"].get("channel") == channel}


def said_on(spec: dict[str, Any]) -> str:
    return " ".join(note["text"].replace("<br>", " ") for note in spec["layout"]["annotations"])


def test_the_title_answers_the_question_of_the_page(launch: Launch) -> None:
    at = launch(
        only(channels=[make_channel("left", EIGHT), make_channel("right", EIGHT)]), PAGE, session="P001S001"
    )
    assert not at.exception
    assert at.title[0].value.startswith("Both legs: frequencies typical of muscle; ")


def test_too_few_contractions_give_the_reason_instead_of_a_trend(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    reason = "Fatigue trend needs at least 6 accepted contractions with SNR ≥ 10\u202fdB; you have 4, SNR 33.6\u202fdB."
    assert reason in texts(at)
    figure = charts(at)["trend"]
    assert reason in said_on(figure)
    assert "trend" not in kinds(figure, "CH1")
    assert "mdf" in kinds(figure, "CH1")


def test_a_trend_comes_with_its_interval_and_dimitrovs_index(launch: Launch) -> None:
    at = launch(only(channels=[make_channel("left", EIGHT)]), PAGE, session="P001S001")
    assert "Hz per contraction (95 % CI " in texts(at)
    assert {"band", "trend", "mdf"} <= kinds(charts(at)["trend"], "CH1")
    numbers = at.dataframe[-1].value.set_index("Measure")["L ● Left"]
    assert float(numbers["Dimitrov index, last 3 over first 3"]) > 0
    assert numbers["Signal to noise (dB)"] == "33.6"


def test_numbers_of_a_channel_that_is_not_judged_are_withheld(launch: Launch) -> None:
    loose = make_channel("right", EIGHT, quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    at = launch(only(channels=[make_channel("left", EIGHT), loose]), PAGE, session="P001S001")
    assert "Right not judged: loose sensor." in at.title[0].value
    for table in at.dataframe:
        frame = table.value
        ours = frame[frame["Channel"] == "R ▲ Right"] if "Channel" in frame else frame.filter(like="Right")
        told = [v for v in ours.to_numpy().ravel() if "." in str(v) or str(v).isdigit()]
        allowed = ["No.", "Start (s)", "Duration (s)"]
        assert len(told) <= len(allowed) * len(ours), told
    spec = charts(at)["spectrum"]
    assert "R ▲ Right</b> · not judged: loose sensor" in said_on(spec)
    right = [t for t in spec["data"] if t["meta"].get("channel") == "CH2"]
    assert {t["line"]["color"] for t in right} <= {"@game", "@muted"}
    assert not any("hovertemplate" in t for t in right)
    assert "mdf" not in kinds(charts(at)["trend"], "CH2")


def test_what_was_left_out_is_hatched_over_trace_and_spectrogram(launch: Launch) -> None:
    noisy = make_channel("left", EIGHT, quality=make_quality("doubtful", [DROPOUT_FINDING], [DROPOUT]))
    at = launch(only(channels=[noisy]), PAGE, session="P001S001")
    masked = [t for t in charts(at)["time"]["data"] if t["meta"]["kind"] == "masked"]
    assert [min(t["x"][:5]) for t in masked] == [DROPOUT[0]] * 2


def test_the_spectrogram_shares_its_time_axis_with_the_trace(launch: Launch) -> None:
    spec = charts(launch(only(), PAGE, session="P001S001"))["time"]
    drawn = [t for t in spec["data"] if t["meta"]["kind"] in ("trace", "spectrogram")]
    assert len(drawn) == 4
    assert {t["xaxis"] for t in drawn} == {"x"}
    pictures = [t for t in drawn if t["type"] == "heatmap"]
    for picture in pictures:
        columns = int(picture["z"]["shape"].split(",")[1])
        assert picture["x0"] + (columns - 1) * picture["dx"] == pytest.approx(60.0, abs=0.2)


def test_the_address_opens_leg_window_and_part(launch: Launch) -> None:
    query = {"leg": "right", "from": "10.00", "to": "20.00", "part": "window"}
    at = launch(only(), PAGE, session="P001S001", **query)
    assert at.title[0].value.startswith("Right: ")
    assert charts(at)["time"]["layout"]["xaxis"]["range"] == [10.0, 20.0]
    assert "half of the power in the visible window" in texts(at)
    assert {name: at.query_params[name] for name in query} == query


@pytest.mark.parametrize("query", [{"part": "all"}, {"from": "x", "to": "1e9"}, {"leg": "'--"}])
def test_nonsense_in_the_address_counts_as_not_said(launch: Launch, query: dict[str, str]) -> None:
    at = launch(only(), PAGE, session="P001S001", **query)
    assert not at.exception
    assert charts(at)["time"]["layout"]["xaxis"]["range"] == pytest.approx([0, 60.0], abs=0.01)


def test_every_part_can_be_chosen(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    control = next(c for c in at.get("button_group") if c.key and c.key.startswith("part:"))
    control.set_value("whole").run()
    assert "in the whole recording" in texts(at)
    assert at.query_params["part"] == "whole"


def test_every_axis_has_its_unit_and_every_chart_its_words(launch: Launch) -> None:
    at = launch(only(), PAGE, session="P001S001")
    for spec in charts(at).values():
        for name, axis in spec["layout"].items():
            if name.startswith(("xaxis", "yaxis")) and axis.get("visible", True):
                assert axis["title"]["text"], name
    assert all(len(alt) > 60 for alt in alts(at))
    assert [e.label.split(":")[0] for e in at.expander] == ["Show as table"] * 3


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotFoundError("gone"), "no longer in the store"),
        (ReplacedRecordingError("The file was replaced."), "The file was replaced."),
        (StorageUnavailableError("no answer"), "Reason: no answer"),
    ],
)
def test_a_file_that_is_not_there_gives_calm_words(launch: Launch, error: Exception, words: str) -> None:
    services = only()
    services.traces_error = error
    at = launch(services, PAGE, session="P001S001")
    assert not at.exception
    assert words in texts(at)


@pytest.mark.parametrize("code", list(every_state()))
def test_the_page_opens_in_every_state(launch: Launch, code: str) -> None:
    at = launch(FakeServices(reviews=every_state()), PAGE, session=code)
    assert not at.exception


def test_a_foreign_file_is_explained_channel_by_channel(launch: Launch) -> None:
    at = launch(FakeServices(reviews={"P004S001": make_foreign_review()}), PAGE, session="P004S001")
    assert "voltage.EMG3: " in texts(at)


def test_opening_the_page_leaves_its_trace(launch: Launch) -> None:
    services = only()
    launch(services, PAGE, session="P001S001")
    assert services.opened == [("read", "P001S001")]


def test_no_contraction_at_all_is_said(launch: Launch) -> None:
    silent = replace(make_channel("left", ()), faint=())
    at = launch(only(channels=[silent]), PAGE, session="P001S001")
    assert "Left: no contraction to explain." in at.title[0].value
    assert "nothing in the contractions is long enough" in texts(at)


def test_a_result_of_an_older_version_is_named(launch: Launch) -> None:
    assert "analysed by version 0.1.0 and" in texts(launch(only(), PAGE, session="P001S001"))
