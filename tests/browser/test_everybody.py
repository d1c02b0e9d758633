"""Statement 29 in the browser: every edit stands in the audit log, and each role sees what is theirs and no more.

One hospital with sign-in: Ann and Bob treat a patient each, Rita studies, Adam administrates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pages._components.navigation import PAGES
from tests.browser import looking
from tests.browser.conftest import keep_picture, wait_idle
from tests.browser.hospital import PEOPLE, Hospital, open_hospital, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.evidence, pytest.mark.timeout(400)]

Person = Callable[..., Page]
SURNAME, GIVEN, NUMBER = "Vandersmissen", "Josephine", "H-448812"
NOTE = "Knee swollen, agreed a pause with her daughter."
SUBJECTS = {
    "review": "?session={code}S001", "inspector": "?session={code}S001", "signal_details": "?session={code}S001",
    "report": "?session={code}S001", "patient": "?patient={code}", "patients": "?patient={code}",
    "compare": "?a={code}S001&b={code}S002",
}  # fmt: skip


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with open_hospital(tmp_path_factory.mktemp("hospital") / "data") as stack:
        yield stack


@pytest.fixture(scope="module")
def person(browser: Browser, browser_context_args: dict[str, Any], hospital: Hospital) -> Iterator[Person]:
    """Return a function that opens another tab of somebody's browser, signed in at the first."""
    contexts: dict[str, BrowserContext] = {}

    def enter(name: str, path: str = "/") -> Page:
        first = name not in contexts
        if first:
            contexts[name] = browser.new_context(**browser_context_args)
        page = contexts[name].new_page()
        page.goto(hospital.dashboard_url + path)
        if first:
            sign_in(page, name)
        wait_idle(page)
        return page

    yield enter
    for context in contexts.values():
        context.close()


def grave(page: Page) -> list[looking.Fault]:
    """Return the serious faults of a page, looked at again where it was still being mended."""
    found: list[looking.Fault] = []
    for _ in range(3):
        page.wait_for_timeout(300)
        found = [fault for fault in looking.faults(page) if fault.grave]
        if not found:
            break
    return found


def comb(page: Page) -> str:
    return page.locator("label").filter(has_text="repetitions").first.inner_text()


def test_every_edit_says_who_when_what_from_what_to_and_why(person: Person, hospital: Hospital) -> None:
    ann = person("ann", "/review?session=P001S001")
    ann.keyboard.press("j")
    ann.wait_for_function("location.search.includes('at=')")
    wait_idle(ann)
    ann.keyboard.press("x")
    expect(ann.get_by_text("1 rejected").first).to_be_visible()
    wait_idle(ann)
    note = ann.get_by_role("textbox", name="New note")
    note.click()
    ann.keyboard.type(NOTE)
    expect(ann.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    wait_idle(ann)
    ann.get_by_role("spinbutton", name="Effort (CR10, 0–10)").fill("6.5")
    ann.get_by_role("button", name="Save and score again").click()
    expect(ann.get_by_text("Perceived effort (CR10): 6.5").first).to_be_visible()
    wait_idle(ann)
    ann.get_by_role("button", name="Legs").click()
    ann.get_by_role("button", name="Swap left and right").click()
    expect(ann.get_by_text("Right · CH1 Raw")).to_be_visible()
    wait_idle(ann)
    ann.get_by_role("button", name="Mark reviewed").click()
    expect(ann.get_by_role("button", name="Take the mark off")).to_be_visible()
    wait_idle(ann)
    ann.goto(f"{hospital.dashboard_url}/patients?patient=P001")
    wait_idle(ann)
    ann.get_by_role("tab", name="Who this is").click()
    for label, words in (("Family name", SURNAME), ("Given name", GIVEN), ("Hospital number", NUMBER)):
        ann.get_by_role("textbox", name=label).fill(words)
    ann.get_by_role("tabpanel", name="Who this is").get_by_role("button", name="Save").click()
    expect(ann.get_by_text("Saved.").first).to_be_visible()
    wait_idle(ann)

    adam = person("adam", "/audit")
    rows = adam.locator("[data-testid=stTable] tr").filter(has_text="Ann").all_inner_texts()
    keep_picture(adam, "audit-of-every-edit")
    cells = [[cell.strip() for cell in row.split("\t")] for row in rows]
    found = {cell[3]: " ".join(cell) for cell in reversed(cells)}
    assert {
        "corrections of contractions", "note", "entered values and targets", "score, judged again", "left and right",
        "reviewed mark", "identity",
    } <= set(found), sorted(found)  # fmt: skip
    assert all(re.search(r"\d{1,2} \w{3} \d{4}, \d\d:\d\d", row) for row in rows)
    assert "artefact" in found["corrections of contractions"]  # the reason of the rejection
    assert re.search(r"effort \(CR10\): \S+ → 6.5", found["entered values and targets"])
    assert re.search(r"score: \d+\.\d → \d+\.\d", "\n".join(rows))  # before and after
    assert re.search(rf"family name: (— → )?{SURNAME}", found["identity"])
    print(f"\nstatement 29: {len(rows)} entries of Ann's in the audit log: {sorted(found)}")


@pytest.mark.parametrize("name", ["ann", "rita"])
def test_no_page_fails_or_tells_a_role_what_is_not_theirs(
    person: Person, hospital: Hospital, name: str
) -> None:
    page, role, errors = person(name), PEOPLE[name], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    seen = []
    for entry in PAGES:
        for code in ("P001", "P002"):
            subject = SUBJECTS.get(entry.url_path, "").format(code=code)
            if code == "P002" and not subject:
                continue
            page.goto(f"{hospital.dashboard_url}/{entry.url_path if entry is not PAGES[0] else ''}{subject}")
            wait_idle(page)
            said = page.locator("[data-testid=stApp]").inner_text()
            where = f"{entry.file} {code}"
            assert "incident" not in said.lower(), where
            assert grave(page) == [], where
            words = re.sub(r"(?s).*?(?=There is no)", "", said) if code == "P002" else said
            if name == "ann":
                assert "P002" not in re.sub(r"'P002(S00\d)?'", "", words), where
            else:
                held = f"{said} {page.content()}"
                assert not [word for word in (SURNAME, GIVEN, NUMBER, NOTE, ".c3d") if word in held], where
            closed = page.get_by_text("is not part of the work of").count() > 0
            assert closed == (role not in entry.roles and entry is not PAGES[0]), where
            seen.append(where)
    keep_picture(page, f"menu-of-{name}")
    assert errors == []
    print(f"\nstatement 29: {name} ({role}): {len(seen)} pages")


def test_two_tabs_in_the_middle_of_an_edit_never_overwrite_each_other(
    person: Person, hospital: Hospital
) -> None:
    one, two = (person("ann", "/review?session=P001S002") for _ in range(2))
    for page, effort in ((one, "3"), (two, "8")):
        page.get_by_role("spinbutton", name="Effort (CR10, 0–10)").fill(effort)
    one.get_by_role("button", name="Save and score again").click()
    expect(one.get_by_text("Perceived effort (CR10): 3").first).to_be_visible()
    two.get_by_role("button", name="Save and score again").click()
    said = two.get_by_text("Somebody else changed these values since you opened them")
    expect(said).to_be_visible()
    expect(two.get_by_text(re.compile(r"Effort \(CR10\): .* → 3"))).to_be_visible()
    expect(two.get_by_role("spinbutton", name="Effort (CR10, 0–10)")).to_have_value("8")
    keep_picture(two, "two-tabs-inputs")
    two.get_by_role("button", name="Go on with mine").click()
    wait_idle(two)
    two.get_by_role("button", name="Save and score again").click()
    expect(two.get_by_text("Perceived effort (CR10): 8").first).to_be_visible()
    wait_idle(two)

    before = comb(one)
    assert "rejected" not in before
    for page in (one, two):  # the second tab does not know yet of what the first one does
        page.locator("[data-testid=stMain] h1").first.click()
        page.keyboard.press("j")
        page.wait_for_function("location.search.includes('at=')")
        wait_idle(page)
    two.keyboard.press("j")
    wait_idle(two)
    one.keyboard.press("x")
    expect(one.get_by_text("1 rejected").first).to_be_visible()
    two.keyboard.press("x")
    told = two.get_by_text(re.compile("changed|meanwhile|somebody", re.IGNORECASE)).first
    expect(told.or_(two.get_by_text("2 rejected").first).first).to_be_visible()
    wait_idle(two)
    keep_picture(two, "two-tabs-corrections")
    one.reload()
    wait_idle(one)
    print(f"\ntwo tabs: {before!r} -> {comb(one)!r}; the second tab shows {comb(two)!r}")
    assert "rejected" in comb(one)
