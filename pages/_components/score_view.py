"""Why this score: the parts that add up to it, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._components import words
from pages._components.chart import chart
from pages._components.score_figure import (
    is_optional,
    score_alt,
    score_figure,
    shown_parts,
    shown_range,
    shown_total,
)
from processing.emg.results import ChannelAnalysis
from processing.scoring.model import SessionScore
from processing.use_cases.read_models import SessionInputs


def score_section(
    score: SessionScore, inputs: SessionInputs | None, channels: Sequence[ChannelAnalysis], *, key: str
) -> None:
    """Draw the bar, its table, and what the file and the clinic have not recorded."""
    st.subheader("Why this score?", anchor=False)
    picture, missing = st.columns([5, 2], gap="large")
    with picture:
        chart(score_figure(score), alt=score_alt(score), key=f"score:{key}")
        st.table(_table(score), hide_index=True, border="horizontal")
    with missing:
        st.markdown("\n".join(["**Entered or found in the file**", "", *_known(inputs, channels)]))
        for note in score.notes:
            st.caption(note)


def _table(score: SessionScore) -> pd.DataFrame:
    rows = [
        {
            "Part": shown.name,
            "Weight": words.number(100 * shown.part.weight, "%") if shown.tenths is not None else "—",
            "Reached, of 100": words.number(shown.part.score, missing="— not known"),
            "Points": shown.points,
            "Note": shown.part.note or "",
        }
        for shown in shown_parts(score)
        if shown.part.points is not None or not is_optional(shown.part)
    ]
    span = shown_range(score)
    note = f"Could lie between {span.replace(' to ', ' and ')}" if span else ""
    total = {"Part": "**Score**", "Weight": "", "Reached, of 100": "", "Points": f"**{shown_total(score)}**"}
    return pd.DataFrame([*rows, {**total, "Note": note}])


def _known(inputs: SessionInputs | None, channels: Sequence[ChannelAnalysis]) -> list[str]:
    lines = [
        f"- {words.mvc_words(channel.mvc, words.side_name(channel.side, channel.name).lower())}"
        for channel in channels
    ]
    effort = None if inputs is None else inputs.perceived_effort_cr10
    pressure = None if inputs is None else inputs.bfr_percent_aop
    points = None if inputs is None else inputs.game_max_points
    return [
        *lines,
        f"- Perceived effort (CR10): {words.number(effort)}",
        f"- BFR pressure: {words.number(pressure, '% AOP')}",
        f"- Maximum game points: {words.number(points)}",
    ]
