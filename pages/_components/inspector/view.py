"""The inspector from top to bottom: the chosen contraction large, all of them small, then what they have in common."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import words
from pages._components.chart import chart
from pages._components.contraction_table import choose_contraction
from pages._components.correction.bar import corrections_bar
from pages._components.correction.saving import Corrector
from pages._components.correction.tools import choose_changed, prepare_once
from pages._components.inspector import sentences
from pages._components.inspector.aligned_panels import Muscle, muscles_of
from pages._components.inspector.cells import sheet_of
from pages._components.inspector.choice import Selected, choice_buttons, follow, settle
from pages._components.inspector.close_up import close_up_figure
from pages._components.inspector.duration_figure import duration_figure
from pages._components.inspector.overlay_figure import overlay_figure
from pages._components.inspector.sheet import contraction_sheet
from pages._components.inspector.tables import duration_table, overlay_table
from pages._components.may_edit import may_edit
from pages._components.review_figure.panels import Panel, pair_panels, recording_length_s
from pages._components.signal_details.away import load_or_say
from pages._components.stops import Stop, stops
from pages._components.view import SHORTEST_WINDOW_S, View, window_around
from pages._components.view_link import BOTH, Link, asked_for, format_link, parse_link, write_address
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.read_models import SessionResult, SessionReview

ROW_PX, TALLEST = 35, 420


def inspector_view(services: Services, review: SessionReview, result: SessionResult) -> None:
    """Draw every contraction of a session, or say why that cannot be."""
    with st.spinner(_("Reading the recording…"), show_time=False):
        traces = load_or_say(lambda: services.load_traces(review), key="inspector")
    if traces is None:
        return
    panels = pair_panels(traces, result.channels)
    if not any(panel.analysis.contractions for panel in panels):
        st.title(_("No contraction to inspect"), anchor=False)
        st.info(
            _(
                "No contraction rose above the threshold of any channel. "
                "The session review shows the signals themselves."
            ),
            icon=":material/search_off:",
        )
        return
    subject = f"inspector:{review.summary.session_code}:{result.version}"
    length_s = recording_length_s(panels)
    link = parse_link(asked_for(), result.channels, length_s=length_s, shortest_s=SHORTEST_WINDOW_S)
    view, corrector, corrected = View(subject, length_s), None, False
    if may_edit(services):
        corrector = Corrector(services, review, result)
        corrected = corrector.take_changed()  # the page is being drawn whole
        choose_changed(corrector, view)
        prepare_once(services, review, result.version)
    if not corrected:  # else the browser may repeat an address of before
        follow(view, link.at)
    _inspected(subject, review, result, panels, corrector, link.leg)


@st.fragment
def _inspected(
    subject: str,
    review: SessionReview,
    result: SessionResult,
    panels: Sequence[Panel],
    corrector: Corrector | None,
    asked_leg: str,
) -> None:
    """Draw the pictures with their controls; only this part runs again when something is chosen."""
    if corrector is not None and corrector.changed:
        st.rerun()  # counts and pictures follow from what is loaded outside of this fragment
    length_s = recording_length_s(panels)
    view = View(subject, length_s)
    muscles = muscles_of(panels, review.inputs.targets)
    st.title(sentences.page_title(muscles), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        leg = _leg(view, panels, asked_leg)
        shown = [m for m in muscles if leg in (BOTH, m.channel)]
        channels = [m.panel.analysis for m in shown]
        selected = settle(view, channels)
        choice_buttons(view, stops(channels), selected)
    write_address(format_link(Link(leg=leg, at=selected), result.channels))
    if selected is not None:
        _close_up(subject, shown, selected, review, result, length_s)
    if corrector is not None:
        corrections_bar(corrector, view)
    same_scale = _sheet(subject, shown, selected, view)
    _durations(subject, shown, selected)
    _overlay(subject, shown, selected, same_scale)

    def visit(stop: Stop) -> None:
        view.select((stop.channel, stop.index))

    choose_contraction(subject, channels, review.inputs.targets, visit)


def _leg(view: View, panels: Sequence[Panel], asked_leg: str) -> str:
    names = {panel.analysis.name: panel.name for panel in panels}
    if len(names) < 2:
        return BOTH
    everything = _("All") if len(names) > 2 else _("Both legs")
    return st.segmented_control(
        _("Leg"),
        [BOTH, *names],
        format_func=lambda name: {BOTH: everything, **names}[name],
        default=asked_leg,
        required=True,
        key=view.leg_key,
        label_visibility="collapsed",
    )


def _close_up(
    subject: str,
    muscles: Sequence[Muscle],
    selected: Selected,
    review: SessionReview,
    result: SessionResult,
    length_s: float,
) -> None:
    """Draw the chosen contraction with its numbers and the way to it in the review."""
    muscle = next(m for m in muscles if m.channel == selected[0])
    index = selected[1]
    said = sentences.chosen_words(muscle, index)
    st.markdown(said)
    picture, beside = st.columns([2, 1], vertical_alignment="top")
    with picture:
        numbers = sentences.chosen_numbers(muscle, index)
        chart(
            close_up_figure(muscle, index, revision=f"{subject}:{selected}"),
            alt=_(
                "Raw EMG and RMS envelope in microvolts around one contraction. {contraction}. {numbers}"
            ).format(
                contraction=said.replace("**", ""),
                numbers=", ".join(f"{name} {value}" for name, value in numbers),
            ),
            key=f"close:{subject}",
        )
    with beside:
        first, *others = [f"| {name} | **{words.plain(value)}** |" for name, value in numbers]
        st.markdown("\n".join([first, "|---|---|", *others]))
        c = muscle.contractions[index]
        window = window_around(c.onset_s, c.offset_s, length_s)
        st.page_link(
            "review.py",
            label=_("Show in the session review"),
            icon=":material/monitoring:",
            query_params={
                "session": review.summary.session_code,
                **format_link(Link(window=window, at=selected), result.channels),
            },
        )


def _sheet(subject: str, muscles: Sequence[Muscle], selected: Selected | None, view: View) -> bool:
    """Draw every contraction small and return whether all stand on one scale."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_("Every contraction"), anchor=False, width="content")
        same_scale = len(muscles) < 2 or st.toggle(
            _("Same scale for all"),
            value=True,
            key=f"scale:{subject}",
            help=_("Off: each leg on a scale of its own."),
        )
    with_target = any(m.target_uv is not None for m in muscles)
    said = [
        _("RMS envelope, all beginning at their onset."),
        _("The dotted line is where a contraction of the target's length would end."),
        *([_("The dashed line is the amplitude to reach.")] if with_target else []),
        _("Press one to see it large."),
    ]
    st.caption(" ".join(said))
    contraction_sheet(
        sheet_of(muscles, selected, same_scale=same_scale),
        alt=_(
            "Every contraction as a small picture of its RMS envelope; each is a button that shows it large."
        ),
        key=f"sheet:{subject}",
        on_pick=lambda channel, index: view.select((channel, index)),
    )
    return same_scale


def _durations(subject: str, muscles: Sequence[Muscle], selected: Selected | None) -> None:
    st.subheader(_("Were they held long enough?"), anchor=False)
    finding = sentences.duration_sentence(muscles)
    st.markdown(finding)
    chart(
        duration_figure(muscles, selected, revision=f"{subject}:{len(muscles)}"),
        alt=_(
            "Duration of each contraction in seconds against the target, with a histogram. {finding}"
        ).format(finding=finding),
        key=f"durations:{subject}",
    )
    with st.expander(
        _("Show as table: how often which duration occurred"),
        icon=":material/table:",
        key="inspector:durations",
    ):
        table = duration_table(muscles)
        height = min(TALLEST, ROW_PX * (len(table) + 1) + 3)
        st.dataframe(
            table,
            hide_index=True,
            height=height,
            alt=_("Number of contractions for each range of durations."),
        )


def _overlay(subject: str, muscles: Sequence[Muscle], selected: Selected | None, same_scale: bool) -> None:
    st.subheader(_("How alike are they?"), anchor=False)
    finding = sentences.overlay_sentence(muscles)
    st.markdown(finding)
    chart(
        overlay_figure(
            muscles, selected, same_scale=same_scale, revision=f"{subject}:{len(muscles)}:{same_scale}"
        ),
        alt=_(
            "RMS envelopes of all contractions aligned at their onset, with median and quartiles. {finding}"
        ).format(finding=finding),
        key=f"overlay:{subject}",
    )
    with st.expander(
        _("Show as table: median and quartiles after the onset"),
        icon=":material/table:",
        key="inspector:overlay",
    ):
        table = overlay_table(muscles)
        height = min(TALLEST, ROW_PX * (len(table) + 1) + 3)
        st.dataframe(
            table, hide_index=True, height=height, alt=_("Median and quartiles of the envelope over time.")
        )
