"""What lies over the picture to be taken hold of: the map, the cursors, the chosen contraction's edges."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components.chart import Edges, Extras, Picks
from pages._components.review_figure.layout import Axes, Rows
from pages._components.review_figure.panels import Look, Panel
from processing.emg.results import IntervalS


def review_extras(
    panels: Sequence[Panel], look: Look, *, cursors: IntervalS | None = None, edges: bool = False
) -> Extras:
    """Return the map, the cursors where they are out, handles where edges may be dragged, and what a click visits."""
    rows = Rows(len(panels))
    every = [rows.axes(position) for position in range(len(panels))]
    handles = [_edges(p, axes, look) for p, axes in zip(panels, every, strict=True)] if edges else []
    return Extras(
        map=rows.overview_axis,
        axes=tuple(axes.signal for axes in every),
        cursors=None if cursors is None else {"a": cursors[0], "b": cursors[1]},
        edges=next((handle for handle in handles if handle is not None), None),
        picks=tuple(
            Picks(
                panel.analysis.name,
                (axes.strip, axes.signal),
                tuple((c.onset_s, c.offset_s) for c in panel.analysis.contractions),
            )
            for panel, axes in zip(panels, every, strict=True)
        ),
    )


def _edges(panel: Panel, axes: Axes, look: Look) -> Edges | None:
    """Return the handles of the chosen contraction, which may go as far as its neighbours."""
    if look.selected is None or look.selected[0] != panel.analysis.name:
        return None
    found, index = panel.analysis.contractions, look.selected[1]
    if not 0 <= index < len(found):
        return None
    chosen = found[index]
    return Edges(
        channel=panel.analysis.name,
        index=index,
        name=f"{panel.name} {index + 1}",
        axis=axes.signal,
        onset=chosen.onset_s,
        offset=chosen.offset_s,
        low=max([0.0, *(c.offset_s for c in found[:index])]),
        high=min([panel.length_s, *(c.onset_s for c in found[index + 1 :])]),
    )
