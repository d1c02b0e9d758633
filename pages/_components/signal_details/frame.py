"""The stretch of the recording that this page looks at, kept between two runs, with the buttons that move it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages._components.state import view_key
from pages._components.told import told
from pages._components.view import SHORTEST_WINDOW_S, moved, scaled
from processing.emg.results import IntervalS
from processing.language import gettext as _


class Frame:
    """A window of the recording in the session state, None for the whole."""

    def __init__(self, subject: str, length_s: float) -> None:
        self.key = view_key(subject)
        self.length_s = length_s
        self._kept: dict[str, Any] = st.session_state.setdefault(
            self.key, {"window": None, "revision": 0, "said": None}
        )

    def follow(self, asked: IntervalS | None) -> None:
        """Take over the window that an address asks for, if it is another than this page last wrote there.

        For a run of the page only; see ``signal_view.follow_address``.
        """
        if asked is not None and _rounded(asked) != self._kept["said"]:
            self.go(asked)

    def wrote(self) -> None:
        """Remember that the address has been told of this window."""
        self._kept["said"] = None if self.whole else _rounded(self.window)

    @property
    def window(self) -> IntervalS:
        kept = self._kept["window"]
        return (0.0, self.length_s) if kept is None else (float(kept[0]), float(kept[1]))

    @property
    def whole(self) -> bool:
        return self._kept["window"] is None

    @property
    def revision(self) -> str:
        """Changes whenever Python moves the window, so that the browser gives up its own."""
        return f"{self.key}:{self._kept['revision']}"

    def dragged(self, window: IntervalS | None) -> None:
        """Take over what the browser already shows."""
        self._kept.update(window=window)

    def go(self, window: IntervalS | None) -> None:
        """Show another window."""
        if window is not None and window[0] <= 0 and window[1] >= self.length_s:
            window = None
        self._kept.update(window=window, revision=self._kept["revision"] + 1)

    def slid(self, start: float, stop: float) -> None:
        """Take over the slider's window."""
        self.go((start, max(stop, min(self.length_s, start + SHORTEST_WINDOW_S))))


def _rounded(window: IntervalS) -> IntervalS:
    """Return a window as precisely as an address tells it."""
    return round(window[0], 2), round(window[1], 2)


def frame_buttons(frame: Frame) -> None:
    """Draw the buttons that move the window, each with its key: nothing needs dragging."""
    window, length = frame.window, frame.length_s
    moves: tuple[tuple[str, str, str, Callable[..., None], tuple[Any, ...], bool], ...] = (
        (_("Whole"), "fit_width", "W", frame.go, (None,), frame.whole),
        (_("Closer"), "zoom_in", "I", frame.go, (scaled(window, 0.5, length),), False),
        (_("Wider"), "zoom_out", "O", frame.go, (scaled(window, 2.0, length),), frame.whole),
        (_("Earlier"), "arrow_back", "Shift+Left", frame.go, (moved(window, -0.5, length),), frame.whole),
        (_("Later"), "arrow_forward", "Shift+Right", frame.go, (moved(window, 0.5, length),), frame.whole),
    )
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", width="content"):
        for label, icon, key, action, args, off in moves:
            st.button(
                label,
                icon=f":material/{icon}:",
                shortcut=key,
                key=f"{frame.key}:{key}",
                on_click=action,
                args=args,
                disabled=off,
                width="content",
            )


def frame_slider(frame: Frame) -> None:
    """Draw the slider that chooses the window."""
    length = round(frame.length_s, 1)
    if length < 2 * SHORTEST_WINDOW_S:
        return
    start, stop = frame.window
    shown = told(f"{frame.key}:slider", (round(min(start, length), 1), round(min(stop, length), 1)))

    def slid() -> None:
        if shown.take():
            frame.slid(*shown.said)

    st.slider(
        _("Visible window (s)"),
        min_value=0.0,
        max_value=length,
        value=shown.value,
        step=0.1,
        format="%.1f",
        key=shown.key,
        on_change=slid,
    )
