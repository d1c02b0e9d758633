"""Statement 30: the server is lost in the middle of an edit, and nothing older than two seconds is lost with it.

The program that restarts the dashboard is stopped meanwhile, so that it stays away as long as the test wants.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.evidence, pytest.mark.timeout(300)]

Visit = Callable[[str], Page]
AWAY_S = 6.0


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A product of its own, because its dashboard is killed."""
    with RunningStack(tmp_path_factory.mktemp("product") / "data", demo=True) as stack:
        stack.wait_for({f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)})
        yield stack


@contextmanager
def dashboard_away(stack: RunningStack) -> Iterator[None]:
    """Kill the dashboard, keep it from being started again, and let it start when the block ends."""
    assert stack.process is not None
    supervisor = psutil.Process(stack.process.pid)
    supervisor.suspend()
    try:
        for process in stack.processes():
            if "streamlit" in process.cmdline():
                process.kill()
        yield
    finally:
        supervisor.resume()


def lose_the_server(page: Page, stack: RunningStack, *, language: str = "en") -> None:
    """Have the dashboard go and come back, and see what the person is told meanwhile."""
    said = {"en": "does not answer. Keep this page open", "fr": "ne répond pas. Laissez cette page ouverte"}
    with dashboard_away(stack):
        gone = time.monotonic()
        expect(page.get_by_role("alert").filter(has_text=said[language])).to_be_visible()
        print(f"\nstatement 30: told {time.monotonic() - gone:.1f} s after the loss")
        page.wait_for_timeout(AWAY_S * 1e3)
        expect(page.get_by_role("dialog")).to_have_count(0)  # the framework's, which speaks to programmers
        expect(
            page.locator("[data-testid=stMain] textarea, [data-testid=stMain] input").first
        ).to_be_disabled()
        keep_picture(page, f"server-lost-{language}")
    back = time.monotonic()
    app = page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    expect(app).to_have_count(1, timeout=60_000)
    wait_idle(page)
    print(f"statement 30: the page goes on {time.monotonic() - back:.1f} s after the server may start again")


def test_a_review_goes_on_where_it_was(visit: Visit, clinic: RunningStack) -> None:
    page = visit(f"{clinic.dashboard_url}/review?session=P001S001")
    page.locator("[data-testid=stMain] h1").first.click()
    page.keyboard.press("j")
    page.wait_for_function("location.search.includes('at=')")
    wait_idle(page)
    page.keyboard.press("x")
    expect(page.get_by_text("1 rejected").first).to_be_visible()
    wait_idle(page)
    effort = page.get_by_role("spinbutton", name="Effort (CR10, 0–10)")
    effort.fill("7.5")
    page.get_by_role("textbox", name="New note").click()
    page.keyboard.type("The patient stopped here.")  # and nothing of it is saved yet
    lose_the_server(page, clinic)
    expect(page.get_by_role("status").filter(has_text="The server answers again")).to_be_visible()
    expect(page.get_by_text("1 rejected").first).to_be_visible()
    expect(effort).to_have_value("7.5")
    expect(page.get_by_role("textbox", name="New note")).to_have_value("The patient stopped here.")
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    page.get_by_role("button", name="Save and score again").click()
    expect(page.get_by_text("Perceived effort (CR10): 7.5").first).to_be_visible()
    wait_idle(page)
    page.reload()
    wait_idle(page)
    expect(page.get_by_text("The patient stopped here.")).to_be_visible()
    expect(page.get_by_text("1 rejected").first).to_be_visible()
    expect(page.get_by_text("Perceived effort (CR10): 7.5").first).to_be_visible()


def test_settings_that_were_typed_are_still_there(visit: Visit, clinic: RunningStack) -> None:
    page = visit(f"{clinic.dashboard_url}/settings?lang=fr")
    page.get_by_text("Nouvelle version, à partir de").first.click()
    symmetry = page.get_by_role("spinbutton", name="Symétrie", exact=True)
    expect(symmetry).to_have_attribute("inputmode", "decimal")  # made ready to take a comma
    symmetry.fill("12,5")
    symmetry.press("Tab")
    wait_idle(page)
    lose_the_server(page, clinic, language="fr")
    expect(symmetry).to_have_value("12,5")
    expect(symmetry).to_be_visible()
    expect(symmetry).to_be_enabled()
