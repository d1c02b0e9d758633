"""The Inbox, the side map, the mark of a review and the what-if drawer, run by AppTest on made-up services."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from pages._components.inbox.reviewed import mark_words
from pages._components.inbox.wording import row_note, time_words
from processing.errors import UnreadableRecordingError
from processing.services.side_map import describe
from processing.use_cases.inbox import InboxRow, ReviewMark
from processing.use_cases.profile import ViewerProfile
from processing.use_cases.read_models import ParkedFile
from processing.use_cases.side_map import OtherLegs, SideMap
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import (
    RECEIVED,
    FakeServices,
    database_away,
    every_state,
    make_channel,
    make_foreign_review,
    make_review,
)
from tests.unit.pages.fakes_inbox import every_row

RESEARCHER = ViewerProfile("researcher", "R", None, "full")


def links(at: AppTest) -> list[str]:
    return [link.proto.label for link in at.get("page_link")]


def one(**fake: object) -> FakeServices:
    return FakeServices(reviews={"P001S001": make_review()}, **fake)  # type: ignore[arg-type]


# --- inbox


def test_the_inbox_shows_every_state_in_words(launch: Launch) -> None:
    services = FakeServices()
    services.inbox.rows = every_row()
    at = launch(services, "inbox.py")
    assert not at.exception
    said = texts(at)
    for word in (
        "Waiting", "Reading", "Analysing", "Ready", "Ready with warnings", "Could not be read", "Reviewed",
        "Needs a patient",
    ):  # fmt: skip
        assert word in said
    assert "10 files shown: 1 waiting, 1 reading, 1 analysing, 2 ready" in said


def test_a_failed_file_says_why_and_what_to_do(launch: Launch) -> None:
    services = FakeServices()
    services.inbox.rows = every_row()
    said = texts(launch(services, "inbox.py"))
    assert "Copy the file from the tablet once more." in said
    assert "Open it to say which channel is which leg." in said


def test_a_duplicate_leads_to_the_original(launch: Launch) -> None:
    services = FakeServices()
    services.inbox.rows = every_row()
    at = launch(services, "inbox.py")
    assert "The same recording as P014S001 of 10 Mar 2025, 11:50." in texts(at)
    assert "Show original" in links(at)


def test_an_empty_inbox_says_what_will_happen(launch: Launch) -> None:
    at = launch(FakeServices(), "inbox.py")
    assert at.info[0].value.startswith("No file has arrived yet")
    assert "Upload a recording" in links(at)


def test_a_filter_asks_for_those_states_only(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    at = launch(services, "inbox.py")
    at.button_group(key="inbox:filter").set_value("Could not be read").run()
    assert services.inbox.asked[-1].states == ("failed",)
    assert "1 file shown: 1 could not be read" in texts(at)
    at.button_group(key="inbox:filter").set_value("Put aside").run()
    assert services.inbox.asked[-1].dismissed
    assert at.info[0].value == "Nothing was put aside."


def test_a_failed_file_is_tried_again(launch: Launch) -> None:
    services = FakeServices(reviews={"P003S001": every_state()["P003S001"]})
    at = launch(services, "inbox.py")
    at.button(key="inbox:Retry:id-P003S001").click().run()
    assert services.retried == ["P003S001"]
    assert "P003S001 is read again" in at.toast[0].value


def test_a_file_without_any_leg_needs_a_person(launch: Launch) -> None:
    at = launch(FakeServices(reviews={"P004S001": make_foreign_review()}), "inbox.py")
    said = texts(at)
    assert "Needs its legs" in said
    assert "say under Legs which channel is which leg" in said
    at.button_group(key="inbox:filter").set_value("Needs you").run()
    assert "1 file shown: 1 needs its legs" in texts(at)


def test_a_failed_file_is_put_aside(launch: Launch) -> None:
    services = FakeServices(reviews={"P003S001": every_state()["P003S001"]})
    at = launch(services, "inbox.py")
    at.button(key="inbox:Dismiss:id-P003S001").click().run()
    assert services.inbox.dismissed == ["id-P003S001"]
    assert at.info[0].value == "Everything that arrived was put aside."


def test_a_file_of_nobody_is_given_to_a_patient(launch: Launch) -> None:
    services = one(parked=[ParkedFile("unknown/a.c3d", "The folder names no patient.", RECEIVED)])
    at = launch(services, "inbox.py")
    assert at.button(key="inbox:assign:0").disabled
    at.selectbox(key="inbox:patient:0").select("P001").run()
    at.button(key="inbox:assign:0").click().run()
    assert services.inbox.assigned == [("unknown/a.c3d", "P001")]


def test_an_assignment_that_fails_says_why_and_keeps_the_file(launch: Launch) -> None:
    services = one(parked=[ParkedFile("unknown/a.c3d", "The folder names no patient.", RECEIVED)])
    services.inbox.refused = UnreadableRecordingError("'a.c3d' is no C3D file.")
    at = launch(services, "inbox.py")
    at.selectbox(key="inbox:patient:0").select("P001").run()
    at.button(key="inbox:assign:0").click().run()
    assert at.error[0].value == "Not done: 'a.c3d' is no C3D file."
    assert "Needs a patient" in texts(at)


def test_older_files_are_a_page_away(launch: Launch) -> None:
    services = FakeServices()
    services.inbox.rows = [replace(every_row()[3], key=str(i)) for i in range(40)]
    at = launch(services, "inbox.py")
    assert "25 files shown" in texts(at)
    at.button(key="inbox:older").click().run()
    assert services.inbox.asked[-1].before == (every_row()[3].received_at, "24")
    at.button(key="inbox:newest").click().run()
    assert services.inbox.asked[-1].before is None


def test_a_database_that_is_away_gives_a_calm_notice(launch: Launch) -> None:
    at = launch(database_away(), "inbox.py")
    assert not at.exception
    assert "Nothing is lost" in at.warning[0].value


def test_the_sessions_page_leads_to_files_of_nobody(launch: Launch) -> None:
    at = launch(one(parked=[ParkedFile("x/a.c3d", "The folder names no patient.", RECEIVED)]))
    assert "1 file belongs to no patient yet" in "\n".join(links(at))


@pytest.mark.parametrize(
    ("seconds", "state", "said"),
    [
        (None, "failed", "—"),
        (3.14, "ready", "3.1\u202fs"),
        (300.0, "ready", "5\u202fmin"),
        (9000.0, "ready", "2.5\u202fh"),
        (2.0, "analysing", "2\u202fs so far"),
    ],
)
def test_the_time_taken_is_readable(seconds: float | None, state: str, said: str) -> None:
    assert time_words(InboxRow("k", "a.c3d", state, RECEIVED, seconds=seconds)) == said  # type: ignore[arg-type]


def test_untrusted_words_are_shown_as_they_stand() -> None:
    row = InboxRow("k", "a.c3d", "parked", RECEIVED, reason="**bold** <b>")
    assert row_note(row) == "\\*\\*bold\\*\\* \\<b\\>"


# --- the mark of a review


def test_a_session_is_marked_as_reviewed_and_unmarked(launch: Launch) -> None:
    services = one()
    at = launch(services, "review.py", session="P001S001")
    at.button(key="mark-reviewed").click().run()
    assert services.inbox.marks["P001S001"].current
    assert "by Local clinician, 10 Mar 2025" in texts(at)
    at.button(key="unmark-reviewed").click().run()
    assert services.inbox.marks == {}


def test_a_mark_of_an_earlier_state_says_what_changed() -> None:
    mark = ReviewMark(3, RECEIVED, "Dr Claes", RECEIVED, 2, RECEIVED)
    assert "analysed again since: result version 3" in mark_words(mark)
    later = datetime(2025, 4, 1, tzinfo=UTC)
    assert "Corrections, entered values or legs changed since" in mark_words(
        replace(mark, reviewed_version=3, judged_at=later)
    )


# --- which channel is which leg


def test_the_review_says_which_channel_is_which_leg(launch: Launch) -> None:
    said = texts(launch(one(), "review.py", session="P001S001"))
    assert "**L ●** CH1 Raw · **R ▲** CH2 Raw · by the game's convention; the file does not say" in said


def test_left_and_right_are_swapped_with_one_confirmation(launch: Launch) -> None:
    services = one()
    at = launch(services, "review.py", session="P001S001")
    assert "CH1 Raw becomes **R ▲ Right**" in texts(at)
    at.button(key="swap-legs").click().run()
    assert services.side_map.saved == [("P001S001", {"CH1 Raw": "right", "CH2 Raw": "left"})]


def test_a_channel_on_the_other_leg_than_before_is_doubted_until_somebody_says_so(launch: Launch) -> None:
    services = one()
    services.side_map.doubts["P001S001"] = OtherLegs("P001S007", {"CH1": "left", "CH2": "right"})
    at = launch(services, "review.py", session="P001S001")
    (doubt,) = [w for w in at.warning if "P001S007" in w.value]
    assert "CH1 is the left leg here; in P001S007 before it was the right leg." in doubt.value
    assert "CH2 is the right leg here; in P001S007 before it was the left leg." in doubt.value
    at.button(key="save-map").click().run()
    assert services.side_map.saved == [("P001S001", {"CH1 Raw": "left", "CH2 Raw": "right"})]


def test_labels_that_name_the_legs_are_named_as_the_source(launch: Launch) -> None:
    channels = [
        make_channel("left", name="EMG_RF_L", label="EMG_RF_L"),
        make_channel("right", name="EMG_RF_R", label="EMG_RF_R"),
        make_channel(None, name="EMG_VL_L", label="EMG_VL_L"),
    ]
    review = make_review(channels=channels)
    assert review.result is not None
    labels = tuple(channel.label for channel in channels)
    metadata = replace(review.result.metadata, analog_labels=labels, analog_units=())
    review = replace(review, result=replace(review.result, metadata=metadata))
    at = launch(FakeServices(reviews={"P001S001": review}), "review.py", session="P001S001")
    said = texts(at)
    assert (
        "**L ●** EMG\\_RF\\_L · **R ▲** EMG\\_RF\\_R · **■** EMG\\_VL\\_L (not scored) · as the labels say"
        in said
    )
    assert "the file does not say" not in said
    assert at.title[0].value.count("Left:") == 1
    assert r"EMG\_VL\_L (not scored)" in at.title[0].value


def test_a_damaged_file_is_not_offered_a_map_that_cannot_help(launch: Launch) -> None:
    services = FakeServices(reviews={"P003S001": every_state()["P003S001"]})
    known = describe(make_review().result.metadata)  # type: ignore[union-attr]
    services.side_map.load = lambda _review: known  # type: ignore[method-assign]
    assert "save-map" not in {b.key for b in launch(services, "review.py", session="P003S001").button}
    unknown = SideMap(tuple(replace(c, selected=False, side=None) for c in known.channels))
    services.side_map.load = lambda _review: unknown  # type: ignore[method-assign]
    assert "save-map" in {b.key for b in launch(services, "review.py", session="P003S001").button}


def test_a_swap_that_somebody_else_made_first_is_refused_in_words(launch: Launch) -> None:
    services = one()
    at = launch(services, "review.py", session="P001S001")
    review = services.reviews["P001S001"]
    assert review.result is not None
    changed = describe(review.result.metadata)
    load = services.side_map.load
    services.side_map.load = lambda review: load(review)  # type: ignore[method-assign]
    services.side_map.maps["P001S001"] = SideMap(changed.channels, 1, "Dr Claes", RECEIVED)
    services.side_map.load = lambda _review: changed  # type: ignore[method-assign]
    at.button(key="swap-legs").click().run()
    assert "Not saved: Somebody else changed which channel is which leg" in at.error[0].value


def test_a_channel_can_be_ignored(launch: Launch) -> None:
    services = one()
    at = launch(services, "review.py", session="P001S001")
    assert at.button(key="save-map").disabled
    at.selectbox(key="map:P001S001:0:CH2 Raw").select("Ignore").run()
    at.button(key="save-map").click().run()
    assert services.side_map.saved == [("P001S001", {"CH1 Raw": "left"})]


def test_a_researcher_sees_the_legs_and_changes_nothing(launch: Launch) -> None:
    at = launch(one(profile=RESEARCHER), "review.py", session="P001S001")
    keys = {button.key for button in at.button}
    assert "**L ●** CH1 Raw" in texts(at)
    assert not keys & {"swap-legs", "save-map", "mark-reviewed", "what-if"}
