"""The middle repetition of A and B over each other, a panel for each leg: A solid on a filled band, B dashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pages._components import words
from pages._components.compare.repetitions import LEAST, LegPair
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.primitives import Spec, packed, text
from pages._components.signal_details.grid import Grid, axis, grid_layout, legend_line, nothing
from processing.emg.aligned import QuartileBand, thin
from processing.language import gettext as _

PANEL_HEIGHT, POINTS = 230, 240
HEADROOM = 1.08


@dataclass(frozen=True, slots=True)
class Axes:
    """What the axes of the overlay say, and a fixed top where there is one."""

    x: str
    y: str
    top: float | None = None
    origin: float | None = 0.0


def at_onset_axes(unit: str) -> Axes:
    """Return the axes of repetitions that begin at one moment."""
    return Axes(_("Time from the onset (s)"), _("RMS envelope ({unit})").format(unit=unit))


def shape_axes() -> Axes:
    """Return the axes of shapes."""
    return Axes(_("Time (% of the contraction)"), _("RMS envelope (% of its own peak)"), top=105, origin=None)


def overlay_figure(pairs: Sequence[LegPair], axes: Axes, why: Sequence[str], *, revision: str) -> Spec:
    """Return data and layout; ``why`` says for each pair in its panel why nothing is drawn, empty where it is."""
    grid = Grid(len(pairs), PANEL_HEIGHT)
    layout = grid_layout(grid, revision)
    reach = [float(np.nanmax(band.upper)) for pair in pairs for band in pair.bands]
    top = axes.top or HEADROOM * max(reach, default=1.0)
    data: list[Spec] = []
    for position, (pair, said) in enumerate(zip(pairs, why, strict=True)):
        x, y = grid.axes(position)
        bands = pair.bands
        across = [float(bands[0].time_s[0]), float(bands[0].time_s[-1])] if bands else [0.0, 1.0]
        layout[long_name(x)] = axis(axes.x, grid.across(position), y, range=across, nticks=8)
        layout[long_name(y)] = axis(axes.y, grid.upright(position), x, range=[0, top], nticks=6)
        layout["annotations"].append(grid.heading(position, _heading(pair)))
        data.append(nothing(x, y))
        if said or not bands:
            words_there = said or _("too few contractions for a median: {least} are needed").format(
                least=LEAST
            )
            place = {"xref": f"{x} domain", "yref": f"{y} domain", "xanchor": "center", "yanchor": "middle"}
            layout["annotations"].append(text(words_there, 0.5, 0.5, size=13, color="@muted", **place))
            layout[long_name(x)]["showticklabels"] = layout[long_name(y)]["showticklabels"] = False
            continue
        if axes.origin is not None:
            layout["shapes"].append(_onset(x, y))
        data += [*_session(pair, "a", x, y), *_session(pair, "b", x, y)]
    return {"data": data, "layout": layout, "legend": _legend()}


def _heading(pair: LegPair) -> str:
    name = f"<b>{words.side_mark(pair.side)} {words.side_name(pair.side, '')}</b>"
    if pair.a is None or pair.b is None:
        return name
    # Short enough for a panel on 320 pixels.
    return f"{name} · {_('contractions: A {a}, B {b}').format(a=pair.a.n, b=pair.b.n)}"


def _session(pair: LegPair, which: str, x: str, y: str) -> Iterator[Spec]:
    """Yield band and median of one session."""
    each = pair.a if which == "a" else pair.b
    if each is None or each.band is None:
        return
    band, tone = each.band, f"@{pair.side}"
    base = {"type": "scatter", "mode": "lines", "xaxis": x, "yaxis": y, "showlegend": False}
    kept = np.flatnonzero(np.isfinite(band.median))
    kept = kept[:: max(1, kept.size // POINTS)]
    if which == "a":
        yield {
            **base,
            "meta": {"kind": "band", "session": "a", "side": pair.side},
            "x": packed(np.concatenate((band.time_s[kept], band.time_s[kept][::-1]))),
            "y": packed(np.concatenate((band.upper[kept], band.lower[kept][::-1]))),
            "fill": "toself",
            "fillcolor": f"{tone}_raw",
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
    else:
        for quartile in (band.lower, band.upper):
            yield {
                **base,
                "meta": {"kind": "band", "session": "b", "side": pair.side},
                "x": packed(band.time_s[kept]),
                "y": packed(quartile[kept]),
                "line": {"width": 1.2, "color": "@text", "dash": "dot"},
                "hoverinfo": "skip",
            }
    yield {**base, **_median(band, each.session_code, which, pair, tone)}


def _median(band: QuartileBand, code: str, which: str, pair: LegPair, tone: str) -> Spec:
    indices = thin(band.median, POINTS)
    dash, color = ("solid", tone) if which == "a" else ("dash", "@text")
    said = _("{letter} · {session}, median").format(letter=which.upper(), session=code)
    return {
        "meta": {"kind": "median", "session": which, "side": pair.side},
        "x": packed(band.time_s[indices]),
        "y": packed(band.median[indices]),
        "line": {"width": 3, "color": color, "dash": dash},
        "hovertemplate": f"{said}<br>%{{x:.3r}} · %{{y:.3r}}<extra></extra>",
    }


def _onset(x: str, y: str) -> Spec:
    at = {"x0": 0, "x1": 0, "y0": 0, "y1": 1, "xref": x, "yref": f"{y} domain"}
    return {"type": "line", **at, "layer": "below", "line": {"width": 1, "color": "@muted"}}


def _legend() -> list[Spec]:
    return [
        legend_line(_("A, median"), "@other", 3),
        legend_line(_("A, middle half"), "@other_raw", 10),
        legend_line(_("B, median"), "@text", 3, "dashed"),
        legend_line(_("B, middle half"), "@text", 1, "dotted"),
    ]
