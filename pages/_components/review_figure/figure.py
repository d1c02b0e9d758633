"""The whole picture, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pages._components.review_figure.contractions import (
    contraction_bands,
    contraction_symbols,
    faint_marks,
    selection_frame,
)
from pages._components.review_figure.headings import panel_words
from pages._components.review_figure.layout import (
    Axes,
    Rows,
    base_layout,
    hidden_axis,
    long_name,
    signal_axis,
)
from pages._components.review_figure.legend import legend_entries
from pages._components.review_figure.lines import signal_lines
from pages._components.review_figure.masks import mask_hatching
from pages._components.review_figure.overview import overview_frame, overview_labels, overview_lines
from pages._components.review_figure.panels import Look, Panel, in_unit, recording_length_s
from pages._components.review_figure.primitives import Spec
from pages._components.review_figure.rejected import rejected_bands, rejected_symbols
from pages._components.review_figure.ribbon import quality_ribbon
from pages._components.review_figure.scale import limits_uv
from pages._components.review_figure.target import target_line
from processing.emg.results import IntervalS


def review_figure(panels: Sequence[Panel], look: Look) -> Spec:
    """Return data, layout and legend of the stacked panels for the window that is looked at."""
    length_s = recording_length_s(panels)
    window = look.window_s or (0.0, length_s)
    rows = Rows(len(panels))
    panels = [in_unit(panel, look.unit) for panel in panels]
    data: list[Spec] = []
    layout = base_layout(rows, window, length_s, look)
    for position, (panel, limit) in enumerate(zip(panels, limits_uv(panels, look), strict=True)):
        limit /= look.gain
        axes = rows.axes(position)
        extent = (-limit if look.raw else 0.0, limit)
        layout[long_name(axes.signal)] = signal_axis(rows.signal(position), *extent, panel.unit)
        layout[long_name(axes.strip)] = hidden_axis(rows.strip(position))
        data += _panel(panel, axes, extent, window, look)
        layout["annotations"] += panel_words(panel, position, axes, rows, window, limit, look)
        layout["shapes"] += selection_frame(panel, axes, extent, look)
    data += overview_lines(panels, rows)
    layout["annotations"] += overview_labels(panels, rows)
    layout["shapes"] += overview_frame(rows, length_s)
    return {"data": data, "layout": layout, "legend": legend_entries(panels, look)}


def _panel(panel: Panel, axes: Axes, extent: IntervalS, window: IntervalS, look: Look) -> Iterator[Spec]:
    """Yield one panel's traces from back to front."""
    yield from contraction_bands(panel, axes, extent, window, look)
    yield from rejected_bands(panel, axes, extent)
    yield from faint_marks(panel, axes)
    yield from mask_hatching(panel, axes, extent)
    yield from signal_lines(panel, axes, window, look)
    yield from target_line(panel, axes, look)
    yield from quality_ribbon(panel, axes, window, look)
    yield from contraction_symbols(panel, axes, window, look)
    yield from rejected_symbols(panel, axes, window)
