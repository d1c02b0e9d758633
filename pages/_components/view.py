"""Which window of a recording is looked at: the arithmetic, and the memory of it between two runs of a page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._components.state import view_key
from pages._components.stops import Stop
from processing.emg.results import IntervalS

SHORTEST_WINDOW_S = 0.5
CONTEXT_S = 2.0


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
        self.slider_key = f"{self.key}:slider"
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
    def revision(self) -> str:
        """Changes whenever Python moves the window, so that the browser gives up its own."""
        return f"{self.key}:{self._kept['revision']}"

    def dragged(self, window: IntervalS | None) -> None:
        """Take over what the browser already shows."""
        self._kept.update(window=window, selected=None)

    def go(self, window: IntervalS | None) -> None:
        """Show another window."""
        if window is not None and window[0] <= 0 and window[1] >= self.length_s:
            window = None
        self._kept.update(window=window, revision=self._kept["revision"] + 1)

    def visit(self, stop: Stop | None) -> None:
        """Show one contraction with its surroundings."""
        if stop is not None:
            self.go(window_around(stop.onset_s, stop.offset_s, self.length_s))
            self._kept["selected"] = (stop.channel, stop.index)

    def whole_recording(self) -> None:
        """Show everything again."""
        self.go(None)
        self._kept["selected"] = None

    def slid(self) -> None:
        """Take over the slider's window."""
        start, stop = st.session_state[self.slider_key]
        self.go((start, max(stop, min(self.length_s, start + SHORTEST_WINDOW_S))))
