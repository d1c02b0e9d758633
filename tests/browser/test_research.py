"""A dry run from the question to the new result versions, on the running product; prints how long a person waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.evidence]

Visit = Callable[[str], Page]
_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def demo_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The running product with the six recordings of its demonstration."""
    with RunningStack(tmp_path_factory.mktemp("product") / "data", demo=True) as stack:
        stack.wait_for({f"P00{patient}S00{number}" for patient in (1, 2, 3) for number in (1, 2)})
        yield stack


def _faults(page: Page) -> dict[str, int]:
    """Return serious faults of accessibility in both themes."""
    found: dict[str, int] = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_timeout(500)
        for fault in Axe().run(page, options=_RULES).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                found[f"{theme}: {fault['id']}"] = len(fault["nodes"])
    page.emulate_media(color_scheme="light")
    return found


def test_28_settings_are_tried_looked_at_and_applied_and_earlier_results_stay(
    visit: Visit, demo_stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/research")
    expect(page.get_by_text("6 sessions are chosen.")).to_be_visible()
    assert _faults(page) == {}
    settings = page.get_by_role("combobox", name="Settings to change")
    settings.fill("Shortest contraction")
    settings.press("Enter")
    settings.press("Escape")
    value = page.get_by_label("Shortest contraction (s)", exact=True)
    value.fill("5")
    value.press("Tab")
    wait_idle(page)
    begin = time.perf_counter()
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("change grade")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Apply to 6 sessions")).to_be_visible(timeout=60_000)
    with capsys.disabled():
        print(
            f"\n28 dry run over 6 sessions, from the button to the diff: {time.perf_counter() - begin:.2f} s"
        )
    wait_idle(page)
    assert _faults(page) == {}
    keep_picture(page, "research-diff")
    page.get_by_label("Why (for the audit log)", exact=True).fill("Agreed in the trial's meeting")
    begin = time.perf_counter()
    page.get_by_role("button", name="Apply to 6 sessions").click()
    expect(page.get_by_text("6 sessions have a new result version.")).to_be_visible(timeout=60_000)
    with capsys.disabled():
        print(f"28 applied to 6 sessions: {time.perf_counter() - begin:.2f} s")
    page = visit(f"{demo_stack.dashboard_url}/research")
    session = page.get_by_label("Session", exact=True)
    session.fill("P001S001")
    session.press("Enter")
    table = page.get_by_role("region", name="All versions of the result of session P001S001.")
    expect(table).to_be_visible()


def test_rules_are_kept_as_a_version_after_their_effect_was_seen_and_chosen(
    visit: Visit, demo_stack: RunningStack
) -> None:
    page = visit(f"{demo_stack.dashboard_url}/settings")
    page.get_by_text("New version, starting from trial v1").click()
    symmetry = page.get_by_label("Symmetry", exact=True)
    symmetry.fill("0")
    symmetry.press("Tab")
    expect(page.get_by_text("Symmetry 0 %").first).to_be_visible()
    expect(page.get_by_text("Score with these rules").first).to_be_visible()
    assert _faults(page) == {}
    keep_picture(page, "settings-new-version")
    name = page.get_by_label("Name", exact=True)
    name.fill("site")
    name.press("Tab")
    expect(page.get_by_text("It becomes site v1.")).to_be_visible()
    page.get_by_role("button", name="Keep as a new version").click()
    expect(page.get_by_text("Kept. New sessions go on taking what they took.")).to_be_visible()
    expect(page.get_by_role("cell", name="site v1")).to_be_visible()
