"""The marks of a lane: values, ranges, what was not judged and what was not recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pages._components.review_figure.primitives import Spec
from pages._components.timeline.lanes import Lane, verdict_of
from pages._components.timeline.scene import Scene
from pages._components.timeline.words import lane_hover, session_hover
from processing.scoring.baseline import Span
from processing.use_cases.cohort import TimelineSession

SYMBOLS = {"left": "circle", "right": "triangle-up", None: "square"}
NOT_JUDGED, NOT_RECORDED = "x-thin", "line-ew"
BASE = 0.13  # how far below zero, in shares of the axis, stands what has no value
MANY = 90


@dataclass
class _Sorted:
    """The sessions of one lane by what there is to draw: place, value, words."""

    exact: list[tuple[float, float, bool, str]] = field(default_factory=list)
    ranges: list[tuple[float, Span, str]] = field(default_factory=list)
    unjudged: list[tuple[float, str]] = field(default_factory=list)
    missing: list[tuple[float, str]] = field(default_factory=list)


def lane_marks(scene: Scene, lane: Lane, axis: str, top: float) -> Iterator[Spec]:
    """Yield the traces of one lane: exact values, ranges, then the signs at the lane's base."""
    size = (9 if lane.side else 7) if len(scene.sessions) <= MANY and not scene.narrow else 5
    found = _sorted(scene, lane)
    yield _exact(lane, axis, found.exact, size)
    yield from _ranges(lane, axis, found.ranges, size)
    base = -BASE * top
    for kind, points, symbol, color in (
        ("not_judged", found.unjudged, NOT_JUDGED, "@game"),
        ("not_recorded", found.missing, NOT_RECORDED, "@muted"),
    ):
        xs, said = [x for x, _ in points], [words for _, words in points]
        shown = size if kind == "not_judged" else 8 if size > 5 else 5
        yield {
            **_points(lane, kind, axis, xs, [base] * len(points), said),
            "marker": {"symbol": symbol, "size": shown, "color": color, "line": {"width": 2, "color": color}},
        }


def _sorted(scene: Scene, lane: Lane) -> _Sorted:
    found = _Sorted()
    for x, session in zip(scene.x, scene.sessions, strict=True):
        if session.status != "completed" or scene.progress.is_copy(session):
            continue
        value, verdict = lane.value(session), verdict_of(lane, session)
        said = lane_hover(lane, session, scene.headings[session.session_code])
        if value is not None and value[0] == value[1]:
            found.exact.append((x, value[0], verdict == "doubtful", said))
        elif value is not None:
            found.ranges.append((x, value, said))
        elif verdict == "not_judged":
            found.unjudged.append((x, said))
        else:
            found.missing.append((x, said))
    return found


def _exact(lane: Lane, axis: str, exact: list[tuple[float, float, bool, str]], size: int) -> Spec:
    """Return the values that are known exactly, hollow where the signal is doubtful."""
    symbol = SYMBOLS[lane.side]
    return {
        **_points(lane, "value", axis, [p[0] for p in exact], [p[1] for p in exact], [p[3] for p in exact]),
        "marker": {
            "symbol": [f"{symbol}-open" if doubtful else symbol for _x, _y, doubtful, _said in exact],
            "size": size,
            "color": lane.tone,
            "line": {"width": 1.8, "color": lane.tone},
        },
    }


def _ranges(lane: Lane, axis: str, ranges: list[tuple[float, Span, str]], size: int) -> Iterator[Spec]:
    """Yield bars between the lowest and the highest that a value may be, with ends that say so."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x, (low, high), _said in ranges:
        xs += [x, x, None]
        ys += [low, high, None]
    yield {
        **_points(lane, "range_bar", axis, xs, ys, []),
        "mode": "lines",
        "line": {"width": 2, "color": lane.tone, "dash": "dot"},
        "hoverinfo": "skip",
    }
    ends = [(x, end, said) for x, span, said in ranges for end in span]
    yield {
        **_points(lane, "range", axis, [e[0] for e in ends], [e[1] for e in ends], [e[2] for e in ends]),
        "marker": {
            "symbol": "line-ew",
            "size": size + 2,
            "color": lane.tone,
            "line": {"width": 2.4, "color": lane.tone},
        },
    }


def session_marks(scene: Scene, axis: str) -> Iterator[Spec]:
    """Yield the squares of the first lane, one a session, stacked on their day."""
    places: dict[str, list[tuple[float, int, TimelineSession]]] = {
        "done": [],
        "open": [],
        "failed": [],
        "copy": [],
    }
    per_day: dict[object, int] = {}
    for session in scene.sessions:
        day = session.at.date()
        per_day[day] = per_day.get(day, 0) + 1
        place = (scene.days.x_of(day) + 0.5, per_day[day], session)
        places[kind_of(scene, session)].append(place)
    looks = {
        "done": ("square", "@text", 10),
        "open": ("square-open", "@muted", 10),
        "failed": ("x-thin", "@muted", 9),
        "copy": ("square-dot", "@game", 9),
    }
    dense = scene.days.width > MANY or scene.narrow
    for kind, (symbol, color, size) in looks.items():
        found = places[kind]
        shown = size - 4 if dense else size
        yield {
            "type": "scatter",
            "mode": "markers",
            "meta": {"kind": kind, "lane": "sessions"},
            "x": [x for x, _, _ in found],
            "y": [y for _, y, _ in found],
            "xaxis": "x",
            "yaxis": axis,
            "showlegend": False,
            "cliponaxis": False,
            "marker": {
                "symbol": symbol if kind != "copy" else "square-open",
                "size": shown,
                "color": color,
                "line": {"width": 1.6, "color": color},
            },
            "text": [_said(scene, session) for _, _, session in found],
            "hovertemplate": "%{text}<extra></extra>",
        }
    yield _empty_days(scene, axis)


def kind_of(scene: Scene, session: TimelineSession) -> str:
    """Return what has become of a session: done, open, failed or a copy of another."""
    if session.status == "failed":
        return "failed"
    if session.status != "completed":
        return "open"
    return "copy" if scene.progress.is_copy(session) else "done"


def _said(scene: Scene, session: TimelineSession) -> str:
    return session_hover(session, scene.progress.marks_of(session), scene.headings[session.session_code])


def _empty_days(scene: Scene, axis: str) -> Spec:
    """Return a point for each day without a session."""
    done = {session.at.date() for session in scene.sessions}
    days = [] if scene.days.width > 2 * MANY else [day for day in scene.days.shown() if day not in done]
    empty = [scene.days.x_of(day) + 0.5 for day in days]
    return {
        "type": "scatter",
        "mode": "markers",
        "meta": {"kind": "empty_day", "lane": "sessions"},
        "x": empty,
        "y": [1] * len(empty),
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "hoverinfo": "skip",
        "marker": {"symbol": "circle", "size": 3, "color": "@muted"},
    }


def note_marks(scene: Scene, axis: str) -> Spec:
    """Return a pen for each session that has a note."""
    found = [
        (x, scene.progress.marks_of(session).n_notes, session)
        for x, session in zip(scene.x, scene.sessions, strict=True)
        if scene.progress.marks_of(session).n_notes
    ]
    return {
        "type": "scatter",
        "mode": "text",
        "meta": {"kind": "note", "lane": "notes"},
        "x": [x for x, _, _ in found],
        "y": [0.5] * len(found),
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "text": ["✎" if n == 1 else f"✎{n}" for _, n, _ in found],
        "textfont": {"size": 14, "color": "@text"},
        "customdata": [_said(scene, session) for _, _, session in found],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _points(
    lane: Lane, kind: str, axis: str, x: Sequence[float | None], y: Sequence[float | None], said: list[str]
) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "meta": {"kind": kind, "lane": lane.key},
        "x": list(x),
        "y": list(y),
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "cliponaxis": False,
        "text": said,
        "hovertemplate": "%{text}<extra></extra>",
    }
