"""The picture of a score: its parts side by side on one bar, with what is not known left open. Pure, no Streamlit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processing.scoring.model import ScorePart, SessionScore

HEIGHT, RANGE_HEIGHT = 84, 40  # pixels, the second only where there is a range
PARTS_AT, RANGE_AT = 1.0, 0.0
LABEL_WIDTH = 34.0  # points that the range's words take
LABEL_ROOM = 12.0  # points that a segment needs before its name fits


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of the score as it is printed: ``tenths`` of a point, None where the part is missing.

    ``counts`` is False for a missing part whose weight the others share.
    """

    part: ScorePart
    tenths: int | None
    counts: bool

    @property
    def name(self) -> str:
        """The part's name as a word at the start of a line."""
        return _words(self.part)

    @property
    def points(self) -> str:
        """The points as printed: where the part is missing, what it could bring."""
        if self.tenths is not None:
            return f"{self.tenths / 10:.1f}".replace("-", "−")
        low, high = f"{self.part.low:.0f}", f"{self.part.high:.0f}"
        span = low if low == high else f"{low}–{high}"
        return span if self.counts else f"{span} if known"


def shown_parts(score: SessionScore) -> tuple[ShownPart, ...]:
    """Round the parts so that what is printed adds up exactly to the printed total.

    Each part is cut to tenths of a point; the tenths that are missing go to the parts that lost most. Without a
    total there is nothing to add up to: what is known is rounded by itself, at the weight that was configured.
    """
    exact = {i: 10 * part.points for i, part in enumerate(score.parts) if part.points is not None}
    if score.total is None:
        tenths = {i: round(value) for i, value in exact.items()}
    else:
        tenths = {i: math.floor(value) for i, value in exact.items()}
        missing = round(10 * score.total) - sum(tenths.values())
        for i in sorted(exact, key=lambda i: tenths[i] - exact[i])[: max(0, missing)]:
            tenths[i] += 1
    return tuple(
        ShownPart(part, tenths.get(i), counts=score.total is None or i in tenths)
        for i, part in enumerate(score.parts)
    )


def shown_total(score: SessionScore) -> str:
    """Return the total as printed under the parts."""
    return "—" if score.total is None else f"{round(10 * score.total) / 10:.1f}"


def shown_range(score: SessionScore) -> str | None:
    """Return where the score could lie if what is missing were known; None where nothing is missing."""
    return f"{score.low:.1f} to {score.high:.1f}" if has_range(score) else None


def has_range(score: SessionScore) -> bool:
    """Whether something that counts is not known."""
    return score.high - score.low > 0.05


def score_figure(score: SessionScore) -> dict[str, Any]:
    """Return the parts on one bar from 0 to 100, and below it the range that the score could lie in."""
    data: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    start = 0.0
    for position, shown in enumerate(shown_parts(score) if score.total is not None else ()):
        points = shown.part.points
        if shown.tenths is None or not points:
            continue
        data.append(_segment(shown, start, points, f"@part{position % 4}"))
        if points >= LABEL_ROOM:
            annotations.append(
                _label(f"{shown.name} {shown.points}", start + points / 2, PARTS_AT, "@on_part")
            )
        start += points
    if score.total is None:
        annotations.append(_label("no single number: see the range", 50, PARTS_AT, "@text"))
    if has_range(score):
        data.append(_range(score))
        annotations.append(_range_label(score))
    return {"data": data, "layout": _layout(annotations, with_range=has_range(score))}


def score_alt(score: SessionScore) -> str:
    """Describe the picture for someone who cannot see it."""
    known = [f"{shown.name} {shown.points}" for shown in shown_parts(score) if shown.tenths is not None]
    total = (
        "No score"
        if score.total is None
        else f"Score {shown_total(score)} of 100, made of: {', '.join(known)}"
    )
    span = shown_range(score)
    return f"{total}." + (f" It could lie between {span.replace(' to ', ' and ')}." if span else "")


def missing_parts(parts: Sequence[ScorePart]) -> list[str]:
    """Name the parts that are not known, without those that need not count."""
    return [_words(part).lower() for part in parts if part.points is None and not is_optional(part)]


def is_optional(part: ScorePart) -> bool:
    """Whether a part has no weight in the trial's score, as the game's own points."""
    return part.name.lower() == "game"


def _words(part: ScorePart) -> str:
    return part.name.replace("_", " ").capitalize()


def _segment(shown: ShownPart, start: float, points: float, color: str) -> dict[str, Any]:
    marker: dict[str, Any] = {"color": color, "line": {"color": "@paper", "width": 2}}
    if points < 0:  # what the pressure gate takes away lies hatched over what had been reached
        marker = {"color": "@open_fill", "pattern": _hatch(), "line": {"color": "@open", "width": 1.2}}
    return {
        **_bar(shown.name, min(start, start + points), abs(points), PARTS_AT, 0.8),
        "marker": marker,
        "hovertemplate": f"{shown.name}: {shown.points} points<extra></extra>",
        "meta": {"kind": "part"},
    }


def _range(score: SessionScore) -> dict[str, Any]:
    return {
        **_bar("range", score.low, score.high - score.low, RANGE_AT, 0.5),
        "marker": {"color": "@open_fill", "pattern": _hatch(), "line": {"color": "@open", "width": 1.2}},
        "hovertemplate": f"could lie between {score.low:.1f} and {score.high:.1f}<extra></extra>",
        "meta": {"kind": "range"},
    }


def _bar(name: str, base: float, width: float, y: float, height: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [y],
        "x": [width],
        "base": [base],
        "width": [height],
        "showlegend": False,
    }


def _hatch() -> dict[str, Any]:
    return {
        "shape": "/",
        "fillmode": "overlay",
        "fgcolor": "@open",
        "size": 8,
        "solidity": 0.2,
        "fgopacity": 0.7,
    }


def _range_label(score: SessionScore) -> dict[str, Any]:
    """Put the range's words beside it if there is room, else into it."""
    text = f"could lie between {score.low:.0f} and {score.high:.0f}"
    if 100 - score.high >= LABEL_WIDTH:
        return {**_label(text, score.high + 1, RANGE_AT, "@text"), "xanchor": "left"}
    if score.low >= LABEL_WIDTH:
        return {**_label(text, score.low - 1, RANGE_AT, "@text"), "xanchor": "right"}
    return {
        **_label(text, (score.low + score.high) / 2, RANGE_AT, "@text"),
        "bgcolor": "@paper",
        "borderpad": 1,
    }


def _label(text: str, x: float, y: float, color: str) -> dict[str, Any]:
    font = {"size": 13, "color": color}
    return {"text": text, "x": x, "y": y, "xref": "x", "yref": "y", "showarrow": False, "font": font}


def _layout(annotations: list[dict[str, Any]], *, with_range: bool) -> dict[str, Any]:
    return {
        "height": HEIGHT + (RANGE_HEIGHT if with_range else 0),
        "margin": {"l": 14, "r": 18, "t": 4, "b": 40},
        "barmode": "overlay",
        "dragmode": False,
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {
            "range": [0, 100],
            "fixedrange": True,
            "tickvals": [0, 25, 50, 75, 100],
            "tickfont": {"size": 12, "color": "@muted"},
            "title": {"text": "points of 100", "standoff": 2, "font": {"size": 12, "color": "@muted"}},
            "gridcolor": "@grid",
            "zeroline": False,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [-0.4 if with_range else 0.5, 1.5]},
        "shapes": [_frame()],
        "annotations": annotations,
    }


def _frame() -> dict[str, Any]:
    """The whole way from 0 to 100, so that what is missing to 100 can be seen."""
    extent = {"x0": 0, "x1": 100, "y0": PARTS_AT - 0.4, "y1": PARTS_AT + 0.4}
    return {"type": "rect", "layer": "below", "fillcolor": "@rest", "line": {"width": 0}, **extent}
