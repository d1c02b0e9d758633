"""The whole recording below the panels, with the visible window marked: a map, not a measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from pages._components import words
from pages._components.review_figure.layout import Rows
from pages._components.review_figure.lines import extrema
from pages._components.review_figure.panels import Panel, mask_samples
from pages._components.review_figure.primitives import Spec, packed, text

OVERVIEW_POINTS = 600
LONGEST_NAME = 8


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
            "line": {"width": 1, "color": panel.tone, "dash": _dash(panel)},
            "hoverinfo": "skip",
            "showlegend": False,
            "meta": {"kind": "overview", "channel": panel.analysis.name},
        }


def _dash(panel: Panel) -> str:
    """Return the dashes of the right leg: both lines stand close together, and colour does not print."""
    return "5px,2px" if panel.analysis.side == "right" else "solid"


def overview_labels(panels: Sequence[Panel], rows: Rows) -> Iterator[Spec]:
    """Yield whose line is whose beside the map: the mark of the side, or the channel's name where it is short."""
    low, high = rows.overview
    share = (high - low) / max(1, len(panels))
    for position, panel in enumerate(panels):
        side = panel.analysis.side
        said = words.side_mark(side) if side else escape(panel.name[:LONGEST_NAME], quote=False)
        label = text(said, -0.006, high - share * (position + 0.5), size=11, color="@muted")
        yield {**label, "xanchor": "right", "yanchor": "middle"}


def overview_frame(rows: Rows, length_s: float) -> list[Spec]:
    """Return the map's frame; the browser lays the visible window over it, to take hold of."""
    frame = {"type": "rect", "yref": rows.overview_axis, "y0": 0, "y1": 1, "xref": "x2", "layer": "below"}
    return [{**frame, "x0": 0, "x1": length_s, "line": {"width": 1, "color": "@grid"}}]
