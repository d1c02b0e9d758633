"""Correcting the detector by hand in a real browser: statements 9, 10 and 11. Timings are printed, not judged."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.builders import make_c3d
from tests.running_stack import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.timed]

Visit = Callable[[str], Page]
# Twelve repetitions of each leg; the left sensor drops out inside two, which makes them doubtful.
LEFT = [(3.0 + 5.0 * i, 5.2 + 5.0 * i) for i in range(12)]
RIGHT = [(3.5 + 5.0 * i, 5.7 + 5.0 * i) for i in range(12)]
DROPOUTS = (18.9, 43.9)

# Milliseconds from the key to the first frame in which the text of an element, or the picture, is another.
WATCH = """() => {
    const said = () => [...document.querySelectorAll('label, [data-testid=stMetricValue], h1')]
        .map((e) => e.innerText);
    const comb = () => said().filter((t) => t.includes('repetitions')).join();
    const score = () => document.querySelector('[role=img][aria-label*="of 100"]')?.getAttribute('aria-label')
        + [...document.querySelectorAll('[data-testid=stMetricValue]')].map((e) => e.innerText).join();
    const picture = () => document.querySelector('.emg-chart')?.dataset.drawn;
    const before = { comb: comb(), score: score(), picture: picture() };
    const seen = (window.__seen = {});
    let pressed = null;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, { once: true, capture: true });
    const look = () => {
        if (pressed !== null) {
            const now = { comb: comb(), score: score(), picture: picture() };
            for (const name of Object.keys(before)) {
                if (!(name in seen) && now[name] !== before[name]) seen[name] = Math.round(performance.now() - pressed);
            }
        }
        if (window.__seen === seen && Object.keys(seen).length < 3) requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture(scope="module")
def session_url(demo_stack: RunningStack) -> str:
    data = make_c3d(contractions_s=[LEFT, RIGHT], dropouts_s=DROPOUTS, duration_s=66.0)
    assert demo_stack.announce(demo_stack.put("P091/correct.c3d", data)).status_code == 202
    demo_stack.wait_for({"P091S001"})
    return f"{demo_stack.dashboard_url}/review?session=P091S001"


def comb(page: Page, side: str = "Left") -> str:
    label = page.locator("label").filter(has_text="repetitions").filter(has_text=side).first
    return re.sub(r"^.*· ", "", label.inner_text())


def press(page: Page, key: str, statement: int, what: str) -> None:
    """Press one key, wait until comb, score and picture follow, and print how long each took."""
    page.evaluate(WATCH)
    page.keyboard.press(key)
    page.wait_for_function("() => 'comb' in window.__seen && 'picture' in window.__seen", timeout=20_000)
    wait_idle(page)
    print(f"statement {statement}: {what}: {page.evaluate('window.__seen')} ms")


def step(page: Page, key: str, expected: str) -> None:
    page.keyboard.press(key)
    expect(page.get_by_text(re.compile(expected)).first).to_be_visible(timeout=20_000)
    wait_idle(page)


def test_one_key_rejects_and_one_key_undoes_and_the_original_stays_recorded(
    visit: Visit, session_url: str
) -> None:
    page = visit(session_url)
    before = comb(page)
    assert before.startswith("12 of 12 repetitions")
    step(page, "j", "Left 1 of 12")
    press(page, "x", 9, "reject to comb, score and picture")
    assert comb(page).startswith("11 of 12 repetitions")
    assert "1 rejected" in comb(page)
    keep_picture(page, "correction-rejected")
    press(page, "u", 9, "undo to comb, score and picture")
    assert comb(page) == before
    press(page, "Shift+U", 9, "redo to comb, score and picture")
    assert "1 rejected" in comb(page)
    page.get_by_text("in force").first.click()
    expect(page.get_by_text(re.compile("rejected by Local clinician"))).to_be_visible()
    step(page, "u", "Your last change|Choose a contraction")
    page.wait_for_function("() => !document.body.innerText.includes('1 rejected')")


def test_keys_that_follow_each_other_at_once_are_all_done_and_in_order(
    visit: Visit, session_url: str
) -> None:
    page = visit(session_url)
    left, right = comb(page), comb(page, "Right")
    type_quickly(page, "jjj")
    expect(page.get_by_text("Left 2 of 12")).to_be_visible()
    type_quickly(page, "kkxjx")  # the first of the left and the first of the right
    expect(page.locator("label").filter(has_text="1 rejected")).to_have_count(2)
    type_quickly(page, "uu")
    expect(page.locator("label").filter(has_text="1 rejected")).to_have_count(0)
    wait_idle(page)
    assert (comb(page), comb(page, "Right")) == (left, right)


def test_a_window_that_is_moved_quickly_ends_where_each_step_leads(visit: Visit, session_url: str) -> None:
    page = visit(session_url)
    range_now = "document.querySelector('.emg-chart')._fullLayout.xaxis.range.map(Number)"
    length = page.evaluate(range_now)[1]
    type_quickly(page, "iio")  # a quarter of the recording, then a half, about its middle
    for number, unit in ((0, 0.25), (1, 0.75)):
        page.wait_for_function(f"() => Math.abs({range_now}[{number}] - {unit * length}) < 0.01")
    expect(page).to_have_url(re.compile(rf"from={0.25 * length:.2f}&to={0.75 * length:.2f}"))
    wait_idle(page)
    assert page.evaluate(range_now) == pytest.approx([0.25 * length, 0.75 * length], abs=0.01)


def test_a_note_at_a_moment_is_saved_while_it_is_typed(visit: Visit, session_url: str) -> None:
    page = visit(session_url)
    step(page, "j", "Left 1 of 12")
    page.keyboard.press("t")
    box = page.get_by_label("New note")
    expect(box).to_be_focused()
    expect(page.get_by_role("spinbutton", name="At second")).to_have_value("3.00")
    page.keyboard.type("Pain on the left.", delay=40)
    expect(page.get_by_text(re.compile(r"Saved \d\d:\d\d"))).to_be_visible()
    page.keyboard.type(" Asked for a pause.", delay=40)
    expect(page.locator(".emg-autosave")).to_have_text("")
    expect(box).to_be_focused()
    expect(box).to_have_value("Pain on the left. Asked for a pause.")
    page.reload()  # without leaving the box before
    wait_idle(page)
    expect(page.get_by_text("Pain on the left. Asked for a pause.")).to_be_visible()
    expect(page.get_by_text(re.compile("at 3.00"))).to_be_visible()


def type_quickly(page: Page, keys: str) -> None:
    """Press keys 20 milliseconds apart, which is less than an answer takes."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(20)


def test_an_edge_is_typed_in_three_actions_and_survives_a_reload(visit: Visit, session_url: str) -> None:
    page = visit(session_url)
    step(page, "j", "Left 1 of 12")  # action 1
    end = page.get_by_label("End (s)").and_(page.locator("input:not([disabled])"))
    end.fill("4.80")  # action 2
    began = time.monotonic()
    end.press("Enter")  # action 3
    expect(page.get_by_text(re.compile(r"moved to \d\.\d\d–4\.80")).first).to_be_visible(timeout=20_000)
    print(f"statement 10: typed end to page: {1e3 * (time.monotonic() - began):.0f} ms")
    wait_idle(page)
    page.reload()
    wait_idle(page)
    expect(end).to_have_value("4.80")
    keep_picture(page, "correction-typed")
    page.keyboard.press("u")
    page.wait_for_function("() => !document.body.innerText.includes('moved to')")


def test_only_doubtful_ones_are_stepped_through_and_settled_by_keys(visit: Visit, session_url: str) -> None:
    page = visit(session_url)
    doubtful = re.search(r"(\d+) doubtful", comb(page))
    if doubtful is None:
        pytest.fail(f"the recording has no doubtful repetition: {comb(page)}")
    began = time.monotonic()
    # By number: words about the one before may still stand there when the key is pressed.
    numbers = [next(i for i, span in enumerate(LEFT, 1) if span[0] < at < span[1]) for at in DROPOUTS]
    assert int(doubtful[1]) == len(numbers)
    for left, number in zip(reversed(range(len(numbers))), numbers, strict=True):
        step(page, "n", f"Left {number} of 12.*doubtful:")
        page.keyboard.press("a")
        label = page.locator("label").filter(has_text="Left").filter(has_text="repetitions").first
        expect(label).to_contain_text(
            f"{left} doubtful" if left else re.compile("repetitions$"), timeout=20_000
        )
        wait_idle(page)
    print(f"statement 11: {doubtful[1]} doubtful of 24 reviewed in {time.monotonic() - began:.1f} s")
    assert "doubtful" not in comb(page)
    expect(page.get_by_role("button", name="Next doubtful")).to_have_count(0)
