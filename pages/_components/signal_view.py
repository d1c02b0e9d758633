"""The interactive part of a review: window controls, both panels and the table of contractions, as one fragment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages._components import classes, words
from pages._components.chart import chart
from pages._components.contraction_table import choose_contraction
from pages._components.review_figure import (
    Look,
    Panel,
    much_smaller,
    recording_length_s,
    review_figure,
    summary_sentence,
)
from pages._components.stops import stops
from pages._components.view import SHORTEST_WINDOW_S, View
from pages._components.view_buttons import view_buttons
from processing.emg.parameters import SessionTargets


@st.fragment
def signal_view(subject: str, panels: Sequence[Panel], targets: SessionTargets) -> None:
    """Draw the panels with their controls; only this part runs again when the window moves."""
    length_s = recording_length_s(panels)
    view = View(subject, length_s)
    channels = [panel.analysis for panel in panels]
    buttons, picture = st.container(), st.container()
    _window_slider(view)
    look, leg = _options(subject, panels)
    with buttons:
        view_buttons(view, stops(channels, leg))
    look = replace(
        look,
        window_s=None if view.whole else view.window,
        selected=view.selected,
        target_percent_mvc=targets.target_percent_mvc,
        revision=view.revision,
    )
    with picture:
        _said_above(panels, view, look)
        chart(
            review_figure(panels, look),
            alt=summary_sentence(panels, look),
            key=f"chart:{subject}",
            full_s=(0.0, length_s),
            on_window=view.dragged,
        )
    choose_contraction(subject, channels, targets, view.visit)


def _window_slider(view: View) -> None:
    length = round(view.length_s, 1)
    if length < 2 * SHORTEST_WINDOW_S:
        return
    start, stop = view.window
    st.session_state[view.slider_key] = (round(min(start, length), 1), round(min(stop, length), 1))
    st.slider(
        "Visible window (s)",
        min_value=0.0,
        max_value=length,
        step=0.1,
        format="%.1f",
        key=view.slider_key,
        on_change=view.slid,
    )


def _options(subject: str, panels: Sequence[Panel]) -> tuple[Look, str | None]:
    """Ask what is drawn, and which leg the next and previous buttons visit; None is both."""
    names = {panel.analysis.name: panel.name for panel in panels}
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        leg = "both"
        if words.names_a_leg([panel.analysis for panel in panels]):
            st.markdown("Step through", width="content")
            leg = st.segmented_control(
                "Step through",
                ["both", *names],
                format_func=lambda name: {"both": "Both legs", **names}[name],
                default="both",
                required=True,
                key=f"leg:{subject}",
                label_visibility="collapsed",
            )
        raw = st.toggle("Raw signal", value=True, key=f"raw:{subject}")
        same_scale = st.toggle("Same scale", value=True, key=f"scale:{subject}")
        game = any(panel.traces.activated_uv is not None for panel in panels) and st.toggle(
            "What the game saw",
            key=f"game:{subject}",
            help="The game's own online detector. It lags, and it never replaces the analysis.",
        )
    return Look(raw=raw, game=game, same_scale=same_scale), None if leg == "both" else leg


def _said_above(panels: Sequence[Panel], view: View, look: Look) -> None:
    """Describe the chosen contraction, or say how to choose one."""
    panel = next((p for p in panels if view.selected and p.analysis.name == view.selected[0]), None)
    if panel is not None and view.selected is not None:
        st.markdown(_selected_words(panel, view.selected[1]))
        return
    total = sum(len(p.analysis.contractions) for p in panels)
    doubtful = sum(c.doubtful for p in panels for c in p.analysis.contractions)
    said = words.plural(total, "contraction") + " found"
    said += f", {doubtful} of them doubtful" if doubtful else ""
    small = [words.the_leg(p.analysis.side, p.name) for p in much_smaller(panels)] if look.same_scale else []
    said += f". On this scale {small[0]} is small: switch “Same scale” off" if small else ""
    st.caption(f"{said}. Drag across the plot to look closer; a double click shows the whole again.")


def _selected_words(panel: Panel, index: int) -> str:
    c = panel.analysis.contractions[index]
    percent = "" if c.percent_mvc is None else f" = {words.number(c.percent_mvc, '% MVC')}"
    said = (
        f"**{words.side_mark(panel.analysis.side)} {panel.name} {index + 1} of "
        f"{len(panel.analysis.contractions)}** · "
        f"{classes.contraction_class(c).word} · {words.span(c.onset_s, c.offset_s)}, "
        f"lasting {words.seconds(c.duration_s)} · plateau {words.number(c.plateau_uv, 'µV')}{percent} · "
        f"peak {words.number(c.peak_uv, 'µV')}"
    )
    return said + (f" · **doubtful:** {c.doubtful_reason or 'no reason given'}" if c.doubtful else "")
