"""What a person rejected: cross-hatched, with its reason on hover, never mistaken for what counts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from pages._components import words
from pages._components.mark_words import reason_words
from pages._components.review_figure.layout import SYMBOLS_AT, Axes
from pages._components.review_figure.numbering import visible_middles
from pages._components.review_figure.panels import Panel
from pages._components.review_figure.primitives import Spec, area, points
from processing.emg.results import IntervalS, RejectedContraction
from processing.language import gettext as _


def rejected_bands(panel: Panel, axes: Axes, extent: IntervalS) -> Iterator[Spec]:
    """Yield the cross-hatched bands of one panel as one trace."""
    rejected = [item.contraction for item in panel.analysis.rejected]
    if rejected:
        pattern = {
            "shape": "x",
            "fillmode": "overlay",
            "fgcolor": "@rejected",
            "bgcolor": "@rejected_fill",
            "fgopacity": 0.55,
            "size": 7,
            "solidity": 0.16,
        }
        yield area(
            [(c.onset_s, c.offset_s) for c in rejected],
            extent,
            axes.signal,
            "@rejected_fill",
            {"kind": "rejected", "channel": panel.analysis.name},
            line={"width": 1, "color": "@rejected", "dash": "dash"},
            fillpattern=pattern,
        )


def rejected_symbols(panel: Panel, axes: Axes, window: IntervalS) -> Iterator[Spec]:
    """Yield a cross above each, which says on hover what was rejected and why."""
    rejected = panel.analysis.rejected
    if rejected:
        yield points(
            visible_middles([item.contraction for item in rejected], window),
            SYMBOLS_AT,
            axes.strip,
            {"kind": "rejected_symbol", "channel": panel.analysis.name},
            mode="text",
            text=["✗"] * len(rejected),
            textposition="middle center",
            textfont={"size": 14, "color": "@rejected"},
            hovertext=[rejected_words(panel, item) for item in rejected],
            hovertemplate="%{hovertext}<extra></extra>",
            cliponaxis=True,
        )


def rejected_words(panel: Panel, item: RejectedContraction) -> str:
    """Say what was rejected, where and why."""
    c = item.contraction
    reason = reason_words(item.mark.reason) if item.mark.reason else _("no reason given")
    said = _("<b>{panel}</b>: rejected, {span}")
    return (
        f"{said.format(panel=panel.drawn_name, span=words.span(c.onset_s, c.offset_s))}<br>{escape(reason)}"
    )
