"""The pages below the review in a real browser: what clicks, keys, dragging and links do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_idle

pytestmark = [pytest.mark.browser, pytest.mark.evidence]

Visit = Callable[[str], Page]
CHOSEN = "button.ct-cell[aria-pressed=true]"


def test_a_contraction_is_chosen_by_click_and_key_and_found_again_in_the_review(
    visit: Visit, fake_url: str
) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    page.get_by_role("link", name="Inspector").click()
    expect(page.get_by_text("Left 1 of 4")).to_be_visible()
    wait_idle(page)
    page.get_by_role("button", name="Right 3, at").click()
    expect(page.get_by_text("Right 3 of 4")).to_be_visible()
    expect(page.locator(CHOSEN)).to_have_attribute("data-cell", "CH2:2")
    page.keyboard.press("j")
    expect(page.get_by_text("Left 4 of 4")).to_be_visible()
    wait_idle(page)
    assert "at=left%3A4" in page.url
    page.reload()
    expect(page.get_by_text("Left 4 of 4")).to_be_visible(timeout=30_000)
    wait_idle(page)
    page.get_by_role("link", name="Show in the session review").click()
    expect(page.get_by_text("Left 4 of 4")).to_be_visible(timeout=30_000)


def test_dragging_over_the_spectrogram_looks_closer_and_the_key_shows_the_whole_again(
    visit: Visit, fake_url: str
) -> None:
    page = visit(f"{fake_url}/signal_details?session=P001S001&part=window")
    chart = page.locator(".emg-chart").nth(1)
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.26 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 22, steps=8)
    page.mouse.up()
    expect(page.get_by_text("The visible window is")).to_contain_text("15.")
    wait_idle(page)
    assert "from=15." in page.url
    page.keyboard.press("w")
    expect(page.get_by_text("The visible window is")).to_contain_text("0.00–60.00")
