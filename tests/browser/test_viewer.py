"""The viewer by hand: zoom, cursors, edges, the map, the address, units and reasons; statements 6, 7, 8, 12, 13, 15.

Timings are printed (``pytest -s``), not judged: ``python -m benchmarks viewer`` measures them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import keep_picture, wait_idle
from tests.browser.painted import armed, painted_ms, watch

pytestmark = [pytest.mark.browser, pytest.mark.evidence]

Visit = Callable[[str], Page]
NUMBER = re.compile(r"(?<![\w.:/-])[−-]?(\d+(?:\.\d+)?)[\s\u202f\u00a0]?(µV|% MVC|%|dB|Hz|mV)(?!\w)")


def review(fake_url: str, code: str = "P001S001", **parts: str) -> str:
    extra = "".join(f"&{name}={value}" for name, value in parts.items())
    return f"{fake_url}/review?session={code}{extra}"


def window(page: Page) -> list[float]:
    script = "() => document.querySelector('.emg-chart')._fullLayout.xaxis.range.map(Number)"
    return [float(moment) for moment in page.evaluate(script)]


def timed(page: Page, statement: int, what: str, act: Callable[[], None]) -> None:
    """Do something, wait until the picture follows, and print how long that took."""
    watch(page)
    armed(page)
    act()
    print(f"statement {statement}: {what}: {painted_ms(page):.0f} ms")
    wait_idle(page)


def plot_point(page: Page, share: float) -> tuple[float, float]:
    """Return a point of the upper panel, ``share`` of the way along the visible window, in pixels of the page."""
    page.evaluate("() => document.querySelector('.emg-chart').scrollIntoView({ block: 'center' })")
    x, y, width, height = page.evaluate(
        """() => {
            const host = document.querySelector('.emg-chart');
            const { xaxis, yaxis } = host._fullLayout;
            const box = host.getBoundingClientRect();
            return [box.x + xaxis._offset, box.y + yaxis._offset, xaxis._length, yaxis._length];
        }"""
    )
    return x + share * width, y + height / 2


def test_one_click_or_key_zooms_to_a_contraction_and_one_goes_back(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url))
    timed(page, 8, "key J to a contraction", lambda: page.keyboard.press("j"))
    assert window(page) == pytest.approx([3.0, 9.5])
    timed(page, 8, "key W back to the whole", lambda: page.keyboard.press("w"))
    assert window(page)[1] > 59
    x, y = plot_point(page, 6.0 / 60)
    timed(page, 8, "click on a contraction", lambda: page.mouse.click(x, y))
    expect(page.get_by_text("Left 1 of 4")).to_be_visible()
    timed(page, 8, "button Whole", lambda: page.get_by_role("button", name="Whole").click())
    assert window(page)[1] > 59


def test_two_cursors_are_read_in_three_clicks(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url, **{"from": "0.00", "to": "20.00"}))
    page.get_by_role("button", name="Cursors").click()
    expect(page.get_by_text("Δt")).to_be_visible()
    wait_idle(page)
    for share, statement in ((0.3, "cursor A"), (0.35, "cursor B")):
        x, y = plot_point(page, share)
        timed(page, 12, statement, lambda x=x, y=y: page.mouse.click(x, y))
    expect(page.get_by_label("Cursor A (s)")).to_have_value(re.compile(r"^(5\.9\d|6\.0\d)$"))
    expect(page.get_by_text("Δt 1.00\u202fs")).to_be_visible()
    rows = page.locator(".st-key-none, [data-testid=stMarkdownContainer] table tr").all_inner_texts()
    left = next(row for row in rows if "Left" in row and "µV" in row)
    amplitudes = [float(number) for number, unit in NUMBER.findall(left) if unit == "µV"]
    assert len(amplitudes) == 3
    assert 150 < amplitudes[0] < 260  # inside a contraction of about 200 µV
    keep_picture(page, "viewer-cursors")


def test_cursors_are_moved_and_typed_without_a_mouse(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url, **{"from": "0.00", "to": "20.00"}))
    page.keyboard.press("m")
    field = page.get_by_label("Cursor A (s)")
    field.fill("5.50")
    field.press("Enter")
    wait_idle(page)
    cursor = page.get_by_role("slider", name="Cursor A")
    expect(cursor).to_have_attribute("aria-valuetext", "5.50 s")
    cursor.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(field).to_have_value("5.61")
    assert window(page) == pytest.approx([0.0, 20.0])  # the arrows moved the cursor, not the window


def test_the_map_moves_the_window_by_click_drag_and_key(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url))
    page.locator(".emg-map").scroll_into_view_if_needed()
    strip = page.locator(".emg-map").bounding_box()
    assert strip is not None
    y = strip["y"] + strip["height"] / 2
    timed(page, 8, "click on the map", lambda: page.mouse.click(strip["x"] + strip["width"] / 2, y))
    assert window(page) == pytest.approx([25.0, 35.0], abs=0.2)
    page.mouse.move(strip["x"] + strip["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(strip["x"] + strip["width"] / 4, y, steps=3)
    armed(page)
    page.mouse.up()
    print(f"statement 8: box of the map let go: {painted_ms(page):.0f} ms")
    assert window(page) == pytest.approx([10.0, 20.0], abs=0.3)
    wait_idle(page)
    page.get_by_role("slider", name="Visible window").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => Math.abs(document.querySelector('.emg-chart')._fullLayout.xaxis.range[0] - 11) < 0.3"
    )


def test_a_link_reopens_the_view_and_back_returns_to_the_one_before(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url, leg="right", at="right:2", unit="mvc", **{"from": "14.00", "to": "18.00"}))
    assert window(page) == pytest.approx([14.0, 18.0])
    expect(page.get_by_text("Right 2 of 4")).to_be_visible()
    expect(page.locator(".emg-chart .ytitle").first).to_have_text("% MVC")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(r"from=12\.00&to=20\.00"))
    wait_idle(page)
    page.wait_for_timeout(600)
    page.go_back()
    page.wait_for_function(
        "() => Math.abs(document.querySelector('.emg-chart')._fullLayout.xaxis.range[0] - 14) < 0.01"
    )


def test_an_address_with_nonsense_shows_the_whole_recording(visit: Visit, fake_url: str) -> None:
    page = visit(
        review(fake_url, leg="../..", at="left:99", unit="%3Cscript%3E", **{"from": "1e9", "to": "-4"})
    )
    assert window(page) == pytest.approx([0.0, 60.0], abs=0.01)
    expect(page.get_by_text("contractions found")).to_be_visible()


def test_a_bad_channel_says_why_in_words_and_where(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url, "P001S002"))
    printed = page.locator(".emg-chart").first.inner_text()
    assert "signal doubtful" in printed
    assert "drop-out" in printed
    plot_point(page, 0.5)  # brings the picture into sight
    x, y = page.evaluate(
        """() => {
            const host = document.querySelector('.emg-chart');
            const { xaxis, yaxis2 } = host._fullLayout;
            const box = host.getBoundingClientRect();
            return [box.x + xaxis._offset + xaxis._length * 30.5 / 60, box.y + yaxis2._offset + yaxis2._length * 0.68];
        }"""
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y, steps=3)
    expect(page.locator(".emg-chart .hoverlayer").first).to_contain_text("drop-out")
    print("statement 13: the reason is printed under the ribbon and said on hover")


def test_a_row_of_the_table_leads_to_its_raw_samples(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url, at="left:2", **{"from": "14.00", "to": "16.60"}))
    drawn = page.evaluate(
        """() => {
            const raw = document.querySelector('.emg-chart')._fullData.find((t) => t.meta.kind === 'raw');
            return Array.from(raw.x).filter((x) => x >= 15 && x < 15.6).length;
        }"""
    )
    print(f"statement 15: one link shows {drawn} raw samples of the contraction of 0.6 s")
    assert drawn == pytest.approx(0.6 * 990, abs=1)  # every sample of it


@pytest.mark.parametrize("code", ["P001S001", "P001S002", "P001S003", "P002S001", "P004S001"])
def test_numbers_have_units_three_figures_and_no_exponent(visit: Visit, fake_url: str, code: str) -> None:
    page = visit(review(fake_url, code))
    page.keyboard.press("j")
    page.keyboard.press("m")
    wait_idle(page)
    said = page.locator("[data-testid=stMain]").inner_text() + page.locator(".emg-chart").first.inner_text()
    assert not re.search(r"\d[eE][-+−]\d", said)
    long = [f"{number} {unit}" for number, unit in NUMBER.findall(said) if _figures(number) > 3]
    assert long == []
    unlabelled = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((chart) =>
            Object.entries(chart._fullLayout).filter(([name, axis]) => /^[xy]axis\\d*$/.test(name)
                && axis.visible && axis.showticklabels && !axis.title?.text).map(([name]) => name))"""
    )
    assert unlabelled == []


def _figures(number: str) -> int:
    """Count significant figures; zeros at the end of a whole number are not."""
    digits = number.replace(".", "").lstrip("0")
    return len(digits if "." in number else digits.rstrip("0"))


def test_the_legs_are_told_apart_without_colour(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url))
    printed = page.locator(".emg-chart").first.inner_text()
    assert "L ●" in printed
    assert "R ▲" in printed
    page.add_style_tag(content="html { filter: grayscale(1); }")
    keep_picture(page, "viewer-grey")


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (1024, 768), (820, 1180)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_viewer_fits_the_screen(
    watched_page: Page, fake_url: str, width: int, height: int, theme: str
) -> None:
    watched_page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    watched_page.set_viewport_size({"width": width, "height": height})
    watched_page.goto(review(fake_url, "P001S002"))
    wait_idle(watched_page)
    watched_page.wait_for_timeout(400)  # the words follow the width
    wait_idle(watched_page)
    assert watched_page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    overlapping = watched_page.evaluate(
        """() => {
            const words = [...document.querySelectorAll('.emg-chart .annotation-text, .emg-chart .scatterlayer text')]
                .filter((t) => t.textContent.trim()).map((t) => [t.textContent, t.getBoundingClientRect()]);
            return words.flatMap(([one, a], i) => words.slice(i + 1).filter(([, b]) =>
                a.left + 1 < b.right && b.left + 1 < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
                .map(([other]) => `${one} | ${other}`));
        }"""
    )
    assert overlapping == []
    keep_picture(watched_page, f"viewer-{width}-{theme}")


def test_a_card_of_all_keys_opens_with_a_question_mark(visit: Visit, fake_url: str) -> None:
    page = visit(review(fake_url))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next doubtful contraction")
