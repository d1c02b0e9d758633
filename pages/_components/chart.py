"""One plotly chart drawn by the browser: themed there, with a text alternative, telling Python what was done to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import plotly
import streamlit as st

from pages._components.chart_keys import Keys
from pages._components.palette import PALETTES
from processing.language import DECIMAL_SIGN, current_language, pgettext
from processing.language import gettext as _

PLOTLY_URL = f"/vendor/plotly-{plotly.__version__}.min.js"

_FOLDER = Path(__file__).parent
# The last one holds the component.
_SCRIPTS = ("chart_load.js", "chart_overlay.js", "chart_keys.js", "chart_map.js", "chart.js")
_WARM_SCRIPTS = ("chart_load.js", "chart_warm.js")


def _joined(names: Sequence[str]) -> str:
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


_component = st.components.v2.component(
    "emg_chart",
    html=(
        "<div class='emg-stage'><div class='emg-chart'></div><div class='emg-over'></div></div>"
        "<div class='emg-legend'></div>"
    ),
    css=(_FOLDER / "chart.css").read_text(encoding="utf-8"),
    js=_joined(_SCRIPTS),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)

_warm = st.components.v2.component("emg_warm", html="<span></span>", js=_joined(_WARM_SCRIPTS))

Window = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Edges:
    """The handles on one contraction: where they stand, how far they may go, and on which vertical axis."""

    channel: str
    index: int
    name: str
    axis: str
    onset: float
    offset: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Picks:
    """The intervals of one panel that a click visits, and the vertical axes it covers."""

    channel: str
    axes: tuple[str, ...]
    intervals: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Extras:
    """What lies over the signals: the map's axis, all panels' axes, two cursors, handles, and what can be clicked."""

    map: str
    axes: tuple[str, ...]
    cursors: dict[str, float] | None = None
    edges: Edges | None = None
    picks: tuple[Picks, ...] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """What is called when something was done to the chart; times are in seconds.

    ``on_window`` gets the new window, None for the whole, after ``on_heard`` got the stamp of the message; ``on_edge``
    channel, index, onset and offset; ``on_acts`` what was pressed and not answered yet, as ``new_acts`` reads it.
    """

    on_window: Callable[[Window | None], None] | None = None
    on_cursors: Callable[[float, float], None] | None = None
    on_edge: Callable[[str, int, float, float], None] | None = None
    on_pick: Callable[[str, int], None] | None = None
    on_width: Callable[[float], None] | None = None
    on_heard: Callable[[float], None] | None = None
    on_acts: Callable[[Sequence[Mapping[str, Any]]], None] | None = None


def chart(
    spec: dict[str, Any],
    *,
    alt: str,
    key: str,
    full_s: Window | None = None,
    extras: Extras | None = None,
    events: Events | None = None,
    keys: Keys | None = None,
    width_px: float | None = None,
) -> None:
    """Draw a plain specification whose colours are tokens of ``palette.py``.

    ``spec["legend"]``, where there is one, is drawn below the chart. Dragging across the time axis, the map, a cursor
    or a handle, and a click on a contraction, call what ``events`` names. ``width_px`` is the width of the plot that
    the specification was made for: ``on_width`` hears of a screen that is much narrower or wider. ``keys`` are the
    controls beside the chart that the browser follows by itself.
    """
    events = events or Events()
    _component(
        key=key,
        data={
            "spec": json.dumps(
                {"data": spec["data"], "layout": _localised(spec["layout"])}, separators=(",", ":")
            ),
            "legend": spec.get("legend", []),
            "palettes": PALETTES,
            "plotly_url": PLOTLY_URL,
            "alt": alt,
            "words": _words(),
            "full": list(full_s) if full_s else None,
            "extras": asdict(extras) if extras else None,
            "keys": asdict(keys) if keys else None,
            "width": width_px,
            "revision": str(spec["layout"].get("uirevision", "")),
        },
        on_window_change=lambda: _window(_message(key, "window"), events),
        on_cursors_change=lambda: _cursors(_message(key, "cursors"), events),
        on_edge_change=lambda: _edge(_message(key, "edge"), events),
        on_pick_change=lambda: _pick(_message(key, "pick"), events),
        on_width_change=lambda: _width(_message(key, "width"), events),
        on_acts_change=lambda: _acts(_message(key, "acts"), events),
    )


def _words() -> dict[str, str]:
    """Return what the browser says by itself; it fills in the names."""
    return {
        "cursor": _("Cursor {name}"),
        "start_of": _("Start of {name}"),
        "end_of": _("End of {name}"),
        "start": pgettext("edge of a contraction", "start"),
        "end": pgettext("edge of a contraction", "end"),
        "window": _("Visible window: arrow keys move it"),
        "from_to": _("{low} to {high} seconds"),
        "not_drawn": _("The picture could not be drawn. The table below holds the same findings."),
        "decimal": DECIMAL_SIGN[current_language()],
    }


def _localised(layout: dict[str, Any]) -> dict[str, Any]:
    """Have plotly write numbers with the reader's decimal sign; groups of three digits stay together."""
    return {"separators": f"{DECIMAL_SIGN[current_language()]}\u202f", **layout}


def warm_up() -> None:
    """Have the browser load what draws charts, on a page that leads to one."""
    _warm(key="emg_warm", data={"plotly_url": PLOTLY_URL})


def _message(key: str, name: str) -> Mapping[str, Any] | None:
    return (st.session_state.get(key) or {}).get(name)


def _window(message: Mapping[str, Any] | None, events: Events) -> None:
    if events.on_heard is not None and message is not None:
        events.on_heard(float(message["at"]))
    if events.on_window is not None and message is not None:
        window = message["range"]
        events.on_window(None if window is None else (float(window[0]), float(window[1])))


def _cursors(message: Mapping[str, Any] | None, events: Events) -> None:
    if events.on_cursors is not None and message is not None:
        events.on_cursors(float(message["a"]), float(message["b"]))


def _edge(message: Mapping[str, Any] | None, events: Events) -> None:
    if events.on_edge is not None and message is not None:
        onset, offset = float(message["onset"]), float(message["offset"])
        events.on_edge(str(message["channel"]), int(message["index"]), onset, offset)


def _pick(message: Mapping[str, Any] | None, events: Events) -> None:
    if events.on_pick is not None and message is not None:
        events.on_pick(str(message["channel"]), int(message["index"]))


def _width(message: Mapping[str, Any] | None, events: Events) -> None:
    if events.on_width is not None and message is not None:
        events.on_width(min(max(200.0, float(message["px"])), 4000.0))


def _acts(message: Mapping[str, Any] | None, events: Events) -> None:
    if events.on_acts is not None and message is not None:
        events.on_acts(message["row"])
