"""Three languages in a real browser: one click, and nothing of what one was doing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import wait_idle
from tests.builders import make_c3d
from tests.running_stack import RunningStack

pytestmark = pytest.mark.browser

Visit = Callable[[str], Page]
REVIEW = "review?session=P001S001"
# Small words that no sentence of the product has in the other language.
_NEITHER = (
    "the|and|with|not|were|has|have|this|that|from|which|your|each|yet|found|strong|enough|where|their|be"
)
ENGLISH = {
    "fr": re.compile(rf"\b({_NEITHER}|of|was|is|held|by|no)\b", re.IGNORECASE),
    "nl": re.compile(rf"\b({_NEITHER}|by|no|are)\b", re.IGNORECASE),
}
PAGES = (
    "today", "sessions", "patients", "patients?patient=P001", "patient?patient=P001", "inbox", "upload", "research",
    "settings", "operations", "audit", REVIEW, "review?session=P002S002", "inspector?session=P001S001",
    "signal_details?session=P001S001", "compare?session=P001S002", "report?session=P001S001",
)  # fmt: skip


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A product of its own, without notes and files of other tests: those are words of people, in any language."""
    with RunningStack(tmp_path_factory.mktemp("fresh") / "data", demo=True) as stack:
        stack.wait_for({f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)})
        assert stack.announce(stack.put("P1/p.c3d", make_c3d())).status_code == 202
        exported = stack.run(
            "export", "--sessions", "P001S001", "--format", "xlsx", "--out", str(stack.data_dir / "out")
        )
        assert exported.returncode == 0, exported.stderr
        yield stack


@pytest.fixture(scope="module")
def demo_url(demo_stack: RunningStack) -> str:
    """The product that the browser tests of one worker share."""
    return demo_stack.dashboard_url


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


def test_one_click_keeps_session_zoom_and_unsaved_words(visit: Visit, demo_url: str) -> None:
    page = visit(f"{demo_url}/{REVIEW}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("[data-testid=stMain] h1").first.click()
    page.keyboard.press("j")
    page.wait_for_function("location.search.includes('from=')")
    wait_idle(page)
    address, window = page.url, _window(page)
    folded = page.locator("[data-testid=stExpander] details")
    for heading in ("Show as table: ", "Where these numbers come from"):
        page.get_by_text(heading).first.click()
        wait_idle(page)
    was_open = [part.get_attribute("open") is not None for part in folded.all()]
    page.get_by_label("New note").click()
    page.keyboard.type("Knee hurt at 3.5 s")
    _choose(page, "FR")
    assert [part.get_attribute("open") is not None for part in folded.all()] == was_open
    assert page.url == address
    assert _window(page) == window
    expect(page.get_by_label("Nouvelle note")).to_have_value("Knee hurt at 3.5 s")
    expect(page.locator("[data-testid=stMain] h1").first).to_contain_text("Gauche\u00a0:")


def test_numbers_and_days_follow_the_language(visit: Visit, demo_url: str) -> None:
    page = visit(f"{demo_url}/{REVIEW}&lang=nl")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    said = page.locator("[data-testid=stMain]").inner_text()
    assert "10 mrt 2026" in said
    assert re.search(r"\d,\d+\u202f", said), "no quantity with a decimal comma"
    assert not re.search(r"\d\.\d+\u202f", said), "a quantity with a decimal point"
    separators = page.evaluate("document.querySelector('.emg-chart')._fullLayout.separators")
    assert separators.startswith(",")


def test_a_comma_is_typed_and_shown_and_its_number_is_meant(visit: Visit, demo_url: str) -> None:
    page = visit(f"{demo_url}/{REVIEW}&lang=fr")
    start = page.get_by_role("spinbutton", name="De (s)")
    expect(start).to_have_value("0,00")
    start.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("2,5x")  # a browser's own field takes this for 25
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('from=2.50')")
    wait_idle(page)
    expect(start).to_have_value("2,50")
    page.keyboard.press("ArrowUp")
    page.wait_for_function("location.search.includes('from=3.00')")
    wait_idle(page)
    _choose(page, "EN")
    expect(page.get_by_role("spinbutton", name="From (s)")).to_have_value("3.00")
    assert _window(page)[0] == 3.0


def test_the_choice_outlives_a_reload_and_other_pages(visit: Visit, demo_url: str) -> None:
    page = visit(f"{demo_url}/sessions")
    _choose(page, "NL")
    page.reload()
    wait_idle(page)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    visit(f"{demo_url}/upload")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    _choose(page, "EN")
    visit(f"{demo_url}/sessions")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_browser_s_own_language_is_spoken_at_the_first_visit(browser: Browser, demo_url: str) -> None:
    page = browser.new_page(locale="nl-BE")
    try:
        page.goto(f"{demo_url}/upload")
        wait_idle(page)
        expect(page.locator("html")).to_have_attribute("lang", "nl")
    finally:
        page.close()


@pytest.mark.evidence
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["fr", "nl"])
def test_no_english_is_left_on_any_page(visit: Visit, fresh: RunningStack, language: str) -> None:
    left, demo_url = {}, fresh.dashboard_url
    for name in PAGES:
        page = visit(f"{demo_url}/{name}{'&' if '?' in name else '?'}lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        shown = page.locator("[data-testid=stApp]").inner_text().splitlines()
        assert "incident" not in "\n".join(shown), f"{name} met an error"
        alts = page.locator("[aria-label]").evaluate_all(
            "(all) => all.map((each) => each.getAttribute('aria-label'))"
        )
        found = sorted({line for line in [*shown, *alts] if ENGLISH[language].search(line)})
        if found:
            left[name] = found
    assert not left, left
