"""Why this score: the parts that add up to it, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages._components import words
from pages._components.chart import chart
from pages._components.known_values import known_lines
from pages._components.score_figure import (
    ShownPart,
    is_optional,
    score_alt,
    score_figure,
    shown_parts,
    shown_range,
    shown_total,
)
from processing.emg.results import ChannelAnalysis
from processing.recording import RecordedMeasures, Side
from processing.scoring.model import MuscleScore, SessionScore
from processing.use_cases.read_models import SessionInputs


def score_section(
    score: SessionScore,
    channels: Sequence[ChannelAnalysis],
    measures: RecordedMeasures,
    inputs: SessionInputs | None = None,
    *,
    key: str,
) -> None:
    """Draw the bar, its table, and what was entered, found in the file or not recorded."""
    if not words.names_a_leg(channels):
        _no_score(measures, channels, inputs)
        return
    st.subheader("Why this score?", anchor=False)
    picture, missing = st.columns([5, 2], gap="large")
    with picture:
        chart(score_figure(score), alt=score_alt(score), key=f"score:{key}")
        st.table(_table(score, channels), hide_index=True, border="horizontal")
    with missing:
        _known(measures, channels, inputs)
        st.caption("  \n".join(score.notes))


def _no_score(
    measures: RecordedMeasures, channels: Sequence[ChannelAnalysis], inputs: SessionInputs | None
) -> None:
    """Say why there is nothing to explain, and what is known all the same."""
    st.subheader("Score", anchor=False)
    said, known = st.columns([5, 2], gap="large")
    said.info(
        f"{words.NO_SCORE} The signals, their quality and every contraction are shown all the same.",
        icon=":material/help:",
    )
    with known:
        _known(measures, channels, inputs)


def _known(
    measures: RecordedMeasures, channels: Sequence[ChannelAnalysis], inputs: SessionInputs | None
) -> None:
    lines = [f"- {line}" for line in known_lines(inputs, measures, channels)]
    st.markdown("\n".join(["**Entered or found in the file**", "", *lines]))


def _table(score: SessionScore, channels: Sequence[ChannelAnalysis]) -> pd.DataFrame:
    rows = [
        {
            "Part": shown.name,
            "Weight": words.number(100 * shown.part.weight, "%") if shown.counts else "—",
            "Reached, of 100": words.number(shown.part.score, missing="not known"),
            "Points": shown.points,
            "Note": _note(shown, score, channels),
        }
        for shown in shown_parts(score)
        if shown.part.points is not None or not is_optional(shown.part)
    ]
    span = shown_range(score)
    note = f"Could lie between {span.replace(' to ', ' and ')}" if span else ""
    total = {"Part": "**Score**", "Weight": "", "Reached, of 100": "", "Points": f"**{shown_total(score)}**"}
    return pd.DataFrame([*rows, {**total, "Note": note}])


def _note(shown: ShownPart, score: SessionScore, channels: Sequence[ChannelAnalysis]) -> str:
    """Return the part's note; that of compliance names both legs, each briefly."""
    if shown.name != "Compliance" or score.compliance is not None:
        return shown.part.note or ""
    sides = {channel.side: channel for channel in channels}
    legs = {name: _leg(sides.get(name), muscle) for name, muscle in _muscles(score)}
    if len(set(legs.values())) == 1:
        return f"both legs: {legs['left']}"
    return "; ".join(f"{name}: {said}" for name, said in legs.items())


def _muscles(score: SessionScore) -> tuple[tuple[Side, MuscleScore], ...]:
    return (("left", score.left), ("right", score.right))


def _leg(channel: ChannelAnalysis | None, muscle: MuscleScore) -> str:
    """Say in a few words what one leg scores, or why it has no score."""
    if channel is None:
        return "no channel"
    if channel.quality.verdict == "not_judged":
        return f"not judged ({words.short_reason(channel.quality) or 'signal not usable'})"
    if muscle.score is not None:
        return words.number(muscle.score)
    return f"no MVC, so between {muscle.low:.0f} and {muscle.high:.0f}"
