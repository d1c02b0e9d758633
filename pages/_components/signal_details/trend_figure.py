"""The median frequency of each contraction, with the line through them or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pages._components import words
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.primitives import Spec, packed, text
from pages._components.signal_details.grid import Grid, axis, grid_layout, legend_glyph, legend_line, nothing
from pages._components.signal_details.muscles import Muscle
from pages._components.signal_details.sentences import slope_words, why_no_trend
from processing.language import gettext as _

PANEL_HEIGHT = 210
SYMBOLS = {"left": "circle", "right": "triangle-up", None: "square"}
MARGIN_HZ = 8.0


def trend_figure(muscles: Sequence[Muscle], *, revision: str = "0") -> Spec:
    """Return data and layout: one panel for each muscle, all on one scale."""
    grid = Grid(len(muscles), PANEL_HEIGHT)
    layout = grid_layout(grid, revision)
    data: list[Spec] = []
    low, high = _range(muscles)
    for position, muscle in enumerate(muscles):
        x, y = grid.axes(position)
        n = max(2, len(muscle.analysis.contractions))
        layout[long_name(x)] = axis(
            _("Contraction (number)"),
            grid.across(position),
            y,
            range=[0.4, n + 0.6],
            dtick=max(1, -(-n // 14)),
            tick0=1,
            tickangle=0,
        )
        layout[long_name(y)] = axis(
            _("MDF (Hz)"), grid.upright(position), x, range=[low, high], nticks=6, rangemode="normal"
        )
        layout["annotations"].append(grid.heading(position, heading(muscle)))
        said = None if muscle.judged and muscle.details.trend else _folded(reason(muscle))
        if said:
            layout["annotations"].append(
                text(
                    said,
                    0.5,
                    0.97,
                    size=12,
                    xref=f"{x} domain",
                    yref=f"{y} domain",
                    xanchor="center",
                    yanchor="top",
                    bgcolor="@paper",
                    opacity=0.94,
                    borderpad=3,
                )
            )
        data.append(nothing(x, y))
        if muscle.judged:
            data += [*_line(muscle, x, y), *_points(muscle, x, y)]
    legend = [
        legend_glyph(_("MDF of a contraction"), "●", "@text"),
        legend_line(_("line through them"), "@text", 2),
        legend_line(_("95 % interval of the line"), "@other_raw", 10),
    ]
    return {"data": data, "layout": layout, "legend": legend}


def heading(muscle: Muscle) -> str:
    """Say whose panel it is and how fast the median frequency changes."""
    if muscle.judged and muscle.details.trend is not None:
        return f"<b>{muscle.label}</b> · {slope_words(muscle.details.trend)}"
    return f"<b>{muscle.label}</b>"


def reason(muscle: Muscle) -> str:
    """Say why there is no trend."""
    return why_no_trend(muscle.details, muscle.analysis) if muscle.judged else muscle.not_judged


def _folded(sentence: str, width: int = 62) -> str:
    """Return a sentence in lines that fit into a panel."""
    lines: list[str] = [""]
    for word in sentence.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "<br>".join(lines)


def _range(muscles: Sequence[Muscle]) -> tuple[float, float]:
    """Return the frequencies at both ends of every panel."""
    known = [
        frequencies.mdf_hz
        for muscle in muscles
        if muscle.judged
        for frequencies in muscle.details.contractions
        if frequencies.mdf_hz is not None
    ]
    if not known:
        return 20.0, 150.0
    spread = max(MARGIN_HZ, 0.25 * (max(known) - min(known)))
    return max(0.0, min(known) - spread / 2), max(known) + spread


def _line(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    trend = muscle.details.trend
    if trend is None:
        return
    shared = {
        "type": "scatter",
        "mode": "lines",
        "xaxis": x,
        "yaxis": y,
        "showlegend": False,
        "hoverinfo": "skip",
    }
    yield {
        **shared,
        "meta": {"kind": "band", "channel": muscle.analysis.name},
        "x": packed(np.concatenate((trend.x, trend.x[::-1]))),
        "y": packed(np.concatenate((trend.band_high, trend.band_low[::-1]))),
        "fill": "toself",
        "fillcolor": muscle.pale,
        "opacity": 0.6,
        "line": {"width": 0},
    }
    yield {
        **shared,
        "meta": {"kind": "trend", "channel": muscle.analysis.name},
        "x": packed(trend.x),
        "y": packed(trend.fitted),
        "line": {"width": 2, "color": muscle.tone},
    }


def _points(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    known = [
        (i + 1, found.mdf_hz, muscle.analysis.contractions[i])
        for i, found in enumerate(muscle.details.contractions)
        if found.mdf_hz is not None
    ]
    if known:
        yield {
            "type": "scatter",
            "mode": "markers",
            "meta": {"kind": "mdf", "channel": muscle.analysis.name},
            "x": [number for number, _, _ in known],
            "y": [mdf for _, mdf, _ in known],
            "xaxis": x,
            "yaxis": y,
            "showlegend": False,
            "marker": {"symbol": SYMBOLS[muscle.analysis.side], "size": 9, "color": muscle.tone},
            "text": [words.span(c.onset_s, c.offset_s) for _, _, c in known],
            "hovertemplate": _("{muscle} {number} · MDF {frequency}").format(
                muscle=muscle.name, number="%{x}", frequency="%{y:.0f} Hz"
            )
            + "<br>%{text}<extra></extra>",
        }
