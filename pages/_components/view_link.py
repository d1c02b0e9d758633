"""The view as part of the page's address, so that a link reopens it; an address is input from outside."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages._components import state
from pages._components.review_figure.panels import UNIT_WORDS, Unit
from processing.emg.results import ChannelAnalysis, IntervalS

BOTH = "both"
NAMES = ("leg", "from", "to", "unit", "at")
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,3})?")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Link:
    """What an address says of the view. ``at`` is a channel's name and the number of a contraction, from 0."""

    leg: str = BOTH
    window: IntervalS | None = None
    unit: Unit = "uv"
    at: tuple[str, int] | None = None


def parse_link(
    query: Mapping[str, str], channels: Sequence[ChannelAnalysis], *, length_s: float, shortest_s: float
) -> Link:
    """Return the view that an address asks for; what it says wrongly counts as not said.

    A window is cut to the recording, and ignored when it is shorter than ``shortest_s`` there.
    """
    unit = query.get("unit")
    return Link(
        leg=_leg(query.get("leg"), channels),
        window=_window(query.get("from"), query.get("to"), length_s, shortest_s),
        unit="mvc" if unit == "mvc" else "uv",
        at=_contraction(query.get("at"), channels),
    )


def format_link(link: Link, channels: Sequence[ChannelAnalysis]) -> dict[str, str]:
    """Return the parts of an address for a view; what goes without saying is left out."""
    legs = {channel.name: channel.side or channel.name for channel in channels}
    parts = {}
    if link.leg != BOTH and link.leg in legs:
        parts["leg"] = legs[link.leg]
    if link.window is not None:
        parts |= {"from": f"{link.window[0]:.2f}", "to": f"{link.window[1]:.2f}"}
    if link.unit in UNIT_WORDS and link.unit != "uv":
        parts["unit"] = link.unit
    if link.at is not None and link.at[0] in legs:
        parts["at"] = f"{legs[link.at[0]]}:{link.at[1] + 1}"
    return parts


def asked_for() -> dict[str, str]:
    """Return the parts of the page's address that are about the view; for a run of the page only."""
    asked = st.session_state[state.ADDRESS] = _shown()
    return asked


def _shown() -> dict[str, str]:
    """Return what the address says as far as the browser has heard; in a part of a page that may be long ago."""
    return {name: st.query_params[name] for name in NAMES if name in st.query_params}


def write_address(parts: Mapping[str, str]) -> None:
    """Put a view into the page's address, as one step of the browser's history; everything else in it stays.

    Told again unless it was the last that was told: on a quick way there and back, the address that the browser still
    shows is this one, and the one between is on its way.
    """
    if _shown() == st.session_state.get(state.ADDRESS) == dict(parts):
        return
    st.session_state[state.ADDRESS] = dict(parts)
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in NAMES}
    st.query_params.from_dict({**others, **parts})


def _leg(said: str | None, channels: Sequence[ChannelAnalysis]) -> str:
    return _channel(said, channels) or BOTH


def _channel(said: str | None, channels: Sequence[ChannelAnalysis]) -> str | None:
    """Return the name of the channel that a side or a name means."""
    if not said or len(said) > _LONGEST:
        return None
    return next((c.name for c in channels if said in (c.side, c.name)), None)


def _window(start: str | None, stop: str | None, length_s: float, shortest_s: float) -> IntervalS | None:
    first, last = _moment(start), _moment(stop)
    if first is None or last is None:
        return None
    first, last = max(0.0, first), min(length_s, last)
    if last - first < shortest_s - 1e-9 or (first <= 0 and last >= length_s):
        return None
    return (first, last)


def _moment(said: str | None) -> float | None:
    if said is None or not _SECONDS.fullmatch(said):
        return None
    value = float(said)
    return value if math.isfinite(value) else None


def _contraction(said: str | None, channels: Sequence[ChannelAnalysis]) -> tuple[str, int] | None:
    name, _, number = (said or "")[: _LONGEST + 8].rpartition(":")
    channel = _channel(name, channels)
    if channel is None or not number.isascii() or not number.isdecimal() or len(number) > 6:
        return None
    count = next(len(c.contractions) for c in channels if c.name == channel)
    index = int(number) - 1
    return (channel, index) if 0 <= index < count else None
