"""Taking results along in a real browser: statement 27. Timings are printed, not judged."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.builders import make_c3d
from tests.integration.exported import read_back
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timed]

Visit = Callable[[str], Page]
CODE = "P093S001"
CONTRACTIONS = [(3.0 + 5.0 * i, 5.5 + 5.0 * i) for i in range(6)]


@pytest.fixture(scope="module")
def session_url(demo_stack: RunningStack) -> str:
    """The review of a session of its own on the stack that the browser tests share."""
    data = make_c3d(contractions_s=CONTRACTIONS, duration_s=36.0)
    assert demo_stack.announce(demo_stack.put("P093/export.c3d", data)).status_code == 202
    demo_stack.wait_for({CODE})
    return f"{demo_stack.dashboard_url}/review?session={CODE}"


def open_export(page: Page) -> None:
    """Click on *Export* and wait until what is behind it is drawn."""
    page.get_by_test_id("stPopover").filter(has_text="Export").get_by_role("button").first.click()
    expect(page.get_by_test_id("stPopoverBody").get_by_role("button", name="Excel")).to_be_visible()


def take(page: Page, button: str, folder: Path, *, nth: int = 0) -> Path:
    """Click on a format and return the downloaded file."""
    began = time.monotonic()
    with page.expect_download() as expected:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name=button, exact=True).nth(nth).click()
    path = folder / expected.value.suggested_filename
    expected.value.save_as(path)
    print(
        f"statement 27: {path.name}, {path.stat().st_size} bytes: {1e3 * (time.monotonic() - began):.0f} ms"
    )
    return path


def test_two_clicks_give_a_workbook_whose_values_are_those_on_screen(
    visit: Visit, session_url: str, tmp_path: Path
) -> None:
    page = visit(session_url)
    tiles = [tile.inner_text() for tile in page.get_by_test_id("stMetricValue").all()]
    open_export(page)
    keep_picture(page, "export")
    workbook = take(page, "Excel", tmp_path).read_bytes()
    session = read_back(workbook, "xlsx", "sessions")[0]
    shown = [f"{session['left_good_at_least']}–{session['left_good_at_most']} / 12"]
    shown += [f"{session['right_good_at_least']}–{session['right_good_at_most']} / 12"]
    shown += [f"{session['score_low']:.0f}–{session['score_high']:.0f}"]
    assert tiles == shown
    assert len(read_back(workbook, "xlsx", "contractions")) == 12


def test_every_format_is_two_clicks_away_and_the_part_that_is_shown_leaves(
    visit: Visit, session_url: str, tmp_path: Path, demo_stack: RunningStack
) -> None:
    page = visit(f"{session_url}&from=10&to=14")
    open_export(page)
    for button in ("CSV", "MATLAB", "JSON", "Parquet"):
        assert take(page, button, tmp_path).stat().st_size > 1000
    with zipfile.ZipFile(take(page, "CSV", tmp_path, nth=1)) as files:
        time_s = pd.read_csv(io.BytesIO(files.read("signals.csv")))["time_s"]
    assert (time_s.iloc[0], time_s.iloc[-1]) == pytest.approx((10.0, 14.0), abs=0.01)
    original = take(page, "C3D", tmp_path, nth=1)
    assert original.read_bytes() == demo_stack.store.read("P093/export.c3d")


def test_a_selection_is_exported_from_the_list_and_stands_in_the_audit_log(
    visit: Visit, session_url: str, tmp_path: Path, demo_stack: RunningStack
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/sessions")
    open_export(page)
    page.get_by_test_id("stPopoverBody").get_by_text("Without dates, names and free text").click()
    expect(page.get_by_text("Days are counted from the patient's first session.")).to_be_visible()
    wait_idle(page)
    rows = read_back(take(page, "JSON", tmp_path).read_bytes(), "json", "sessions")
    assert CODE in {row["session_code"] for row in rows}
    assert all("recorded_at" not in row for row in rows)
    page.goto(f"{demo_stack.dashboard_url}/audit")
    wait_idle(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("tables as json, pseudonymised")
