"""The contractions: bands behind the signal, symbols and numbers above it, a frame around the chosen one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pages._components import words
from pages._components.classes import CONTRACTION_CLASSES, ContractionClass, contraction_class
from pages._components.doubts import doubt
from pages._components.review_figure.layout import (
    FAINT_AT,
    NUMBERS_AT,
    SIGNAL,
    SYMBOLS_AT,
    Axes,
)
from pages._components.review_figure.numbering import crowded, label_places, visible_middles
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec, area, points
from processing.emg.results import Contraction, IntervalS
from processing.language import gettext as _

BROAD_PX = 10  # narrower bands get no outline, which would hide what they stand behind
CAP_PX = 4


def contraction_bands(
    panel: Panel, axes: Axes, extent: IntervalS, window: IntervalS, look: Look
) -> Iterator[Spec]:
    """Yield the bands, one trace for each class; those of doubtful contractions are dotted."""
    for kind in CONTRACTION_CLASSES:
        for doubtful in (False, True):
            members = [
                (c.onset_s, c.offset_s)
                for c in panel.analysis.contractions
                if contraction_class(c) is kind and c.doubtful is doubtful
            ]
            if members:
                meta = {"class": kind.key, "channel": panel.analysis.name, "doubtful": doubtful}
                line = _outline(members, window, look.width_px, kind, doubtful=doubtful)
                yield area(
                    members,
                    extent,
                    axes.signal,
                    f"@{kind.key}_fill",
                    {"kind": "band", **meta},
                    line=line,
                    fillpattern=_pattern(kind),
                )
                cap = (extent[1] - CAP_PX / SIGNAL * (extent[1] - extent[0]), extent[1])
                yield area(members, cap, axes.signal, f"@{kind.key}", {"kind": "cap", **meta})


def _outline(
    members: Sequence[IntervalS],
    window: IntervalS,
    width_px: float,
    kind: ContractionClass,
    *,
    doubtful: bool,
) -> Spec:
    """Return thin edges where a band is broad enough for them not to hide the signal."""
    pixels = width_px / max(1e-6, window[1] - window[0])
    seen = [b - a for a, b in members if b > window[0] and a < window[1]] or [0.0]
    broad = sorted(seen)[len(seen) // 2] * pixels >= BROAD_PX
    width = (1.6 if doubtful else 0.9) if broad else 0.0
    return {"width": width, "color": f"@{kind.key}", "dash": "dot" if doubtful else "solid"}


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


def contraction_symbols(panel: Panel, axes: Axes, window: IntervalS, look: Look) -> Iterator[Spec]:
    """Yield the symbols, one trace for each class, then the numbers of all."""
    contractions = panel.analysis.contractions
    middles = visible_middles(contractions, window)
    sizes = [7 if tight else 9 for tight in crowded(middles, window, look.width_px)]
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
        yield _numbers(panel, axes, middles, window, look.width_px)


def _numbers(panel: Panel, axes: Axes, middles: Sequence[float], window: IntervalS, width_px: float) -> Spec:
    doubtful = [c.doubtful for c in panel.analysis.contractions]
    placed = label_places(middles, doubtful, window, width_px)
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
    lines = [
        f"<b>{panel.drawn_name} {index + 1}</b>: {contraction_class(c).word}",
        lasting_words(c),
        f"{plateau_words(c)}, {peak_words(c)}",
    ]
    if c.doubtful:
        lines.append(doubt(c))
    return "<br>".join(lines)


def lasting_words(c: Contraction) -> str:
    """Say where a contraction is and how long it lasts."""
    said = _("{span}, lasting {duration}")
    return said.format(span=words.span(c.onset_s, c.offset_s), duration=words.seconds(c.duration_s))


def plateau_words(c: Contraction) -> str:
    """Return a contraction's plateau, and what share of the MVC that is where one is known."""
    plateau = words.number(c.plateau_uv, "µV")
    if c.percent_mvc is None:
        return _("plateau {amplitude}").format(amplitude=plateau)
    percent = words.number(c.percent_mvc, _("% MVC"))
    return _("plateau {amplitude} = {percent}").format(amplitude=plateau, percent=percent)


def peak_words(c: Contraction) -> str:
    """Return a contraction's peak."""
    return _("peak {amplitude}").format(amplitude=words.number(c.peak_uv, "µV"))


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
