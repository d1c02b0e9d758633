"""The whole recording below the panels, with the visible window marked: a map, not a measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pages._components.review_figure.layout import Rows
from pages._components.review_figure.lines import extrema
from pages._components.review_figure.panels import Panel, mask_samples
from pages._components.review_figure.primitives import Spec, packed, text
from processing.emg.results import IntervalS

OVERVIEW_POINTS = 600


def overview_lines(panels: Sequence[Panel], rows: Rows) -> Iterator[Spec]:
    """Yield all envelopes over the whole recording, each scaled to its row."""
    share = 1.0 / max(1, len(panels))
    for position, panel in enumerate(panels):
        y = panel.traces.rms_envelope_uv
        ends = [0, max(0, y.size - 1)]
        indices = np.unique(np.concatenate([extrema(y, 0, y.size, OVERVIEW_POINTS), ends])).astype(np.int64)
        kept = y[~mask_samples(panel)]
        top = float(kept.max()) if kept.size else float(y.max(initial=1.0))
        base = 1.0 - share * (position + 1)
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": packed(indices / panel.traces.sampling_rate_hz),
            "y": packed(base + np.clip(y[indices] / (top or 1.0), 0, 1) * share * 0.9),
            "xaxis": "x2",
            "yaxis": rows.overview_axis,
            "line": {"width": 1, "color": panel.tone},
            "hoverinfo": "skip",
            "showlegend": False,
            "meta": {"kind": "overview", "channel": panel.analysis.name},
        }


def overview_label(rows: Rows) -> Spec:
    """Return the words beside the map."""
    label = text("whole<br>recording", -0.004, sum(rows.overview) / 2, size=11, color="@muted")
    return {**label, "xanchor": "right", "yanchor": "middle", "align": "right"}


def overview_window(rows: Rows, window: IntervalS, length_s: float) -> list[Spec]:
    """Return the map's frame and, unless everything is visible, the window on it."""
    frame = {"type": "rect", "yref": rows.overview_axis, "y0": 0, "y1": 1, "xref": "x2", "layer": "below"}
    shapes = [{**frame, "x0": 0, "x1": length_s, "line": {"width": 1, "color": "@grid"}}]
    if window[0] > 0 or window[1] < length_s:
        marked = {"x0": window[0], "x1": window[1], "fillcolor": "@window_fill", "layer": "above"}
        shapes.append({**frame, **marked, "line": {"width": 1.5, "color": "@window"}})
    return shapes
