"""Where each row of the picture stands, and its axes."""

from __future__ import annotations

from dataclasses import dataclass

from pages._components.review_figure.panels import UNIT_WORDS, Look, Unit
from pages._components.review_figure.primitives import Spec
from processing.emg.results import IntervalS
from processing.language import gettext as _

# Heights in pixels.
TOP, HEADING, STRIP, SIGNAL, GAP, TICKS, OVERVIEW, BOTTOM = 2, 24, 54, 186, 10, 48, 36, 6
# Heights within the strip above a panel, from 0 at its foot to 1: reasons, ribbon, faint activity, symbols, numbers.
REASONS_AT = 0.13
RIBBON_AT = (0.27, 0.36)
FAINT_AT = (0.41, 0.46)
SYMBOLS_AT = 0.64
NUMBERS_AT = 0.9
MARGIN_LEFT, MARGIN_RIGHT = 62, 14
NOMINAL_WIDTH = 1060  # of the plot on a clinic's screen, in pixels; only the room for words depends on it


@dataclass(frozen=True, slots=True)
class Axes:
    """The names of one panel's vertical axes: its signal, and the strip above it."""

    signal: str
    strip: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Where each row stands, in fractions of the figure's height counted from below, as plotly wants it."""

    n_panels: int

    @property
    def height(self) -> int:
        """The whole figure in pixels."""
        return TOP + self.n_panels * (HEADING + STRIP + SIGNAL + GAP) + TICKS + OVERVIEW + BOTTOM

    def axes(self, position: int) -> Axes:
        """Return the axes of a panel."""
        first = "y" if position == 0 else f"y{2 * position + 1}"
        return Axes(first, f"y{2 * position + 2}")

    @property
    def overview_axis(self) -> str:
        """The vertical axis of the whole recording below."""
        return f"y{2 * self.n_panels + 1}"

    def heading(self, position: int) -> float:
        """Return the foot of a panel's heading."""
        return 1 - (self._top(position) + HEADING) / self.height

    def strip(self, position: int) -> list[float]:
        """Return the extent of the strip that holds numbers, symbols and the ribbon of quality."""
        return self._domain(self._top(position) + HEADING, STRIP)

    def signal(self, position: int) -> list[float]:
        """Return the extent of a panel."""
        return self._domain(self._top(position) + HEADING + STRIP, SIGNAL)

    @property
    def overview(self) -> list[float]:
        """The extent of the whole recording below."""
        return self._domain(self.height - OVERVIEW - BOTTOM, OVERVIEW)

    def _top(self, position: int) -> int:
        return TOP + position * (HEADING + STRIP + SIGNAL + GAP)

    def _domain(self, top: int, height: int) -> list[float]:
        return [max(0.0, 1 - (top + height) / self.height), 1 - top / self.height]


def long_name(axis: str) -> str:
    """Return the layout's name of an axis: ``yaxis3`` for ``y3``."""
    return f"{axis[0]}axis{axis[1:]}"


def base_layout(rows: Rows, window: IntervalS, length_s: float, look: Look) -> Spec:
    """Return the layout without the panels."""
    return {
        "height": rows.height,
        "margin": {"l": MARGIN_LEFT, "r": MARGIN_RIGHT, "t": 0, "b": 0},
        "uirevision": look.revision,
        "dragmode": "zoom",
        "hovermode": "closest",
        "barmode": "overlay",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "showlegend": False,
        "xaxis": _time_axis(rows, window, length_s),
        "xaxis2": {
            "anchor": rows.overview_axis,
            "range": [0, length_s],
            "fixedrange": True,
            "visible": False,
        },
        long_name(rows.overview_axis): hidden_axis(rows.overview),
        "annotations": [],
        "shapes": [],
    }


def _time_axis(rows: Rows, window: IntervalS, length_s: float) -> Spec:
    return {
        "anchor": rows.axes(max(0, rows.n_panels - 1)).signal,
        "range": list(window),
        "minallowed": 0,
        "maxallowed": length_s,
        "title": {"text": _("Time (s)"), "standoff": 4, "font": {"size": 12, "color": "@muted"}},
        "tickfont": {"size": 12, "color": "@muted"},
        "gridcolor": "@grid",
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "@grid",
        "automargin": False,
        "hoverformat": ".2f",
    }


def signal_axis(domain: list[float], low: float, high: float, unit: Unit = "uv") -> Spec:
    """Return the amplitude axis of one panel."""
    return {
        "domain": domain,
        "range": [low, high],
        "fixedrange": True,
        "title": {"text": _(UNIT_WORDS[unit]), "standoff": 2, "font": {"size": 12, "color": "@muted"}},
        "tickfont": {"size": 12, "color": "@muted"},
        "nticks": 6,
        "gridcolor": "@grid",
        "zerolinecolor": "@grid",
        "zerolinewidth": 1,
        "exponentformat": "none",
        "separatethousands": False,
        "automargin": False,
    }


def hidden_axis(domain: list[float]) -> Spec:
    """Return an axis from 0 to 1 that only places things."""
    return {"domain": domain, "range": [0.0, 1.0], "fixedrange": True, "visible": False}
