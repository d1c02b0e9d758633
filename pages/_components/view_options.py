"""What is drawn and how: the leg that is stepped through, the unit, the layers, and the window as typed numbers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import words
from pages._components.listed import listed
from pages._components.review_figure import Look, Panel
from pages._components.review_figure.panels import UNIT_WORDS
from pages._components.told import told
from pages._components.view import LEAST_GAIN, MOST_GAIN, SHORTEST_WINDOW_S, View
from pages._components.view_buttons import keys_button
from pages._components.view_link import BOTH
from processing.language import gettext as _


def view_options(
    subject: str, view: View, panels: Sequence[Panel], keys: Sequence[tuple[str, str]] = ()
) -> Look:
    """Ask what is drawn; ``view.leg`` and ``view.unit`` follow. ``keys`` are named on the card of all keys."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        _leg(view, panels)
        _unit(view, panels)
        raw = st.toggle(_("Raw signal"), value=True, key=f"raw:{subject}")
        same_scale = st.toggle(_("Same scale"), value=True, key=f"scale:{subject}")
        game = any(panel.traces.activated_uv is not None for panel in panels) and st.toggle(
            _("What the game saw"),
            key=f"game:{subject}",
            help=_("The game's own online detector. It lags, and it never replaces the analysis."),
        )
        keys_button(view, keys)
    return Look(raw=raw, game=game, same_scale=same_scale, unit=view.unit)


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


def _leg(view: View, panels: Sequence[Panel]) -> None:
    names = {BOTH: _("Both legs")} | {panel.analysis.name: panel.name for panel in panels}
    known = words.names_a_leg([panel.analysis for panel in panels])
    if not known or view.leg not in names:
        view.step_through(BOTH)
    if not known:
        return
    shown = told(view.leg_key, view.leg)

    def other_leg() -> None:
        order = list(names)
        view.step_through(order[(order.index(view.leg) + 1) % len(order)])

    def chosen() -> None:
        if shown.take():
            view.step_through(shown.said)

    st.button(
        _("Step through"),
        icon=":material/swap_vert:",
        shortcut="L",
        key=f"{view.key}:L",
        on_click=other_leg,
        type="tertiary",
        help=_("Both legs, the left, the right, and so on."),
    )
    st.segmented_control(
        _("Step through"),
        list(names),
        format_func=lambda name: names[name],
        default=shown.value,
        required=True,
        key=shown.key,
        on_change=chosen,
        label_visibility="collapsed",
    )


def _unit(view: View, panels: Sequence[Panel]) -> None:
    known = any(panel.percent_mvc_per_uv is not None for panel in panels)
    if not known:
        view.measure_in("uv")
    shown = told(view.unit_key, view.unit)

    def chosen() -> None:
        if shown.take():
            view.measure_in(shown.said)

    st.segmented_control(
        _("Unit"),
        list(UNIT_WORDS),
        format_func=lambda unit: _(UNIT_WORDS[unit]),
        default=shown.value,
        required=True,
        key=shown.key,
        on_change=chosen,
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
    fields = [
        told(f"{view.key}:{name}", round(min(moment, length), 2))
        for name, moment in zip(("from", "to"), view.window, strict=True)
    ]

    def typed() -> None:
        before = view.window
        start, stop = (
            float(field.said) if field.take() else moment
            for field, moment in zip(fields, before, strict=True)
        )
        if (start, stop) == before:
            return
        start = min(max(start, 0.0), length - SHORTEST_WINDOW_S)
        view.go((start, min(view.length_s, max(stop, start + SHORTEST_WINDOW_S))))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for field, label in zip(fields, (_("From (s)"), _("To (s)")), strict=True):
            st.number_input(
                label,  # without bounds: a field drops what is beyond them without a word, this cuts it to fit
                value=field.value,
                step=0.5,
                format="%.2f",
                key=field.key,
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
