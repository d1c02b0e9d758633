"""Scores before and after against each other, with the line on which nothing changes. Pure, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.language import gettext as _
from processing.language import ngettext
from processing.use_cases.reprocessing import SCORE_MOVED_POINTS, Digest, RunItem

_HEIGHT_PX = 420

# A session before and after.
_Pair = tuple[str, Digest, Digest]


def drawn(items: Sequence[RunItem]) -> list[_Pair]:
    """Return the sessions that have a result on both sides: the others have no place in the picture."""
    return [
        (item.session_code, item.before, item.after)
        for item in items
        if item.before is not None and item.after is not None
    ]


def scatter_figure(items: Sequence[RunItem]) -> dict[str, Any]:
    """Return a point for each session, old score across, new score up.

    A score that is a range is a line from its low end to its high end: no number is made up between them.
    """
    points = [(code, one.score, other.score) for code, one, other in drawn(items)]
    known = [(code, x, y) for code, x, y in points if x is not None and y is not None]
    ranges = [pair for pair in drawn(items) if pair[1].score is None or pair[2].score is None]
    same = [p for p in known if abs(p[2] - p[1]) < SCORE_MOVED_POINTS]
    moved = [p for p in known if abs(p[2] - p[1]) >= SCORE_MOVED_POINTS]
    traces = [_identity()]
    if ranges:
        traces.append(_ranges(ranges))
    if same:
        traces.append(_points(_("Same score"), same, "@part0", "circle-open"))
    if moved:
        traces.append(_points(_("Another score"), moved, "@part2", "diamond"))
    return {"data": traces, "layout": _layout()}


def scatter_sentence(items: Sequence[RunItem]) -> str:
    """Say what the picture shows, and how many sessions are not in it."""
    pairs = drawn(items)
    moves = [_move(one, other) for _code, one, other in pairs]
    up, down = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    said = [
        ngettext(
            "Of {n} session with a result on both sides, {up} would score higher and {down} lower.",
            "Of {n} sessions with a result on both sides, {up} would score higher and {down} lower.",
            len(pairs),
        ).format(n=len(pairs), up=up, down=down)
    ]
    ranges = sum(one.score is None or other.score is None for _code, one, other in pairs)
    if ranges:
        said.append(
            ngettext(
                "{n} score is a range, because something was not recorded: a line from its low to its high end.",
                "{n} scores are ranges, because something was not recorded: lines from their low to their high ends.",
                ranges,
            ).format(n=ranges)
        )
    missing = len(items) - len(pairs)
    if missing:
        said.append(
            ngettext(
                "{n} session has no result on one side and is not drawn.",
                "{n} sessions have no result on one side and are not drawn.",
                missing,
            ).format(n=missing)
        )
    return " ".join(said)


def _move(before: Digest, after: Digest) -> int:
    """Return 1 or -1 where a score, or both ends of a range, moved by what can be told; 0 where not, or apart."""
    if before.score is not None and after.score is not None:
        moves = [after.score - before.score]
    else:
        moves = [after.low - before.low, after.high - before.high]
    if max(moves) >= SCORE_MOVED_POINTS and min(moves) > -SCORE_MOVED_POINTS:
        return 1
    return -1 if min(moves) <= -SCORE_MOVED_POINTS and max(moves) < SCORE_MOVED_POINTS else 0


def _identity() -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 100],
        "y": [0, 100],
        "name": _("No change"),
        "line": {"color": "@muted", "dash": "dash", "width": 1.5},
        "hoverinfo": "skip",
    }


def _ranges(pairs: Sequence[_Pair]) -> dict[str, Any]:
    """Return all ranges as one trace: a line for each, and a gap between them."""
    x: list[float | None] = []
    y: list[float | None] = []
    text: list[str] = []
    for code, before, after in pairs:
        x += [_end(before, "low"), _end(before, "high"), None]
        y += [_end(after, "low"), _end(after, "high"), None]
        text += [code, code, ""]
    name = _("Range")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "text": text,
        "name": name,
        "connectgaps": False,
        "line": {"color": "@part3", "width": 1.5, "dash": "dot"},
        "marker": {"color": "@part3", "symbol": "line-ew-open", "size": 9, "line": {"width": 2}},
        "hovertemplate": "%{text}: %{x:.0f} → %{y:.0f}<extra>" + name + "</extra>",
    }


def _end(digest: Digest, end: str) -> float:
    value = digest.score if digest.score is not None else getattr(digest, end)
    return round(float(value), 2)


def _points(
    name: str, points: Sequence[tuple[str, float, float]], colour: str, symbol: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(x, 2) for _code, x, _y in points],
        "y": [round(y, 2) for _code, _x, y in points],
        "text": [code for code, _x, _y in points],
        "name": name,
        "marker": {"color": colour, "symbol": symbol, "size": 9, "line": {"color": colour, "width": 2}},
        "hovertemplate": "%{text}: %{x:.1f} → %{y:.1f}<extra>" + name + "</extra>",
    }


def _layout() -> dict[str, Any]:
    axis = {
        "range": [-3, 103],
        "gridcolor": "@grid",
        "linecolor": "@grid",
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": "@muted", "size": 12},
    }
    return {
        "height": _HEIGHT_PX,
        "margin": {"l": 64, "r": 8, "t": 8, "b": 56},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"color": "@text", "size": 13},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        "xaxis": axis | {"title": {"text": _("Score now (0–100)")}},
        "yaxis": axis | {"title": {"text": _("Score under the tried rules (0–100)")}},
    }
