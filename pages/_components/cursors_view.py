"""Two cursors: fields to type them into, and what lies between them for each leg."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import words
from pages._components.review_figure.panels import UNIT_WORDS, Panel, Unit
from pages._components.told import told
from pages._components.view import View
from processing.emg.between import Between, measure_between
from processing.emg.results import IntervalS
from processing.language import gettext as _


def first_place(view: View, panels: Sequence[Panel]) -> IntervalS:
    """Return where the cursors appear: at the chosen contraction's edges, else at the thirds of the window."""
    if view.selected is not None:
        name, index = view.selected
        for panel in panels:
            if panel.analysis.name == name:
                chosen = panel.analysis.contractions[index]
                return (chosen.onset_s, chosen.offset_s)
    start, stop = view.window
    third = (stop - start) / 3
    return (start + third, stop - third)


def toggle_cursors(view: View, panels: Sequence[Panel]) -> None:
    """Take the cursors out, or put them away."""
    view.measure(first_place(view, panels) if view.cursors is None else None)


def cursor_readout(view: View, panels: Sequence[Panel], unit: Unit) -> None:
    """Draw the fields and the figures while the cursors are out."""
    if view.cursors is None:
        return
    first, second = view.cursors
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="large"):
            with st.container(width="content", gap="small"):
                with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                    _field(view, "A", 0)
                    _field(view, "B", 1)
                said = _("**Δt {duration}** between A and B")
                st.markdown(said.format(duration=words.seconds(abs(second - first))), width="content")
            st.markdown(readout_table(panels, view.cursors, unit), width="content")
        st.caption(
            _(
                "Click in the plot to set A, then B. Drag them, or Tab to one and press ← →. Mean and peak of the RMS "
                "envelope, RMS of the band-passed EMG: from every sample, without what was left out."
            )
        )


def _field(view: View, name: str, position: int) -> None:
    assert view.cursors is not None
    shown = told(f"{view.key}:cursor{name}", round(view.cursors[position], 2))

    def typed() -> None:
        if not shown.take():
            return
        cursors = list(view.cursors or (0.0, 0.0))
        cursors[position] = shown.said
        view.measure((cursors[0], cursors[1]))

    st.number_input(
        _("Cursor {name} (s)").format(name=name),
        min_value=0.0,
        max_value=round(view.length_s + 0.005, 2),
        value=shown.value,
        step=0.01,
        format="%.2f",
        key=shown.key,
        on_change=typed,
        width=150,
    )


def readout_table(panels: Sequence[Panel], cursors: IntervalS, unit: Unit) -> str:
    """Return the figures as a Markdown table, one row for each channel."""
    head = " | ".join((_("Mean"), _("Peak"), _("RMS"), _("Left out")))
    rows = [f"| | {head} |", "|---|---|---|---|---|"]
    for panel in panels:
        found = measure_between(panel.traces, *cursors)
        name = f"{words.side_mark(panel.analysis.side)} {words.plain(panel.name)}"
        masked = words.number(found.masked_percent, "%") if found.masked_percent else _("nothing")
        rows.append(f"| {name} | {' | '.join(_amplitudes(panel, found, unit))} | {masked} |")
    return "\n".join(rows)


def _amplitudes(panel: Panel, found: Between, unit: Unit) -> list[str]:
    factor = panel.percent_mvc_per_uv if unit == "mvc" else None
    key: Unit = "uv" if factor is None else "mvc"
    shown = _(UNIT_WORDS[key])
    values = (found.mean_uv, found.peak_uv, found.rms_uv)
    return [
        words.number(None if value is None else value * (factor or 1.0), shown, missing="—")
        for value in values
    ]
