"""Patients, notes, passport and audit as pages on the real database, in each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from pages._components import state
from pages._components.services import close_services
from processing.services import (
    LOCAL_CLINICIAN,
    LOCAL_THERAPIST,
    Services,
    build_services,
    closing_services,
)
from processing.settings import Settings
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.prescriptions import Prescription
from processing.use_cases.read_models import AuditFilters
from tests.builders import make_c3d
from tests.integration.clinic import Clinic
from tests.unit.pages.conftest import texts
from tests.unit.pages.fakes import opener

PAGES = Path(__file__).resolve().parents[2] / "pages"
Open = Callable[..., AppTest]
DAY = date(2025, 3, 10)


@pytest.fixture
def dashboard(settings: Settings, database_url: str) -> Iterator[Services]:
    """Services as the dashboard opens them, on a database with the local people and a patient of the therapist."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into app.patients (code, therapist) values ('P001', %s), ('P002', null)",
            (LOCAL_THERAPIST.user_id,),
        )
    with closing_services(build_services(settings, Clinic(database_url).url_of("app_dashboard"))) as built:
        yield built


@pytest.fixture
def therapist(dashboard: Services) -> Services:
    return dashboard.for_viewer(LOCAL_THERAPIST)


@pytest.fixture
def administrator(dashboard: Services) -> Services:
    return dashboard.for_viewer(LOCAL_CLINICIAN)


@pytest.fixture
def open_page(dashboard: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a function that opens a page's address in a role, in a browser of its own."""
    monkeypatch.delenv("SUPABASE_URL", raising=False)
    monkeypatch.delenv("DASHBOARD_HOST", raising=False)
    monkeypatch.setattr("processing.services.open_services", opener(dashboard))
    # The folder of these tests has no .streamlit that would name the loopback interface.
    monkeypatch.setattr("pages._components.gate.refusal_reason", lambda *_: None)
    close_services()

    def run(page: str, role: str = "administrator", **query: str) -> AppTest:
        at = AppTest.from_file(PAGES / "main.py", default_timeout=60)
        at.session_state[state.LOCAL_ROLE] = role
        at.run()
        at.switch_page(page)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    yield run
    close_services()


@pytest.fixture
def session(therapist: Services, settings: Settings, database_url: str) -> str:
    """Return the code of an analysed session of P001 that was recorded on ``DAY``."""
    data = make_c3d(
        contractions_s=[(2.0, 4.5), (7.0, 8.5), (11.0, 13.5)],
        parameters={"INFO": {"TIME": ["2025", "3", "10", "11", "50"]}},
    )
    code = therapist.save_upload("P001", "game.c3d", data).session_code
    assert code is not None
    with closing_services(build_services(settings, Clinic(database_url).url_of("app_worker"))) as worker:
        assert worker.analyse_session(therapist.load_review(code).summary.session_id) == "completed"
    return code


def said(at: AppTest) -> str:
    """Return everything that a page says, its tables included, as it is read."""
    shown = [texts(at), *(str(value) for table in at.table for value in table.value.to_numpy().ravel())]
    return "\n".join(shown).replace("\\", "")


def button(at: AppTest, label: str) -> AppTest:
    """Press the button with this label and return the page as it is then."""
    (found,) = (b for b in at.button if b.label == label)
    at = found.click().run()
    assert not at.exception
    return at


def column(at: AppTest, name: str) -> list[str]:
    """Return a column of the page's only table."""
    (table,) = at.table
    return [str(value) for value in table.value[name]]


# Patients


def test_each_role_lists_its_patients_and_what_they_lack(open_page: Open) -> None:
    mine = said(open_page("patients.py", "therapist"))
    assert "1 patient" in mine
    assert "prescription · MVC left · MVC right" in mine
    everybody = said(open_page("patients.py", "administrator"))
    assert "2 patients" in everybody
    assert "therapist · prescription" in everybody


def test_a_researcher_arrives_at_the_patients_and_is_told_of_no_alert(
    open_page: Open, administrator: Services, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into app.therapy_sessions (session_code, patient_id, bucket, object_name, announced_version,"
            " processing_status, failure_kind, failure_message)"
            " select 'P001S001', id, 'b', 'P001/x.c3d', 'v', 'failed', 'UnreadableRecordingError', 'No C3D.'"
            " from app.patients where code = 'P001'"
        )
    assert "Needs attention" in said(open_page("patients.py", "therapist"))
    at = open_page("today.py", "researcher")
    assert at.title[0].value == "Patients"
    assert "Needs attention" not in said(at)


def test_the_list_shows_two_weeks_of_each_patient_and_leads_to_the_timeline(
    open_page: Open, session: str
) -> None:
    at = open_page("patients.py", "therapist")
    assert "1 of 30 planned, up to 23 Mar 2025" in "".join(html.proto.body for html in at.get("html"))
    doors = {(link.proto.label, link.proto.page, link.proto.query_string) for link in at.get("page_link")}
    assert ("**P001**", "patient", "patient=P001") in doors
    assert ("Details", "patients", "patient=P001") in doors


def test_a_researcher_sees_pseudonyms_and_nothing_to_edit(open_page: Open, therapist: Services) -> None:
    therapist.patients.save_identity("P001", PatientIdentity("Vermeulen"), expected_revision=0)
    at = open_page("patients.py", "researcher", patient="P001")
    assert [tab.label for tab in at.tabs] == ["Sessions", "Prescription", "MVC passport"]
    assert "Vermeulen" not in said(at)
    assert not [b for b in at.button if "change" in b.label or "Save" in b.label]
    assert "Vermeulen" in [f.value for f in open_page("patients.py", "therapist", patient="P001").text_input]


def test_a_patient_of_somebody_else_does_not_exist(open_page: Open) -> None:
    at = open_page("patients.py", "therapist", patient="P002")
    assert "There is no patient 'P002'." in texts(at)


def test_a_therapist_adds_a_patient_and_lands_on_their_page(open_page: Open) -> None:
    at = open_page("patients.py", "therapist")
    at.text_input[1].set_value("p044")
    at = button(at, "Add the patient")
    assert at.title[0].value == "Patient P044"
    assert "Therapist: Local therapist" in texts(at)


def test_a_code_that_is_taken_is_named_and_nothing_is_added(open_page: Open) -> None:
    at = open_page("patients.py", "therapist")
    at.text_input[1].set_value("P002")
    at = button(at, "Add the patient")
    assert "There is a patient P002 already" in at.error[0].value


def test_the_second_editor_of_an_identity_sees_theirs_and_keeps_own_words(
    open_page: Open, administrator: Services
) -> None:
    at = open_page("patients.py", "therapist", patient="P001")
    administrator.patients.save_identity("P001", PatientIdentity("Theirs"), expected_revision=0)
    at.text_input(key="identity:P001:family_name").set_value("Mine")
    at = button(at, "Save")
    assert "Family name: Theirs" in at.warning[0].value
    assert at.text_input(key="identity:P001:family_name").value == "Mine"
    at = button(at, "I have seen it; go on with mine")
    button(at, "Save")
    assert administrator.patients.identity("P001").identity.family_name == "Mine"


def test_an_administrator_assigns_a_patient(open_page: Open, administrator: Services) -> None:
    at = open_page("patients.py", patient="P002")
    at.selectbox(key="assignment:P002:therapist").set_value(str(LOCAL_THERAPIST.user_id))
    at.text_input(key="assignment:P002:site").set_value("Ward B")
    (save,) = (b for b in at.button if b.label == "Save" and "assignment" in b.key)
    save.click().run()
    found = administrator.patients.load("P002")
    assert (found.therapist_name, found.site) == ("Local therapist", "Ward B")


# Prescription and passport


def test_a_prescription_says_how_many_sessions_change_before_it_is_stored(
    open_page: Open, therapist: Services, session: str
) -> None:
    at = open_page("patients.py", "therapist", patient="P001")
    at.date_input(key="prescription:P001:valid_from").set_value(date(2025, 3, 1))
    at.number_input(key="prescription:P001:expected").set_value(3)
    (preview,) = (b for b in at.button if b.label == "See what changes" and "prescription" in b.key)
    at = preview.click().run()
    assert "**1 session** is judged again" in texts(at)
    assert therapist.prescriptions.prescriptions("P001") == []
    at = button(at, "Save, and judge 1 session again")
    (entry,) = therapist.prescriptions.prescriptions("P001")
    assert (entry.prescription.expected_left, entry.prescription.expected_right) == (3, 12)
    assert "holds now" in said(at)
    review = texts(open_page("review.py", "therapist", session=session))
    assert "Targets: prescription of 1 Mar 2025 (L ● 3 / R ▲ 12 contractions" in review


def test_an_mvc_is_entered_for_both_legs_and_shown_with_its_circumstances(
    open_page: Open, therapist: Services, session: str
) -> None:
    at = open_page("patients.py", "therapist", patient="P001")
    at.number_input(key="mvc:P001:left").set_value(240.0)
    at.number_input(key="mvc:P001:right").set_value(220.0)
    at.date_input(key="mvc:P001:measured_on").set_value(date(2025, 1, 15))
    at.selectbox(key="mvc:P001:posture").set_value("seated, knee 90°")
    (preview,) = (b for b in at.button if b.label == "See what changes" and "mvc" in b.key)
    at = button(preview.click().run(), "Save, and judge 1 session again")
    assert len(therapist.prescriptions.passport("P001")) == 2
    assert "seated, knee 90°" in said(at)
    review = texts(open_page("review.py", "therapist", session=session))
    assert "MVC left: 240\u202fµV, the patient's: measured 15 Jan 2025, seated, knee 90°" in review
    assert "54 days old; measure again after 30" in review


def test_without_any_mvc_the_review_says_that_the_session_calibrates_itself(
    open_page: Open, session: str
) -> None:
    review = texts(open_page("review.py", "therapist", session=session))
    assert "MVC left: — not recorded (session peak" in review
    assert "Targets: the trial's default (12 contractions, 75\u202f% MVC, held 2\u202fs)" in review


def test_the_second_prescriber_is_told_and_keeps_the_fields(
    open_page: Open, therapist: Services, administrator: Services
) -> None:
    at = open_page("patients.py", "therapist", patient="P001")
    at.number_input(key="prescription:P001:expected").set_value(5)
    administrator.prescriptions.prescribe("P001", Prescription(DAY, hold_s=4.0), expected_revision=0)
    (preview,) = (b for b in at.button if b.label == "See what changes" and "prescription" in b.key)
    at = preview.click().run()
    assert at.warning[0].proto.title.startswith("Somebody else made an entry")
    assert at.number_input(key="prescription:P001:expected").value == 5
    assert len(therapist.prescriptions.prescriptions("P001")) == 1
    at = button(at, "I have seen it; go on with mine")
    (preview,) = (b for b in at.button if b.label == "See what changes" and "prescription" in b.key)
    preview.click().run()
    assert therapist.prescriptions.prescriptions("P001")[0].prescription.expected_left == 5


# What is entered on the review


def test_an_effort_is_shown_with_its_moment_and_author(
    open_page: Open, therapist: Services, session: str
) -> None:
    at = open_page("review.py", "therapist", session=session)
    at.number_input(key=f"input:{session}:perceived_effort_cr10").set_value(5.0)
    at = button(at, "Save and score again")
    assert "Perceived effort (CR10): 5, entered" in texts(at)
    assert "by Local therapist" in texts(at)
    assert therapist.load_review(session).inputs.perceived_effort_cr10 == 5


def test_the_second_of_two_who_enter_values_sees_theirs_and_loses_nothing(
    open_page: Open, therapist: Services, administrator: Services, session: str
) -> None:
    from dataclasses import replace

    at = open_page("review.py", "therapist", session=session)
    at.number_input(key=f"input:{session}:perceived_effort_cr10").set_value(5.0)
    stored = administrator.load_review(session).inputs
    administrator.save_inputs(session, replace(stored, perceived_effort_cr10=7.0))
    at = button(at, "Save and score again")
    assert "Effort (CR10): — not recorded → 7 (" in at.warning[0].value
    assert "by Local clinician" in at.warning[0].value
    assert at.number_input(key=f"input:{session}:perceived_effort_cr10").value == 5
    assert therapist.load_review(session).inputs.perceived_effort_cr10 == 7
    at = button(at, "Go on with mine")
    button(at, "Save and score again")
    assert therapist.load_review(session).inputs.perceived_effort_cr10 == 5


def test_taking_the_stored_values_shows_them(open_page: Open, administrator: Services, session: str) -> None:
    from dataclasses import replace

    at = open_page("review.py", "therapist", session=session)
    stored = administrator.load_review(session).inputs
    administrator.save_inputs(session, replace(stored, perceived_effort_cr10=7.0))
    at = button(at.run(), "Take the stored ones")
    assert at.number_input(key=f"input:{session}:perceived_effort_cr10:1").value == 7
    assert not at.warning


def test_targets_changed_for_one_session_are_called_so_and_can_be_given_up(
    open_page: Open, therapist: Services, session: str
) -> None:
    at = open_page("review.py", "therapist", session=session)
    at.number_input(key=f"input:{session}:held").set_value(1.0)
    at = button(at, "Save and score again")
    assert "Targets: changed for this session" in texts(at)
    button(at, "Save with the trial's targets")
    assert therapist.load_review(session).inputs.targets_source == "default"


# Notes


def test_a_note_is_written_with_its_moment_and_stays(
    open_page: Open, therapist: Services, session: str
) -> None:
    at = open_page("review.py", "therapist", session=session)
    at.number_input(key=f"notes:{session}:new:at:1").set_value(7.5).run()
    at.text_area(key=f"notes:{session}:new:text").set_value("Pain on the left.").run()
    assert any("Saved " in caption.value for caption in at.caption)
    at.text_area(key=f"notes:{session}:new:text").set_value("Pain on the left knee.").run()
    (note,) = therapist.notes.of_session(session).notes
    assert (note.text, note.at_s, note.revision) == ("Pain on the left knee.", 7.5, 2)
    at = button(at, "Done, next note")
    assert "**Local therapist** ·" in texts(at)
    assert "at 7.50" in texts(at)
    assert at.text_area(key=f"notes:{session}:new:text").value == ""


def test_after_the_server_was_away_the_box_goes_on_with_the_note_that_was_begun(
    open_page: Open, therapist: Services, session: str
) -> None:
    therapist.notes.add(session, "Pain on", at_s=3.0)
    at = open_page("review.py", "therapist", session=session)
    at.session_state[f"notes:{session}:new:text"] = "Pain on the left."  # what the browser still holds
    at.run()
    (note,) = therapist.notes.of_session(session).notes
    assert (note.text, note.at_s, note.revision) == ("Pain on the left.", 3.0, 2)


def test_the_second_editor_of_a_note_is_told_what_the_other_wrote(
    open_page: Open, therapist: Services, session: str
) -> None:
    note_id = therapist.notes.add(session, "First.")
    at = button(open_page("review.py", "therapist", session=session), "Edit")
    therapist.notes.change(note_id, "Theirs.", at_s=None, expected_revision=1)
    box = f"notes:{session}:{note_id}:text"
    at = at.text_area(key=box).set_value("Mine.").run()
    assert "Theirs." in at.warning[0].value
    assert at.text_area(key=box).value == "Mine."
    button(at, "Keep mine")
    assert [note.text for note in therapist.notes.of_session(session).notes] == ["Mine."]


def test_a_researcher_without_permission_sees_no_note(
    open_page: Open, therapist: Services, session: str
) -> None:
    therapist.notes.add(session, "Mrs Peeters was tired.")
    at = open_page("review.py", "researcher", session=session)
    page = said(at)
    assert "Peeters" not in page
    assert "Values are entered by those who treat" in page
    assert not [b for b in at.button if "Save" in b.label]
    assert "Notes are for those who treat" in page


# Audit


def test_opening_a_session_is_kept_once_for_each_browser(
    open_page: Open, administrator: Services, session: str
) -> None:
    at = open_page("review.py", "therapist", session=session)
    at.run()
    at.run()
    (entry,) = administrator.audit.list(AuditFilters(action="read"))
    assert (entry.row_key, entry.actor, entry.subject) == (session, str(LOCAL_THERAPIST.user_id), session)
    open_page("review.py", "therapist", session=session)
    assert len(administrator.audit.list(AuditFilters(action="read"))) == 2


def test_the_administrator_reads_old_and_new_with_reason(
    open_page: Open, therapist: Services, session: str
) -> None:
    therapist.prescriptions.measure(
        "P001", (MvcMeasurement("left", 240.0, date(2025, 3, 1)),), expected_revision=0
    )
    page = said(open_page("audit.py"))
    assert "MVC (µV): 240" in page
    assert "score: " in page
    assert "MVC left of 01 Mar 2025 entered; 1 session judged again" in page
    assert "Local therapist" in page


def test_the_log_is_narrowed_by_person_action_and_session(
    open_page: Open, therapist: Services, administrator: Services, session: str
) -> None:
    therapist.record_access("export", session, reason="trial")
    administrator.notes.add(session, "Seen.")
    at = open_page("audit.py")
    at.selectbox(key="audit:action").set_value("export").run()
    assert column(at, "Did") == ["exported"]
    at.selectbox(key="audit:action").set_value(None)
    at.selectbox(key="audit:who").set_value(str(LOCAL_CLINICIAN.user_id)).run()
    assert column(at, "What") == ["note"]
    assert column(at, "About") == [session]
    at.text_input(key="audit:about").set_value("P002").run()
    assert "No entry matches" in at.info[0].value


def test_older_entries_are_a_page_away_and_back(open_page: Open, therapist: Services, session: str) -> None:
    for number in range(60):
        therapist.record_access("export", session, reason=f"number {number}")
    at = open_page("audit.py")
    first = column(at, "Changes")
    at = button(at, "Older")
    second = column(at, "Changes")
    assert len(first) == 50
    assert first[0] == ":small[Reason: number 59]"
    assert not set(first) & set(second)
    assert ":small[Reason: number 0]" in second
    assert column(button(at, "Newer"), "Changes") == first


@pytest.mark.parametrize("role", ["therapist", "researcher"])
def test_others_are_told_that_the_audit_log_is_the_administrators(
    open_page: Open, administrator: Services, role: str
) -> None:
    administrator.patients.add("P077")
    at = open_page("audit.py", role)
    page = said(at)
    assert f"“Audit log” is not part of the work of a {role}" in page
    assert not at.table
    assert "P077" not in page


def test_looking_at_who_a_patient_is_leaves_one_trace(open_page: Open, administrator: Services) -> None:
    at = open_page("patients.py", "therapist", patient="P001")
    at.run()
    looked = [
        (entry.action, entry.table_name)
        for entry in administrator.audit.list(AuditFilters())
        if entry.table_name == "patient_identities"
    ]
    assert looked == [("read", "patient_identities")]


def test_a_researcher_is_not_shown_the_name_that_a_clinic_gave_a_file(
    open_page: Open, administrator: Services
) -> None:
    administrator.save_upload("P001", "Mrs Peeters.c3d", make_c3d())
    at = open_page("review.py", "researcher", session="P001S001")
    assert not at.exception
    shown = texts(at) + "".join(str(table.value) for table in at.table)
    assert "P001S001" in shown
    assert "Peeters" not in shown
