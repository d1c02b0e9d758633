"""Panels side by side, two in a row, each with a heading: where they stand, and the looks that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pages._components.review_figure.primitives import Spec, text

COLUMNS = 2
LEFT, RIGHT, TOP, HEADING, BOTTOM, GAP = 62, 14, 2, 26, 48, 22
NOMINAL_WIDTH = 1180  # of the figure on a clinic's screen; only distances between panels depend on it


@dataclass(frozen=True, slots=True)
class Grid:
    """Places of ``n_panels`` panels of one height, in fractions of the figure as plotly wants them."""

    n_panels: int
    panel_height: int

    @property
    def n_rows(self) -> int:
        return max(1, -(-self.n_panels // COLUMNS))

    @property
    def height(self) -> int:
        """The whole figure in pixels."""
        return TOP + self.n_rows * (HEADING + self.panel_height + BOTTOM)

    def axes(self, position: int) -> tuple[str, str]:
        """Return the names of a panel's axes."""
        number = "" if position == 0 else str(position + 1)
        return f"x{number}", f"y{number}"

    def across(self, position: int) -> list[float]:
        """Return the horizontal extent of a panel."""
        if self.n_panels == 1:
            return [0.0, 1.0]
        half = 0.5 * (LEFT + GAP) / NOMINAL_WIDTH
        return [0.0, 0.5 - half] if position % COLUMNS == 0 else [0.5 + half, 1.0]

    def upright(self, position: int) -> list[float]:
        """Return the vertical extent of a panel, counted from below."""
        top = TOP + (position // COLUMNS) * (HEADING + self.panel_height + BOTTOM) + HEADING
        return [max(0.0, 1 - (top + self.panel_height) / self.height), 1 - top / self.height]

    def heading(self, position: int, words: str) -> Spec:
        """Return the words above a panel."""
        x, y = self.across(position)[0], self.upright(position)[1]
        return text(words, x, y, size=13, xanchor="left", yanchor="bottom")


def grid_layout(grid: Grid, revision: str) -> Spec:
    """Return the layout without axes."""
    return {
        "height": grid.height,
        "margin": {"l": LEFT, "r": RIGHT, "t": 0, "b": 0},
        "uirevision": revision,
        "dragmode": False,
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "showlegend": False,
        "annotations": [],
        "shapes": [],
    }


def axis(title: str, domain: list[float], anchor: str, **more: Any) -> Spec:
    """Return an axis with its unit, quiet in colour."""
    return {
        "domain": domain,
        "anchor": anchor,
        "fixedrange": True,
        "title": {"text": title, "standoff": 4, "font": {"size": 12, "color": "@muted"}},
        "tickfont": {"size": 12, "color": "@muted"},
        "gridcolor": "@grid",
        "zeroline": False,
        "exponentformat": "none",
        "separatethousands": False,
        "automargin": False,
        **more,
    }


def legend_line(label: str, color: str, width: int, dash: str = "solid") -> Spec:
    """Return a line of the legend, neutral in colour, for each panel draws it in the colour of its side."""
    return {"kind": "line", "label": label, "color": color, "width": width, "dash": dash}


def legend_glyph(label: str, glyph: str, color: str) -> Spec:
    """Return a sign of the legend."""
    return {"kind": "glyph", "label": label, "glyph": glyph, "color": color}


def nothing(x: str, y: str) -> Spec:
    """Return a trace without points: plotly draws no axis, and no words on it, that no trace uses."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [None],
        "y": [None],
        "xaxis": x,
        "yaxis": y,
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"kind": "nothing"},
    }
