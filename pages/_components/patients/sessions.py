"""The sessions of one patient, newest first, each a link to its review."""

from __future__ import annotations

import streamlit as st

from pages._components import local_time, words
from pages._components.session_outcome import outcome_words
from processing.services import Services
from processing.use_cases.read_models import SessionFilters, SessionSummary

SHOWN = 50
COLUMNS = (1.0, 1.4, 1.5, 1.6, 1.6, 0.9)
HEADINGS = ("Session", "Recorded", "State", "L ● Left", "R ▲ Right", "Score of 100")


def sessions(services: Services, patient_code: str) -> None:
    """Draw the newest sessions of a patient."""
    found = services.list_sessions(SessionFilters(patient_code=patient_code, limit=SHOWN + 1))
    if not found:
        st.info("No recording of this patient has arrived yet.", icon=":material/inbox:")
        st.page_link("upload.py", label="Upload a recording", icon=":material/upload_file:")
        return
    with st.container(gap="xxsmall"):
        for column, heading in zip(st.columns(COLUMNS, gap="small"), HEADINGS, strict=True):
            column.markdown(f":small[**{heading}**]")
        for session in found[:SHOWN]:
            _row(session)
    copies = sum(session.duplicate_of is not None for session in found[:SHOWN])
    if copies:
        st.caption(
            f"{words.plural(copies, 'row')} of {len(found[:SHOWN])} {'shows' if copies == 1 else 'show'} a recording "
            "that is stored already, so that it stands here more than once."
        )
    if len(found) > SHOWN:
        st.caption(f"The newest {SHOWN}; the page Sessions has all.")


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
        else f":small[arrived {local_time.moment(session.received_at)}]"
    )
    if session.duplicate_of:
        link.markdown(f":small[{words.same_as(session)}]")
    kind = words.session_state(session)
    status.badge(kind.word, icon=kind.icon, color=kind.color, help=session.failure or kind.sentence)
    for column, said in zip((left, right, score), outcome_words(session), strict=True):
        column.markdown(said)
