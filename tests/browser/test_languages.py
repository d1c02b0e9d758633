"""Three languages in a real browser: one click, and nothing of what one was doing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_idle

pytestmark = pytest.mark.browser

Visit = Callable[[str], Page]
REVIEW = "review?session=P001S001"
# Small words that no French or Dutch sentence of the product has.
ENGLISH = re.compile(
    r"\b(the|and|of|with|not|was|were|has|have|this|that|from|which|your|each|yet|held|found|strong|enough)\b",
    re.IGNORECASE,
)
MAIN_PAGES = ("today", "sessions", "patients", "inbox", "upload", "operations", "audit", REVIEW)


def _choose(page: Page, language: str) -> None:
    """Switch by one click, and wait until the page says that it is in that language."""
    page.locator(".st-key-language-switch").get_by_text(language, exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", language.lower())
    wait_idle(page)


def _window(page: Page) -> list[float]:
    seen: list[float] = page.evaluate(
        "document.querySelector('.emg-chart')._fullLayout.xaxis.range.map((x) => Math.round(x * 100) / 100)"
    )
    return seen


def test_one_click_changes_the_language_and_keeps_session_zoom_and_unsaved_words(
    visit: Visit, fake_url: str
) -> None:
    page = visit(f"{fake_url}/{REVIEW}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.keyboard.press("j")
    page.wait_for_url("**from=**")
    wait_idle(page)
    address, window = page.url, _window(page)
    note = page.get_by_label("New note")
    note.click()
    page.keyboard.type("Knee hurt at 3.5 s")
    _choose(page, "FR")
    assert page.url == address
    assert _window(page) == window
    expect(page.locator("textarea").last).to_have_value("Knee hurt at 3.5 s")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Gauche\u00a0:")
    expect(page.locator(".st-key-language-switch [aria-checked=true]")).to_have_text("FR")


def test_numbers_and_days_follow_the_language(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/{REVIEW}&lang=nl")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    said = page.locator("[data-testid=stMain]").inner_text()
    assert "10 mrt 2025" in said
    assert re.search(r"\d,\d\d?\u202f?s\b", said), "no time with a decimal comma"
    assert not re.search(r"\d\.\d+\u202f", said), "a quantity with a decimal point"
    assert page.evaluate("document.querySelector('.emg-chart')._fullLayout.separators").startswith(",")


def test_the_choice_outlives_a_reload_and_other_pages(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/sessions")
    _choose(page, "NL")
    page.reload()
    wait_idle(page)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    visit(f"{fake_url}/patients")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    _choose(page, "EN")
    visit(f"{fake_url}/sessions")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_no_english_is_left_on_the_main_pages(visit: Visit, fake_url: str, language: str) -> None:
    left = {}
    for name in MAIN_PAGES:
        sign = "&" if "?" in name else "?"
        page = visit(f"{fake_url}/{name}{sign}lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        found = sorted(
            {
                line
                for line in page.locator("[data-testid=stApp]").inner_text().splitlines()
                if ENGLISH.search(line)
            }
        )
        if found:
            left[name] = found
    assert not left, left


def test_a_browser_s_own_language_is_spoken_at_the_first_visit(browser: object, fake_url: str) -> None:
    page = browser.new_page(locale="nl-BE")  # type: ignore[attr-defined]
    try:
        page.goto(f"{fake_url}/sessions")
        wait_idle(page)
        expect(page.locator("html")).to_have_attribute("lang", "nl")
    finally:
        page.close()
