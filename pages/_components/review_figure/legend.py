"""The legend: neutral in colour, since each panel draws the same thing in the colour of its side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pages._components import classes
from pages._components.review_figure.contractions import marker
from pages._components.review_figure.lines import ENVELOPE, GAME
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec


def legend_entries(panels: Sequence[Panel], look: Look) -> Iterator[Spec]:
    """Yield an entry for whatever the picture holds, and for nothing else."""
    yield _line(ENVELOPE, {"color": "@text", "width": 2.6})
    if look.raw:
        yield _line("raw EMG", {"color": "@other_raw", "width": 2})
    if look.game:
        yield _line(GAME, {"color": "@game", "width": 1.6, "dash": "dot"})
    judged = [c for p in panels for c in p.analysis.contractions]
    for kind in classes.CONTRACTION_CLASSES:
        if any(classes.contraction_class(c) is kind for c in judged):
            yield _symbol(kind.word, marker(kind))
    if any(c.doubtful for c in judged):
        yield _entry("? doubtful", {"mode": "lines", "line": {"width": 0}})
    if any(p.analysis.faint for p in panels):
        dash = {"symbol": "line-ew", "size": 9, "line": {"width": 3, "color": "@faint"}, "color": "@faint"}
        yield _symbol("faint activity", dash)
    if any(p.analysis.quality.masked_intervals_s for p in panels):
        yield _symbol("left out (hatched)", {"symbol": "triangle-down", "size": 8, "color": "@ribbon_masked"})


def _line(name: str, line: Spec) -> Spec:
    return _entry(name, {"mode": "lines", "line": line})


def _symbol(name: str, symbol: Spec) -> Spec:
    return _entry(name, {"mode": "markers", "marker": symbol})


def _entry(name: str, look: Spec) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "x": [None],
        "y": [None],
        "xaxis": "x",
        "yaxis": "y",
        "showlegend": True,
        "hoverinfo": "skip",
        "meta": {"kind": "legend"},
        **look,
    }
