"""The chosen contraction, large: raw signal, RMS envelope, start and end, and what it was asked to reach."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pages._components import words
from pages._components.classes import contraction_class
from pages._components.inspector.aligned_panels import Muscle, masked_s
from pages._components.review_figure.lines import ENVELOPE, visible_indices
from pages._components.review_figure.primitives import Spec, area, packed, text
from pages._components.signal_details.grid import LEFT, RIGHT, axis, legend_line
from processing.emg.results import Contraction, IntervalS
from processing.language import gettext as _

HEIGHT, TOP, BOTTOM = 400, 30, 46
MARGIN_S, POINTS = 0.6, 3000
HEADROOM = 1.12


def close_up_window(contraction: Contraction, target_s: float, length_s: float) -> IntervalS:
    """Return a window in which the contraction, its surroundings and the end of its target are seen."""
    stop = max(contraction.offset_s + MARGIN_S, contraction.onset_s + target_s + MARGIN_S / 2)
    return max(0.0, contraction.onset_s - MARGIN_S), min(length_s, stop)


def close_up_figure(muscle: Muscle, index: int, *, revision: str = "0") -> Spec:
    """Return data and layout of one contraction of a muscle."""
    chosen = muscle.contractions[index]
    window = close_up_window(chosen, muscle.targets.target_duration_s, muscle.panel.length_s)
    limit = _limit_uv(muscle, window)
    layout: Spec = {
        "height": HEIGHT,
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
        "uirevision": revision,
        "dragmode": False,
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": axis(_("Time in the recording (s)"), [0.0, 1.0], "y", range=list(window), hoverformat=".2f"),
        "yaxis": axis("µV", [0.0, 1.0], "x", range=[-limit, limit], nticks=7),
        "annotations": list(_words(muscle, chosen, window, limit)),
        "shapes": list(_lines(muscle, chosen)),
    }
    data = [*_bands(muscle, index, window, limit), *_signals(muscle, window), *_target(muscle, window, limit)]
    legend = [legend_line(_("RMS envelope"), "@text", 3), legend_line(_("raw EMG"), "@other_raw", 2)]
    if muscle.target_uv is not None:
        legend.append(legend_line(_("amplitude to reach"), "@text", 2, "dashed"))
    if masked_s(muscle.panel):
        legend.append({"kind": "hatch", "label": _("left out"), "color": "@mask"})
    return {"data": data, "layout": layout, "legend": legend}


def _limit_uv(muscle: Muscle, window: IntervalS) -> float:
    """Return the largest raw amplitude of the window, masks aside."""
    traces = muscle.panel.traces
    rate = traces.sampling_rate_hz
    part = slice(int(window[0] * rate), int(np.ceil(window[1] * rate)))
    raw = np.abs(traces.raw_uv[part].astype(np.float64))
    moments = np.arange(part.start, part.start + raw.size) / rate
    for start, stop in masked_s(muscle.panel):
        raw[(moments >= start) & (moments < stop)] = 0.0
    return HEADROOM * max(1.0, float(np.nanmax(raw, initial=0.0)))


def _bands(muscle: Muscle, index: int, window: IntervalS, limit: float) -> Iterator[Spec]:
    """Yield the shade over the chosen contraction, paler ones over its neighbours, and what was left out."""
    extent = (-limit, limit)
    for i, c in enumerate(muscle.contractions):
        if c.offset_s < window[0] or c.onset_s > window[1]:
            continue
        kind = contraction_class(c)
        fill = f"@{kind.key}_fill" if muscle.judged else "@mask_fill"
        meta = {"kind": "chosen" if i == index else "neighbour", "index": i}
        yield area([(c.onset_s, c.offset_s)], extent, "y", fill, meta, opacity=1.0 if i == index else 0.5)
    masked = [i for i in masked_s(muscle.panel) if i[1] > window[0] and i[0] < window[1]]
    if masked:
        pattern = {"shape": "/", "fgcolor": "@mask", "bgcolor": "@mask_fill", "fgopacity": 0.5, "size": 8}
        yield area(masked, extent, "y", "@mask_fill", {"kind": "masked"}, fillpattern=pattern)


def _signals(muscle: Muscle, window: IntervalS) -> Iterator[Spec]:
    traces = muscle.panel.traces
    for kind, y, line in (
        ("raw", traces.raw_uv, {"width": 1, "color": muscle.pale}),
        (ENVELOPE, traces.rms_envelope_uv, {"width": 2.6, "color": muscle.tone}),
    ):
        indices = visible_indices(y, traces.sampling_rate_hz, window, POINTS)
        hover: Spec = {"hoverinfo": "skip"}
        if kind != "raw" and muscle.judged:
            hover = {"hovertemplate": _("RMS envelope") + "<br>%{x:.2f} s · %{y:.3r} µV<extra></extra>"}
        yield {
            "type": "scatter",
            "mode": "lines",
            "meta": {"kind": kind},
            "x": packed(indices / traces.sampling_rate_hz),
            "y": packed(y[indices]),
            "xaxis": "x",
            "yaxis": "y",
            "line": line,
            "showlegend": False,
            **hover,
        }


def _target(muscle: Muscle, window: IntervalS, limit: float) -> Iterator[Spec]:
    level = muscle.target_uv
    if level is not None and level <= limit:
        yield {
            "type": "scatter",
            "mode": "lines",
            "meta": {"kind": "target"},
            "x": list(window),
            "y": [level, level],
            "line": {"color": "@text", "width": 1.6, "dash": "dash"},
            "hoverinfo": "skip",
            "showlegend": False,
        }


def _lines(muscle: Muscle, chosen: Contraction) -> Iterator[Spec]:
    """Yield the lines at start and end, and the one that a contraction of the target's length would reach."""
    upright = {"type": "line", "xref": "x", "yref": "y domain", "y0": 0, "y1": 1, "layer": "above"}
    for moment in (chosen.onset_s, chosen.offset_s):
        yield {**upright, "x0": moment, "x1": moment, "line": {"width": 2, "color": "@select"}}
    if not chosen.meets_duration:
        moment = chosen.onset_s + muscle.targets.target_duration_s
        yield {
            **upright,
            "x0": moment,
            "x1": moment,
            "line": {"width": 1.4, "color": "@muted", "dash": "dot"},
        }


def _words(muscle: Muscle, chosen: Contraction, window: IntervalS, limit: float) -> Iterator[Spec]:
    above: Spec = {"xref": "x", "yref": "paper", "yanchor": "bottom"}
    narrow = (chosen.offset_s - chosen.onset_s) < 0.16 * (window[1] - window[0])
    start, end = (words.fixed(moment, 2, "s") for moment in (chosen.onset_s, chosen.offset_s))
    said = _("start {moment}").format(moment=start)
    yield text(said, chosen.onset_s, 1.01, size=12, xanchor="right" if narrow else "center", **above)
    said = _("end {moment}").format(moment=end)
    yield text(said, chosen.offset_s, 1.01, size=12, xanchor="left" if narrow else "center", **above)
    inside: Spec = {"xref": "x", "yref": "y domain", "bgcolor": "@paper", "opacity": 0.92, "borderpad": 2}
    if not chosen.meets_duration:
        moment = chosen.onset_s + muscle.targets.target_duration_s
        target = words.number(muscle.targets.target_duration_s, "s")
        said = _("held {target} would end here").format(target=target)
        if moment <= window[1]:
            yield text(
                said,
                moment,
                0.02,
                size=12,
                color="@muted",
                xanchor="right",
                yanchor="bottom",
                xshift=-4,
                **inside,
            )
    level = muscle.target_uv
    if level is not None:
        over = level > limit
        said = _("{percent} = {amplitude} (above the scale)") if over else _("{percent} = {amplitude}")
        said = said.format(
            percent=words.number(muscle.targets.target_percent_mvc, _("% MVC")),
            amplitude=words.number(level, "µV"),
        )
        at = min(0.99, 0.5 + 0.5 * level / limit)
        yield text(
            said, window[1], at, size=12, xanchor="right", yanchor="top" if over else "bottom", **inside
        )
    if not muscle.judged:
        yield text(
            f"<b>{muscle.not_judged}</b>",
            sum(window) / 2,
            0.98,
            size=12,
            xanchor="center",
            yanchor="top",
            **inside,
        )
