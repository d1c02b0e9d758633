"""How long a correction and a what-if take on an open review, from the key or click to the frame that shows it."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import wait_idle

N_CORRECTED, N_TRIED = 6, 12
_SETTLED_MS = 250

# The milliseconds from the next key to the first frame in which each part of the page differs.
_WATCH = """() => {
    const all = (query) => [...document.querySelectorAll(query)].map((e) => e.innerText).join();
    const parts = {
        tiles: () => all('h1, [data-testid=stMetricValue]'),
        comb: () => [...document.querySelectorAll('label')].map((e) => e.innerText)
            .filter((text) => text.includes('repetitions')).join(),
        picture: () => document.querySelector('.emg-chart')?.dataset.drawn,
    };
    const before = Object.fromEntries(Object.entries(parts).map(([name, read]) => [name, read()]));
    const seen = (window.__seen = {});
    let pressed = null;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, { once: true, capture: true });
    const look = () => {
        for (const [name, read] of Object.entries(parts)) {
            if (pressed === null || name in seen || read() === before[name]) continue;
            seen[name] = performance.now() - pressed;
        }
        if (window.__seen === seen && Object.keys(seen).length < 3) requestAnimationFrame(look);
    };
    look();
}"""
_ALL_SEEN = "() => Object.keys(window.__seen).length === 3"

# The milliseconds from a click in the drawer until fields and both judgements differ.
_TRY = """async (label) => {
    const drawer = document.querySelector('[role=dialog]');
    const button = [...drawer.querySelectorAll('button')].find((b) => b.innerText.trim().endsWith(label));
    const said = () => [[...drawer.querySelectorAll('input')].map((i) => i.value).join(),
        drawer.querySelector('[data-testid=stTable]').innerText];
    const [values, table] = said();
    const begin = performance.now();
    button.click();
    for (;;) {
        const now = said();
        if (now[0] !== values && now[1] !== table) return performance.now() - begin;
        if (performance.now() - begin > 20000) throw new Error('nothing followed');
        await new Promise(requestAnimationFrame);
    }
}"""


def corrections_ms(page: Page) -> dict[str, list[float]]:
    """Reject the first contraction and undo that, several times; return the times of each part of the page."""
    page.keyboard.press("j")
    page.wait_for_function("() => document.body.innerText.includes('1 of ')")
    wait_idle(page)
    page.wait_for_timeout(2000)  # as long as a person looks: meanwhile the recording is read ahead
    times: dict[str, list[float]] = {"tiles": [], "comb": [], "picture": []}
    for _ in range(N_CORRECTED):
        for key in ("x", "u"):
            page.evaluate(_WATCH)
            page.keyboard.press(key)
            page.wait_for_function(_ALL_SEEN, timeout=20_000)
            for name, took in page.evaluate("window.__seen").items():
                times[name].append(float(took))
            wait_idle(page)
            page.wait_for_timeout(_SETTLED_MS)
    return times


def tries_ms(page: Page) -> list[float]:
    """Try other targets in the what-if drawer and go back, several times."""
    page.get_by_role("button", name="What if…").click()
    page.get_by_role("dialog").get_by_text("No contraction changes class.").wait_for()
    wait_idle(page)
    times = []
    for number in range(N_TRIED):
        times.append(float(page.evaluate(_TRY, ("60 % MVC and 1 s", "As now")[number % 2])))
        wait_idle(page)
        page.wait_for_timeout(_SETTLED_MS)
    return times
