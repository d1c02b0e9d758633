"""Why this score: the way from 100 down to it, what would raise it most, and what is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages._components import classes, state, words
from pages._components.chart import Events, chart
from pages._components.evidence import Evidence, evidence_button, scroll_if_asked
from pages._components.known_values import known_lines
from pages._components.not_judged import withheld
from pages._components.score_figure import (
    around_px,
    is_narrow,
    range_between,
    score_alt,
    score_figure,
    shown_total,
)
from pages._components.score_gains import gain_lines
from pages._components.score_steps import ShownStep, shown_steps
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _
from processing.language import sentence
from processing.recording import RecordedMeasures, RecordingMetadata, Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import SessionScore
from processing.use_cases.read_models import SessionInputs
from processing.use_cases.what_if import gains_of

NOMINAL_PX = 480.0  # of the bars, on a desktop's screen


def score_section(
    score: SessionScore,
    channels: Sequence[ChannelAnalysis],
    measures: RecordedMeasures,
    inputs: SessionInputs | None = None,
    *,
    key: str,
    metadata: RecordingMetadata | None = None,
    subject: str | None = None,
    beside: Callable[[], None] | None = None,
    then: Callable[[], None] | None = None,
) -> None:
    """Draw the score's picture, its table, and what was entered, found in the file or not recorded.

    With ``metadata`` it also says what would raise the score; with ``subject``, the viewer's, each cost leads to the
    contractions behind it, after which ``then`` draws them. ``beside`` draws what belongs to the page.
    """
    if not words.names_a_leg(channels):
        _no_score(measures, channels, inputs)
        return
    known = inputs or SessionInputs()
    targets, rules = known.targets, known.scoring
    steps = shown_steps(score, channels, targets, rules=rules)
    st.subheader(_("Why this score?"), anchor=False)
    picture, missing = st.columns([5, 2], gap="large")
    with picture:
        st.markdown(_good_first(channels, targets))
        _picture(score, channels, targets, rules, key)
        if metadata is not None:
            for line in gain_lines(gains_of(channels, metadata, known), targets, rules):
                st.markdown(line)
        if subject is not None and metadata is not None:
            _evidence(steps, Evidence(subject, metadata.duration_s, tuple(channels), then), key)
        _as_table(steps, score)
    with missing:
        if beside is not None:
            beside()
        _known(measures, channels, inputs)
        st.caption("  \n".join(_note_words(note) for note in score.notes))


def _note_words(note: str) -> str:
    """Return a note of the scoring in the reader's language; one about a leg begins with its name."""
    sides: tuple[Side, Side] = ("left", "right")
    for side in sides:
        name = f"{side.capitalize()}: "
        if note.startswith(name):
            said = _("{name}: {sentence}")
            return said.format(name=words.side_name(side, ""), sentence=words.told(note.removeprefix(name)))
    return words.told(note)


def _good_first(channels: Sequence[ChannelAnalysis], targets: SessionTargets) -> str:
    """Return how many contractions were good of how many were expected: what the rates below may flatter."""
    said = []
    for channel in words.left_first(channels):
        if channel.side is None:
            continue
        good = classes.good_count(channel)
        expected = targets.for_side(channel.side).expected_contractions
        count = (
            withheld() if good is None else _("**{n} of {expected}** good").format(n=good, expected=expected)
        )
        said.append(f"{words.side_mark(channel.side)} {count}")
    return " · ".join(said)


def _picture(
    score: SessionScore,
    channels: Sequence[ChannelAnalysis],
    targets: SessionTargets | None,
    rules: ScoringConfiguration | None,
    key: str,
) -> None:
    """Draw the steps; the browser tells how wide they came out."""
    known_px = st.session_state.get(state.SCORE_WIDTH)
    narrow = known_px is not None and is_narrow(known_px)
    beside = around_px(narrow=narrow)
    chart(
        score_figure(score, channels, targets, rules=rules, narrow=narrow),
        alt=score_alt(score, rules=rules),
        key=f"score:{key}",
        width_px=NOMINAL_PX if known_px is None else known_px - beside,
        events=Events(on_width=lambda px: st.session_state.update({state.SCORE_WIDTH: px + beside})),
    )


def _evidence(steps: Sequence[ShownStep], evidence: Evidence, key: str) -> None:
    """Offer the contractions behind every cost; a criterion that all contractions met needs no button."""
    costly = [s for s in steps if s.behind and (s.tenths or s.step.criterion == "completion")]
    if not costly:
        return
    st.caption(_("The contractions behind these numbers, in the signals:"))
    with st.container(horizontal=True, gap="xsmall"):
        for shown in costly:
            name = f"{key}:{shown.step.criterion}:{shown.step.side}"
            evidence_button(evidence, shown.behind_words, shown.behind, key=name)
    scroll_if_asked()


def _as_table(steps: Sequence[ShownStep], score: SessionScore) -> None:
    columns = [_("Step"), _("Found"), _("Possible points"), _("Cost"), _("Note")]
    rows = [
        (
            shown.name,
            shown.fact,
            words.fixed(shown.step.possible, 1) if shown.step.counts else "—",
            shown.cost,
            sentence(shown.step.note),
        )
        for shown in steps
    ]
    total = (f"**{_('Score')}**", range_between(score) or "", "100", f"**{shown_total(score)}**", "")
    with st.expander(_("Show as table"), icon=":material/table:", key="score:table"):
        st.table(pd.DataFrame([*rows, total], columns=columns), hide_index=True, border="horizontal")


def _no_score(
    measures: RecordedMeasures, channels: Sequence[ChannelAnalysis], inputs: SessionInputs | None
) -> None:
    """Say why there is nothing to explain, and what is known all the same."""
    st.subheader(_("Score"), anchor=False)
    said, known = st.columns([5, 2], gap="large")
    said.info(
        f"{_(words.NO_SCORE)} "
        + _("The signals, their quality and every contraction are shown all the same."),
        icon=":material/help:",
    )
    with known:
        _known(measures, channels, inputs)


def _known(
    measures: RecordedMeasures, channels: Sequence[ChannelAnalysis], inputs: SessionInputs | None
) -> None:
    lines = [f"- {line}" for line in known_lines(inputs, measures, channels)]
    st.markdown("\n".join([f"**{_('Entered or found in the file')}**", "", *lines]))
