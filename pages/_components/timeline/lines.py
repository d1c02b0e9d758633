"""Lines of a lane: only between neighbouring sessions that are known exactly, never over a gap or a break."""

from __future__ import annotations

from pages._components.timeline.lanes import Lane
from pages._components.timeline.scene import Scene
from processing.scoring.baseline import Span

Points = tuple[list[float | None], list[float | None]]


def line_points(scene: Scene, lane: Lane) -> Points:
    """Return the corners of a lane's line; None parts its pieces."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    values = scene.values(lane)
    last: int | None = None
    open_since_last = True
    for position in range(scene.offset, len(scene.all)):
        session = scene.all[position]
        if position > scene.offset and not scene.joined(lane, position):
            open_since_last = False
        if session.status != "completed" or scene.progress.is_copy(session):
            continue  # nothing was measured here that could be missing
        value = values[position]
        if not _exact(value):
            last = None
            continue
        assert value is not None
        if xs and (last is None or not open_since_last):
            xs.append(None)
            ys.append(None)
        xs.append(scene.x[position - scene.offset])
        ys.append(value[0])
        last, open_since_last = position, True
    return xs, ys


def _exact(value: Span | None) -> bool:
    return value is not None and value[0] == value[1]
