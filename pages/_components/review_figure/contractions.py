"""The contractions: bands behind the signal, symbols and numbers above it, a frame around the chosen one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pages._components import words
from pages._components.classes import CONTRACTION_CLASSES, ContractionClass, contraction_class
from pages._components.review_figure.layout import Axes
from pages._components.review_figure.numbering import crowded, label_places, visible_middles
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec, area, points
from processing.emg.results import IntervalS

# Heights in the strip above a panel, from 0 to 1; the ribbon of quality lies below them.
FAINT_AT = (0.21, 0.29)
SYMBOLS_AT = 0.52
NUMBERS_AT = 0.86


def contraction_bands(panel: Panel, axes: Axes, extent: IntervalS) -> Iterator[Spec]:
    """Yield the bands, one trace for each class."""
    for kind in CONTRACTION_CLASSES:
        members = [c for c in panel.analysis.contractions if contraction_class(c) is kind]
        if members:
            yield area(
                [(c.onset_s, c.offset_s) for c in members],
                extent,
                axes.signal,
                f"@{kind.key}_fill",
                {"kind": "band", "class": kind.key, "channel": panel.analysis.name},
                line={"width": 0.8, "color": f"@{kind.key}"},
                fillpattern=_pattern(kind),
            )


def _pattern(kind: ContractionClass) -> Spec:
    if not kind.pattern:
        return {"shape": ""}
    return {
        "shape": kind.pattern,
        "fillmode": "overlay",
        "fgcolor": f"@{kind.key}",
        "bgcolor": f"@{kind.key}_fill",
        "fgopacity": 0.35,
        "size": 9,
        "solidity": 0.12,
    }


def faint_marks(panel: Panel, axes: Axes) -> Iterator[Spec]:
    """Yield the dashes where there was activity too faint to count."""
    if panel.analysis.faint:
        intervals = [(f.onset_s, f.offset_s) for f in panel.analysis.faint]
        meta = {"kind": "faint", "channel": panel.analysis.name}
        yield area(intervals, FAINT_AT, axes.strip, "@faint", meta)


def contraction_symbols(panel: Panel, axes: Axes, window: IntervalS) -> Iterator[Spec]:
    """Yield the symbols, one trace for each class, then the numbers of all."""
    contractions = panel.analysis.contractions
    middles = visible_middles(contractions, window)
    sizes = [7 if tight else 9 for tight in crowded(middles, window)]
    for kind in CONTRACTION_CLASSES:
        members = [i for i, c in enumerate(contractions) if contraction_class(c) is kind]
        if members:
            yield points(
                [middles[i] for i in members],
                SYMBOLS_AT,
                axes.strip,
                {"kind": "symbol", "class": kind.key, "channel": panel.analysis.name},
                marker={**marker(kind), "size": [sizes[i] for i in members], "opacity": 1},
                hovertext=[contraction_words(panel, i) for i in members],
                hovertemplate="%{hovertext}<extra></extra>",
                cliponaxis=True,
            )
    if contractions:
        yield _numbers(panel, axes, middles, window)


def _numbers(panel: Panel, axes: Axes, middles: Sequence[float], window: IntervalS) -> Spec:
    doubtful = [c.doubtful for c in panel.analysis.contractions]
    placed = label_places(middles, doubtful, window)
    return points(
        [place.x for place in placed],
        NUMBERS_AT,
        axes.strip,
        {"kind": "number", "channel": panel.analysis.name},
        mode="text",
        text=[place.text for place in placed],
        textposition="middle center",
        textfont={"size": 11, "color": "@text"},
        hoverinfo="skip",
        cliponaxis=False,
    )


def marker(kind: ContractionClass) -> Spec:
    """Return a class's symbol."""
    return {
        "symbol": kind.symbol,
        "size": 9,
        "color": f"@{kind.key}",
        "line": {"width": 2 if kind.symbol.endswith(("thin", "open")) else 0, "color": f"@{kind.key}"},
    }


def contraction_words(panel: Panel, index: int) -> str:
    """Describe one contraction in a few short lines."""
    c = panel.analysis.contractions[index]
    percent = "" if c.percent_mvc is None else f" = {words.number(c.percent_mvc, '% MVC')}"
    lines = [
        f"<b>{panel.name} {index + 1}</b>: {contraction_class(c).word}",
        f"{words.span(c.onset_s, c.offset_s)}, lasting {words.seconds(c.duration_s)}",
        f"plateau {words.number(c.plateau_uv, 'µV')}{percent}, peak {words.number(c.peak_uv, 'µV')}",
    ]
    if c.doubtful:
        lines.append(f"doubtful: {c.doubtful_reason or 'no reason given'}")
    return "<br>".join(lines)


def selection_frame(panel: Panel, axes: Axes, extent: IntervalS, look: Look) -> list[Spec]:
    """Return the frame around the chosen contraction, if it is one of this panel's."""
    if look.selected is None or look.selected[0] != panel.analysis.name:
        return []
    index = look.selected[1]
    if not 0 <= index < len(panel.analysis.contractions):
        return []
    chosen = panel.analysis.contractions[index]
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": axes.signal,
            "x0": chosen.onset_s,
            "x1": chosen.offset_s,
            "y0": extent[0],
            "y1": extent[1],
            "line": {"width": 2, "color": "@select"},
            "layer": "above",
        }
    ]
