"""What can be measured of a page that everybody is to be able to use; the test that walks all pages asks these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}
# A number with a unit of the product, wherever it stands.
NUMBER = re.compile(
    r"(?<![\w.:/-])[−-]?(\d+(?:\.\d+)?)[\s\u202f\u00a0]?(µV|mV|% MVC|%|dB|Hz|kHz|V|mmHg)(?!\w)"
)
# Moments and lengths in seconds are given to a hundredth, as they are measured.
DECIMAL = re.compile(r"(?<![\w.:/\-])[−-]?(\d+\.\d+)(?![\w.:/]|\.\d)(?!(?:–\d+\.\d+)?\s?s\b)")
EXPONENT = re.compile(r"\d[eE][-+−]\d")


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that elements of a page break."""

    impact: str
    rule: str
    elements: tuple[str, ...]

    @property
    def grave(self) -> bool:
        """Whether somebody is kept from using the page."""
        return self.impact in ("serious", "critical")


def faults(page: Page) -> list[Fault]:
    """Return what axe finds against WCAG 2.2 AA on the page as it is."""
    found = Axe().run(page, options=AXE).response["violations"]
    return [
        Fault(fault["impact"], fault["id"], tuple(node["html"][:160] for node in fault["nodes"]))
        for fault in found
    ]


# Everything that is pressed, chosen or typed into. A box that is drawn by its label is as large as the label, and a
# field as the frame around it. Words that are links inside a sentence are as tall as the line.
_TARGETS = """() => {
    const all = document.querySelectorAll(
        'a[href], button, input, select, textarea, summary, [role=button], [role=switch], [role=slider], [role=tab]');
    const seen = [];
    for (const each of all) {
        // The link over everything to the page's own part shows only while it has the focus.
        if (each.matches('[data-testid=stSkipToContent], [type=file], :disabled')) continue;
        if (each.closest('[aria-hidden=true], [inert]')) continue;
        if (!each.checkVisibility({ visibilityProperty: true })) continue;
        const field = each.matches('input, textarea, select');
        const thumb = each.type === 'range' ? each.closest('[style*=translate]') : null;
        const around = 'label, [data-baseweb=input], [data-baseweb=select], [data-baseweb=textarea]';
        const frame = thumb || (field && (each.closest(around) ?? each.parentElement)) || each;
        const box = frame.getBoundingClientRect();
        if (!box.width || !box.height) continue;
        const words = each.matches('a') && each.closest('p, li, td, figcaption');
        if (words && words.textContent.trim().length > each.textContent.trim().length + 1) continue;
        if (box.width < 23.5 || box.height < 23.5) {
            seen.push(`${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML.slice(0, 160)}`);
        }
    }
    return seen;
}"""


def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is smaller than 24 by 24 pixels."""
    return list(page.evaluate(_TARGETS))


_WIDER = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const limit = innerWidth + 1;
    if (document.documentElement.scrollWidth <= limit && main.scrollWidth <= main.clientWidth + 1) return [];
    const scrolls = (e) => {
        for (let up = e.parentElement; up && up !== main; up = up.parentElement) {
            if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return true;
        }
        return false;
    };
    const wide = [...main.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > limit && !scrolls(e));
    return [`${main.scrollWidth} of ${main.clientWidth}`, ...wide.slice(0, 4).map((e) => e.outerHTML.slice(0, 160))];
}"""


def wider_than_screen(page: Page) -> list[str]:
    """Return what makes the page scroll sideways; parts that scroll by themselves do not."""
    return list(page.evaluate(_WIDER))


_CHARTS = """() => {
    const tables = [...document.querySelectorAll('[data-testid=stTable], [data-testid=stDataFrame], table, details')]
        .filter((e) => e.tagName !== 'DETAILS' || e.querySelector('summary')?.textContent.includes('table'));
    const faults = [];
    for (const chart of document.querySelectorAll('.emg-chart, .js-plotly-plot, [data-testid=stImage] img')) {
        const said = (chart.getAttribute('aria-label') ?? chart.getAttribute('alt') ?? '').trim();
        const what = `${chart.tagName} ${chart.className} ${said.slice(0, 50)}`;
        if (said.length < 15) faults.push(`${what}: no text alternative`);
        if (chart.matches('.emg-chart') && chart.getAttribute('role') !== 'img') faults.push(`${what}: no image`);
        const after = (table) => chart.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (chart.matches('.emg-chart') && !tables.some(after)) faults.push(`${what}: no table after it`);
        for (const [name, axis] of Object.entries(chart._fullLayout ?? {})) {
            if (!/^[xy]axis\\d*$/.test(name) || !axis.visible || !axis.showticklabels) continue;
            const words = axis.ticktext?.length && !axis.ticktext.some((each) => /\\d/.test(each));
            if (!axis.title?.text && !words) faults.push(`${what}: ${name} has no title`);
        }
    }
    return faults;
}"""


def chart_faults(page: Page) -> list[str]:
    """Return which charts lack a text alternative, a table or the name of an axis."""
    return list(page.evaluate(_CHARTS))


_SAID = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const drawn = [...main.querySelectorAll('svg text')].map((e) => e.textContent);
    const alts = [...main.querySelectorAll('[aria-label], [alt], [title]')].flatMap((e) =>
        ['aria-label', 'alt', 'title'].map((name) => e.getAttribute(name))).filter(Boolean);
    const typed = [...main.querySelectorAll('input[type=number], input[type=text]')].map((e) => e.value);
    return { shown: main.innerText, drawn, alts, typed };
}"""


def said(page: Page) -> dict[str, Any]:
    """Return every word of a page: shown, drawn into charts, told to those who do not see, and typed into fields."""
    return dict(page.evaluate(_SAID))


def long_numbers(text: str) -> list[str]:
    """Return the numbers of a text that pretend to more than three significant figures, or are written as powers."""
    found = [match.group() for match in EXPONENT.finditer(text)]
    found += [match.group() for match in NUMBER.finditer(text) if figures(match[1]) > 3]
    return found + [match.group() for match in DECIMAL.finditer(text) if figures(match[1]) > 3]


# Fields hold what was measured or typed, to a hundredth of a second.
_WHERE = ("shown", "drawn", "alts")


def long_numbers_of(page: Page) -> list[str]:
    """Return the numbers of a page that are too long, each with where it stands."""
    words = said(page)
    texts = {where: words[where] if where == "shown" else "\n".join(words[where]) for where in _WHERE}
    return [f"{where}: {number}" for where, text in texts.items() for number in long_numbers(text)]


def figures(number: str) -> int:
    """Count significant figures; zeros at the end of a whole number are none."""
    digits = number.replace(".", "").lstrip("0")
    return len(digits if "." in number else digits.rstrip("0"))


# What every element looks like before it has the focus; two words of a style that change are enough to be seen.
_CALM = """() => {
    window.__look = (each) => {
        const seen = [];
        for (let up = each, i = 0; up && i < 5; up = up.parentElement, i++) {
            for (const pseudo of [null, '::before', '::after']) {
                const style = getComputedStyle(up, pseudo);
                seen.push([style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
                    style.borderTopColor, style.backgroundColor, style.textDecorationLine].join());
            }
        }
        return seen.join('|');
    };
    const all = document.querySelectorAll(
        'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]');
    window.__calm = new Map([...all].map((each) => [each, window.__look(each)]));
}"""
# A picture of a table is a canvas that draws its own focus; a field of a date marks the part that is typed.
_FOCUSED = """() => {
    const each = document.activeElement;
    if (!each || each === document.body) return null;
    const frame = each.closest('[style*=translate], label, [data-baseweb], [data-testid=stDateInputField]') ?? each;
    const drawnByFrame = ['range', 'checkbox', 'radio'].includes(each.type);
    const box = (drawnByFrame ? frame : each).getBoundingClientRect();
    const name = `${each.tagName} ${each.getAttribute('aria-label') ?? each.textContent.trim().slice(0, 40)}`;
    const found = { name, hidden: false, same: false, first: each.matches('[data-testid=stSkipToContent]') };
    if (each.closest('[data-testid=stDataFrame]')) return found;
    const shares = [0.5, 0.1, 0.9];
    const points = shares.flatMap((x) => shares.map((y) => [box.x + x * box.width, box.y + y * box.height]));
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight);
    found.hidden = !inside.some(([x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top && (each.contains(top) || frame.contains(top));
    });
    found.same = window.__calm.has(each) && window.__calm.get(each) === window.__look(each);
    return found;
}"""


@dataclass(frozen=True, slots=True)
class Walk:
    """What was met when a page was walked through by Tab."""

    names: tuple[str, ...]
    covered: tuple[str, ...]
    unmarked: tuple[str, ...]


def walk(page: Page, stops: int) -> Walk:
    """Press Tab so many times, or until the focus leaves the page; note where the focus cannot be seen."""
    page.evaluate(_CALM)
    names, covered, unmarked = [], [], []
    for _ in range(stops):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if found is None or (names and found["first"]):  # a browser without a frame begins again
            break
        if found["hidden"] or found["same"]:  # a moment for what moves or fades
            page.wait_for_timeout(250)
            found = page.evaluate(_FOCUSED) or found
        names.append(found["name"])
        covered += [found["name"]] if found["hidden"] else []
        unmarked += [found["name"]] if found["same"] else []
    return Walk(tuple(names), tuple(covered), tuple(unmarked))
