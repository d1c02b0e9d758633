"""The page from top to bottom: the answer, what to look at, three pictures and the numbers behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pages._components import counted, words
from pages._components.chart import Events, chart
from pages._components.signal_details import sentences
from pages._components.signal_details.address import asked_part, keep_part
from pages._components.signal_details.away import load_or_say
from pages._components.signal_details.frame import Frame, frame_buttons, frame_slider
from pages._components.signal_details.muscles import Muscle, muscles_of
from pages._components.signal_details.spectrum_figure import PART_NAMES, spectrum_figure
from pages._components.signal_details.tables import (
    bands_table,
    frequencies_table,
    moments_table,
    numbers_table,
)
from pages._components.signal_details.time_figure import time_figure
from pages._components.signal_details.trend_figure import trend_figure
from pages._components.view import SHORTEST_WINDOW_S
from pages._components.view_link import BOTH, Link, asked_for, format_link, parse_link, write_address
from processing.emg.results import IntervalS
from processing.emg.spectra_time import Spectrogram
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.read_models import SessionResult, SessionReview
from processing.use_cases.signal_details import Part
from processing.version import PIPELINE_VERSION

TALLEST, ROW_PX = 420, 35


def signal_details_view(services: Services, review: SessionReview, result: SessionResult) -> None:
    """Draw everything about the frequencies of a session's signals, or say why that cannot be."""
    with st.spinner(_("Computing spectra from the recording…"), show_time=False):
        sources = load_or_say(lambda: services.signal_details.sources(review), key="details")
    if sources is None:
        return
    length_s = max((source.length_s for source in sources), default=0.0)
    if not sources or length_s < SHORTEST_WINDOW_S:
        st.info(_("This recording is too short for spectra."), icon=":material/hourglass_empty:")
        return
    subject = f"details:{review.summary.session_code}:{result.version}"
    link = parse_link(asked_for(), result.channels, length_s=length_s, shortest_s=SHORTEST_WINDOW_S)
    Frame(subject, length_s).follow(link.window)
    _explained(services, review, result, subject, length_s, link.leg)


@st.fragment
def _explained(
    services: Services,
    review: SessionReview,
    result: SessionResult,
    subject: str,
    length_s: float,
    asked_leg: str,
) -> None:
    """Draw the pictures with their controls; only this part runs again when something is chosen."""
    view = Frame(subject, length_s)
    heading = st.container()
    leg, part = _choices(subject, result, asked_leg)
    _address(view, leg, part, result)
    details = services.signal_details.details(review, part=part, window_s=view.window)
    chosen = None if leg == BOTH else leg
    muscles = muscles_of(result.channels, services.signal_details.sources(review), details, chosen)
    with heading:
        st.title(sentences.page_title(muscles), anchor=False)
    _spectra(subject, muscles, part, view.window)
    _over_time(subject, view, muscles, services, review)
    _trend(subject, muscles)
    st.subheader(_("Numbers"), anchor=False)
    _table(numbers_table(muscles), _("Frequencies, mains, signal-to-noise ratio and fatigue of each muscle."))
    st.caption(
        _(
            "MDF and MNF are measured in the EMG band, as in the analysis. The Dimitrov index (FInsm5) grows with "
            "fatigue; 1 means no change. It was defined for one sustained set, and here contractions are short and "
            "separate. Nothing on this page is stored: it is computed from the recording each time."
        )
    )
    if result.pipeline_version != PIPELINE_VERSION:
        said = _(
            "The session was analysed by version {then} and this page computes with version {now}: until it is "
            "analysed again, frequencies can differ from the review's."
        )
        st.caption(said.format(then=words.plain(result.pipeline_version), now=PIPELINE_VERSION))


def _choices(subject: str, result: SessionResult, asked_leg: str) -> tuple[str, Part]:
    """Ask for leg and part."""
    names = {channel.name: words.side_name(channel.side, channel.name) for channel in result.channels}
    everything = _("All") if len(names) > 2 else _("Both legs")
    parts: list[Part] = ["contractions", "window", "whole"]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        leg = BOTH
        if len(names) > 1:
            leg = st.segmented_control(
                _("Leg"),
                [BOTH, *names],
                format_func=lambda name: {BOTH: everything, **names}[name],
                default=asked_leg,
                required=True,
                key=f"leg:{subject}",
            )
        part = st.segmented_control(
            _("Spectrum of"),
            parts,
            format_func=lambda name: _(PART_NAMES[name]).capitalize(),
            default=asked_part(),
            required=True,
            key=f"part:{subject}",
        )
    return leg, part


def _address(view: Frame, leg: str, part: Part, result: SessionResult) -> None:
    link = Link(leg=leg, window=None if view.whole else view.window)
    write_address(format_link(link, result.channels))
    keep_part(part)
    view.wrote()


def _spectra(subject: str, muscles: Sequence[Muscle], part: Part, window_s: IntervalS) -> None:
    st.subheader(_("Is it muscle or noise?"), anchor=False)
    finding = sentences.spectrum_sentence(muscles)
    st.markdown(finding)
    chart(
        spectrum_figure(muscles, revision=f"{subject}:{part}:{len(muscles)}"),
        alt=_("Power spectrum of each muscle on one scale, in square microvolts per hertz. {finding}").format(
            finding=finding
        ),
        key=f"spectrum:{subject}",
    )
    if part == "window":
        said = _("The visible window is {window}; it is chosen below.")
        st.caption(said.format(window=words.span(*window_s)))
    with st.expander(
        _("Show as table: share of power in each band"), icon=":material/table:", key="details:bands"
    ):
        _table(bands_table(muscles), _("Share of the power as recorded in each frequency band, in percent."))


def _over_time(
    subject: str, view: Frame, muscles: Sequence[Muscle], services: Services, review: SessionReview
) -> None:
    st.subheader(_("When, and at which frequencies?"), anchor=False)
    frame_buttons(view)
    frame_slider(view)
    window = view.window
    pictures = _spectrograms(services, review, muscles, window)
    finding = sentences.spectrogram_sentence(muscles, pictures, window)
    st.markdown(finding)
    chart(
        time_figure(muscles, pictures, window, revision=view.revision),
        alt=_(
            "Signal as recorded and its spectrogram from {start} to {end} seconds, "
            "one pair for each muscle on one scale of decibels. {finding}"
        ).format(start=words.fixed(window[0], 1), end=words.fixed(window[1], 1), finding=finding),
        key=f"time:{subject}",
        full_s=(0.0, view.length_s),
        events=Events(on_window=view.dragged),
    )
    st.caption(_("Drag across the picture to look closer. Levels are decibels over 1 µV² per Hz."))
    with st.expander(
        _("Show as table: level and strongest frequency over time"),
        icon=":material/table:",
        key="details:moments",
    ):
        _table(
            moments_table(muscles, pictures, window),
            _("Level and strongest frequency over the visible window."),
        )


def _spectrograms(
    services: Services, review: SessionReview, muscles: Sequence[Muscle], window_s: IntervalS
) -> Mapping[str, Spectrogram]:
    names = [muscle.analysis.name for muscle in muscles]
    return {name: services.signal_details.spectrogram(review, name, window_s) for name in names}


def _trend(subject: str, muscles: Sequence[Muscle]) -> None:
    st.subheader(_("Is it fatigue?"), anchor=False)
    finding = sentences.trend_sentence(muscles)
    st.markdown(finding)
    chart(
        trend_figure(muscles, revision=f"{subject}:{len(muscles)}"),
        alt=_("Median frequency of each contraction in hertz, in order of time. {finding}").format(
            finding=finding
        ),
        key=f"trend:{subject}",
    )
    n = sum(len(muscle.analysis.contractions) for muscle in muscles)
    label = _("Show as table: {contractions}").format(contractions=counted.contractions(n))
    with st.expander(label, icon=":material/table:", key="details:frequencies"):
        if n:
            _table(frequencies_table(muscles), _("Frequencies of every contraction."))
        else:
            st.write(_("No contraction rose above the threshold of any channel."))


def _table(table: pd.DataFrame, alt: str) -> None:
    height = min(TALLEST, ROW_PX * (len(table) + 1) + 3)
    st.dataframe(table, hide_index=True, height=height, alt=alt)
