"""What only a browser can show: the gate on a deep link, zooming, shortcuts, themes, and nothing from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looking
from tests.browser.conftest import keep_picture, serving, wait_idle

pytestmark = pytest.mark.browser

Visit = Callable[[str], Page]


def test_a_fresh_server_asked_for_a_deep_link_shows_the_gate(watched_page: Page, tmp_path: Path) -> None:
    with serving(tmp_path / "server.log", DASHBOARD_HOST="0.0.0.0") as url:
        for path in ("/review?session=P001S001", "/upload", "/"):
            watched_page.goto(url + path)
            expect(watched_page.get_by_role("heading", name="Sign-in needed")).to_be_visible(timeout=30_000)
            wait_idle(watched_page)
            assert watched_page.get_by_text("P001").count() == 0
            assert watched_page.get_by_role("link", name="Upload").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_session_in_work_has_no_serious_accessibility_fault(
    watched_page: Page, fake_url: str, theme: str
) -> None:
    watched_page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    watched_page.goto(f"{fake_url}/review?session=P002S002")
    # A page that refreshes itself is dimmed by Streamlit for a moment: what is judged is the page at rest.
    for _ in range(5):
        wait_idle(watched_page)
        grave = [fault for fault in looking.faults(watched_page) if fault.grave]
        if not grave:
            return
    pytest.fail(f"{grave}")


def test_the_menu_leads_to_every_page(visit: Visit, fake_url: str) -> None:
    page = visit(fake_url)
    for name, heading in (
        ("Upload", "Upload"),
        ("Inbox", "Inbox"),
        ("Sessions", "Sessions"),
    ):
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        wait_idle(page)


# Presses a key as soon as the next message is on its way: before the browser itself has moved on.
PRESS_ON_SENDING = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        send.call(this, data);
        WebSocket.prototype.send = send;
        const key = { key: 'j', code: 'KeyJ', keyCode: 74, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new KeyboardEvent('keydown', key));
    };
}"""


def test_a_key_that_is_pressed_while_a_page_is_left_does_not_empty_the_next(
    visit: Visit, fake_url: str
) -> None:
    for _ in range(4):
        page = visit(f"{fake_url}/review?session=P001S001")
        page.evaluate(PRESS_ON_SENDING)
        page.get_by_role("link", name="Inbox", exact=True).click()
        expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()
        page.wait_for_timeout(500)  # until what the key began has come to its end, too
        wait_idle(page)
        expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()


def test_one_click_opens_a_session(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/sessions")
    page.get_by_role("link", name="P001S001").click()
    expect(page.get_by_role("heading", name="Left: 1 of 4 good")).to_be_visible()
    expect(page).to_have_url(f"{fake_url}/review?session=P001S001")


def test_the_keyboard_opens_a_session(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/sessions")
    page.get_by_role("link", name="P001S001").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Left: 1 of 4 good")).to_be_visible()


def test_shortcuts_step_through_contractions_and_back(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    page.keyboard.press("j")
    expect(page.get_by_text("Left 1 of 4")).to_be_visible()
    wait_idle(page)
    assert _window(page) == pytest.approx([3.0, 9.5])
    page.keyboard.press("w")
    page.wait_for_function("() => document.querySelector('.emg-chart')._fullLayout.xaxis.range[1] > 50")


def test_shortcuts_work_right_after_a_toggle(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    toggle = page.get_by_role("switch", name="What the game saw")
    page.get_by_text("What the game saw").first.click()
    expect(toggle).to_be_checked()
    wait_idle(page)
    page.keyboard.press("j")
    expect(page.get_by_text("Left 1 of 4")).to_be_visible()
    wait_idle(page)
    page.get_by_text("Right", exact=True).first.click()  # of "Step through"
    wait_idle(page)
    page.keyboard.press("j")
    expect(page.get_by_text("Right 1 of 4")).to_be_visible()


def test_a_letter_typed_into_a_field_is_no_shortcut(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    field = page.get_by_role("spinbutton", name="Effort (CR10, 0–10)")
    field.click()
    page.keyboard.type("j5")
    expect(field).to_have_value("5")
    wait_idle(page)
    assert page.get_by_text("Left 1 of 4").count() == 0


def test_rows_of_the_list_stand_under_each_other(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/sessions")
    badges = page.locator(".st-key-session-table .stMarkdownBadge:visible")
    assert badges.count() == 8
    places = {round(badge.bounding_box()["x"], 1) for badge in badges.all()}  # type: ignore[index]
    assert len(places) == 1


def test_dragging_brings_more_detail(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    before = _samples_between(page, 5.0, 6.0)
    plot = page.locator(".emg-chart .nsewdrag").first.bounding_box()
    assert plot is not None
    y = plot["y"] + plot["height"] / 2
    page.mouse.move(plot["x"] + plot["width"] * 0.07, y)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] * 0.12, y, steps=5)
    page.mouse.up()
    expect(page.get_by_role("button", name="Whole")).to_be_enabled()
    wait_idle(page)
    low, high = _window(page)
    assert 3.5 < low < 5.0
    assert 6.5 < high < 8.0
    # The picture follows its buttons: they are parts of the page that are redrawn one after the other.
    deadline = time.monotonic() + 20
    while _samples_between(page, 5.0, 6.0) <= 3 * before:
        assert time.monotonic() < deadline, "no more detail came"
        page.wait_for_timeout(50)


def test_the_review_has_a_text_alternative_for_each_chart(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/review?session=P001S001")
    expect(page.get_by_role("img", name="EMG amplitude in microvolts")).to_be_visible()
    expect(page.get_by_role("img", name="Score 71.2 of 100")).to_be_visible()


def test_look_only_draws_a_dropped_file(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/upload")
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "a.c3d", "mimeType": "application/octet-stream", "buffer": b"good"},
            {"name": "bad.c3d", "mimeType": "application/octet-stream", "buffer": b"x"},
        ]
    )
    expect(page.get_by_text("'bad.c3d' ends after 1 bytes")).to_be_visible()
    expect(page.get_by_role("img", name="EMG amplitude in microvolts")).to_be_visible()
    wait_idle(page)
    keep_picture(page, "upload-look-only")


def test_leaving_the_upload_page_forgets_the_files(visit: Visit, fake_url: str) -> None:
    page = visit(f"{fake_url}/upload")
    file = {"name": "a.c3d", "mimeType": "application/octet-stream", "buffer": b"good"}
    page.locator("input[type=file]").set_input_files([file])
    expect(page.get_by_role("img", name="EMG amplitude in microvolts")).to_be_visible()
    wait_idle(page)
    page.get_by_role("link", name="Sessions", exact=True).first.click()
    expect(page.get_by_role("heading", name="Sessions", exact=True)).to_be_visible()
    wait_idle(page)
    page.get_by_role("link", name="Upload", exact=True).first.click()
    expect(page.get_by_text("Choose a recording to see both legs")).to_be_visible()
    wait_idle(page)
    assert page.locator(".emg-chart").count() == 0
    assert page.get_by_text("a.c3d").count() == 0


def test_answers_carry_security_headers(watched_page: Page, fake_url: str) -> None:
    answer = watched_page.goto(f"{fake_url}/healthz")
    assert answer is not None
    assert answer.text() == "ok"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    # A picture in text that somebody else wrote, a channel's label for one, must not call a stranger's server.
    assert "img-src 'self' data: blob:;" in answer.headers["content-security-policy"]


def _window(page: Page) -> list[float]:
    return list(
        page.evaluate("() => document.querySelector('.emg-chart')._fullLayout.xaxis.range.map(Number)")
    )


def _samples_between(page: Page, low: float, high: float) -> int:
    script = """([low, high]) => {
        const raw = document.querySelector('.emg-chart')._fullData.find((t) => t.meta.kind === 'raw');
        return Array.from(raw.x).filter((x) => x >= low && x <= high).length;
    }"""
    return int(page.evaluate(script, [low, high]))


@pytest.mark.parametrize("width", [820, 1024])
def test_the_list_cuts_no_word_on_a_narrow_screen(visit: Visit, fake_url: str, width: int) -> None:
    page = visit(f"{fake_url}/sessions")
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.get_by_role("link", name="P001S001")).to_be_visible()
    wait_idle(page)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.st-key-session-table *')]
            .filter((e) => e.clientWidth && getComputedStyle(e).overflowX !== 'visible')
            .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""
    )
    assert cut == []
    heights = page.locator(".st-key-session-table a p").evaluate_all(
        "(all) => all.map((e) => e.clientHeight)"
    )
    assert max(heights) < 30, "a session's code goes over two lines"
