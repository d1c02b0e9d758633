"""All contractions of each muscle over each other, beginning at one moment, with their median and middle half."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pages._components import counted, words
from pages._components.inspector.aligned_panels import Muscle, limits_uv
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.primitives import Spec, packed, text
from pages._components.signal_details.grid import Grid, axis, grid_layout, legend_line, nothing
from processing.emg.aligned import QuartileBand, quartile_band, thin
from processing.language import gettext as _

PANEL_HEIGHT, POINTS, BAND_POINTS = 230, 120, 240
LEAST = 3


def overlay_figure(
    muscles: Sequence[Muscle],
    selected: tuple[str, int] | None,
    *,
    same_scale: bool = True,
    revision: str = "0",
) -> Spec:
    """Return data and layout: one panel for each muscle, all on one scale."""
    grid = Grid(len(muscles), PANEL_HEIGHT)
    layout = grid_layout(grid, revision)
    limits = limits_uv(muscles, same_scale=same_scale)
    data: list[Spec] = []
    for position, (muscle, limit) in enumerate(zip(muscles, limits, strict=True)):
        x, y = grid.axes(position)
        times = muscle.aligned.time_s
        layout[long_name(x)] = axis(
            _("Time from the onset (s)"), grid.across(position), y, range=[float(times[0]), float(times[-1])]
        )
        layout[long_name(y)] = axis(
            _("RMS envelope (µV)"), grid.upright(position), x, range=[0, limit], nticks=6
        )
        layout["annotations"].append(grid.heading(position, heading(muscle)))
        layout["shapes"] += list(_target(muscle, x, y, limit))
        layout["annotations"] += list(_target_words(muscle, x, y))
        data += [
            nothing(x, y),
            *_each(muscle, x, y),
            *_middle(muscle, x, y),
            *_chosen(muscle, selected, x, y),
        ]
    return {"data": data, "layout": layout, "legend": _legend(muscles, selected)}


def heading(muscle: Muscle) -> str:
    """Say whose panel it is and how many contractions lie over each other."""
    if not muscle.judged:
        return f"<b>{muscle.label}</b> · {muscle.not_judged}"
    n = len(muscle.contractions)
    said = counted.contractions(n)
    if 0 < n < LEAST:
        said = _("{found}; a median needs {least}").format(found=said, least=LEAST)
    return f"<b>{muscle.label}</b> · {said}"


def band_of(muscle: Muscle) -> QuartileBand | None:
    """Return median and quartiles of a muscle's contractions; None for too few, or where nothing is judged."""
    if not muscle.judged or len(muscle.contractions) < LEAST:
        return None
    band = quartile_band(muscle.aligned, least=LEAST)
    return band if np.isfinite(band.median).any() else None


def _legend(muscles: Sequence[Muscle], selected: tuple[str, int] | None) -> list[Spec]:
    entries = [
        legend_line(_("each contraction"), "@other_raw", 1),
        legend_line(_("median"), "@text", 3),
        legend_line(_("middle half of them"), "@other_raw", 10),
    ]
    if selected is not None:
        entries.append(legend_line(_("the chosen one"), "@select", 2, "dotted"))
    if any(muscle.target_uv is not None for muscle in muscles):
        entries.append(legend_line(_("amplitude to reach"), "@text", 2, "dashed"))
    return entries


def _trace(muscle: Muscle, kind: str, x_axis: str, y_axis: str, **more: object) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": {"kind": kind, "channel": muscle.channel},
        "xaxis": x_axis,
        "yaxis": y_axis,
        "showlegend": False,
        "hoverinfo": "skip",
        **more,
    }


def _each(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    """Yield all contractions as one line with gaps between them."""
    xs, ys = [], []
    for row in muscle.aligned.values:
        indices = thin(row, POINTS)
        xs += [muscle.aligned.time_s[indices], [np.nan]]
        ys += [row[indices], [np.nan]]
    if xs:
        yield _trace(
            muscle,
            "each",
            x,
            y,
            x=packed(np.concatenate(xs)),
            y=packed(np.concatenate(ys)),
            line={"width": 1, "color": muscle.pale},
        )


def _middle(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    band = band_of(muscle)
    if band is None:
        return
    known = np.isfinite(band.median)
    kept = np.flatnonzero(known)[:: max(1, int(np.count_nonzero(known)) // BAND_POINTS)]
    times = band.time_s[kept]
    yield _trace(
        muscle,
        "quartiles",
        x,
        y,
        x=packed(np.concatenate((times, times[::-1]))),
        y=packed(np.concatenate((band.upper[kept], band.lower[kept][::-1]))),
        fill="toself",
        fillcolor=muscle.pale,
        line={"width": 0},
    )
    indices = thin(band.median, BAND_POINTS)
    said = _("{muscle}, median").format(muscle=muscle.name)
    hover = f"{said}<br>%{{x:.2f}} s · %{{y:.3r}} µV<extra></extra>"
    yield {
        **_trace(muscle, "median", x, y),
        "x": packed(band.time_s[indices]),
        "y": packed(band.median[indices]),
        "line": {"width": 3, "color": muscle.tone},
        "hoverinfo": "all",
        "hovertemplate": hover,
    }


def _chosen(muscle: Muscle, selected: tuple[str, int] | None, x: str, y: str) -> Iterator[Spec]:
    if selected is None or selected[0] != muscle.channel or not selected[1] < len(muscle.aligned.values):
        return
    row = muscle.aligned.values[selected[1]]
    indices = thin(row, BAND_POINTS)
    line = {"width": 1.8, "color": "@select", "dash": "dot"}
    yield _trace(
        muscle, "chosen", x, y, x=packed(muscle.aligned.time_s[indices]), y=packed(row[indices]), line=line
    )


def _target(muscle: Muscle, x: str, y: str, limit: float) -> Iterator[Spec]:
    """Yield the line at the onset, the end of the target's length, and the amplitude to reach."""
    upright = {"type": "line", "xref": x, "yref": f"{y} domain", "y0": 0, "y1": 1, "layer": "below"}
    hold = muscle.targets.target_duration_s
    yield {**upright, "x0": 0, "x1": 0, "line": {"width": 1, "color": "@muted"}}
    yield {**upright, "x0": hold, "x1": hold, "line": {"width": 1.4, "color": "@muted", "dash": "dot"}}
    level = muscle.target_uv
    if level is not None and level <= limit:
        across = {
            "type": "line",
            "xref": f"{x} domain",
            "yref": y,
            "x0": 0,
            "x1": 1,
            "y0": level,
            "y1": level,
        }
        yield {**across, "layer": "above", "line": {"width": 1.6, "color": "@text", "dash": "dash"}}


def _target_words(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    said = _("held {target}").format(target=words.number(muscle.targets.target_duration_s, "s"))
    at = {"xref": x, "yref": f"{y} domain", "xanchor": "right", "yanchor": "top", "xshift": -3}
    yield text(said, muscle.targets.target_duration_s, 0.99, size=12, color="@muted", **at)
