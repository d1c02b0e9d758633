"""Who needs me, in a real browser: statements 1 and 2. Timings are printed, not judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.browser.painted import armed, painted_ms, watch
from tests.builders import make_c3d
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timed]

Visit = Callable[[str], Page]
GONE = "P095"


@pytest.fixture(scope="module")
def clinic(demo_stack: RunningStack) -> RunningStack:
    """The demonstration, and a patient who was here eight and seven days ago and not since."""
    for number, days in enumerate((8, 7), start=1):
        day = date.today() - timedelta(days=days)
        when = {"INFO": {"TIME": [str(day.year), str(day.month), str(day.day), "10", "15"]}}
        data = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], parameters=when, seed=number)
        assert demo_stack.announce(demo_stack.put(f"{GONE}/{number}.c3d", data)).status_code == 202
    demo_stack.wait_for({f"{GONE}S001", f"{GONE}S002"})
    return demo_stack


def row_of(page: Page, code: str) -> Locator:
    """Return the row of one patient."""
    return page.locator(f".st-key-today-row-{code}")


def test_who_needs_attention_and_why_is_there_without_a_click(
    watched_page: Page, clinic: RunningStack
) -> None:
    began = time.monotonic()
    watched_page.goto(clinic.dashboard_url)
    expect(watched_page.get_by_role("heading", name="need attention")).to_be_visible(timeout=30_000)
    headline_s = time.monotonic() - began
    expect(watched_page.get_by_text("planned training days missed in a row").first).to_be_visible()
    print(f"statement 1: headline after {headline_s:.2f} s, reasons after {time.monotonic() - began:.2f} s")
    wait_idle(watched_page)
    expect(row_of(watched_page, "P002")).to_contain_text("Signal lost · R ▲ Right")
    expect(row_of(watched_page, GONE)).to_contain_text("Needs attention")
    keep_picture(watched_page, "today")


def test_one_click_opens_the_latest_session(visit: Visit, clinic: RunningStack) -> None:
    page = visit(clinic.dashboard_url)
    page.wait_for_timeout(1000)  # nobody finds their patient sooner
    watch(page)
    armed(page)
    page.get_by_role("link", name=f"Open {GONE}S002").click()
    took = painted_ms(page)
    print(f"statement 2: plot {took:.0f} ms after the click")
    expect(page).to_have_url(f"{clinic.dashboard_url}/review?session={GONE}S002")


@pytest.mark.evidence
def test_the_latest_session_is_opened_from_today_again_and_again(visit: Visit, clinic: RunningStack) -> None:
    took, usable = [], []
    for _ in range(10):
        page = visit(clinic.dashboard_url)
        page.wait_for_timeout(1000)  # nobody finds their patient sooner
        watch(page)
        armed(page)
        page.get_by_role("link", name=f"Open {GONE}S002").click()
        began = time.monotonic()
        took.append(painted_ms(page))
        wait_idle(page)
        usable.append(time.monotonic() - began)
        expect(page).to_have_url(f"{clinic.dashboard_url}/review?session={GONE}S002")
    took.sort()
    print(
        f"statement 2: plot after {took[len(took) // 2]:.0f} ms (median), {took[-1]:.0f} ms (the slowest of "
        f"{len(took)}); page at rest after at most {max(usable):.2f} s"
    )


def test_the_code_leads_to_the_timeline(visit: Visit, clinic: RunningStack) -> None:
    page = visit(clinic.dashboard_url)
    page.get_by_role("link", name=GONE, exact=True).click()
    expect(page).to_have_url(f"{clinic.dashboard_url}/patient?patient={GONE}")
    expect(page.get_by_text(GONE).first).to_be_visible()


def test_an_alert_is_muted_with_a_reason_by_keyboard_and_brought_back(
    visit: Visit, clinic: RunningStack
) -> None:
    page = visit(clinic.dashboard_url)
    row = row_of(page, GONE)
    row.get_by_role("button", name="Mute 7 days").first.focus()
    page.keyboard.press("Enter")
    reason = page.get_by_role("textbox", name="Why is this known, or no cause for action?")
    expect(reason).to_be_visible()
    wait_idle(page)
    reason.fill("On holiday until Monday")
    reason.press("Enter")
    expect(row).to_contain_text("1 muted alert")
    expect(row).to_contain_text("Muted")
    wait_idle(page)
    row.get_by_text("1 muted alert").click()
    expect(page.get_by_text("Reason: On holiday until Monday")).to_be_visible()
    keep_picture(page, "today-muted")
    page.get_by_role("button", name="Tell me again").click()
    expect(page.get_by_text("1 muted alert")).to_be_hidden()
    wait_idle(page)
    expect(row).to_contain_text("Needs attention")
