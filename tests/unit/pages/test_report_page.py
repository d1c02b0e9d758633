"""The report's page: what is chosen is what is shown and what is taken away, and taking it away leaves a trace."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from processing.errors import NotFoundError
from processing.use_cases.patients import PatientIdentity
from tests.unit.pages.conftest import Launch, texts
from tests.unit.pages.fakes import FakeServices, every_state

PAGE = "report.py"


def opened(launch: Launch, services: FakeServices, code: str = "P001S001") -> AppTest:
    at = launch(services, PAGE, session=code)
    assert not at.exception
    return at


def images(at: AppTest) -> list[Any]:
    """Return each picture of a page with its alternative text."""
    return [image for element in at.get("image") for image in element.proto.imgs]


def choose(at: AppTest, label: str, value: str) -> AppTest:
    next(c for c in at.get("button_group") if c.label == label).set_value(value).run()
    assert not at.exception
    return at


def test_the_clinical_sheet_is_shown_page_by_page_with_words_for_each(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    at = opened(launch, services)
    assert at.title[0].value == "Report"
    assert [image.alt.split(".")[0] for image in images(at)] == ["Page 1 of the sheet", "Page 2 of the sheet"]
    assert services.reports.made[-1].sheet == "clinical"
    assert "draft" in texts(at)


def test_the_patients_sheet_in_another_language_than_the_screen(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    at = choose(choose(opened(launch, services), "Sheet", "patient"), "Language of the sheet", "fr")
    assert (services.reports.made[-1].sheet, services.reports.made[-1].language) == ("patient", "fr")
    assert len(images(at)) == 1
    assert at.title[0].value == "Report"  # the screen's own language stays


@pytest.mark.parametrize("code", sorted(every_state()))
def test_every_state_has_a_sheet(launch: Launch, code: str) -> None:
    at = opened(launch, FakeServices(reviews=every_state()), code)
    assert images(at)
    assert len(at.get("download_button")) == 1


def test_a_recording_that_is_gone_still_has_a_report(launch: Launch) -> None:
    services = FakeServices(reviews=every_state(), traces_error=NotFoundError("The file is gone."))
    assert len(images(opened(launch, services))) == 2


def test_nothing_is_exported_by_looking(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    opened(launch, services)
    assert services.reports.exported == []
    assert services.opened == [("read", "P001S001")]


def test_a_name_that_may_not_be_seen_is_left_out_and_said(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    services.patients = KnownPatients()  # type: ignore[attr-defined]
    at = opened(launch, services)
    at.toggle[1].set_value(True).run()
    assert "You may not see who this patient is" in texts(at)
    assert not services.reports.made[-1].include_name


def test_a_name_that_may_be_seen_is_looked_up_with_a_trace(launch: Launch) -> None:
    services = FakeServices(reviews=every_state())
    services.patients = KnownPatients()  # type: ignore[attr-defined]
    services.reports.identity = PatientIdentity("Peeters", "An")
    at = opened(launch, services)
    at.toggle[1].set_value(True).run()
    assert services.reports.made[-1].include_name
    assert services.patients.looked_up == ["P001"]  # type: ignore[attr-defined]


def test_a_researcher_is_offered_no_name(launch: Launch) -> None:
    at = opened(launch, FakeServices(reviews=every_state()))
    at.radio(key="local_role:switch").set_value("researcher").run()
    assert [toggle.label for toggle in at.toggle] == ["Raw signal"]


def test_the_review_leads_to_the_report_in_one_click(launch: Launch) -> None:
    at = launch(FakeServices(reviews=every_state()), "review.py", session="P001S001")
    assert any(link.proto.label == "Report" for link in at.get("page_link"))


class KnownPatients:
    """Keeps whose identity was looked up."""

    def __init__(self) -> None:
        self.looked_up: list[str] = []

    def record_identity_opened(self, code: str) -> None:
        self.looked_up.append(code)
