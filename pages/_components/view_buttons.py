"""The buttons above the picture, each with its key: nothing needs dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages._components.stops import Stop, next_stop, stop_after
from pages._components.view import View, moved, scaled


def view_buttons(view: View, places: Sequence[Stop]) -> None:
    """Draw the buttons that visit contractions and move the window."""
    window, length = view.window, view.length_s
    whole = view.whole
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        _visits(view, places)
        _button(view, "Whole", "fit_width", "W", view.whole_recording, off=whole)
        _button(view, "Closer", "zoom_in", "I", view.go, scaled(window, 0.5, length))
        _button(view, "Wider", "zoom_out", "O", view.go, scaled(window, 2.0, length), off=whole)
        _button(view, "Earlier", "arrow_back", "Shift+Left", view.go, moved(window, -0.5, length), off=whole)
        _button(view, "Later", "arrow_forward", "Shift+Right", view.go, moved(window, 0.5, length), off=whole)


def _visits(view: View, places: Sequence[Stop]) -> None:
    previous, following = (next_stop(places, view.selected, step) for step in (-1, 1))
    _button(view, "Previous", "skip_previous", "K", view.visit, previous, off=not places)
    _button(view, "Next", "skip_next", "J", view.visit, following, off=not places)
    doubtful = [stop for stop in places if stop.doubtful]
    if doubtful:
        _button(view, "Next doubtful", "question_mark", "N", view.visit, _next_doubtful(doubtful, view))


def _next_doubtful(doubtful: Sequence[Stop], view: View) -> Stop | None:
    """Return the doubtful place after the chosen one, else after the middle of the window."""
    if view.selected in [(stop.channel, stop.index) for stop in doubtful]:
        return next_stop(doubtful, view.selected, 1)
    return stop_after(doubtful, 0.0 if view.whole else sum(view.window) / 2)


def _button(
    view: View,
    label: str,
    icon: str,
    shortcut: str,
    action: Callable[..., None],
    *args: Any,
    off: bool = False,
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        key=f"{view.key}:{shortcut}",
        on_click=action,
        args=args,
        disabled=off,
        width="content",
    )
