"""The timeline page from top to bottom: the finding, what leads on, the lanes, what changed, the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import streamlit as st

from pages._components import state, words
from pages._components.chart import Events, chart
from pages._components.timeline.controls import BASELINES, RANGES, chosen
from pages._components.timeline.figure import timeline_extras, timeline_figure
from pages._components.timeline.finding import finding
from pages._components.timeline.scene import NOMINAL_WIDTH_PX, Scene
from pages._components.timeline.table import timeline_table
from pages._components.timeline.words import (
    adherence_explained,
    adherence_words,
    break_sentence,
    heading_of,
    placed_sentence,
)
from processing.language import gettext as _
from processing.language import ngettext
from processing.use_cases.cohort import TimelineSession
from processing.use_cases.progress import GAP_DAYS, Progress

ROW_PX, TALLEST, MOST_BREAKS, MOST_BY_ARRIVAL = 35, 420, 6, 3
WIDTH = f"{state.TIMELINE}width"


def timeline_page(progress: Progress) -> None:
    """Draw a patient's timeline, or say why there is none yet."""
    patient = progress.timeline.patient_code
    key = f"{state.TIMELINE}{patient}"
    goal = st.session_state.pop(f"{key}:goto", None)
    if goal is not None:
        st.switch_page("review.py", query_params={"session": goal})
    _heading(progress, key)
    if not progress.timeline.sessions:
        st.title(_("No session of this patient has arrived yet."), anchor=False)
        st.page_link("upload.py", label=_("Upload a recording"), icon=":material/upload_file:")
        return
    title = st.container()
    _adherence(progress)
    scene = _controlled(progress, key)
    said = finding(scene)
    title.title(said, anchor=False)
    if progress.timeline.n_sessions > len(progress.timeline.sessions):
        st.caption(
            _("The newest {shown} of {all} sessions.").format(
                shown=len(progress.timeline.sessions), all=progress.timeline.n_sessions
            )
        )
    chart(
        timeline_figure(scene),
        alt=_alt(scene, said),
        key=f"{key}:chart",
        extras=timeline_extras(scene),
        events=Events(
            on_pick=lambda _name, index: _go(key, scene.sessions[index]),
            on_width=lambda width_px: st.session_state.update({WIDTH: width_px}),
        ),
        width_px=scene.width_px,
    )
    _below(scene)


def _go(key: str, session: TimelineSession) -> None:
    st.session_state[f"{key}:goto"] = session.session_code


def _heading(progress: Progress, key: str) -> None:
    """Draw whose timeline this is, and the ways on."""
    timeline = progress.timeline
    code = timeline.patient_code
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            "patients.py",
            label=_("Prescription, MVC, identity"),
            icon=":material/person:",
            query_params={"patient": code},
        )
        site = f" · {words.plain(timeline.site)}" if timeline.site else ""
        n = ngettext("{n} session", "{n} sessions", timeline.n_sessions).format(n=timeline.n_sessions)
        st.markdown(f"**{_('Patient {code}').format(code=code)}**{site} · {n}", width="content")
        if timeline.sessions:
            _ways_on(timeline.sessions, key)


def _adherence(progress: Progress) -> None:
    adherence = progress.adherence
    if adherence is None:
        return
    said = _("Adherence: {adherence}").format(adherence=f"**{adherence_words(adherence)}**")
    done = _("{done} of {due} sessions due").format(
        done=adherence.n_done, due=words.fixed(adherence.n_due, 0)
    )
    st.markdown(f"{said} · {done}", help=adherence_explained(adherence))


def _controlled(progress: Progress, key: str) -> Scene:
    """Draw the controls and return what they choose."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        leg = chosen(
            _("Leg"),
            {
                "both": _("Both legs"),
                "left": words.side_name("left", ""),
                "right": words.side_name("right", ""),
            },
            key=f"{key}:leg",
        )
        days = chosen(_("Range"), {name: _(said) for name, (said, _n) in RANGES.items()}, key=f"{key}:range")
        first = chosen(
            _("Baseline"), {name: _(said) for name, (said, _n) in BASELINES.items()}, key=f"{key}:base"
        )
        width_px = st.session_state.get(WIDTH, NOMINAL_WIDTH_PX)
        scene = Scene(progress, leg=leg, n_baseline=BASELINES[first][1], width_px=width_px)  # type: ignore[arg-type]
        n_days = RANGES[days][1]
        if n_days is not None:
            since = scene.all[-1].at.date() - timedelta(days=n_days - 1)
            scene = replace(scene, since=since)
    return scene


def _ways_on(sessions: Sequence[TimelineSession], key: str) -> None:
    """Offer one session for review and comparison, for those who do not point at the figure."""
    newest_first = list(reversed(sessions))
    session = st.selectbox(
        _("Session"),
        newest_first,
        format_func=heading_of,
        key=f"{key}:session",
        width=280,
        label_visibility="collapsed",
    )
    st.page_link(
        "review.py",
        label=_("Open its review"),
        icon=":material/monitoring:",
        query_params={"session": session.session_code},
    )
    if len(newest_first) > 1:
        st.page_link(
            "compare.py",
            label=_("Compare it"),
            icon=":material/compare_arrows:",
            query_params={"session": session.session_code},
        )


def _by_arrival(scene: Scene) -> None:
    """Name the sessions that have a result and no date that can be: they stand where they need not belong."""
    found = [session for session in scene.sessions if session.of_arrival and session.status == "completed"]
    if not found:
        return
    said = [placed_sentence(session.session_code, session.dated) for session in reversed(found)]
    rest = len(said) - MOST_BY_ARRIVAL
    if rest > 0:
        said = said[:MOST_BY_ARRIVAL]
        said.append(
            ngettext(
                "{n} other session stands on the day of its arrival, too.",
                "{n} other sessions stand on the day of their arrival, too.",
                rest,
            ).format(n=rest)
        )
    st.caption(" ".join(said))


def _alt(scene: Scene, said: str) -> str:
    lanes = "; ".join(f"{lane.heading} ({lane.unit})" for lane in scene.lanes)
    return _("Timeline of patient {code} in lanes over one axis of days: {lanes}. {finding}").format(
        code=scene.progress.timeline.patient_code, lanes=lanes, finding=said
    )


def _below(scene: Scene) -> None:
    """Say how to read the figure and what changed where; then the table."""
    st.caption(
        _(
            "Good is strong enough and held long enough. A line joins neighbouring sessions only: it stops where "
            "{days} days or more lie between them, where a value is missing, and where the MVC or the electrodes "
            "changed. Press a session to open its review."
        ).format(days=GAP_DAYS)
    )
    _by_arrival(scene)
    if scene.breaks:
        with st.container(gap="xxsmall"):
            st.markdown("**" + _("Where the MVC or the electrodes changed") + "**")
            newest = list(reversed(scene.breaks))
            for found in newest[:MOST_BREAKS]:
                st.markdown(f"- {break_sentence(found, scene.all[found.position])}")
            rest = len(newest) - MOST_BREAKS
            if rest > 0:
                st.caption(ngettext("and {n} earlier change", "and {n} earlier changes", rest).format(n=rest))
    with st.expander(
        _("Show as table: every session"), icon=":material/table:", key=f"{state.TIMELINE}table"
    ):
        table = timeline_table(scene)
        height = min(TALLEST, ROW_PX * (len(table) + 1) + 3)
        st.dataframe(
            table, hide_index=True, height=height, alt=_("Every session of the timeline with its values.")
        )
