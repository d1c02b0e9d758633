"""The rows of the Inbox, kept up to date while the page is open."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import state, words
from pages._components.inbox.actions import row_actions
from pages._components.inbox.filters import choose_states
from pages._components.inbox.wording import row_note, row_state, time_words, when_words
from pages._components.notices import unavailable
from pages._components.upload.rows import code
from processing.errors import TransientError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.inbox import InboxFilters, InboxRow

PAGE = 25
REFRESH_RUNNING, REFRESH_IDLE = "1s", "4s"
COLUMNS = (3.2, 0.8, 1.75, 0.9, 3.6)
# A line between files: their reasons are of different lengths.
LINES = """<style>
[class*="st-key-inbox-row"] { border-top: 1px solid rgba(128, 128, 128, 0.25); padding-top: 0.4rem; }
</style>"""
HEADINGS = (N_("File"), N_("Patient"), N_("State"), N_("Took"), N_("What to do"))


def live_inbox(services: Services) -> None:
    """Draw the Inbox: often while something is running, else now and then for what arrives."""
    filters = choose_states()
    before = st.session_state.get(state.INBOX_BEFORE)
    filters = InboxFilters(filters.states, filters.dismissed, before, PAGE + 1)
    rows = services.inbox.list_files(filters)
    running = any(row.running for row in rows)

    @st.fragment(run_every=REFRESH_RUNNING if running else REFRESH_IDLE)
    def live() -> None:
        try:
            now = services.inbox.list_files(filters)
        except TransientError as error:
            unavailable(error, "inbox")
            return
        _table(services, now, filters)
        if running != any(row.running for row in now):
            st.rerun()  # one full run, which changes how often this one looks

    live()


def _table(services: Services, rows: Sequence[InboxRow], filters: InboxFilters) -> None:
    if not rows:
        _empty(services, filters)
        return
    st.caption(_summary(rows))
    patients = services.list_patient_codes() if any(row.state == "parked" for row in rows) else []
    st.html(LINES)
    with st.container(border=True, gap="xsmall", key="inbox-table"):
        for column, heading in zip(st.columns(COLUMNS), HEADINGS, strict=True):
            column.markdown(f":small[**{_(heading)}**]")
        for row in rows[:PAGE]:
            with st.container(key=f"inbox-row-{row.key}"):
                _row(services, row, patients)
    _pages(rows, filters)


def _row(services: Services, row: InboxRow, patients: Sequence[str]) -> None:
    name, patient, standing, took, todo = st.columns(COLUMNS, vertical_alignment="center")
    name.markdown(f"{code(row.file_name)}  \n:small[{when_words(row)}]")
    patient.markdown(row.patient_code or "?")
    kind = row_state(row)
    standing.badge(kind.word, icon=kind.icon, color=kind.color, help=kind.sentence)
    took.markdown(time_words(row))
    with todo:
        note = row_note(row)
        if note:
            st.markdown(f":small[{note}]")
        row_actions(services, row, patients)


def _summary(rows: Sequence[InboxRow]) -> str:
    counts: dict[str, int] = {}
    for row in rows[:PAGE]:
        word = row_state(row).word.lower()
        counts[word] = counts.get(word, 0) + 1
    said = ", ".join(words.counted(count, word) for word, count in counts.items())
    n = len(rows[:PAGE])
    return ngettext("{n} file shown: {states}", "{n} files shown: {states}", n).format(n=n, states=said)


def _empty(services: Services, filters: InboxFilters) -> None:
    if filters.before is not None or filters.states or filters.dismissed:
        aside = _("Nothing was put aside.") if filters.dismissed else _("No file is in this state.")
        st.info(aside, icon=":material/filter_alt:")
        return
    aside_too = services.inbox.list_files(InboxFilters(dismissed=True, limit=1))
    st.info(
        _("Everything that arrived was put aside.")
        if aside_too
        else _(
            "No file has arrived yet. Recordings that reach the bucket, or that you upload, appear here by "
            "themselves."
        ),
        title=_("Nothing waiting"),
        icon=":material/inbox:",
    )
    st.page_link("upload.py", label=_("Upload a recording"), icon=":material/upload_file:")


def _pages(rows: Sequence[InboxRow], filters: InboxFilters) -> None:
    """Lead to older files, and back to the newest."""
    older = len(rows) > PAGE
    if not older and filters.before is None:
        return
    with st.container(horizontal=True):
        if filters.before is not None and st.button(
            _("Newest"), icon=":material/first_page:", key="inbox:newest"
        ):
            st.session_state[state.INBOX_BEFORE] = None
            st.rerun()
        if older and st.button(_("Older"), icon=":material/chevron_right:", key="inbox:older"):
            last = rows[PAGE - 1]
            st.session_state[state.INBOX_BEFORE] = (last.received_at, last.key)
            st.rerun()
