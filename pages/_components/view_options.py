"""What is drawn and how: the leg that is stepped through, the unit, the layers, and the window as typed numbers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import words
from pages._components.listed import listed
from pages._components.review_figure import Look, Panel
from pages._components.review_figure.panels import UNIT_WORDS
from pages._components.view import LEAST_GAIN, MOST_GAIN, SHORTEST_WINDOW_S, View
from pages._components.view_buttons import keys_button
from pages._components.view_link import BOTH
from processing.language import gettext as _


def view_options(
    subject: str, view: View, panels: Sequence[Panel], keys: Sequence[tuple[str, str]] = ()
) -> Look:
    """Ask what is drawn; ``view.leg`` and ``view.unit`` follow. ``keys`` are named on the card of all keys."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        leg = _leg(view, panels)
        unit = _unit(view, panels)
        raw = st.toggle(_("Raw signal"), value=True, key=f"raw:{subject}")
        same_scale = st.toggle(_("Same scale"), value=True, key=f"scale:{subject}")
        game = any(panel.traces.activated_uv is not None for panel in panels) and st.toggle(
            _("What the game saw"),
            key=f"game:{subject}",
            help=_("The game's own online detector. It lags, and it never replaces the analysis."),
        )
        keys_button(view, keys)
    view.keep_choices(leg=leg, unit=unit)
    return Look(raw=raw, game=game, same_scale=same_scale, unit=unit)


def unit_note(panels: Sequence[Panel]) -> str | None:
    """Say why % MVC is not offered, or not for all; None where nothing is missing."""
    missing = [
        words.plain(words.the_leg(p.analysis.side, p.name)) for p in panels if p.percent_mvc_per_uv is None
    ]
    if not missing:
        return None
    if len(missing) == len(panels):
        return _("% MVC needs an MVC measured in the clinic or written in the file; none is known.")
    return _("% MVC is not drawn for {legs}: no MVC is known there.").format(legs=listed(missing))


def _leg(view: View, panels: Sequence[Panel]) -> str:
    names = {BOTH: _("Both legs")} | {panel.analysis.name: panel.name for panel in panels}
    if not words.names_a_leg([panel.analysis for panel in panels]):
        return BOTH
    if st.session_state.setdefault(view.leg_key, view.leg) not in names:
        st.session_state[view.leg_key] = BOTH

    def other_leg() -> None:
        order = list(names)
        here = order.index(st.session_state[view.leg_key])
        st.session_state[view.leg_key] = order[(here + 1) % len(order)]

    st.button(
        _("Step through"),
        icon=":material/swap_vert:",
        shortcut="L",
        key=f"{view.key}:L",
        on_click=other_leg,
        type="tertiary",
        help=_("Both legs, the left, the right, and so on."),
    )
    return st.segmented_control(
        _("Step through"),
        list(names),
        format_func=lambda name: names[name],
        required=True,
        key=view.leg_key,
        label_visibility="collapsed",
    )


def _unit(view: View, panels: Sequence[Panel]) -> str:
    known = any(panel.percent_mvc_per_uv is not None for panel in panels)
    st.session_state.setdefault(view.unit_key, view.unit)
    if not known:
        st.session_state[view.unit_key] = "uv"
    return st.segmented_control(
        _("Unit"),
        list(UNIT_WORDS),
        format_func=lambda unit: _(UNIT_WORDS[unit]),
        required=True,
        key=view.unit_key,
        disabled=not known,
        help=unit_note(panels),
        label_visibility="collapsed",
    )


def _heights(view: View) -> None:
    for label, icon, shortcut, factor, off in (
        (_("Taller"), "unfold_more", "Shift+Up", 2.0, view.gain >= MOST_GAIN),
        (_("Flatter"), "unfold_less", "Shift+Down", 0.5, view.gain <= LEAST_GAIN),
    ):
        st.button(
            label,
            icon=f":material/{icon}:",
            shortcut=shortcut,
            key=f"{view.key}:{shortcut}",
            on_click=view.amplify,
            args=(factor,),
            disabled=off,
            help=_("Amplitudes are drawn {n} times as tall as fits.").format(n=words.number(view.gain)),
            width="content",
        )


def window_fields(view: View) -> None:
    """Draw the visible window as two numbers and the height of the amplitudes: the way without dragging."""
    length = round(view.length_s, 2)
    if length < 2 * SHORTEST_WINDOW_S:
        return
    keys = (f"{view.key}:from", f"{view.key}:to")
    for key, moment in zip(keys, view.window, strict=True):
        st.session_state[key] = round(min(moment, length), 2)

    def typed() -> None:
        start, stop = (float(st.session_state[key]) for key in keys)
        start = min(max(start, 0.0), length - SHORTEST_WINDOW_S)
        view.go((start, min(view.length_s, max(stop, start + SHORTEST_WINDOW_S))))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for key, label in zip(keys, (_("From (s)"), _("To (s)")), strict=True):
            st.number_input(
                label,  # without bounds: a field drops what is beyond them without a word, this cuts it to fit
                step=0.5,
                format="%.2f",
                key=key,
                on_change=typed,
                width=140,
            )
        _heights(view)
        st.caption(
            _(
                "The visible window. Or drag across the plot, move the box on the map of the whole recording above, "
                "or click a contraction."
            )
        )
