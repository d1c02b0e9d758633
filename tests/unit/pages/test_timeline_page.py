"""The patient's timeline: what the page says, draws and withholds, run by AppTest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from processing.use_cases.cohort import TimelineSession
from processing.use_cases.mvc import MvcEntry
from processing.use_cases.progress import Progress, SessionMarks, patient_progress
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, database_away, every_state
from tests.unit.use_cases.timeline_builders import START, failed, leg, measured, session, timeline, unjudged

PAGE = "patient.py"
GOOD = (4, 6, 5, 8, 9)


def progress_of(*sessions: TimelineSession, passport: tuple[MvcEntry, ...] = (), **changes: Any) -> Progress:
    values: dict[str, Any] = {
        "prescriptions": (),
        "marks": {},
        "today": START.date() + timedelta(days=14),
        **changes,
    }
    return patient_progress(timeline(*sessions), passport=passport, **values)


def rising() -> list[TimelineSession]:
    return [session(n, n, left=leg(good), right=leg(5)) for n, good in enumerate(GOOD, start=1)]


def opened(launch: Launch, progress: Progress) -> tuple[AppTest, FakeServices]:
    services = FakeServices()
    services.progress.prepared["P001"] = progress
    return launch(services, PAGE, patient="P001"), services


def figure(at: AppTest) -> dict[str, Any]:
    (sent,) = [
        json.loads(c.proto.json) for c in at.get("bidi_component") if "spec" in json.loads(c.proto.json)
    ]
    spec: dict[str, Any] = json.loads(sent["spec"])
    return spec


def traces(spec: dict[str, Any], kind: str, lane: str) -> dict[str, Any]:
    (found,) = [t for t in spec["data"] if t.get("meta") == {"kind": kind, "lane": lane}]
    return dict(found)


def test_the_headline_compares_the_newest_session_with_the_patients_own_first_ones(launch: Launch) -> None:
    at, _ = opened(launch, progress_of(*rising()))
    assert not at.exception
    assert at.title[0].value == (
        "Left: 9 of 12 good, above the first 3 sessions (4–6). Right: 5 of 12 good, as in the first 3 sessions (5)."
    )


def test_opening_a_timeline_is_kept_in_the_audit_log_once(launch: Launch) -> None:
    at, services = opened(launch, progress_of(*rising()))
    at.run()
    assert services.progress.opened == ["P001"]


def test_with_too_few_sessions_it_is_said_when_the_trend_starts(launch: Launch) -> None:
    at, _ = opened(launch, progress_of(session(1)))
    assert at.title[0].value == "Trend starts at session 3 (have 1)."
    assert not [s for s in figure(at)["layout"]["shapes"] if s["type"] == "rect"]


def test_without_any_session_there_is_no_figure(launch: Launch) -> None:
    at, _ = opened(launch, progress_of())
    assert at.title[0].value == "No session of this patient has arrived yet."


def test_across_a_change_of_the_mvc_nothing_is_compared(launch: Launch) -> None:
    progress = progress_of(*rising(), passport=(measured(1, 0), measured(2, 4, 270.0)))
    at, _ = opened(launch, progress)
    assert (
        "not compared with the first 3 sessions, because the MVC or the electrodes changed"
        in at.title[0].value
    )
    assert "MVC 250\u202fµV, measured 2 Mar 2026 → 250\u202fµV, measured 6 Mar 2026" in texts(at)


def test_the_band_ends_where_the_mvc_changed(launch: Launch) -> None:
    progress = progress_of(*rising(), passport=(measured(1, 0), measured(2, 4, 270.0)))
    bands = [s for s in figure(opened(launch, progress)[0])["layout"]["shapes"] if s["type"] == "rect"]
    ends = {s["fillcolor"]: s["x1"] for s in bands}
    assert ends == {"@left": 3.0, "@right": 5, "@text": 3.0}


def test_sessions_before_and_after_a_change_make_no_band_together(launch: Launch) -> None:
    progress = progress_of(*rising(), passport=(measured(1, 0), measured(2, 2, 270.0)))
    bands = [s for s in figure(opened(launch, progress)[0])["layout"]["shapes"] if s["type"] == "rect"]
    assert {s["fillcolor"] for s in bands} == {"@right"}


def test_a_line_stops_at_a_break_and_the_other_leg_goes_on(launch: Launch) -> None:
    progress = progress_of(*rising(), passport=(measured(1, 0), measured(2, 4, 270.0)))
    spec = figure(opened(launch, progress)[0])
    assert traces(spec, "line", "good_left")["y"] == [4, 6, 5, None, 8, 9]
    assert traces(spec, "line", "good_right")["y"] == [5, 5, 5, 5, 5]
    assert len(traces(spec, "break", "good_left")["x"]) == 3
    assert traces(spec, "break", "good_right")["x"] == []


def test_a_line_stops_where_days_lie_between_and_where_a_value_is_missing(launch: Launch) -> None:
    sessions = [
        session(1, 0, left=leg(4)),
        session(2, 3, left=leg(5)),
        session(3, 7, left=leg(6)),
        session(4, 8, left=unjudged()),
        session(5, 9, left=leg(7)),
    ]
    spec = figure(opened(launch, progress_of(*sessions))[0])
    assert traces(spec, "line", "good_left")["y"] == [4, 5, None, 6, None, 7]


def test_what_is_not_recorded_stands_below_zero_and_never_at_it(launch: Launch) -> None:
    sessions = [session(1), session(2, 1, effort_cr10=None), session(3, 2, left=unjudged())]
    spec = figure(opened(launch, progress_of(*sessions))[0])
    missing = traces(spec, "not_recorded", "effort")
    assert len(missing["y"]) == 1
    assert missing["y"][0] < 0
    assert "not recorded" in missing["text"][0]
    unjudged_marks = traces(spec, "not_judged", "good_left")
    assert unjudged_marks["y"][0] < 0
    assert unjudged_marks["marker"]["color"] == "@game"
    assert len(traces(spec, "value", "good_left")["y"]) == 2


def test_without_an_mvc_a_range_is_drawn_and_no_line(launch: Launch) -> None:
    peak = leg(0, 8, mvc_source="session_peak", mvc_uv=200.0)
    spec = figure(opened(launch, progress_of(*[session(n, n, left=peak) for n in (1, 2, 3)]))[0])
    assert traces(spec, "range_bar", "good_left")["y"] == [0, 8, None] * 3
    assert traces(spec, "line", "good_left")["y"] == []
    assert "0–8 of 12 good; no MVC was recorded" in traces(spec, "range", "good_left")["text"][0]


def test_every_session_stands_in_the_first_lane_as_what_became_of_it(launch: Launch) -> None:
    sessions = [session(1), session(2, 1), failed(3, 2), session(4, 3, status="pending")]
    marks = {"P001S002": SessionMarks(copy_of="P001S001")}
    spec = figure(opened(launch, progress_of(*sessions, marks=marks))[0])
    counted = {kind: len(traces(spec, kind, "sessions")["x"]) for kind in ("done", "copy", "failed", "open")}
    assert counted == {"done": 1, "copy": 1, "failed": 1, "open": 1}
    assert "same recording as P001S001" in traces(spec, "copy", "sessions")["text"][0]
    assert len(traces(spec, "value", "good_left")["y"]) == 1


def test_sessions_of_one_day_stand_side_by_side(launch: Launch) -> None:
    spec = figure(opened(launch, progress_of(session(1), session(2, 0.02), session(3, 0.04)))[0])
    assert traces(spec, "value", "effort")["x"] == [0.25, 0.5, 0.75]


def test_adherence_says_its_band_and_how_it_is_computed(launch: Launch) -> None:
    at, _ = opened(launch, progress_of(*rising()))
    assert "Adherence: **17\u202f% (low)** · 5 of 30 sessions due" in texts(at)
    explained = next(m.help for m in at.markdown if "Adherence" in m.value)
    assert "five training days a week" in explained
    assert "excellent from 85 %" in explained


def test_the_range_hides_older_sessions_and_leaves_the_baseline_where_it_was(launch: Launch) -> None:
    sessions = [session(n, n * 10, left=leg(n)) for n in range(1, 6)]
    at, _ = opened(launch, progress_of(*sessions))
    before = [s for s in figure(at)["layout"]["shapes"] if s["type"] == "rect"]
    at.segmented_control(key="timeline:P001:range").set_value("14").run()
    after = [s for s in figure(at)["layout"]["shapes"] if s["type"] == "rect"]
    assert len(traces(figure(at), "value", "good_left")["y"]) == 2
    assert [(s["y0"], s["y1"]) for s in after] == [(s["y0"], s["y1"]) for s in before]


def test_one_leg_alone_has_its_own_lanes_only(launch: Launch) -> None:
    at, _ = opened(launch, progress_of(*rising()))
    at.segmented_control(key="timeline:P001:leg").set_value("left").run()
    lanes = {t["meta"]["lane"] for t in figure(at)["data"] if "lane" in t.get("meta", {})}
    assert {"good_left", "hold_left", "effort"} <= lanes
    assert not {"good_right", "hold_right", "symmetry"} & lanes
    assert "Right" not in at.title[0].value


def test_every_lane_has_its_unit_and_the_table_has_every_session(launch: Launch) -> None:
    at, _ = opened(launch, progress_of(*rising()))
    spec = figure(at)
    titles = {a["title"]["text"] for name, a in spec["layout"].items() if name.startswith("yaxis")}
    assert {"number", "s", "of 100", "CR10", "% AOP"} <= titles
    table = at.dataframe[0].value
    assert list(table["Session"]) == [f"P001S00{n}" for n in (5, 4, 3, 2, 1)]
    assert table["Perceived effort (CR10)"][0] == "5.0"


def test_notes_are_marked_with_their_number(launch: Launch) -> None:
    marks = {"P001S002": SessionMarks(n_notes=2)}
    spec = figure(opened(launch, progress_of(*rising(), marks=marks))[0])
    assert traces(spec, "note", "notes")["text"] == ["✎2"]


def test_who_may_not_read_notes_gets_no_lane_that_would_say_there_are_none(launch: Launch) -> None:
    at, _ = opened(launch, progress_of(*rising(), may_read_notes=False))
    assert not [t for t in figure(at)["data"] if t.get("meta", {}).get("lane") == "notes"]
    assert "Notes" not in at.dataframe[0].value


def test_a_click_on_a_session_opens_its_review(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    services.progress.prepared["P001"] = progress_of(*rising())
    at = launch(services, PAGE, patient="P001")
    at.session_state["timeline:P001:goto"] = "P001S001"
    at.run()
    assert "P001S001" in texts(at)
    assert services.opened == [("read", "P001S001")]


def test_the_target_hold_time_is_drawn(launch: Launch) -> None:
    marks = {"P001S005": SessionMarks(hold_s=3.0)}
    shapes = figure(opened(launch, progress_of(*rising(), marks=marks))[0])["layout"]["shapes"]
    assert {s["y0"] for s in shapes if s["type"] == "line"} == {12.0, 2.0, 3.0}


@pytest.mark.parametrize("services", [FakeServices(), database_away()])
def test_a_patient_that_is_not_there_and_a_database_that_is_away_are_said_calmly(
    launch: Launch, services: FakeServices
) -> None:
    at = launch(services, PAGE, patient="P404")
    assert not at.exception
    assert "no patient 'P404'" in texts(at).replace("\\", "") or "database did not answer" in texts(at)


def test_three_hundred_sessions_make_one_trace_for_each_kind_of_mark(launch: Launch) -> None:
    sessions = [session(n, n // 3 + 0.02 * (n % 3)) for n in range(300)]
    spec = figure(opened(launch, progress_of(*sessions))[0])
    assert len(spec["data"]) < 70
    assert len(traces(spec, "value", "good_left")["y"]) == 300


def test_a_session_without_a_date_that_can_be_stands_by_its_arrival_and_says_so(launch: Launch) -> None:
    *first, last = rising()
    future = replace(last, of_arrival=True, dated=START.replace(year=2099))
    at, _ = opened(launch, progress_of(*first, future))
    said = texts(at)
    assert "P001S005 is dated 2 Mar 2099 by the tablet, after its arrival" in said
    assert any(
        option.startswith("P001S005 · arrived ")
        for option in at.selectbox(key="timeline:P001:session").options
    )
    table = at.dataframe[0].value
    assert table["Recorded"].iloc[0].startswith("arrived ")
    assert not table["Recorded"].iloc[1].startswith("arrived ")
