"""Every page in every state, run by AppTest on made-up services."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages._components import words
from pages._components.arrivals import load_arrivals
from pages._components.state import table_key
from processing.emg.results import Mvc
from processing.errors import NotFoundError, ReplacedRecordingError, StorageUnavailableError
from processing.recording import RecordedMeasures
from processing.use_cases.read_models import ParkedFile, SessionInputs
from tests.unit.pages.conftest import PAGES, Launch, texts
from tests.unit.pages.fakes import (
    FOUR_KINDS,
    LOOSE_FINDING,
    RECEIVED,
    TARGETS,
    FakeServices,
    database_away,
    every_state,
    make_channel,
    make_foreign_review,
    make_quality,
    make_review,
    make_score_not_assessable,
    without_mvc,
)


def only(review_changes: dict[str, object] | None = None, **fake: object) -> FakeServices:
    review = make_review(**(review_changes or {}))  # type: ignore[arg-type]
    return FakeServices(reviews={review.summary.session_code: review}, **fake)  # type: ignore[arg-type]


def links(at: AppTest) -> list[str]:
    return [link.proto.label for link in at.get("page_link")]


def charts(at: AppTest) -> list[dict[str, object]]:
    return [data for c in at.get("bidi_component") if "spec" in (data := json.loads(c.proto.json))]


# --- sessions


def test_an_empty_list_says_what_will_happen(launch: Launch) -> None:
    at = launch(FakeServices())
    assert not at.exception
    assert "No sessions yet" in texts(at)
    assert "Upload a recording now" in links(at)


def test_the_list_shows_every_state_in_words(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()))
    assert not at.exception
    said = texts(at)
    for word in ("Ready", "Ready with warnings", "Analysing", "Waiting", "Could not be read"):
        assert word in said
    assert "**1 / 4** good" in said
    assert "not judged" in said
    counted = "1 waiting, 1 analysing, 2 ready, 2 ready with warnings, 1 needs its legs, 1 could not be read"
    assert f"8 sessions: {counted}" in said


def test_every_session_is_a_link(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()))
    assert [f"**{code}**" for code in every_state()] == [
        label for label in links(at) if label.startswith("**P")
    ]


def test_the_list_offers_no_score_where_no_leg_is_named(launch: Launch) -> None:
    foreign = make_foreign_review()
    said = texts(launch(FakeServices(reviews={"P004S001": foreign})))
    assert "no leg named  \n:small[3 channels, 12 contractions]" in said
    assert "5–100" not in said
    assert "good" not in said


def test_filters_reach_the_services(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    at = launch(services)
    at.selectbox(key="sessions:patient").select("P002").run()
    at.multiselect(key="sessions:status").select("Analysing").run()
    assert services.asked[-1].patient_code == "P002"
    assert services.asked[-1].statuses == ("processing", "reprocessing")
    assert "1 session: 1 analysing" in texts(at)


def many_sessions(n: int) -> FakeServices:
    return FakeServices(reviews={f"P001S{k:03}": make_review(f"P001S{k:03}") for k in range(1, n + 1)})


def listed(at: AppTest) -> list[str]:
    return [label.strip("*") for label in links(at) if label.startswith("**P")]


def test_older_sessions_are_a_page_further_and_the_address_says_where(launch: Launch) -> None:
    at = launch(many_sessions(60))
    assert (listed(at)[0], len(listed(at))) == ("P001S001", 25)
    assert "25 sessions on this page" in texts(at)
    assert [at.button(key=f"sessions:page:{name}").disabled for name in ("newest", "newer", "older")] == [
        True,
        True,
        False,
    ]
    at.button(key="sessions:page:older").click().run()
    assert (listed(at)[0], len(listed(at))) == ("P001S026", 25)
    assert "older~" in str(at.query_params["place"])
    at.button(key="sessions:page:older").click().run()
    assert listed(at) == [f"P001S{k:03}" for k in range(51, 61)]
    assert at.button(key="sessions:page:older").disabled
    at.button(key="sessions:page:newer").click().run()
    assert listed(at)[0] == "P001S026"
    at.button(key="sessions:page:newest").click().run()
    assert (listed(at)[0], "place" in at.query_params) == ("P001S001", False)


def test_a_filter_begins_at_the_newest_again(launch: Launch) -> None:
    at = launch(many_sessions(60))
    at.button(key="sessions:page:older").click().run()
    at.multiselect(key="sessions:status").select("Ready").run()
    assert (listed(at)[0], "place" in at.query_params) == ("P001S001", False)
    at.button(key="sessions:page:older").click().run()
    assert listed(at)[0] == "P001S026"
    assert at.multiselect(key="sessions:status").value == ["Ready"]


@pytest.mark.parametrize("place", ["nonsense", "older~yesterday~x", "older~2025-03-10T11:50:00~1"])
def test_an_address_that_names_no_place_shows_the_newest(launch: Launch, place: str) -> None:
    assert listed(launch(many_sessions(30), "sessions.py", place=place))[0] == "P001S001"


def test_what_was_held_without_an_mvc_is_a_range_as_in_the_review(launch: Launch) -> None:
    said = texts(launch(FakeServices(reviews=every_state())))
    assert "**0–2 / 4** good" in said


def test_filters_that_match_nothing_say_so(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()))
    at.selectbox(key="sessions:patient").select("P001").run()
    at.multiselect(key="sessions:status").select("Waiting").run()
    assert "No session matches these filters" in texts(at)


def test_files_of_no_patient_lead_to_the_inbox(launch: Launch) -> None:
    parked = [ParkedFile("un*known*/a.c3d", "The folder is no patient code.", RECEIVED)]
    at = launch(FakeServices(parked=parked))
    assert "1 file belongs to no patient yet: see the Inbox" in links(at)


def test_a_session_that_could_not_be_read_says_why_in_the_list(launch: Launch) -> None:
    said = texts(launch(FakeServices(reviews=every_state())))
    assert ":small[The file is shorter than its own header promises" in said


def test_a_new_patient_or_parked_file_is_an_arrival() -> None:
    services = only()
    before = load_arrivals(services)  # type: ignore[arg-type]
    assert load_arrivals(services) == before  # type: ignore[arg-type]
    services.reviews["P014S001"] = make_review("P014S001")
    assert load_arrivals(services).patient_codes == ("P001", "P014")  # type: ignore[arg-type]
    services.parked.append(ParkedFile("x/a.c3d", "The folder is no patient code.", RECEIVED))
    assert len(load_arrivals(services).parked) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("page", [None, "review.py", "upload.py"])
def test_a_database_that_is_away_gives_a_calm_notice(launch: Launch, page: str | None) -> None:
    at = launch(database_away(), page, session="P001S001")
    if page == "upload.py":
        at.segmented_control(key="upload:door").set_value("Save to a patient").run()
    assert not at.exception
    assert not at.error
    assert "Nothing is lost" in at.warning[0].value
    assert at.button(key=next(b.key for b in at.button if b.key.startswith("again:"))).label == "Try again"


# --- review


def test_a_completed_review_says_the_finding_first(launch: Launch) -> None:
    at = launch(only(), "review.py", session="P001S001")
    assert not at.exception
    assert at.title[0].value.startswith("Left: 1 of 4 good (2 strong enough, 2 held")
    assert [metric.value for metric in at.metric] == ["1 / 4", "1 / 4", "71.2"]
    assert at.query_params["session"] == "P001S001"


def test_a_review_draws_both_pictures_with_a_text_alternative(launch: Launch) -> None:
    signals, score = charts(launch(only(), "review.py", session="P001S001"))
    assert "Left: 4 contractions" in str(signals["alt"])
    assert str(score["alt"]).startswith("Score 71.2 of 100")
    assert signals["full"][1] == pytest.approx(60.0, abs=0.01)  # type: ignore[index]


def test_next_and_whole_move_the_window(launch: Launch) -> None:
    at = launch(only(), "review.py", session="P001S001")
    at = _press(at, "J")
    assert _window(at) == pytest.approx([3.0, 9.5])
    assert "Left 1 of 4" in texts(at)
    at = _press(at, "W")
    assert _window(at) == pytest.approx([0.0, 60.0], abs=0.01)


def test_next_doubtful_visits_only_the_doubtful(launch: Launch) -> None:
    at = _press(launch(only(), "review.py", session="P001S001"), "N")
    assert "Left 4 of 4" in texts(at)
    assert "two bursts close together" in texts(at)


def test_a_dragged_window_draws_more_detail(launch: Launch) -> None:
    at = launch(only(), "review.py", session="P001S001")
    at.session_state["view:P001S001:v1:2"] = {"window": (10.0, 12.0), "selected": None, "revision": 1}
    assert _window(at.run()) == [10.0, 12.0]


def test_a_doubtful_channel_names_the_place(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P001S002")
    said = texts(at)
    assert "signal doubtful: drop-out" in said
    assert "0.45\u202f% of the recording left out: 30.00–30.27\u202fs" in said


def test_a_channel_that_is_not_judged_has_no_count(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P001S003")
    assert at.metric[1].value == "not judged"
    assert "Right not judged: loose sensor." in at.title[0].value
    assert words.plain(LOOSE_FINDING.reason) in texts(at)


def test_without_mvc_nothing_is_called_good(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P002S001")
    said = texts(at)
    assert at.title[0].value.endswith("Intensity not assessable: no MVC recorded.")
    assert [metric.value for metric in at.metric] == ["0–2 / 4", "0–2 / 4", "17–84"]
    assert "MVC left: — not recorded (session peak 210\u202fµV, not used for the score)" in said
    assert "Perceived effort (CR10): — not recorded" in said


def test_the_score_s_range_names_what_a_person_could_add(launch: Launch) -> None:
    said = texts(launch(FakeServices(reviews=every_state()), "review.py", session="P002S001"))
    assert "a range, because this is not known: MVC" in said
    said = texts(launch(FakeServices(reviews=every_state()), "review.py", session="P001S003"))
    assert "a range, because this is not known: the right leg" in said


def test_channels_without_a_leg_are_shown_but_not_scored(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P004S001")
    assert not at.exception
    said = texts(at)
    assert [metric.value for metric in at.metric] == ["0–2 / 4", "0–2 / 4", "0–2 / 4", "—"]
    assert at.metric[0].label == "Good / found contractions"
    assert "**■ voltage.EMG1** · " in said
    assert "No score: the file does not say which leg its channels belong to." in said
    assert "100" not in "".join(metric.value for metric in at.metric)
    assert "could lie" not in said.lower()
    assert "MVC voltage.EMG1: — not recorded" in said
    assert len(charts(at)) == 1  # the signals


def test_nothing_is_asked_about_legs_that_no_channel_names(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    services.reviews["P004S001"] = replace(
        services.reviews["P004S001"], inputs=SessionInputs(targets=TARGETS, mvc_left_uv=240.0)
    )
    at = launch(services, "review.py", session="P004S001")
    labels = [field.label for field in at.number_input]
    assert not [
        label for label in labels if "MVC left" in label or "MVC right" in label or "per leg" in label
    ]
    assert not [control for control in at.segmented_control if ":leg" in control.key]
    at.number_input(key="input:P004S001:perceived_effort_cr10").set_value(5.0)
    at.button(key="FormSubmitter:inputs-Save").click().run()
    saved = services.saved_inputs[0][1]
    assert (saved.perceived_effort_cr10, saved.mvc_left_uv) == (5.0, 240.0)  # what was entered before stays
    assert saved.targets == TARGETS


def test_signals_of_a_replaced_file_are_not_drawn_under_its_numbers(launch: Launch) -> None:
    services = only(traces_error=ReplacedRecordingError("The file was replaced after this analysis."))
    at = launch(services, "review.py", session="P001S001")
    assert at.info[0].value == "The file was replaced after this analysis."
    assert len(charts(at)) == 1  # the score


def test_a_missing_recording_still_shows_the_numbers(launch: Launch) -> None:
    services = only(traces_error=NotFoundError("gone"))
    at = launch(services, "review.py", session="P001S001")
    assert not at.exception
    assert "no longer in the store" in at.info[0].value
    assert len(charts(at)) == 1  # the score
    at.session_state[table_key("P001S001:table")] = True
    assert len(at.run().dataframe[0].value) == 8


def test_a_store_that_is_away_still_shows_the_numbers(launch: Launch) -> None:
    at = launch(only(traces_error=StorageUnavailableError("no answer")), "review.py", session="P001S001")
    assert "The results below are complete" in at.warning[0].value
    assert at.metric[0].value == "1 / 4"


def test_a_failed_session_says_why_and_can_be_tried_again(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    at = launch(services, "review.py", session="P003S001")
    assert "shorter than its own header promises" in at.warning[0].value
    assert [expander.label for expander in at.expander] == ["About this file"]
    at.button(key="retry").click().run()
    assert services.retried == ["P003S001"]
    assert at.title[0].value == "Session P003S001: waiting"


@pytest.mark.parametrize(("code", "word"), [("P002S002", "analysing"), ("P002S003", "waiting")])
def test_a_running_session_shows_its_stage(launch: Launch, code: str, word: str) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session=code)
    assert not at.exception
    assert at.title[0].value == f"Session {code}: {word}"
    assert "shows the result by itself" in texts(at)


def test_a_session_analysed_again_keeps_the_previous_result(launch: Launch) -> None:
    at = launch(only({"status": "reprocessing"}), "review.py", session="P001S001")
    assert at.metric[0].value == "1 / 4"
    assert "The result below is the previous one" in texts(at)


def test_what_a_person_enters_is_saved(launch: Launch) -> None:
    services = only()
    at = launch(services, "review.py", session="P001S001")
    at.number_input(key="input:P001S001:mvc_left_uv").set_value(240.0)
    at.number_input(key="input:P001S001:perceived_effort_cr10").set_value(5.0)
    at.button(key="FormSubmitter:inputs-Save and score again").click().run()
    code, saved = services.saved_inputs[0]
    assert (code, saved.mvc_left_uv, saved.perceived_effort_cr10) == ("P001S001", 240.0, 5.0)
    assert saved.mvc_right_uv is None
    assert saved.bfr_percent_aop is None


def test_what_the_file_holds_is_known_without_being_entered(launch: Launch) -> None:
    measures = RecordedMeasures({"CH1": 310e-6}, perceived_effort_cr10=5.0, game_max_points=1500.0)
    at = launch(only({"measures": measures}), "review.py", session="P001S001")
    said = texts(at)
    assert "Perceived effort (CR10): 5, from the file" in said
    assert "Maximum game points: 1500, from the file" in said
    assert "BFR pressure: — not recorded" in said
    left = at.number_input(key="input:P001S001:mvc_left_uv")
    assert left.placeholder == "310 in the file"
    assert left.help.startswith("310\u202fµV in the file, which goes first")
    effort = at.number_input(key="input:P001S001:perceived_effort_cr10")
    assert (effort.value, effort.placeholder) == (None, "5 in the file")
    assert "A value entered here goes first" in effort.help


def test_an_entered_value_goes_before_the_file_s(launch: Launch) -> None:
    inputs = SessionInputs(targets=TARGETS, perceived_effort_cr10=7.0, mvc_left_uv=240.0)
    channels = [make_channel("left", mvc=Mvc(310.0, "file")), make_channel("right")]
    measures = RecordedMeasures({"CH1": 310e-6}, perceived_effort_cr10=5.0)
    changes = {"measures": measures, "inputs": inputs, "channels": channels}
    said = texts(launch(only(changes), "review.py", session="P001S001"))
    assert "Perceived effort (CR10): 7, entered (the file holds 5)" in said
    assert "MVC left: 310\u202fµV, from the file, which goes before the 240\u202fµV entered" in said


def test_the_score_table_says_what_a_missing_part_could_bring(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P002S001")
    cells = {row[0]: row[1:] for row in at.table[0].value.values.tolist()}
    assert cells["Symmetry"] == ["not known", "25.0", "0 to −25.0", "not recorded"]
    assert cells["L ● strong enough ≥ 75\u202f% MVC"][:3] == ["no MVC", "8.3", "0 to −8.3"]


def test_an_unknown_session_leads_back(launch: Launch) -> None:
    at = launch(only(), "review.py", session="P999S999")
    assert "There is no session 'P999S999'." in at.info[0].value
    assert "All sessions" in links(at)


def test_without_a_session_the_newest_are_offered(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py")
    assert sum("P00" in label for label in links(at)) == 8


def test_a_recording_without_contractions_says_so(launch: Launch) -> None:
    silent = make_channel("left", ())
    at = launch(only({"channels": [silent]}), "review.py", session="P001S001")
    assert not at.exception
    assert at.title[0].value == "Left: no contraction found, 4 expected."


def test_provenance_names_file_and_version(launch: Launch) -> None:
    at = launch(only(), "review.py", session="P001S001")
    facts = "\n".join(str(table.value.values.tolist()) for table in at.table)
    assert "9f2c" * 16 in facts
    assert "0.1.0" in facts
    assert "Declared 990 Hz; the duration suggests 1000 Hz." in texts(at)


def test_the_table_says_results_and_times_briefly(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P002S001")
    at.session_state[table_key("P002S001:v1:2")] = True
    table = at.run().dataframe[0].value
    assert list(table["Result"][:2]) == ["□ held", "○ not held"]
    assert list(table["Duration (s)"][:2]) == ["2.50", "0.60"]
    assert list(table["Start (s)"][:2]) == ["5.00", "15.00"]
    assert table["Doubtful"][3] == "? two bursts close together"


# --- upload


def test_look_only_keeps_nothing_and_says_so(launch: Launch) -> None:
    services = FakeServices()
    at = launch(services, "upload.py")
    at.file_uploader(key="upload:files:0").upload("a.c3d", b"good").run()
    assert not at.exception
    assert "forgotten when you leave" in at.info[0].value
    assert at.header[0].value.endswith("Intensity not assessable: no MVC recorded.")
    assert len(charts(at)) == 2
    assert services.uploads == []


def test_a_file_is_analysed_once_until_the_page_is_left(launch: Launch) -> None:
    services = FakeServices()
    at = launch(services, "upload.py")
    at.file_uploader(key="upload:files:0").upload("once.c3d", b"good once").run()
    _press(at, "J")
    assert services.looked_at == ["once.c3d"]
    at.switch_page("sessions.py").run()
    assert "look:" not in repr(at.session_state)
    at.switch_page("upload.py").run()
    assert not at.exception
    assert not charts(at)
    at.file_uploader(key="upload:files:1").upload("once.c3d", b"good once").run()
    assert services.looked_at == ["once.c3d", "once.c3d"]


@pytest.mark.parametrize("door", ["Look only", "Save to a patient"])
def test_a_card_says_what_is_in_a_file_before_anything_is_saved(launch: Launch, door: str) -> None:
    services = FakeServices()
    at = launch(services, "upload.py")
    at.segmented_control(key="upload:door").set_value(door).run()
    at.file_uploader(key="upload:files:0").upload("a.c3d", b"good").run()
    said = texts(at)
    assert "10 Mar 2025, 11:50 · **60\u202fs** (:material/warning: the game's clock says 59\u202fs)" in said
    assert "2 channels · unit not named: V assumed, shown in µV" in said
    assert "CH1 Raw → **L ● Left** · :material/check: signal good · 4 contractions" in said
    assert "Not in the file: MVC, cuff pressure, perceived effort." in said
    assert services.uploads == []


def test_one_bad_file_does_not_hold_up_the_others(launch: Launch) -> None:
    at = launch(FakeServices(), "upload.py")
    at.file_uploader(key="upload:files:0").upload("bad.c3d", b"x").upload("a.c3d", b"good").run()
    said = texts(at)
    assert "`bad.c3d` · 'bad.c3d' ends after 1 bytes" in said
    assert len(charts(at)) == 2


def test_files_are_saved_one_by_one_and_once(launch: Launch) -> None:
    services = only()
    at = launch(services, "upload.py")
    at.segmented_control(key="upload:door").set_value("Save to a patient").run()
    at.selectbox(key="upload:patient").select("P001").run()
    at.file_uploader(key="upload:files:0").upload("bad.c3d", b"x").upload("a.c3d", b"good").run()
    assert at.button(key="save").label == "Save 1 of 2 files"
    at.button(key="save").click().run()
    at.run()
    assert [(code, name) for code, name, _ in services.uploads] == [("P001", "a.c3d")]
    assert "1 of 2 files saved" in texts(at)
    assert "its header promises" in texts(at)
    assert "Open P001S001" in links(at)


def test_a_wrong_patient_code_is_explained(launch: Launch) -> None:
    services = only()
    services.reviews["Jan"] = make_review("Jan")  # AppTest cannot type a new option
    at = launch(services, "upload.py")
    at.segmented_control(key="upload:door").set_value("Save to a patient").run()
    at.selectbox(key="upload:patient").select("Jan").run()
    assert "expected P and three digits" in at.warning[0].value
    assert at.button(key="save").disabled


# --- the gate


def test_embedded_use_says_who_is_looking(launch: Launch) -> None:
    assert "**Local clinician** · No sign-in" in texts(launch(FakeServices()))


@pytest.mark.parametrize("script", ["main.py", "sessions.py", "review.py", "upload.py"])
def test_every_page_stays_closed_where_sign_in_is_needed(
    monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setenv("DASHBOARD_HOST", "0.0.0.0")
    monkeypatch.setattr("processing.services.open_services", _must_not_open)
    at = AppTest.from_file(PAGES / script, default_timeout=30).run()
    assert not at.exception
    assert at.title[0].value == "Sign-in needed"
    assert "DASHBOARD_HOST" in at.warning[0].value
    assert not at.metric


def test_the_not_assessable_score_is_a_range_in_the_list(launch: Launch) -> None:
    channels = [make_channel("left", without_mvc(FOUR_KINDS), mvc=None, quality=make_quality())]
    review = make_review(channels=channels, score=make_score_not_assessable())
    at = launch(FakeServices(reviews={"P001S001": replace(review)}))
    assert "17–84" in texts(at)


def _must_not_open(*_: object, **__: object) -> None:
    raise AssertionError("the services were opened without sign-in")


def _press(at: AppTest, shortcut: str) -> AppTest:
    return at.button(key=next(b.key for b in at.button if b.key.endswith(f":{shortcut}"))).click().run()


def _window(at: AppTest) -> list[float]:
    spec = json.loads(str(charts(at)[0]["spec"]))
    return list(spec["layout"]["xaxis"]["range"])
