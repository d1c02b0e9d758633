"""Statement 26: a clinical PDF in two clicks from the review, in the chosen language, whole and readable in grey."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.unit.reports.reading import grey_pages, read_pages

pytestmark = [pytest.mark.browser, pytest.mark.timed]


def test_a_clinical_pdf_takes_two_clicks_and_says_whose_it_is(
    visit: Callable[[str], Page], fake_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    begin = time.perf_counter()
    page.get_by_role("link", name="Report", exact=True).click()
    button = page.get_by_test_id("stDownloadButton").get_by_role("button")
    with page.expect_download() as download:
        button.click()
    taken = time.perf_counter() - begin
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with capsys.disabled():
        print(f"\nreview to clinical PDF: 2 clicks, {taken:.1f} s")
    assert path.name == "P001S001_clinical_en.pdf"
    pages = read_pages(path.read_bytes())
    assert len(pages) == 2
    for read in pages:
        assert "9f2c9f2c9f2c9f2c" in read.text
        assert "parameters" in read.text
    assert all((grey < 120).any() for grey in grey_pages(path.read_bytes()))


def test_the_patients_sheet_is_shown_in_its_own_language(visit: Callable[[str], Page], fake_url: str) -> None:
    page = visit(f"{fake_url}/report?session=P001S001")
    sheets = page.get_by_role("img", name="of the sheet")
    expect(sheets).to_have_count(2)
    page.get_by_role("radio", name="Patient").click()
    expect(sheets).to_have_count(1)
    english = sheets.get_attribute("src")
    page.get_by_role("radio", name="Nederlands").click()
    expect(sheets).not_to_have_attribute("src", str(english))
    wait_idle(page)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert download.value.suggested_filename == "P001S001_patient_nl.pdf"
    said = read_pages(Path(download.value.path()).read_bytes())[0].text
    assert "maandag 10 maart 2025" in " ".join(said.split())
    keep_picture(page, "report-patient-nl")
