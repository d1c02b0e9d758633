"""Which window of a recording is looked at: the arithmetic, and the memory of it between two runs of a page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from pages._components.chart_keys import new_acts
from pages._components.review_figure.layout import NOMINAL_WIDTH
from pages._components.review_figure.panels import Unit
from pages._components.state import WIDTH_KEY, view_key
from pages._components.stops import Stop
from pages._components.view_link import BOTH, Link, format_link, parse_link
from processing.emg.results import ChannelAnalysis, IntervalS

SHORTEST_WINDOW_S = 0.5
CONTEXT_S = 2.0
SUPERSEDED_S = 0.4
LEAST_GAIN, MOST_GAIN = 0.25, 32.0


def window_around(onset_s: float, offset_s: float, length_s: float) -> IntervalS:
    """Return a window that shows one contraction with its surroundings."""
    margin = max(CONTEXT_S, 0.5 * (offset_s - onset_s))
    return clipped((onset_s - margin, offset_s + margin), length_s)


def scaled(window: IntervalS, factor: float, length_s: float) -> IntervalS:
    """Return the window widened or narrowed about its middle."""
    middle = (window[0] + window[1]) / 2
    half = max(SHORTEST_WINDOW_S, (window[1] - window[0]) * factor) / 2
    return clipped((middle - half, middle + half), length_s)


def moved(window: IntervalS, share: float, length_s: float) -> IntervalS:
    """Return the window moved by a share of its width, keeping the width at the ends."""
    width = window[1] - window[0]
    start = min(max(0.0, window[0] + share * width), max(0.0, length_s - width))
    return (start, start + width)


def clipped(window: IntervalS, length_s: float) -> IntervalS:
    """Return the part of a window that lies inside the recording."""
    return (max(0.0, window[0]), min(length_s, window[1]))


class View:
    """What the viewer looks at, kept in the session state under one key."""

    def __init__(self, subject: str, length_s: float) -> None:
        self.key = view_key(subject)
        self.length_s = length_s
        self.leg_key, self.unit_key = f"{self.key}:leg", f"{self.key}:unit"
        self._kept: dict[str, Any] = st.session_state.setdefault(
            self.key, {"window": None, "selected": None, "revision": 0}
        )

    @property
    def window(self) -> IntervalS:
        kept = self._kept["window"]
        return (0.0, self.length_s) if kept is None else (float(kept[0]), float(kept[1]))

    @property
    def whole(self) -> bool:
        return self._kept["window"] is None

    @property
    def selected(self) -> tuple[str, int] | None:
        return self._kept["selected"]

    @property
    def moment(self) -> float:
        """Where one is: at the start of what was visited last while that is visible, else in the middle."""
        last, (start, stop) = self._kept.get("visited"), self.window
        return float(last) if last is not None and start <= last <= stop else (start + stop) / 2

    @property
    def cursors(self) -> IntervalS | None:
        """Where the two cursors stand, None while they are put away."""
        return self._kept.get("cursors")

    @property
    def revision(self) -> str:
        """Changes whenever Python moves the window, so that the browser gives up its own."""
        return f"{self.key}:{self._kept['revision']}"

    def dragged(self, window: IntervalS | None) -> None:
        """Take over what the browser already shows."""
        self._kept.update(window=window)

    def hear(self, stamp: float) -> None:
        """Remember which of the browser's messages about its window was the last."""
        self._kept["heard"] = stamp

    @property
    def heard(self) -> float:
        """The stamp of the newest window that the browser told of."""
        return float(self._kept.get("heard", -1.0))

    @property
    def done(self) -> float:
        """The stamp of the newest act that was dealt with."""
        return float(self._kept.get("done", 0.0))

    def take_acts(self, row: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Yield the names of the acts that were not dealt with, each once whatever becomes of it."""
        for stamp, name in new_acts(row, self.done):
            self._kept["done"] = stamp
            yield name

    def go(self, window: IntervalS | None) -> None:
        """Show another window."""
        if window is not None and window[0] <= 0 and window[1] >= self.length_s:
            window = None
        self._kept.update(window=window, revision=self._kept["revision"] + 1)

    def zoom(self, factor: float) -> None:
        """Show more or less about the middle of the window."""
        self.go(scaled(self.window, factor, self.length_s))

    def pan(self, share: float) -> None:
        """Show what is earlier or later, by a share of the window."""
        self.go(moved(self.window, share, self.length_s))

    @property
    def gain(self) -> float:
        """How many times as tall as usual amplitudes are drawn."""
        return float(self._kept.get("gain", 1.0))

    def amplify(self, factor: float) -> None:
        """Draw amplitudes taller or flatter, within limits."""
        self._kept["gain"] = min(max(self.gain * factor, LEAST_GAIN), MOST_GAIN)

    def visit(self, stop: Stop | None) -> None:
        """Show one contraction with its surroundings."""
        if stop is not None:
            self.go(window_around(stop.onset_s, stop.offset_s, self.length_s))
            self._kept.update(selected=(stop.channel, stop.index), visited=stop.onset_s)

    def select(self, selected: tuple[str, int] | None) -> None:
        """Choose another contraction, or none, and leave the window where it is."""
        self._kept["selected"] = selected

    def keep_selection(self, channels: Sequence[ChannelAnalysis]) -> None:
        """Forget a chosen contraction that is there no more, as after a rejection."""
        counts = {channel.name: len(channel.contractions) for channel in channels}
        if self.selected is not None and not 0 <= self.selected[1] < counts.get(self.selected[0], 0):
            self._kept["selected"] = None

    def whole_recording(self) -> None:
        """Show everything again."""
        self.go(None)
        self._kept["selected"] = None

    def measure(self, cursors: IntervalS | None) -> None:
        """Put the cursors somewhere, or away."""
        inside = None if cursors is None else tuple(min(max(0.0, c), self.length_s) for c in cursors)
        self._kept["cursors"] = inside

    @property
    def width_px(self) -> float:
        """How wide the plot is drawn on this screen, as far as is known."""
        return st.session_state.get(WIDTH_KEY, NOMINAL_WIDTH)

    def fit(self, width_px: float) -> None:
        """Take over the width of the screen's plot."""
        st.session_state[WIDTH_KEY] = width_px

    # The page's address.

    @property
    def leg(self) -> str:
        """The channel that is stepped through, ``both`` for all."""
        return self._kept.get("leg", BOTH)

    @property
    def unit(self) -> Unit:
        """The unit that was chosen."""
        return self._kept.get("unit", "uv")

    def step_through(self, leg: str) -> None:
        """Choose the channel that is stepped through, or all."""
        self._kept["leg"] = leg

    def measure_in(self, unit: Unit) -> None:
        """Choose the unit."""
        self._kept["unit"] = unit

    def parts(self, channels: Sequence[ChannelAnalysis]) -> dict[str, str]:
        """Return what the page's address says of this view, and remember having said it."""
        link = Link(self.leg, None if self.whole else self.window, self.unit, self.selected)
        parts = format_link(link, channels)
        if parts != self._kept.get("said"):
            self._kept.update(said=parts, said_before=self._kept.get("said"), said_at=time.monotonic())
        return parts

    def follow(self, asked: Mapping[str, str], channels: Sequence[ChannelAnalysis]) -> None:
        """Take over an address that was opened, or that the browser went back to."""
        said = self._kept.get("said")
        if dict(asked) == (said or {}):
            return
        just_left = time.monotonic() - self._kept.get("said_at", -1e9) < SUPERSEDED_S
        if said is not None and just_left and dict(asked) == (self._kept.get("said_before") or {}):
            return  # the browser has not heard of the newest address yet
        link = parse_link(asked, channels, length_s=self.length_s, shortest_s=SHORTEST_WINDOW_S)
        self.go(link.window)
        self._kept.update(selected=link.at, leg=link.leg, unit=link.unit, said=dict(asked))
