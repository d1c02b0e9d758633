"""How long until a chart is painted, by the browser's own clock: from a click, a key or a release of the mouse."""

from __future__ import annotations

from playwright.sync_api import Page

# A chart counts as painted when its lines are in the page and two frames have passed. Charts of the product tell how
# often they were drawn; others are told apart by their time axis or by being new.
_WATCH = """(always) => {
    if (globalThis.__painted) return;
    const state = { armed: false, start: always ? 0 : null, done: null, moved: null, shows: null, before: null };
    globalThis.__painted = state;
    state.mark = () => {
        const chart = document.querySelector('.js-plotly-plot');
        if (!chart?._fullLayout?.xaxis?.range || !chart.querySelector('.scatterlayer path.js-line')) return null;
        const drawn = chart.dataset.drawn ?? '';
        if (chart.classList.contains('emg-chart') && !drawn) return null;
        const detail = chart.classList.contains('emg-chart') ? drawn : chart._fullLayout.xaxis.range.map(Number).join();
        return { chart, detail, range: chart._fullLayout.xaxis.range.map(Number) };
    };
    for (const kind of ['pointerdown', 'keydown', 'pointerup']) {
        document.addEventListener(kind, () => {
            if (state.armed) Object.assign(state, { start: performance.now(), armed: false });
        }, true);
    }
    const look = () => {
        const now = state.mark();
        const { before } = state;
        const elsewhere = now && before && String(now.range) !== String(before.range);
        if (state.start !== null && state.moved === null && elsewhere) {
            state.moved = -1;
            requestAnimationFrame(() => requestAnimationFrame(() => { state.moved = performance.now(); }));
        }
        const changed = now && (!before || now.detail !== before.detail || now.chart !== before.chart);
        const wanted = now && (!state.shows || now.range.every((v, i) => Math.abs(v - state.shows[i]) < 0.01));
        if (state.start !== null && state.done === null && changed && wanted) {
            state.done = -1;
            requestAnimationFrame(() => requestAnimationFrame(() => { state.done = performance.now(); }));
        }
        requestAnimationFrame(look);
    };
    look();
}"""
_ARM = """() => {
    const state = globalThis.__painted;
    Object.assign(state, { armed: true, start: null, done: null, moved: null, before: state.mark() });
}"""
_MOVED = "() => __painted.moved > 0 ? __painted.moved - __painted.start : null"
_TOOK = "() => __painted.done > 0 && __painted.start !== null ? __painted.done - __painted.start : null"


def watch(page: Page, *, always: bool = False) -> None:
    """Start to watch a page; with ``always`` from its very beginning, as for an address that is opened next."""
    if always:
        page.add_init_script(f"({_WATCH})(true)")
    else:
        page.evaluate(_WATCH, False)


def armed(page: Page) -> None:
    """Start the clock at the next press of a key or button of the mouse, or at the release of one."""
    page.evaluate(_ARM)


def painted_ms(page: Page, *, shows: tuple[float, float] | None = None, timeout_ms: float = 30_000) -> float:
    """Wait until the chart was drawn anew (and ``shows`` a window) and return how long it took in milliseconds."""
    page.evaluate("(shows) => { __painted.shows = shows; }", list(shows) if shows else None)
    page.wait_for_function(_TOOK, timeout=timeout_ms)
    return float(page.evaluate(_TOOK))


def moved_ms(page: Page) -> float | None:
    """Return how long it took until another window was painted, with whatever points; None where it did not move."""
    took = page.evaluate(_MOVED)
    return None if took is None else float(took)
