"""Which contraction is looked at, kept between two runs, and the buttons and keys that step through them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components.stops import Stop, next_stop, stop_after
from pages._components.view import View, window_around
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _

Selected = tuple[str, int]


def follow(view: View, asked: Selected | None) -> None:
    """Choose what an address asks for, if it is another than this page last wrote there.

    For a run of the page only; see ``signal_view.follow_address``.
    """
    if asked is not None and asked != st.session_state.get(_said(view)):
        view.select(asked)


def settle(view: View, channels: Sequence[ChannelAnalysis]) -> Selected | None:
    """Return the chosen contraction; where none is, the first of a judged channel is chosen."""
    view.keep_selection(channels)
    if view.selected is None:
        judged = sorted(channels, key=lambda channel: channel.quality.verdict == "not_judged")
        view.select(next(((channel.name, 0) for channel in judged if channel.contractions), None))
    st.session_state[_said(view)] = view.selected
    if view.selected is not None:
        channel = next(channel for channel in channels if channel.name == view.selected[0])
        c = channel.contractions[view.selected[1]]
        view.go(
            window_around(c.onset_s, c.offset_s, view.length_s)
        )  # what the corrections take for "visible"
    return view.selected


def _said(view: View) -> str:
    return f"{view.key}:said"


def choice_buttons(view: View, places: Sequence[Stop], selected: Selected | None) -> None:
    """Draw the buttons that step through the contractions, each with its key."""
    previous, following = (next_stop(places, selected, step) for step in (-1, 1))
    doubtful = [stop for stop in places if stop.doubtful]
    buttons: list[tuple[str, str, str, Stop | None]] = [
        (_("Previous"), "skip_previous", "K", previous),
        (_("Next"), "skip_next", "J", following),
    ]
    if doubtful:
        buttons.append((_("Next doubtful"), "question_mark", "N", _next_doubtful(doubtful, places, selected)))

    def visit(stop: Stop | None) -> None:
        if stop is not None:
            view.select((stop.channel, stop.index))

    for label, icon, key, stop in buttons:
        st.button(
            label,
            icon=f":material/{icon}:",
            shortcut=key,
            key=f"{view.key}:{key}",
            on_click=visit,
            args=(stop,),
            disabled=stop is None,
            width="content",
        )


def _next_doubtful(doubtful: Sequence[Stop], places: Sequence[Stop], selected: Selected | None) -> Stop:
    """Return the doubtful place after the chosen one, going round."""
    here = next((stop for stop in places if (stop.channel, stop.index) == selected), None)
    if here is None:
        return doubtful[0]
    later = [stop for stop in doubtful if (stop.onset_s, stop.channel) > (here.onset_s, here.channel)]
    return later[0] if later else stop_after(doubtful, -1.0)
