"""A sign-in that nobody uses ends by itself, and the page that lies open closes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture
from tests.browser.hospital import open_hospital, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.timeout(300)
def test_a_page_that_nobody_touches_says_so_and_closes(page: Page, tmp_path: Path) -> None:
    with open_hospital(tmp_path / "data", idle_minutes=0.5) as hospital:
        page.goto(hospital.dashboard_url)
        sign_in(page, "ann")
        expect(page.get_by_text("You will be signed out in about")).to_be_visible(timeout=60_000)
        keep_picture(page, "sign-in-idle")
        page.get_by_role("button", name="Stay signed in").click()
        expect(page.get_by_text("You will be signed out in about")).to_be_hidden(timeout=20_000)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=100_000)
        expect(page.get_by_text("You were signed out after 0.5 minutes without activity.")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("P001")
