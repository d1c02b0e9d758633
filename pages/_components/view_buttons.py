"""The buttons above the picture, each with its key: nothing needs dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages._components.keys_help import show_keys
from pages._components.stops import Stop, next_stop, stop_after
from pages._components.view import View


def view_buttons(
    view: View,
    places: Sequence[Stop],
    *,
    toggle_cursors: Callable[[], None],
    then: Callable[[], None],
) -> None:
    """Draw the buttons that visit contractions, move the window, and measure.

    ``then`` is called after what changes nothing but the picture: it draws the picture alone, which is quicker.
    """

    def only(action: Callable[..., None], *args: Any) -> None:
        action(*args)
        then()

    def whole() -> None:
        chosen = view.selected
        view.whole_recording()
        if chosen is None:
            then()

    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):
        _visits(view, places)
        _button(view, "Whole", "fit_width", "W", whole)
        _button(view, "Closer", "zoom_in", "I", only, view.zoom, 0.5)
        _button(view, "Wider", "zoom_out", "O", only, view.zoom, 2.0)
        _button(view, "Earlier", "arrow_back", "Shift+Left", only, view.pan, -0.5)
        _button(view, "Later", "arrow_forward", "Shift+Right", only, view.pan, 0.5)
        _button(view, "Cursors", "straighten", "M", toggle_cursors, pressed=view.cursors is not None)


def keys_button(view: View, keys: Sequence[tuple[str, str]] = ()) -> None:
    """Draw the button that shows a card of all keys; ``keys`` are those of the page's other controls."""
    if _button(view, "Keys", "keyboard", "H", lambda: None):
        show_keys(keys)


def _visits(view: View, places: Sequence[Stop]) -> None:
    previous, following = (next_stop(places, view.selected, step) for step in (-1, 1))
    if places and view.selected is None and not view.whole:  # as after a rejection: go on from here
        following = stop_after(places, sum(view.window) / 2)
    _button(view, "Previous", "skip_previous", "K", view.visit, previous, off=not places)
    _button(view, "Next", "skip_next", "J", view.visit, following, off=not places)
    doubtful = [stop for stop in places if stop.doubtful]
    if doubtful:
        _button(
            view, "Next doubtful", "question_mark", "N", lambda: view.visit(_next_doubtful(doubtful, view))
        )


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
    pressed: bool = False,
) -> bool:
    return st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        key=f"{view.key}:{shortcut}",
        on_click=action,
        args=args,
        disabled=off,
        type="primary" if pressed else "secondary",
        width="content",
    )
