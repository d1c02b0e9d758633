"""The list of sessions with its filters; it keeps itself up to date while something is running."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from datetime import date

import streamlit as st

from pages._components import state, words
from pages._components.notices import unavailable
from pages._components.words import State
from processing.errors import TransientError
from processing.services import Services
from processing.use_cases.read_models import (
    ParkedFile,
    ProcessingStatus,
    SessionFilters,
    SessionSummary,
    SideSummary,
)

ROWS_PER_PAGE = 25
REFRESH_RUNNING, REFRESH_IDLE = "1s", "4s"
LONGEST_REASON = 44
COLUMNS = (1.1, 0.75, 1.7, 1.5, 2.1, 2.1, 0.95)
HEADINGS = ("Session", "Patient", "State", "Recorded", "L ● Left", "R ▲ Right", "Score of 100")

STATUS_CHOICES: dict[str, tuple[ProcessingStatus, ...]] = {
    "Waiting": ("pending",),
    "Analysing": ("processing", "reprocessing"),
    "Ready": ("completed",),
    "Could not be read": ("failed",),
}


def choose_filters(patient_codes: Sequence[str]) -> SessionFilters:
    """Ask what the list is narrowed to."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        patient = st.selectbox(
            "Patient",
            list(patient_codes),
            index=None,
            placeholder="All patients",
            key=state.FILTER_PATIENT,
            persist_state="session",
            width=220,
        )
        chosen = st.multiselect(
            "State",
            list(STATUS_CHOICES),
            placeholder="All states",
            key=state.FILTER_STATUS,
            persist_state="session",
            width=320,
        )
        dates = st.date_input(
            "Recorded between",
            value=(),
            format="DD/MM/YYYY",
            key=state.FILTER_DATES,
            persist_state="session",
            width=260,
        )
    start, end = _date_range(dates)
    statuses = tuple(status for name in chosen for status in STATUS_CHOICES[name])
    return SessionFilters(patient_code=patient, statuses=statuses, recorded_from=start, recorded_until=end)


def _date_range(dates: object) -> tuple[date | None, date | None]:
    days = tuple(dates) if isinstance(dates, list | tuple) else (dates,)
    known = [day for day in days if isinstance(day, date)]
    return (known[0] if known else None, known[1] if len(known) > 1 else None)


def parked_notice(parked: Sequence[ParkedFile]) -> None:
    """Name the files that arrived but belong to nobody yet."""
    if not parked:
        return
    title = f"{words.plural(len(parked), 'file')} arrived but became no session"
    with st.expander(title, icon=":material/inventory_2:"):
        for file in parked:
            st.markdown(
                f"**{_plain(file.object_name)}** · {words.moment(file.received_at)}  \n{_plain(file.reason)}"
            )


def _plain(text: str) -> str:
    """Show untrusted text as it is, whatever Markdown signs it holds."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-!|<>~$:" else sign for sign in text)


def live_session_list(services: Services, filters: SessionFilters) -> None:
    """Draw the list and keep it up to date: often while something is running, else now and then for new arrivals."""
    running = any(session.running for session in services.list_sessions(filters))

    @st.fragment(run_every=REFRESH_RUNNING if running else REFRESH_IDLE)
    def rows() -> None:
        try:
            current = services.list_sessions(filters)
        except TransientError as error:
            unavailable(error, "session-list")
            return
        session_list(current, filters)
        if running != any(session.running for session in current):
            st.rerun()  # one full run, which also changes how often this one comes

    rows()


def session_list(sessions: Sequence[SessionSummary], filters: SessionFilters) -> None:
    """Draw one page of the list, or say why it is empty."""
    if not sessions:
        _empty(filters)
        return
    st.caption(_counts(sessions))
    n_pages = math.ceil(len(sessions) / ROWS_PER_PAGE)
    page = min(st.session_state.get(state.SESSIONS_PAGE, 1), n_pages)
    with st.container(gap="xxsmall", key="session-table"):
        with st.container(border=True):
            for column, heading in zip(st.columns(COLUMNS), HEADINGS, strict=True):
                column.markdown(f":small[**{heading}**]")
        for session in sessions[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]:
            with st.container(border=True):
                _row(session)
    if n_pages > 1:
        st.pagination(n_pages, key=state.SESSIONS_PAGE)


def _counts(sessions: Sequence[SessionSummary]) -> str:
    states = [words.session_state(session) for session in sessions]
    order: tuple[State, ...] = (words.WAITING, words.ANALYSING, words.READY, words.WARNINGS, words.FAILED)
    counted = [f"{states.count(kind)} {kind.word.lower()}" for kind in order if kind in states]
    return f"{words.plural(len(sessions), 'session')}: {', '.join(counted)}"


def _row(session: SessionSummary) -> None:
    link, patient, status, recorded, left, right, score = st.columns(COLUMNS, vertical_alignment="center")
    link.page_link(
        "review.py",
        label=f"**{session.session_code}**",
        icon=":material/monitoring:",
        query_params={"session": session.session_code},
        help=f"Review {session.session_code} of patient {session.patient_code}",
    )
    patient.markdown(session.patient_code)
    kind = words.session_state(session)
    status.badge(kind.word, icon=kind.icon, color=kind.color, help=session.failure or kind.sentence)
    recorded.markdown(words.moment(session.recorded_at))
    sides = {side.side: side for side in session.sides}
    left.markdown(_side_words(sides.get("left")))
    right.markdown(_side_words(sides.get("right")))
    score.markdown(_score_words(session))


def _side_words(side: SideSummary | None) -> str:
    if side is None:
        return "—"
    reason = _first_reason(side)
    icon, verdict = words.VERDICT_ICONS[side.verdict], words.VERDICT_WORDS[side.verdict]
    if side.verdict == "not_judged":
        return f"{icon} {verdict}  \n:small[{reason or 'signal not usable'}]"
    found = f"**{side.n_contractions}** found, {side.expected} expected"
    counted = found if side.n_good is None else f"**{side.n_good} / {side.expected}** good"
    return (
        f"{counted}  \n:small[{icon} signal {verdict}{f': {reason}' if reason and verdict != 'good' else ''}]"
    )


def _first_reason(side: SideSummary) -> str:
    """Return the beginning of the first reason; the review has the whole sentence."""
    if not side.reasons:
        return ""
    clause = re.split(r"[:;(]", side.reasons[0])[0].strip().rstrip(".")
    return _plain(textwrap.shorten(clause, LONGEST_REASON, placeholder=" …"))


def _score_words(session: SessionSummary) -> str:
    low, high = session.score_low, session.score_high
    if session.score is None:
        return words.score_words(None, low, high)
    span = f"  \n:small[{low:.0f}–{high:.0f} possible]" if low is not None and high is not None else ""
    return f"**{session.score:.0f}**" + (span if low != high else "")


def _empty(filters: SessionFilters) -> None:
    narrowed = filters != SessionFilters(limit=filters.limit)
    with st.container(border=True, horizontal_alignment="center"):
        if narrowed:
            st.subheader("No session matches these filters", anchor=False, text_alignment="center")
            st.markdown("Clear a filter to see more.", text_alignment="center")
            return
        st.subheader("No sessions yet", anchor=False, text_alignment="center")
        said = "A recording appears here by itself within seconds of its arrival from the tablet."
        st.markdown(said, text_alignment="center")
        st.page_link("upload.py", label="Upload a recording now", icon=":material/upload_file:")
