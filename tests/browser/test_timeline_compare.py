"""The timeline and the comparison in a real browser, on the demonstration's sessions."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looking
from tests.browser.conftest import keep_picture, wait_idle
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timed]

Visit = Callable[[str], Page]


def test_two_sessions_are_compared_in_two_clicks_from_a_review(
    visit: Visit, demo_stack: RunningStack
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/review?session=P001S002")
    began = time.monotonic()
    page.get_by_role(
        "link", name="Compare", exact=True
    ).click()  # the first click; the earlier session is chosen
    expect(page.get_by_role("heading", name="Left: ")).to_contain_text("→")
    wait_idle(page)
    print(f"\nreview -> comparison drawn: {time.monotonic() - began:.2f} s")
    assert "a=P001S001" in page.url
    assert "b=P001S002" in page.url
    expect(page.locator(".emg-chart")).to_have_count(2)
    keep_picture(page, "compare-comparable")
    page.get_by_role("button", name="Swap").click()  # the second one
    expect(page).to_have_url(f"{demo_stack.dashboard_url}/compare?a=P001S002&b=P001S001")
    wait_idle(page)


def test_incomparable_amplitudes_are_blocked_with_the_reason(visit: Visit, demo_stack: RunningStack) -> None:
    page = visit(f"{demo_stack.dashboard_url}/compare?a=P003S001&b=P003S002")
    reason = page.get_by_text("µV not comparable: no MVC is recorded for P003S002")
    expect(reason).to_be_visible()
    expect(page.locator(".emg-chart")).to_have_count(1)  # counts and durations, no amplitude
    page.get_by_text("Show the shape only, without amplitude").click()
    expect(page.locator(".emg-chart")).to_have_count(2)
    expect(page.get_by_text("not how strong it was")).to_be_visible()
    wait_idle(page)
    page.emulate_media(color_scheme="dark")
    wait_idle(page)
    keep_picture(page, "compare-blocked-dark")
    assert [fault for fault in looking.faults(page) if fault.grave] == []


def test_a_click_on_the_timeline_opens_the_session(visit: Visit, demo_stack: RunningStack) -> None:
    page = visit(f"{demo_stack.dashboard_url}/patient?patient=P001")
    expect(page.get_by_role("heading", name="Trend starts at session 3 (have 2).")).to_be_visible()
    keep_picture(page, "timeline-two-sessions")
    wait_idle(page)
    # The four days of the demonstration: the first session stands in the middle of the first one.
    plot = page.locator(".emg-chart .nsewdrag").first.bounding_box()
    assert plot is not None
    page.mouse.click(plot["x"] + plot["width"] * 0.65 / 4.3, plot["y"] + plot["height"] / 2)
    expect(page).to_have_url(f"{demo_stack.dashboard_url}/review?session=P001S001")
