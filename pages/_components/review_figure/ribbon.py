"""The ribbon of quality: second by second, with the reason printed below it where there is room and always on hover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from pages._components import words
from pages._components.review_figure.layout import REASONS_AT, RIBBON_AT, Axes
from pages._components.review_figure.masks import mask_words
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec, points
from processing.emg.results import IntervalS, Verdict
from processing.language import gettext as _

CHARACTER, BETWEEN = 6.0, 10.0  # pixels that one letter takes, and between two reasons
MAX_NAMES = 2
_LETTERS: dict[str, Verdict] = {"g": "good", "d": "doubtful", "n": "not_judged"}
_TOKENS: dict[Verdict, str] = {
    "good": "@ribbon_good",
    "doubtful": "@ribbon_doubtful",
    "not_judged": "@ribbon_masked",
}
_PATTERNS: dict[Verdict, str] = {"good": "", "doubtful": "/", "not_judged": "x"}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of whole seconds of one quality, and what was noticed in it."""

    start_s: float
    stop_s: float
    state: Verdict
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """What stands below the ribbon."""
        rest = len(self.names) - MAX_NAMES
        said = ", ".join(self.names[:MAX_NAMES]) + (f" +{rest}" if rest > 0 else "")
        return said or words.verdict_word(self.state)

    @property
    def hover(self) -> str:
        """What is said on hover."""
        said = _("{span}: signal {verdict}: {reasons}") if self.names else _("{span}: signal {verdict}")
        return said.format(
            span=f"{self.start_s:.0f}–{self.stop_s:.0f}{words.THIN}s",
            verdict=words.verdict_word(self.state),
            reasons=", ".join(self.names),
        )


def ribbon_states(panel: Panel) -> list[Verdict]:
    """Return the quality of each second of a panel.

    Results of older pipelines hold no seconds: theirs follow from what was left out and noticed where.
    """
    n = max(1, ceil(panel.length_s - 1e-9))
    if not panel.judged:
        return ["not_judged"] * n
    known: list[Verdict] = [_LETTERS.get(letter, "good") for letter in panel.analysis.quality.seconds[:n]]
    if known:
        return known + [known[-1]] * (n - len(known))
    return ["doubtful" if _noticed(panel, k) or _left_out(panel, k) else "good" for k in range(n)]


def ribbon_runs(panel: Panel) -> list[Run]:
    """Return the ribbon as stretches of equal quality and equal reasons."""
    runs: list[Run] = []
    for second, state in enumerate(ribbon_states(panel)):
        names = () if state == "good" else _names(panel, second)
        stop = min(float(second + 1), panel.length_s)
        last = runs[-1] if runs else None
        if last is not None and (last.state, last.names) == (state, names):
            runs[-1] = Run(last.start_s, stop, state, names)
        else:
            runs.append(Run(float(second), stop, state, names))
    return runs


def quality_ribbon(panel: Panel, axes: Axes, window: IntervalS, look: Look) -> Iterator[Spec]:
    """Yield the ribbon, marks where something was left out, and the reasons in words."""
    runs = ribbon_runs(panel)
    for state in _TOKENS:
        members = [run for run in runs if run.state == state]
        if members:
            yield _bars(panel, axes, members, state)
    masked = sorted(set(panel.analysis.quality.masked_intervals_s))
    if masked:
        yield points(
            [(start + stop) / 2 for start, stop in masked],
            RIBBON_AT[1],
            axes.strip,
            {"channel": panel.analysis.name, "kind": "mask_reason"},
            marker={"symbol": "triangle-down", "size": 8, "color": "@ribbon_masked"},
            text=[mask_words(panel, interval) for interval in masked],
            hovertemplate="%{text}<extra></extra>",
        )
    placed = reason_places(_said(panel, runs), window, look.width_px)
    if placed:
        yield points(
            [x for x, _ in placed],
            REASONS_AT,
            axes.strip,
            {"channel": panel.analysis.name, "kind": "reason"},
            mode="text",
            text=[text for _, text in placed],
            textposition="middle center",
            textfont={"size": 11, "color": "@text"},
            hoverinfo="skip",
            cliponaxis=False,
        )


def reason_places(
    said: Sequence[tuple[float, float, str]], window: IntervalS, width_px: float
) -> list[tuple[float, str]]:
    """Return where which words stand: the widest stretches first, none over another, all inside the window."""
    per_pixel = max(1e-9, window[1] - window[0]) / width_px
    visible = [
        (max(start, window[0]), min(stop, window[1]), text)
        for start, stop, text in said
        if stop > window[0] and start < window[1]
    ]
    placed: list[tuple[float, float, float, str]] = []
    for start, stop, text in sorted(visible, key=lambda item: (item[0] - item[1], item[0])):
        half = per_pixel * CHARACTER * len(text) / 2
        middle = min(max((start + stop) / 2, window[0] + half), window[1] - half)
        low, high = middle - half - per_pixel * BETWEEN, middle + half
        if all(high <= other[0] or low >= other[1] for other in placed):
            placed.append((low, high, middle, text))
    return sorted((middle, text) for _, _, middle, text in placed)


def _bars(panel: Panel, axes: Axes, runs: Sequence[Run], state: Verdict) -> Spec:
    low, high = RIBBON_AT
    return {
        "type": "bar",
        "x": [(run.start_s + run.stop_s) / 2 for run in runs],
        "width": [run.stop_s - run.start_s for run in runs],
        "base": [low] * len(runs),
        "y": [high - low] * len(runs),
        "xaxis": "x",
        "yaxis": axes.strip,
        "marker": {
            "color": _TOKENS[state],
            "line": {"width": 0},
            "pattern": {
                "shape": _PATTERNS[state],
                "fillmode": "overlay",
                "fgcolor": "@paper",
                "fgopacity": 0.55,
                "size": 5,
                "solidity": 0.25,
            },
        },
        "text": [run.hover for run in runs],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
        "meta": {"kind": "ribbon", "channel": panel.analysis.name, "state": state},
    }


def _said(panel: Panel, runs: Sequence[Run]) -> list[tuple[float, float, str]]:
    """Return every stretch that has a reason; what holds for the whole recording is said once."""
    notable = [f for f in panel.analysis.quality.findings if f.verdict != "good" and not f.intervals_s]
    throughout = ", ".join(dict.fromkeys(words.finding_name(f) for f in notable))
    said = [(run.start_s, run.stop_s, run.text) for run in runs if run.names]
    if not panel.judged:
        return [(0.0, panel.length_s, runs[0].text)]
    if not throughout:
        return said
    return [*said, (0.0, panel.length_s, _("throughout: {findings}").format(findings=throughout))]


def _names(panel: Panel, second: int) -> tuple[str, ...]:
    names = _noticed(panel, second)
    if not panel.judged and not names:
        reason = words.short_reason(panel.analysis.quality)
        return (reason,) if reason else ()
    if not names and _left_out(panel, second):
        return (_("left out"),)
    return names


def _noticed(panel: Panel, second: int) -> tuple[str, ...]:
    """Name what was noticed within a second, and nothing that holds throughout."""
    found = [
        words.finding_name(finding)
        for finding in panel.analysis.quality.findings
        for start, stop in finding.intervals_s
        if finding.verdict != "good" and start < second + 1 and stop > second
    ]
    return tuple(dict.fromkeys(found))


def _left_out(panel: Panel, second: int) -> bool:
    masked = panel.analysis.quality.masked_intervals_s
    return any(start < second + 1 and stop > second for start, stop in masked)
