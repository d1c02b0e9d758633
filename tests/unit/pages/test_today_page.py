"""The page Today in every state: who needs somebody, why, what is muted, and nothing that is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pages._components import state
from processing.language import speaking
from processing.scoring.attention import FewerGood
from processing.use_cases.attention import Mute, RecordedPatient
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, database_away
from tests.unit.pages.fakes_attention import (
    FakeAttention,
    days_back,
    every_standing,
    make_leg,
    make_patient,
    make_session,
)


@pytest.fixture(autouse=True)
def on_the_fakes_day(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.unit.pages.fakes_attention import TODAY

    monkeypatch.setattr("pages._components.local_time.today", lambda: TODAY)


def clinic(patients: list[RecordedPatient] | None = None, **attention: object) -> FakeServices:
    services = FakeServices()
    services.attention = FakeAttention(
        services,
        every_standing() if patients is None else patients,
        **attention,  # type: ignore[arg-type]
    )
    return services


def links(at: AppTest) -> list[tuple[str, str]]:
    return [(link.proto.label, link.proto.query_string) for link in at.get("page_link")]


def pictures(at: AppTest) -> str:
    return "\n".join(html.proto.body for html in at.get("html"))


def codes(at: AppTest) -> list[str]:
    return [label.strip("*") for label, _ in links(at) if label.startswith("**P")]


def test_the_headline_counts_how_patients_stand_and_the_files_to_fix(launch: Launch) -> None:
    at = launch(clinic(n_other_files=1), "today.py")
    assert at.title[0].value == "Today · Thu 20 Mar 2025"
    assert at.subheader[0].value == (
        "5 need attention · 1 on track · 1 plan ended · 1 without a session · 2 files to fix"
    )
    assert ("See the files to fix in the Inbox", "") in links(at)


def test_the_address_without_a_page_is_today(launch: Launch) -> None:
    assert launch(clinic(), None).title[0].value.startswith("Today")


def test_each_alert_says_why_with_its_numbers(launch: Launch) -> None:
    said = texts(launch(clinic(), "today.py"))
    assert (
        "**Missed training** · No recording since 14 Mar 2025, for 5 days: at least 3 planned training days missed"
        in said
    )
    assert (
        "**Fewer good contractions** · 13 good contractions on 20 Mar 2025, 35 % fewer than the mean of the 3 "
        "comparable sessions before (20)." in said
    )
    assert (
        "**Signal lost** · R ▲ Right: not judged in the last session; before, it was, last on 19 Mar" in said
    )
    assert "**High effort** · Effort 8 of 10 (CR10) on 20 Mar 2025; the one recorded before was 5.0." in said
    assert "**File not read** · 1 file could not be read: session P015S009." in said


def test_whoever_needs_most_stands_first(launch: Launch) -> None:
    at = launch(clinic(), "today.py")
    assert codes(at)[0] == "P011"
    assert codes(at)[-3:] == ["P016", "P017", "P018"]


def test_the_latest_session_and_the_timeline_are_one_click_away(launch: Launch) -> None:
    found = links(launch(clinic(), "today.py"))
    assert ("Open P012S009", "session=P012S009") in found
    assert ("**P012**", "patient=P012") in found
    assert not [label for label, _ in found if label.startswith("Open P018")]


def test_the_strip_and_the_curve_say_their_numbers(launch: Launch) -> None:
    drawn = pictures(launch(clinic(), "today.py"))
    assert 'aria-label="7 Mar 2025 to 20 Mar 2025: 4 of 13 planned"' in drawn
    assert "Good contractions of the last sessions. Left: 10, 10, 10, 6. Right: 10, 10, 10, 7." in drawn
    assert "Right: 10, 10, 10, not known." in drawn


def test_what_could_not_be_checked_is_said(launch: Launch) -> None:
    steady = [make_session(day, make_leg(None), make_leg(None)) for day in days_back(0, 1)]
    said = texts(launch(clinic([make_patient("P001", steady)]), "today.py"))
    assert (
        "No alert. Could not be checked: good contractions (not assessable in the last session), effort "
        "(not recorded)." in said
    )


def test_what_could_not_be_checked_is_said_beside_an_alert_too(launch: Launch) -> None:
    ended = [make_session(day, effort_cr10=8.0) for day in days_back(40, 41)]
    said = texts(launch(clinic([make_patient("P001", ended)]), "today.py"))
    assert "**High effort**" in said
    assert "Could not be checked: missed training (the planned days are over)" in said


def test_nobody_yet_offers_to_begin(launch: Launch) -> None:
    at = launch(FakeServices(), "today.py")
    assert "No patients yet" in texts(at)
    assert {"Upload a recording", "Add a patient"} <= {label for label, _ in links(at)}


def test_a_mute_needs_a_reason(launch: Launch) -> None:
    services = clinic()
    at = launch(services, "today.py")
    at.button(key="today:muting:P012:fewer_good").click().run()
    next(b for b in at.button if b.form_id and b.label == "Mute 7 days").click().run()
    assert "The reason has 0 letters; expected 3 to 500." in texts(at)
    assert services.attention.mutes == {}


def test_a_muted_alert_stays_visible_with_reason_and_end_and_comes_back(launch: Launch) -> None:
    services = clinic()
    at = launch(services, "today.py")
    at.button(key="today:muting:P012:fewer_good").click().run()
    at.text_input(key="today:muting:reason:P012:fewer_good").set_value("New *game* level")
    next(b for b in at.button if b.form_id and b.label == "Mute 7 days").click().run()
    assert not at.exception
    assert at.subheader[0].value.startswith("4 need attention · 1 on track · 1 muted")
    assert "1 muted alert" in [expander.label for expander in at.expander]
    assert "Reason: New \\*game\\* level" in texts(at)
    assert "Muted by Ann until" in texts(at)
    at.button(key="today:muting:undo:P012:fewer_good").click().run()
    assert at.subheader[0].value.startswith("5 need attention")


def test_a_mute_that_is_over_mutes_nothing(launch: Launch) -> None:
    ended = datetime.now(UTC) - timedelta(minutes=1)
    mute = Mute("fewer_good", "Was known.", ended, None, ended - timedelta(days=7))
    at = launch(clinic(mutes={"P012": [mute]}), "today.py")
    assert at.subheader[0].value.startswith("5 need attention")


def test_another_alert_of_a_muted_patient_is_not_hidden(launch: Launch) -> None:
    now = datetime.now(UTC)
    fell, *rest = every_standing()[1].sessions
    tired = make_patient("P012", [replace(fell, effort_cr10=9.0), *rest])
    mute = Mute("fewer_good", "Known.", now + timedelta(days=1), None, now)
    at = launch(clinic([tired], mutes={"P012": [mute]}), "today.py")
    assert at.subheader[0].value.startswith("1 needs attention · 0 on track · no file")
    assert "Muted by somebody whose name is not recorded" in texts(at)
    assert "**High effort**" in texts(at)


def test_filters_by_site_and_need(launch: Launch) -> None:
    at = launch(clinic(), "today.py")
    at.selectbox(key=state.TODAY_SITE).select("Leuven").run()
    assert codes(at) == ["P012"]
    at.selectbox(key=state.TODAY_SITE).set_value(None).run()
    at.button_group(key=state.TODAY_SHOWN).set_value("attention").run()
    assert codes(at) == ["P011", "P013", "P015", "P012", "P014"]


def test_an_administrator_narrows_to_a_therapist(launch: Launch) -> None:
    at = launch(clinic(), "today.py")
    at.selectbox(key=state.TODAY_THERAPIST).select("t-1").run()
    assert codes(at) == ["P012"]
    at.selectbox(key=state.TODAY_THERAPIST).select("mine").run()
    assert "No patient matches." in texts(at)


def test_the_order_is_by_code_where_that_is_asked_for(launch: Launch) -> None:
    at = launch(clinic(), "today.py")
    at.button_group(key=state.TODAY_SORT).set_value("code").run()
    assert codes(at) == sorted(codes(at))


def test_many_patients_come_a_page_at_a_time(launch: Launch) -> None:
    sessions = [make_session(day) for day in days_back(0, 1)]
    many = [make_patient(f"P{k:03}", sessions) for k in range(1, 46)]
    at = launch(clinic(many), "today.py")
    assert codes(at) == [f"P{k:03}" for k in range(1, 21)]
    assert at.subheader[0].value.startswith("0 need attention · 45 on track")
    at.session_state[state.TODAY_PAGE] = 3
    at.run()
    assert codes(at) == [f"P{k:03}" for k in range(41, 46)]


def test_the_server_being_away_leaves_what_was_shown_with_its_time(launch: Launch) -> None:
    services = clinic()
    at = launch(services, "today.py")
    services.broken = database_away().broken
    at.run()
    assert not at.exception
    assert "What you see is from" in texts(at)
    assert "5 need attention" in texts(at)


def test_the_server_being_away_from_the_start_is_said_calmly(launch: Launch) -> None:
    at = launch(database_away(), "today.py")
    assert not at.exception
    assert at.button(key="again:today").label == "Try again"


def test_a_name_of_a_site_or_person_is_no_markup(launch: Launch) -> None:
    now = datetime.now(UTC)
    mute = Mute("fewer_good", "<b>x</b> [y](http://evil.test)", now + timedelta(days=1), "![n](u)", now)
    at = launch(clinic(mutes={"P012": [mute]}), "today.py")
    assert "[y](http" not in texts(at)
    assert "![n](u)" not in texts(at)


def test_sentences_follow_the_language_s_decimal_sign() -> None:
    from pages._components.today.wording import alert_sentence

    alert = FewerGood(13, 20.5, 3, ("left",), datetime(2025, 3, 20, 10))
    with speaking("fr"):
        assert "20,5" in alert_sentence(alert)


def test_whose_training_runs_comes_before_whose_planned_days_are_over(launch: Launch) -> None:
    past = [make_session(day, effort_cr10=9.0) for day in days_back(40, 41)]
    now = [make_session(day, effort_cr10=9.0) for day in days_back(0, 1)]
    at = launch(clinic([make_patient("P001", past), make_patient("P002", now)]), "today.py")
    assert codes(at) == ["P002", "P001"]


def test_a_lost_signal_says_why_in_the_words_of_the_analysis(launch: Launch) -> None:
    why = {("P013S009", "right"): "96 % of the power lies below 20 Hz: the *sensor* moved."}
    said = texts(launch(clinic(why=why), "today.py"))
    assert (
        "last on 19 Mar 2025. Reason: 96 % of the power lies below 20 Hz\\: the \\*sensor\\* moved." in said
    )


def test_a_channel_that_is_gone_is_a_lost_signal_in_its_own_words(launch: Launch) -> None:
    newest, *before = [make_session(day) for day in days_back(0, 1, 2)]
    at = launch(clinic([make_patient("P030", [replace(newest, right=None), *before])]), "today.py")
    assert "R ▲ Right: the last session has no channel of this leg; before, it was judged, last on" in texts(
        at
    )


def test_an_early_day_by_itself_begins_no_plan(launch: Launch) -> None:
    sessions = [make_session(day) for day in days_back(6, 7, 700)]
    at = launch(clinic([make_patient("P031", sessions)]), "today.py")
    said = texts(at)
    assert "Missed training" in said
    assert "more than 28 days before the next recording, begins no plan" in said
