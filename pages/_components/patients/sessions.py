"""The sessions of one patient, newest first, each a link to its review."""

from __future__ import annotations

import streamlit as st

from pages._components import local_time, words
from pages._components.session_outcome import outcome_words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.read_models import SessionFilters, SessionSummary

SHOWN = 50
COLUMNS = (1.0, 1.4, 1.5, 1.6, 1.6, 0.9)
HEADINGS = (N_("Session"), N_("Recorded"), N_("State"), N_("L ● Left"), N_("R ▲ Right"), N_("Score of 100"))


def sessions(services: Services, patient_code: str) -> None:
    """Draw the newest sessions of a patient."""
    found = services.list_sessions(SessionFilters(patient_code=patient_code, limit=SHOWN + 1))
    if not found:
        st.info(_("No recording of this patient has arrived yet."), icon=":material/inbox:")
        st.page_link("upload.py", label=_("Upload a recording"), icon=":material/upload_file:")
        return
    with st.container(gap="xxsmall"):
        for column, heading in zip(st.columns(COLUMNS, gap="small"), HEADINGS, strict=True):
            column.markdown(f":small[**{_(heading)}**]")
        for session in found[:SHOWN]:
            _row(session)
    copies = sum(session.duplicate_of is not None for session in found[:SHOWN])
    if copies:
        st.caption(
            ngettext(
                "{n} row of {all} shows a recording that is stored already, so that it stands here more than once.",
                "{n} rows of {all} show a recording that is stored already, so that it stands here more than once.",
                copies,
            ).format(n=copies, all=len(found[:SHOWN]))
        )
    if len(found) > SHOWN:
        st.caption(_("The newest {n}; the page Sessions has all.").format(n=SHOWN))


def _row(session: SessionSummary) -> None:
    link, recorded, status, left, right, score = st.columns(COLUMNS, gap="small", vertical_alignment="center")
    link.page_link(
        "review.py",
        label=f"**{session.session_code}**",
        icon=":material/monitoring:",
        query_params={"session": session.session_code},
    )
    recorded.markdown(
        local_time.moment(session.recorded_at)
        if session.recorded_at
        else f":small[{_('arrived {when}').format(when=local_time.moment(session.received_at))}]"
    )
    if session.duplicate_of:
        link.markdown(f":small[{words.same_as(session)}]")
    kind = words.session_state(session)
    status.badge(
        kind.word, icon=kind.icon, color=kind.color, help=words.told(session.failure) or kind.sentence
    )
    for column, said in zip((left, right, score), outcome_words(session), strict=True):
        column.markdown(said)
