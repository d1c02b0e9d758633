"""Reports of real sessions: what the database knows is on paper, under the reader's rights, and leaves a trace."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from processing.cli.main import main
from processing.emg.corrections import Correction
from processing.errors import AccessDeniedError
from processing.reports import ReportOptions
from processing.services import LOCAL_CLINICIAN, LOCAL_RESEARCHER, Services
from processing.settings import Settings
from processing.use_cases.patients import PatientIdentity
from processing.use_cases.read_models import AuditFilters, SessionInputs
from tests.builders import make_c3d
from tests.unit.reports.reading import read_pages, words_of

RECORDING = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5), (12.0, 12.8)])
LATER = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5), (12.0, 14.5)], seed=3)
BRUSSELS = ZoneInfo("Europe/Brussels")
MADE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
INPUTS = SessionInputs(mvc_left_uv=220.0, mvc_right_uv=220.0, perceived_effort_cr10=5.0)


@pytest.fixture
def dashboard(services: Services) -> Services:
    return services.for_viewer(LOCAL_CLINICIAN)


@pytest.fixture
def code(services: Services, dashboard: Services) -> str:
    return stored(services, dashboard, "a.c3d", RECORDING)


def stored(services: Services, dashboard: Services, name: str, data: bytes) -> str:
    """Take a recording in, analyse it, enter what no file holds, and return the session's code."""
    outcome = dashboard.save_upload("P014", name, data)
    assert outcome.session_id is not None
    assert outcome.session_code is not None
    services.analyse_session(outcome.session_id)
    dashboard.save_inputs(outcome.session_code, INPUTS)
    return outcome.session_code


def pdf_of(services: Services, code: str, **options: object) -> bytes:
    made = services.reports.make(
        services.load_review(code),
        ReportOptions(**options),
        zone=BRUSSELS,
        made_at=MADE,  # type: ignore[arg-type]
    )
    return made.pdf()


def test_notes_corrections_and_the_mark_of_review_are_on_paper(dashboard: Services, code: str) -> None:
    dashboard.notes.add(code, "Pain in the left knee.", at_s=3.0)
    review = dashboard.load_review(code)
    assert review.result is not None
    third = review.result.channels[0].contractions[-1]
    change = Correction("CH1", "reject", third.onset_s, third.offset_s, reason="artefact")
    dashboard.corrections.save(review, change)
    mark = dashboard.inbox.review_mark(code)
    assert mark is not None
    draft = words_of(pdf_of(dashboard, code))
    dashboard.inbox.mark_reviewed(code, mark)
    said = words_of(pdf_of(dashboard, code))
    assert "Draft – not reviewed" in draft
    assert "Draft" not in said
    assert "Reviewed by" in said
    assert "Pain in the left knee." in said
    assert "rejected artefact" in said
    assert "Left: 2 of 12 good (2 found" in said
    assert review.result.file_sha256 in said
    assert "by the game's convention; the file does not say" in said


def test_a_later_change_makes_it_a_draft_again(dashboard: Services, code: str) -> None:
    mark = dashboard.inbox.review_mark(code)
    assert mark is not None
    dashboard.inbox.mark_reviewed(code, mark)
    dashboard.save_inputs(code, SessionInputs(mvc_left_uv=300.0))
    assert "Draft – not reviewed" in words_of(pdf_of(dashboard, code))


def test_only_who_may_know_a_name_gets_it_printed(services: Services, dashboard: Services, code: str) -> None:
    dashboard.patients.save_identity("P014", PatientIdentity("Peeters", "An"), expected_revision=0)
    researcher = services.for_viewer(LOCAL_RESEARCHER)
    assert "Peeters, An" in words_of(pdf_of(dashboard, code, include_name=True))
    with pytest.raises(AccessDeniedError):
        pdf_of(researcher, code, include_name=True)
    assert "Notes are not shown to this reader." in words_of(pdf_of(researcher, code))


def test_taking_a_report_away_is_in_the_audit_log(dashboard: Services, code: str) -> None:
    review = dashboard.load_review(code)
    dashboard.reports.record_export(review, ReportOptions("patient", "nl", include_name=True))
    entry = dashboard.list_audit(AuditFilters(action="export"))[0]
    assert (entry.subject, entry.reason) == (code, "PDF patient; nl; name")


def test_a_patient_is_compared_with_the_sessions_before_under_the_same_mvc(
    services: Services, dashboard: Services, code: str
) -> None:
    later = stored(services, dashboard, "b.c3d", LATER)
    first, second = (words_of(pdf_of(dashboard, each, sheet="patient")) for each in (code, later))
    assert "This is your first recorded session." in first
    assert "2 of 12 2 of 12" in second
    assert "this time 3 of 12 3 of 12" in second
    assert "That is 2 good repetitions more than last time." in second


def test_a_file_that_cannot_be_read_has_a_sheet_that_says_so(services: Services, dashboard: Services) -> None:
    services.store.write("P014/broken.c3d", RECORDING[:2000])
    services.reconcile()
    session = dashboard.load_review("P014S001").summary.session_id
    services.give_up_session(session, "TruncatedRecordingError", "The file ends after 2000 bytes.")
    pages = read_pages(pdf_of(dashboard, "P014S001"))
    assert len(pages) == 1
    assert "The file ends after 2000 bytes." in " ".join(pages[0].text.split())


def test_a_replaced_file_is_not_drawn_under_old_numbers(
    services: Services, dashboard: Services, code: str
) -> None:
    services.store.write("P014/a.c3d", LATER)
    said = words_of(pdf_of(dashboard, code))
    assert "The signals are not drawn: The file was replaced after this analysis" in said


def test_the_command_writes_a_pdf_and_keeps_it_in_the_log(
    services: Services, settings: Settings, database_url: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", database_url)
    arguments = ["report", code, "--sheet", "clinical", "--language", "nl", "--raw", "--out", "report.pdf"]
    assert main([*arguments, "--zone", "Europe/Brussels"]) == 0
    with open("report.pdf", "rb") as file:
        assert "P014S001" in words_of(file.read())
    found = services.for_viewer(LOCAL_CLINICIAN).list_audit(AuditFilters(action="export"))
    assert found[0].reason == "PDF clinical; nl; raw signal"
    assert main([*arguments, "--zone", "Mars"]) == 1
