"""The buttons above the picture, each with its key: nothing needs dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages._components.keys_help import show_keys
from pages._components.stops import Stop, next_doubtful, next_stop, stop_to_follow
from pages._components.view import View
from processing.language import gettext as _


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
        _button(view, _("Whole"), "fit_width", "W", whole)
        _button(view, _("Closer"), "zoom_in", "I", only, view.zoom, 0.5)
        _button(view, _("Wider"), "zoom_out", "O", only, view.zoom, 2.0)
        _button(view, _("Earlier"), "arrow_back", "Shift+Left", only, view.pan, -0.5)
        _button(view, _("Later"), "arrow_forward", "Shift+Right", only, view.pan, 0.5)
        _button(view, _("Cursors"), "straighten", "M", toggle_cursors, pressed=view.cursors is not None)


def keys_button(view: View, keys: Sequence[tuple[str, str]] = ()) -> None:
    """Draw the button that shows a card of all keys; ``keys`` are those of the page's other controls."""
    if _button(view, _("Keys"), "keyboard", "H", lambda: None):
        show_keys(keys)


def _visits(view: View, places: Sequence[Stop]) -> None:
    previous, following = next_stop(places, view.selected, -1), stop_to_follow(places, view)
    _button(view, _("Previous"), "skip_previous", "K", view.visit, previous, off=not places)
    _button(view, _("Next"), "skip_next", "J", view.visit, following, off=not places)
    doubtful = [stop for stop in places if stop.doubtful]
    if doubtful:
        _button(
            view, _("Next doubtful"), "question_mark", "N", lambda: view.visit(next_doubtful(doubtful, view))
        )


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
