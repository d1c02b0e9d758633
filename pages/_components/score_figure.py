"""The picture of a score: its parts side by side on one bar, with what is not known left open. Pure, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processing.scoring.model import ScorePart, SessionScore

BAR_HEIGHT, FIGURE_HEIGHT = 34, 96


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part of the score as it is printed: ``tenths`` of a point, None where it is not known."""

    part: ScorePart
    tenths: int | None

    @property
    def points(self) -> str:
        return "—" if self.tenths is None else f"{self.tenths / 10:.1f}"


def shown_parts(score: SessionScore) -> tuple[ShownPart, ...]:
    """Round the parts so that what is printed adds up exactly to the printed total.

    Each part is cut to tenths of a point; the tenths that are missing go to the parts that lost most.
    """
    known = [part for part in score.parts if part.points is not None]
    exact = [10 * float(part.points or 0.0) for part in known]
    whole = [int(value // 1) for value in exact]
    missing = round(sum(exact)) - sum(whole)
    by_loss = sorted(range(len(known)), key=lambda i: exact[i] - whole[i], reverse=True)
    for i in by_loss[:missing]:
        whole[i] += 1
    tenths = dict(zip((id(part) for part in known), whole, strict=True))
    return tuple(ShownPart(part, tenths.get(id(part))) for part in score.parts)


def shown_total(score: SessionScore) -> str:
    """Return the total as printed beside the parts: a number, or the range it could take."""
    if score.total is not None:
        return f"{round(10 * score.total) / 10:.1f}"
    if score.low is None or score.high is None:
        return "—"
    return f"{score.low:.1f} to {score.high:.1f}"


def score_figure(score: SessionScore) -> dict[str, Any]:
    """Return the stacked bar from 0 to 100 as a plain plotly specification."""
    data = []
    annotations: list[dict[str, Any]] = []
    start = 0.0
    for position, part in enumerate(part for part in score.parts if part.points):
        width = float(part.points or 0.0)
        data.append(_segment(part.name, start, width, f"@part{position % 4}"))
        if width >= 9:
            annotations.append(_label(f"{part.name} {width:.1f}", start + width / 2, "@on_part"))
        start += width
    low = score.low if score.low is not None else start
    high = score.high if score.high is not None else start
    if score.total is None and high > low:
        data.append(_open_segment(low, high))
        annotations.append(_label("could be up to here", (low + high) / 2, "@text", width=high - low))
    return {"data": data, "layout": _layout(annotations)}


def score_alt(score: SessionScore) -> str:
    """Describe the bar for someone who cannot see it."""
    parts = [f"{shown.part.name} {shown.points}" for shown in shown_parts(score) if shown.tenths is not None]
    return f"Score {shown_total(score)} of 100, made of: {', '.join(parts) or 'nothing that is known yet'}."


def missing_parts(parts: Sequence[ScorePart]) -> list[str]:
    """Name the parts that count but are not known."""
    return [part.name for part in parts if part.points is None and part.weight > 0]


def _segment(name: str, start: float, width: float, color: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [0],
        "x": [width],
        "base": [start],
        "marker": {"color": color, "line": {"color": "@paper", "width": 2}},
        "hovertemplate": f"{name}: %{{x:.1f}} points<extra></extra>",
        "showlegend": False,
    }


def _open_segment(low: float, high: float) -> dict[str, Any]:
    pattern = {
        "shape": "/",
        "fillmode": "overlay",
        "fgcolor": "@open",
        "size": 8,
        "solidity": 0.18,
        "fgopacity": 0.6,
    }
    return {
        "type": "bar",
        "orientation": "h",
        "name": "not known",
        "y": [0],
        "x": [high - low],
        "base": [low],
        "marker": {"color": "@open_fill", "pattern": pattern, "line": {"color": "@open", "width": 1.2}},
        "hovertemplate": f"not known: the score lies between {low:.1f} and {high:.1f}<extra></extra>",
        "showlegend": False,
    }


def _label(text: str, x: float, color: str, width: float = 100.0) -> dict[str, Any]:
    return {
        "text": text if width >= 14 else "",
        "x": x,
        "y": 0,
        "xref": "x",
        "yref": "y",
        "showarrow": False,
        "font": {"size": 13, "color": color},
    }


def _layout(annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "height": FIGURE_HEIGHT,
        "margin": {"l": 14, "r": 18, "t": 6, "b": 40},
        "barmode": "overlay",
        "bargap": 0.0,
        "dragmode": False,
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "@rest",
        "xaxis": {
            "range": [0, 100],
            "fixedrange": True,
            "tickvals": [0, 25, 50, 75, 100],
            "tickfont": {"size": 12, "color": "@muted"},
            "title": {"text": "points of 100", "standoff": 2, "font": {"size": 12, "color": "@muted"}},
            "gridcolor": "@grid",
            "zeroline": False,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [-0.4, 0.4]},
        "annotations": annotations,
    }
