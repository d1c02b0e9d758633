"""The picture of a score: from 100 down to it, step by step, with what is not known left open. Pure, no Streamlit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pages._components import words
from pages._components.score_steps import ShownStep, shown_steps
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _
from processing.language import mark as N_
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import ScorePart, SessionScore

# The components as the scoring names them, at the start of a line and inside a sentence.
_BEFORE = {
    "compliance": N_("Compliance"),
    "symmetry": N_("Symmetry"),
    "effort": N_("Effort"),
    "game": N_("Game"),
}
_INSIDE = {
    "compliance": N_("compliance"),
    "symmetry": N_("symmetry"),
    "effort": N_("effort"),
    "game": N_("game"),
}
ROW_PX, AXIS_PX = 25, 44
NAMES_PX, FACTS_PX = 176, 82
COSTS_PX, NARROW_COSTS_PX, NARROW_ROW_PX = 104, 62, 48
LEAST_BARS_PX = 220  # with less room for the bars, the words stand above them
BAR = 0.62


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
            return words.fixed(self.tenths / 10, 1)
        low, high = f"{self.part.low:.0f}", f"{self.part.high:.0f}"
        span = low if low == high else f"{low}–{high}"
        return span if self.counts else _("{points} if known").format(points=span)


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
    return "—" if score.total is None else words.fixed(round(10 * score.total) / 10, 1)


def shown_range(score: SessionScore) -> str | None:
    """Return where the score could lie if what is missing were known; None where nothing is missing."""
    if not has_range(score):
        return None
    return _("{low} to {high}").format(low=words.fixed(score.low, 1), high=words.fixed(score.high, 1))


def range_between(score: SessionScore) -> str | None:
    """Return both ends of the range, to stand in a row of a table; None where nothing is missing."""
    if not has_range(score):
        return None
    said = _("between {low} and {high}")
    return said.format(low=words.fixed(score.low, 1), high=words.fixed(score.high, 1))


def has_range(score: SessionScore) -> bool:
    """Whether something that counts is not known."""
    return score.high - score.low > 0.05


def score_figure(
    score: SessionScore,
    channels: Sequence[ChannelAnalysis] = (),
    targets: SessionTargets | None = None,
    *,
    rules: ScoringConfiguration | None = None,
    narrow: bool = False,
) -> dict[str, Any]:
    """Return the way from 100 points down to the score, one row a step, and the range that it could lie in.

    ``narrow`` is for a screen on which words and bars do not fit beside each other.
    """
    steps = shown_steps(score, channels, targets, rules=rules)
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    here, y = 100.0, float(len(steps))
    for shown in steps:
        rows += _step_bars(shown, here, y)
        notes += _step_words(shown, here, y)
        here -= _certain(shown)
        y -= 1
    last = y
    rows += _result_bars(score, last)
    notes += _result_words(score, last)
    layout = _layout(notes, len(steps) + 1)
    return {"data": rows, "layout": _stacked(layout, len(steps) + 1) if narrow else layout}


def around_px(*, narrow: bool) -> int:
    """Return how many pixels beside the bars belong to words."""
    return NARROW_COSTS_PX if narrow else NAMES_PX + FACTS_PX + COSTS_PX


def is_narrow(width_px: float) -> bool:
    """Whether a picture of this width, words included, leaves too little for its bars."""
    return width_px - around_px(narrow=False) < LEAST_BARS_PX


def _stacked(layout: dict[str, Any], n_rows: int) -> dict[str, Any]:
    """Return the layout with name and finding of each row above its bar."""
    margin = {**layout["margin"], "l": 0, "r": NARROW_COSTS_PX}
    notes = []
    for note in layout["annotations"]:
        if note["xref"] == "paper" and note["x"] == 0.0:
            found = note["xanchor"] == "right"
            place = {"x": 1.0 if found else 0.0, "xshift": NARROW_COSTS_PX - 8 if found else 0}
            notes.append({**note, **place, "yshift": NARROW_ROW_PX * 0.42})
        else:
            notes.append(note)
    top = [-0.5, n_rows - 0.3]
    return {
        **layout,
        "height": n_rows * NARROW_ROW_PX + AXIS_PX,
        "margin": margin,
        "annotations": notes,
        "yaxis": {**layout["yaxis"], "range": top},
        "bargap": 0,
    }


def score_alt(score: SessionScore, *, rules: ScoringConfiguration | None = None) -> str:
    """Describe the picture for someone who cannot see it."""
    costs = ", ".join(
        f"{shown.name} {shown.cost}" for shown in shown_steps(score, rules=rules) if shown.tenths
    )
    if score.total is None:
        said = _("No single score: from 100, {costs}.") if costs else _("No single score.")
    else:
        said = _("Score {score} of 100: from 100, {costs}.") if costs else _("Score {score} of 100.")
    said = said.format(score=shown_total(score), costs=costs)
    if has_range(score):
        span = _("It could lie between {low} and {high}.")
        return f"{said} {span.format(low=words.fixed(score.low, 1), high=words.fixed(score.high, 1))}"
    return said


def missing_parts(parts: Sequence[ScorePart], *, without: Sequence[str] = ()) -> list[str]:
    """Name the parts that are not known, without those that need not count, and those ``without`` names."""
    keys = [_key(part) for part in parts if part.points is None and not is_optional(part)]
    return [_(_INSIDE.get(key, key)) for key in keys if key not in without]


def is_optional(part: ScorePart) -> bool:
    """Whether a part has no weight in the trial's score, as the game's own points."""
    return _key(part) == "game"


def _key(part: ScorePart) -> str:
    return part.name.lower()


def _words(part: ScorePart) -> str:
    return _(_BEFORE.get(_key(part), part.name))


def _step_bars(shown: ShownStep, here: float, y: float) -> list[dict[str, Any]]:
    """Return what is left as a pale bar, and what the step cost at its end."""
    step = shown.step
    what = _("{name}: {found}, {cost} points").format(name=shown.name, found=shown.fact, cost=shown.cost)
    color = {"left": "@left", "right": "@right", None: "@part0"}[step.side]
    if shown.tenths is None:
        open_points = step.high - step.low if step.counts else 0.0
        here -= _certain(shown)
        kept = _bar("left", 0.0, max(0.0, here - open_points), y, BAR, "@rest", what, "kept")
        return [
            kept,
            _hatched(_bar("open", here - open_points, open_points, y, BAR, "@open_fill", what, "open")),
        ]
    lost = step.lost or 0.0
    kept = _bar("left", 0.0, here - lost, y, BAR, "@rest", what, "kept")
    bar = _bar(shown.name, here - lost, lost, y, BAR, color, what, "lost")
    return [kept, _hatched(bar) if step.criterion == "pressure" else bar]


def _certain(shown: ShownStep) -> float:
    """Return the points that a step costs whatever is not known."""
    if not shown.step.counts:
        return 0.0
    return shown.step.lost if shown.step.lost is not None else shown.step.possible - shown.step.high


def _step_words(shown: ShownStep, here: float, y: float) -> list[dict[str, Any]]:
    strong = "@text" if shown.tenths or shown.tenths is None else "@muted"
    return [
        _outside(shown.name, y, 0.0, -NAMES_PX - FACTS_PX + 6, "left", strong),
        _outside(shown.fact, y, 0.0, -10, "right", "@muted"),
        _outside(shown.cost, y, 1.0, 8, "left", strong),
    ]


def _result_bars(score: SessionScore, y: float) -> list[dict[str, Any]]:
    bars = []
    if score.total is not None:
        what = _("Score: {score} of 100 points").format(score=shown_total(score))
        bars.append(_bar("total", 0.0, score.total, y, BAR, "@part0", what, "total"))
    if has_range(score):
        what = _("could lie between {low} and {high}").format(
            low=words.fixed(score.low, 1), high=words.fixed(score.high, 1)
        )
        width = score.high - score.low
        bars.append(_hatched(_bar("range", score.low, width, y, BAR * 0.62, "@open_fill", what, "range")))
    return bars


def _result_words(score: SessionScore, y: float) -> list[dict[str, Any]]:
    said = shown_total(score) if score.total is not None else f"{score.low:.0f}–{score.high:.0f}"
    notes = [
        _outside(f"<b>{_('Score')}</b>", y, 0.0, -NAMES_PX - FACTS_PX + 6, "left", "@text"),
        _outside(f"<b>{said}</b>", y, 1.0, 8, "left", "@text"),
    ]
    if has_range(score):
        said = _("could lie between {low} and {high}")
        if score.total is None:
            said = _("lies between {low} and {high}")
        text = said.format(low=f"{score.low:.0f}", high=f"{score.high:.0f}")
        middle = min(max((score.low + score.high) / 2, 24.0), 76.0)
        label = _text(text, middle, y, "@text", "x")
        notes.append({**label, "xanchor": "center", "bgcolor": "@paper", "borderpad": 1, "opacity": 0.92})
    return notes


def _bar(
    name: str, base: float, width: float, y: float, height: float, color: str, what: str, kind: str
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [y],
        "x": [width],
        "base": [base],
        "width": [height],
        "showlegend": False,
        "marker": {"color": color, "line": {"width": 0}},
        "hovertemplate": f"{what}<extra></extra>",
        "meta": {"kind": kind},
    }


def _hatched(bar: dict[str, Any]) -> dict[str, Any]:
    pattern = {
        "shape": "/",
        "fillmode": "overlay",
        "fgcolor": "@open",
        "size": 8,
        "solidity": 0.2,
        "fgopacity": 0.7,
    }
    marker = {"color": "@open_fill", "pattern": pattern, "line": {"color": "@open", "width": 1.2}}
    return {**bar, "marker": marker}


def _outside(text: str, y: float, x: float, shift: float, anchor: str, color: str) -> dict[str, Any]:
    """Write beside the bars: before the axis, or after its end."""
    return {**_text(text, x, y, color, "paper"), "xshift": shift, "xanchor": anchor}


def _text(text: str, x: float, y: float, color: str, xref: str) -> dict[str, Any]:
    font = {"size": 13, "color": color}
    return {"text": text, "x": x, "y": y, "xref": xref, "yref": "y", "showarrow": False, "font": font}


def _layout(annotations: list[dict[str, Any]], n_rows: int) -> dict[str, Any]:
    return {
        "height": n_rows * ROW_PX + AXIS_PX,
        "margin": {"l": NAMES_PX + FACTS_PX, "r": COSTS_PX, "t": 2, "b": AXIS_PX - 4},
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
            "title": {"text": _("points of 100"), "standoff": 2, "font": {"size": 12, "color": "@muted"}},
            "gridcolor": "@grid",
            "zeroline": False,
        },
        "yaxis": {"visible": False, "fixedrange": True, "range": [-0.5, n_rows - 0.5]},
        "shapes": [],
        "annotations": annotations,
    }
