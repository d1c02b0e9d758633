"""The comparison from top to bottom: the finding, what may be compared, the numbers, the pictures."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.chart import Events, chart
from pages._components.compare.curves import show_curves
from pages._components.compare.dumbbell import NOMINAL_WIDTH_PX, columns, dumbbell_figure
from pages._components.compare.overlay import Axes, at_onset_axes, overlay_figure, shape_axes
from pages._components.compare.repetitions import BothPanels, LegPair, at_onset, panels_of, shapes
from pages._components.compare.rows import rows_of
from pages._components.compare.sentences import (
    date_sentences,
    headline,
    measured_against,
    obstacle_sentences,
    short_obstacle,
    target_sentences,
)
from pages._components.compare.table import comparison_table
from pages._components.signal_details.away import load_or_say
from processing.language import current_language
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.comparison import SessionComparison
from processing.use_cases.mvc_breaks import SIDES

WIDTH = f"{state.COMPARE}width"


def comparison_view(services: Services, compared: SessionComparison) -> None:
    """Draw two sessions side by side; what cannot be compared is named with its reason and not drawn."""
    said = headline(compared)
    st.title(said, anchor=False)
    if not compared.same_recording:
        for obstacle in obstacle_sentences(compared):
            st.warning(obstacle, icon=":material/block:")
    for placed in date_sentences(compared):
        st.info(placed, icon=":material/event_busy:")
    for difference in target_sentences(compared):
        st.info(difference, icon=":material/flag:")
    key = f"{state.COMPARE}{compared.a.summary.session_code}:{compared.b.summary.session_code}"
    _dumbbells(compared, said, key)
    st.dataframe(
        comparison_table(compared),
        hide_index=True,
        alt=_("Every measure of A and B with the difference."),
    )
    st.caption(measured_against(compared))
    _overlay(services, compared, key)


def _dumbbells(compared: SessionComparison, said: str, key: str) -> None:
    """Draw every measure as a dumbbell; on a narrow screen the panels stand below each other."""
    width_px = st.session_state.get(WIDTH, NOMINAL_WIDTH_PX)
    chart(
        dumbbell_figure(rows_of(compared), revision=f"{key}:{current_language()}", width_px=width_px),
        alt=_("Every measure of A and B in a small panel with its own unit. {finding}").format(finding=said),
        key=f"{key}:dumbbell",
        width_px=width_px,
        events=Events(on_width=lambda px: st.session_state.update({WIDTH: px})),
    )


def _overlay(services: Services, compared: SessionComparison, key: str) -> None:
    """Draw the middle repetition of both sessions, and their shapes where somebody asks for them."""
    st.subheader(_("The typical contraction"), anchor=False)
    loaded = load_or_say(
        lambda: tuple(panels_of(review, services.load_traces) for review in (compared.a, compared.b)),
        key="compare",
    )
    if loaded is None:
        return
    panels = (loaded[0], loaded[1])
    unit = _("% MVC") if compared.in_percent_mvc else "µV"
    allowed = [compared.of(side).amplitude for side in SIDES]
    if any(allowed):
        pairs = [
            at_onset(compared, panels, side) if ok else LegPair(side, None, None)
            for side, ok in zip(SIDES, allowed, strict=True)
        ]
        why = [short_obstacle(compared.of(side)) for side in SIDES]
        alt = _(
            "RMS envelope of the median contraction of A and B from the onset on, in {unit}, with the middle half "
            "of all contractions, one panel for each leg."
        ).format(unit=unit)
        _pictures(pairs, at_onset_axes(unit), why, alt=alt, key=f"{key}:overlay")
    else:
        st.markdown(_("Not drawn: amplitudes of these sessions are not comparable; the reason stands above."))
    if not all(allowed):
        _shapes(compared, panels, key)


def _shapes(compared: SessionComparison, panels: BothPanels, key: str) -> None:
    """Offer the shapes of the repetitions, which say nothing about amplitude."""
    pairs = [shapes(compared, panels, side) for side in SIDES]
    if not any(pair.bands for pair in pairs):
        return
    shown = st.toggle(
        _("Show the shape only, without amplitude"),
        key=f"{key}:shapes",
        help=_("Each contraction in % of its own peak and length. Strong and weak ones look alike here."),
    )
    if not shown:
        return
    why = ["" if pair.a is not None else _("not judged in both sessions") for pair in pairs]
    st.caption(
        _(
            "In % of each contraction's own peak and length: this shows how it rose and fell, not how strong it was."
        )
    )
    alt = _(
        "Shape of the median contraction of A and B in percent of its own peak and length, one panel for each leg."
    )
    _pictures(pairs, shape_axes(), why, alt=alt, key=f"{key}:shape_figure")


def _pictures(pairs: list[LegPair], axes: Axes, why: list[str], *, alt: str, key: str) -> None:
    """Draw both legs side by side, or below each other where there is no room."""
    narrow = columns(st.session_state.get(WIDTH, NOMINAL_WIDTH_PX)) == 1
    groups = [[0], [1]] if narrow else [[0, 1]]
    for group in groups:
        chosen = [pairs[i] for i in group]
        revision = f"{key}:{current_language()}:{len(chosen)}"
        figure = overlay_figure(chosen, axes, [why[i] for i in group], revision=revision)
        chart(figure, alt=alt, key=f"{key}:{group[0]}:{len(group)}")
    show_curves(pairs, axes, key=f"{key}:table")
