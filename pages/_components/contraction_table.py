"""Every contraction as a row of text and numbers, and a click on a row as a way to see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages._components import classes, words
from pages._components.stops import Stop
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis

TALLEST = 420


def choose_contraction(
    subject: str,
    channels: Sequence[ChannelAnalysis],
    targets: SessionTargets,
    visit: Callable[[Stop], None],
) -> None:
    """Draw the table and call ``visit`` with the contraction of a chosen row."""
    places = [
        Stop(channel.name, i, c.onset_s, c.offset_s, c.doubtful)
        for channel in channels
        for i, c in enumerate(channel.contractions)
    ]
    label = f"Show as table: {words.plural(len(places), 'contraction')}"
    with st.expander(label, icon=":material/table:"):
        if not places:
            st.write("No contraction rose above the threshold of either channel.")
            return
        st.caption("Choose a row to see it in the plot.")
        key = f"table:{subject}"

        def chosen() -> None:
            rows = st.session_state[key].selection.rows
            if rows:
                visit(places[rows[0]])

        st.dataframe(
            contraction_table(channels, targets),
            hide_index=True,
            key=key,
            on_select=chosen,
            selection_mode="single-row",
            height=min(TALLEST, 38 + 35 * len(places)),
            alt="All contractions of both legs with their times, amplitudes and the targets they met.",
        )


def contraction_table(channels: Sequence[ChannelAnalysis], targets: SessionTargets) -> pd.DataFrame:
    """Return all contractions as text and numbers, one row each, units in the column names."""
    rows = [
        {
            "Leg": f"{words.side_mark(channel.side)} {words.side_name(channel.side, channel.name)}",
            "No.": index + 1,
            "Result": f"{kind.glyph} {kind.word}",
            "Start (s)": f"{c.onset_s:.1f}",
            "End (s)": f"{c.offset_s:.1f}",
            "Duration (s)": words.number(c.duration_s),
            f"Held ≥ {words.number(targets.target_duration_s, 's')}": words.yes_no(c.meets_duration),
            "Plateau (µV)": words.number(c.plateau_uv),
            "Peak (µV)": words.number(c.peak_uv),
            "% MVC": words.number(c.percent_mvc, missing=words.NOT_ASSESSABLE),
            f"≥ {words.number(targets.target_percent_mvc, '% MVC')}": words.yes_no(c.meets_intensity),
            "MDF (Hz)": words.number(c.mdf_hz, missing="—"),
            "Doubtful": f"? {c.doubtful_reason or 'yes'}" if c.doubtful else "",
        }
        for channel in channels
        for index, c in enumerate(channel.contractions)
        for kind in [classes.contraction_class(c)]
    ]
    return pd.DataFrame(rows)
