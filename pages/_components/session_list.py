"""The list of sessions; it keeps itself and what stands beside it up to date."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages._components import local_time, state, words
from pages._components.arrivals import Arrivals, load_arrivals
from pages._components.last_good import load_or_last
from pages._components.notices import unavailable
from pages._components.session_outcome import outcome_words
from pages._components.session_place import current_place, go_to
from pages._components.words import State
from processing.errors import TransientError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.read_models import (
    SessionFilters,
    SessionSummary,
)
from processing.use_cases.session_pages import SessionPage

ROWS_PER_PAGE = 25
REFRESH_RUNNING, REFRESH_IDLE = "1s", "4s"
COLUMNS = (1.1, 0.75, 1.7, 1.5, 2.1, 2.1, 0.95)
HEADINGS = (
    N_("Session"),
    N_("Patient"),
    N_("State"),
    N_("Recorded"),
    N_("L ● Left"),
    N_("R ▲ Right"),
    N_("Score of 100"),
)

# Rows of two lines, not of three: a clinic's list has to fit on a screen.
DENSE_ROWS = """<style>
.st-key-session-table > [data-testid="stLayoutWrapper"] > [data-testid="stVerticalBlock"] {
    padding: 0.3rem 0.9rem;
}
/* On a narrow screen words go on in the next line; no code and no state is cut off. */
.st-key-session-table :is([data-testid="stPageLink"], .stMarkdownBadge) :is(span, p),
.st-key-session-table .stMarkdownBadge {
    white-space: normal !important;
    overflow: visible !important;
    overflow-wrap: normal !important;
    word-break: normal !important;
}
@media (max-width: 1100px) {
    [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
    .st-key-session-table [data-testid="stPageLink"] a > :has(> [data-testid="stIconMaterial"]),
    .st-key-session-table [data-testid="stPageLink"] [data-testid="stIconMaterial"] { display: none; }
    .st-key-session-table [data-testid="stPageLink"] a { padding-left: 0; padding-right: 0; gap: 0; }
    .st-key-session-table [data-testid="stColumn"] { padding-right: 0.4rem; font-size: 0.875rem; }
}
</style>"""


def live_session_list(services: Services, filters: SessionFilters, arrivals: Arrivals) -> None:
    """Draw the list and keep it up to date: often while something is running, else now and then for new arrivals.

    A change of what stands beside the list, or of how often this one has to look, takes one full run of the page.
    """
    filters = replace(filters, limit=ROWS_PER_PAGE)

    def load() -> tuple[SessionPage, Arrivals]:
        return services.page_of_sessions(filters, current_place()), load_arrivals(services)

    key = f"sessions:{filters}:{current_place()}"
    running = _running(load_or_last(key, load, notice=False)[0])

    @st.fragment(run_every=REFRESH_RUNNING if running else REFRESH_IDLE)
    def rows() -> None:
        try:
            page, now = load_or_last(key, load)
        except TransientError as error:
            unavailable(error, "session-list")
            return
        session_list(page, filters)
        if now != arrivals or running != _running(page):
            st.rerun()

    rows()


def session_list(page: SessionPage, filters: SessionFilters) -> None:
    """Draw one page of the list, or say why it is empty."""
    if not page.sessions:
        _empty(filters)
        return
    st.caption(_counts(page))
    st.html(DENSE_ROWS)
    with st.container(gap="xxsmall", key="session-table"):
        with st.container(border=True):
            for column, heading in zip(st.columns(COLUMNS, gap=None), HEADINGS, strict=True):
                column.markdown(f":small[**{_(heading)}**]")
        for session in page.sessions:
            with st.container(border=True):
                _row(session)
    if page.newer or page.older:
        _turn_pages(page)


def _running(page: SessionPage) -> bool:
    return any(session.running for session in page.sessions)


def _turn_pages(page: SessionPage) -> None:
    """Offer the pages beside this one; a click changes the address, so that it can be kept and sent."""
    doors = (
        ("newest", _("Newest"), ":material/first_page:", None, page.newer is not None),
        ("newer", _("Newer"), ":material/chevron_left:", page.newer, page.newer is not None),
        ("older", _("Older"), ":material/chevron_right:", page.older, page.older is not None),
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        for name, label, icon, place, there in doors:
            st.button(
                label,
                icon=icon,
                key=f"{state.SESSIONS_PAGE}:{name}",
                on_click=go_to,
                args=(place,),
                disabled=not there,
            )


def _counts(page: SessionPage) -> str:
    states = [words.session_state(session) for session in page.sessions]
    order: tuple[State, ...] = (
        words.WAITING, words.ANALYSING, words.READY, words.WARNINGS, words.NO_LEG, words.FAILED,
    )  # fmt: skip
    counted = [words.counted(states.count(kind), kind.word.lower()) for kind in order if kind in states]
    n = len(page.sessions)
    if page.newer or page.older:
        said = ngettext("{n} session on this page: {states}", "{n} sessions on this page: {states}", n)
    else:
        said = ngettext("{n} session: {states}", "{n} sessions: {states}", n)
    return said.format(n=n, states=", ".join(counted))


def _row(session: SessionSummary) -> None:
    failed = session.failure is not None and session.status == "failed"
    widths = (*COLUMNS[:4], sum(COLUMNS[4:])) if failed else COLUMNS
    # Without gaps, which would shift the columns of a row that has fewer of them.
    link, patient, status, recorded, *rest = st.columns(widths, gap=None, vertical_alignment="center")
    link.page_link(
        "review.py",
        label=f"**{session.session_code}**",
        icon=":material/monitoring:",
        query_params={"session": session.session_code},
        help=_("Review {session} of patient {patient}").format(
            session=session.session_code, patient=session.patient_code
        ),
    )
    if session.duplicate_of:
        link.markdown(f":small[{words.same_as(session)}]")
    patient.markdown(session.patient_code)
    kind = words.session_state(session)
    status.badge(
        kind.word, icon=kind.icon, color=kind.color, help=words.told(session.failure) or kind.sentence
    )
    recorded.markdown(_when(session))
    if failed:
        rest[0].markdown(f":small[{words.told(session.failure)}]")
        return
    for column, said in zip(rest, outcome_words(session), strict=True):
        column.markdown(said)


def _when(session: SessionSummary) -> str:
    """Return the moment of the recording or, until that is known, of its arrival."""
    if session.recorded_at is None:
        return f":small[{_('arrived {when}').format(when=local_time.moment(session.received_at))}]"
    return local_time.moment(session.recorded_at)


def _empty(filters: SessionFilters) -> None:
    narrowed = filters != SessionFilters(limit=filters.limit)
    with st.container(border=True, horizontal_alignment="center"):
        if narrowed:
            st.subheader(_("No session matches these filters"), anchor=False, text_alignment="center")
            st.markdown(_("Clear a filter to see more."), text_alignment="center")
            return
        st.subheader(_("No sessions yet"), anchor=False, text_alignment="center")
        said = _("A recording appears here by itself within seconds of its arrival from the tablet.")
        st.markdown(said, text_alignment="center")
        st.page_link("upload.py", label=_("Upload a recording now"), icon=":material/upload_file:")
