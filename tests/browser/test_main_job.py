"""The main job as a clinician does it: the whole running product, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.builders import make_c3d
from tests.real_recordings import real_recording
from tests.running_stack import RunningStack

pytestmark = pytest.mark.browser

Visit = Callable[[str], Page]


def test_a_demonstration_session_is_opened_and_shows_both_traces_and_the_score(
    visit: Visit, demo_stack: RunningStack
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/sessions")
    page.get_by_role("link", name="P001S001").click()
    expect(page.get_by_role("heading", name="Why this score?")).to_be_visible(timeout=20_000)
    wait_idle(page)

    points = _points_drawn(page)
    assert set(points) == {(kind, channel) for kind in ("raw", "RMS envelope") for channel in ("CH1", "CH2")}
    assert min(points.values()) > 500
    expect(page.get_by_role("img", name="of 100")).to_be_visible()
    keep_picture(page, "main-job-session-review")


def test_a_file_that_arrives_while_the_page_is_open_appears_and_becomes_ready(
    visit: Visit, demo_stack: RunningStack
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/sessions")
    stored = demo_stack.put("P070/while-open.c3d", make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)]))
    assert demo_stack.announce(stored).status_code == 202
    row = page.locator("[data-testid=stVerticalBlock]").filter(has=page.get_by_role("link", name="P070S001"))
    expect(page.get_by_role("link", name="P070S001")).to_be_visible(timeout=15_000)
    expect(row.get_by_text("Ready").first).to_be_visible(timeout=15_000)


def test_an_uploaded_file_is_saved_analysed_and_reviewed(visit: Visit, demo_stack: RunningStack) -> None:
    page = visit(f"{demo_stack.dashboard_url}/upload")
    page.get_by_text("Save to a patient").first.click()
    code = page.get_by_role("combobox", name="Patient code")
    code.fill("P071")
    code.press("Enter")
    wait_idle(page)
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "game.c3d", "mimeType": "application/octet-stream", "buffer": make_c3d()},
            {"name": "broken.c3d", "mimeType": "application/octet-stream", "buffer": make_c3d()[:2000]},
        ]
    )
    page.get_by_role("button", name="Save 1 of 2 files").click()
    expect(page.get_by_text("broken.c3d").last).to_be_visible()
    (session,) = demo_stack.wait_for({"P071S001"})
    assert session["status"] == "completed"
    expect(page.get_by_role("link", name="P071S001")).to_be_visible()
    keep_picture(page, "main-job-upload")


def test_a_session_whose_file_is_gone_still_shows_its_analytics(
    visit: Visit, demo_stack: RunningStack
) -> None:
    stored = demo_stack.put("P072/gone.c3d", make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)]))
    demo_stack.announce(stored)
    demo_stack.wait_for({"P072S001"})
    (demo_stack.data_dir / "buckets" / "c3d-examples" / "P072" / "gone.c3d").unlink()
    page = visit(f"{demo_stack.dashboard_url}/review?session=P072S001")
    expect(page.get_by_text("no longer in the store")).to_be_visible()
    expect(page.get_by_role("heading", name="Why this score?")).to_be_visible()
    keep_picture(page, "main-job-file-gone")


def test_a_damaged_file_says_in_words_what_is_wrong(visit: Visit, demo_stack: RunningStack) -> None:
    stored = demo_stack.put("P073/cut.c3d", make_c3d()[:-1000])
    demo_stack.announce(stored)
    (session,) = demo_stack.wait_for({"P073S001"})
    assert session["status"] == "failed"
    page = visit(f"{demo_stack.dashboard_url}/review?session=P073S001")
    expect(page.get_by_text("The recording is cut short").first).to_be_visible()
    keep_picture(page, "main-job-damaged-file")


def test_a_real_recording_posted_by_a_signed_event_is_reviewed(
    visit: Visit, demo_stack: RunningStack
) -> None:
    path = real_recording("0881")
    stored = demo_stack.put(f"P074/{path.name}", path.read_bytes())
    assert demo_stack.announce(stored).status_code == 202
    (session,) = demo_stack.wait_for({"P074S001"})
    assert session["status"] == "completed"
    page = visit(f"{demo_stack.dashboard_url}/review?session=P074S001")
    assert {("raw", "CH1"), ("raw", "CH2")} <= set(_points_drawn(page))
    keep_picture(page, "main-job-real-recording")


def _points_drawn(page: Page) -> dict[tuple[str, str], int]:
    """Return how many points each signal is drawn with, by kind and channel."""
    script = """() => document.querySelector('.emg-chart')._fullData
        .filter((t) => ['raw', 'RMS envelope'].includes(t.meta?.kind))
        .map((t) => [t.meta.kind, t.meta.channel, t.x.length])"""
    return {(kind, channel): n for kind, channel, n in page.evaluate(script)}
