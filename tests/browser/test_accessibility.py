"""Everybody can use every page: statements 7, 22 and 23, and what of 25 a browser has to show.

One browser for all pages. Each is opened once and looked at light, dark, and on 320 pixels, which is a
screen of 1280 at 400 %. ``docs/accessibility.md`` says what is checked, what is not, and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pages._components.navigation import PAGES
from tests.browser import looking
from tests.browser.conftest import wait_idle
from tests.builders import make_c3d
from tests.running_stack import RunningStack

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
# What a page is opened with, where it shows nothing without; the sessions differ in what is wrong with them.
SUBJECTS = {
    "review": (
        "?session=P001S001", "?session=P002S001", "?session=P002S002", "?session=P096S001", "?session=P097S001", "",
    ),
    "inspector": ("?session=P001S001", "?session=P002S002"),
    "signal_details": ("?session=P001S001&part=window", "?session=P002S002"),
    "report": ("?session=P001S001", ""),
    "patient": ("?patient=P001", ""),
    "patients": ("", "?patient=P001"),
    "compare": ("?a=P001S001&b=P001S002", "?a=P003S001&b=P003S002", ""),
}  # fmt: skip
STATES = [
    f"{entry.url_path if entry is not PAGES[0] else ''}{subject}"
    for entry in PAGES
    for subject in SUBJECTS.get(entry.url_path, ("",))
]
# Each page once in every run of the tests; its further states with `make evidence`.
FURTHER = {f"{page}{subject}" for page, subjects in SUBJECTS.items() for subject in subjects[1:]}
SEEN: Counter[str] = Counter()


@pytest.fixture(scope="module")
def clinic(demo_stack: RunningStack) -> RunningStack:
    """The demonstration, a damaged file, one that names no leg, and one of nobody."""
    recording = make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], seed=7)
    legless = make_c3d(
        labels=["CH3 Raw", "CH4 Raw", "CH3 activated", "CH4 activated"],
        contractions_s=[(2.0, 4.5)],
        seed=8,
    )
    for name, data in (
        ("P096/damaged.c3d", recording[:900]),
        ("P097/no-leg.c3d", legless),
        ("unknown/somebody.c3d", recording),
    ):
        assert demo_stack.announce(demo_stack.put(name, data)).status_code == 202
    demo_stack.wait_for({"P096S001", "P097S001"})
    return demo_stack


@pytest.fixture(scope="module")
def reader(
    browser: Browser, browser_context_args: dict[str, Any], clinic: RunningStack
) -> Iterator[tuple[Page, list[str]]]:
    """One browser for all pages, and the errors that scripts raised in it."""
    context = browser.new_context(**{**browser_context_args, "viewport": WIDE})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, errors
    context.close()


@pytest.fixture(scope="module", autouse=True)
def printed() -> Iterator[None]:
    """Say at the end how many lesser faults there are."""
    yield
    print(
        f"\nstatement 23: up to {len(STATES)} states of {len(PAGES)} pages, lesser faults in both themes: {dict(SEEN)}"
    )


@pytest.mark.parametrize(
    "state",
    [pytest.param(state, marks=pytest.mark.evidence if state in FURTHER else ()) for state in STATES],
)
def test_a_page_can_be_used_by_everybody(
    reader: tuple[Page, list[str]], clinic: RunningStack, state: str
) -> None:
    page, errors = reader
    errors.clear()
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    page.goto(f"{clinic.dashboard_url}/{state}")
    wait_idle(page)
    found: dict[str, list[str]] = {
        "light": _grave(page, count=True),
        "charts": looking.chart_faults(page),
        "small": looking.small_targets(page),
        "numbers": looking.long_numbers_of(page),
    }
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(DARK)
    found["dark"] = _grave(page, count=True)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.wait_for_timeout(300)  # charts and words follow the width
    found["narrow"] = _grave(page)
    found["sideways"] = looking.wider_than_screen(page)
    found["small when narrow"] = looking.small_targets(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert errors == []


DARK = """() => {
    const [r, g, b] = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/g);
    return +r + +g + +b < 200;
}"""


def _grave(page: Page, *, count: bool = False) -> list[str]:
    """Return the serious faults; a page that refreshes itself is dimmed for a moment and looked at again."""
    faults: list[looking.Fault] = []
    for _ in range(3):
        wait_idle(page)
        faults = looking.faults(page)
        if not any(fault.grave for fault in faults):
            break
    if count:
        SEEN.update(fault.impact for fault in faults if not fault.grave)
    return [f"{fault.rule}: {fault.elements[:3]}" for fault in faults if fault.grave]


@pytest.mark.evidence
def test_filled_buttons_can_be_read_in_both_themes(
    reader: tuple[Page, list[str]], clinic: RunningStack
) -> None:
    page, _errors = reader
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(f"{clinic.dashboard_url}/review?session=P001S001")
        wait_idle(page)
        page.get_by_role("button", name="Legs").click()
        expect(page.get_by_test_id("stBaseButton-primary").and_(page.locator(":enabled"))).to_have_count(1)
        wait_idle(page)
        page.mouse.move(2, 400)
        page.wait_for_timeout(600)  # it fades in
        # Only the filled button is asked about: the one that opens this part is another matter.
        assert [fault for fault in _grave(page) if "Swap left and right" in fault] == []
    page.emulate_media(color_scheme="light")


HAS_FOCUS = """(name) => {
    const each = document.activeElement;
    return each.matches('a, button, input') && (each.getAttribute('aria-label') ?? each.textContent).includes(name);
}"""


def _tab_to(page: Page, name: str, stops: int = 60) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(stops):
        page.keyboard.press("Tab")
        if page.evaluate(HAS_FOCUS, name):
            return
    pytest.fail(f"Tab does not lead to {name!r} in {stops} steps")


def _window(page: Page) -> list[float]:
    script = (
        "document.querySelector('.emg-chart')._fullLayout.xaxis.range.map((x) => Math.round(x * 100) / 100)"
    )
    return [float(moment) for moment in page.evaluate(script)]


@pytest.mark.parametrize("state", ["", "review?session=P001S001"])
def test_the_focus_is_always_seen(reader: tuple[Page, list[str]], clinic: RunningStack, state: str) -> None:
    page, _errors = reader
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(f"{clinic.dashboard_url}/{state}")
    wait_idle(page)
    met = looking.walk(page, 150)
    assert len(met.names) > 15
    assert (met.covered, met.unmarked) == ((), ())


def test_the_day_s_work_needs_no_mouse(reader: tuple[Page, list[str]], clinic: RunningStack) -> None:
    page, _errors = reader
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(clinic.dashboard_url)
    wait_idle(page)
    _tab_to(page, "Open P002S002")  # statement 2
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("review.session=P002S002"))
    page.goto(f"{clinic.dashboard_url}/review?session=P002S001")
    wait_idle(page)
    whole = _window(page)
    page.keyboard.press("j")  # statement 8: to a contraction and back
    page.wait_for_function("location.search.includes('at=')")
    wait_idle(page)
    assert _window(page) != whole
    page.keyboard.press("w")
    page.wait_for_function("!location.search.includes('from=')")
    wait_idle(page)
    assert _window(page) == whole
    page.keyboard.press("j")
    wait_idle(page)
    page.keyboard.press("x")  # statement 9
    expect(page.get_by_text("1 rejected").first).to_be_visible()
    wait_idle(page)
    page.keyboard.press("u")
    expect(page.get_by_text("1 rejected")).to_have_count(0)
    wait_idle(page)
    page.keyboard.press("n")  # statement 11
    expect(page.get_by_text(re.compile("doubtful: ")).first).to_be_visible()
    wait_idle(page)
    address, window = page.url, _window(page)
    page.locator("[data-testid=stSkipToContent]").focus()  # where Tab begins on a page that was just opened
    _tab_to(page, "EN")  # statement 24
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    wait_idle(page)
    assert (page.url, _window(page)) == (address, window)
