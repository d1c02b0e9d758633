"""The sessions of one patient, newest first, each a link to its review."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from processing.services import Services
from processing.use_cases.read_models import SessionFilters, SessionSummary, SideSummary

SHOWN = 50
COLUMNS = (1.0, 1.4, 1.5, 1.6, 1.6, 0.9)
HEADINGS = ("Session", "Recorded", "State", "L ● good / expected", "R ▲ good / expected", "Score of 100")


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
        words.moment(session.recorded_at)
        if session.recorded_at
        else f":small[arrived {words.moment(session.received_at)}]"
    )
    kind = words.session_state(session)
    status.badge(kind.word, icon=kind.icon, color=kind.color, help=session.failure or kind.sentence)
    sides = {side.side: side for side in session.sides}
    left.markdown(_good(sides.get("left")))
    right.markdown(_good(sides.get("right")))
    score.markdown(words.score_words(session.score, session.score_low, session.score_high))


def _good(side: SideSummary | None) -> str:
    if side is None:
        return "—"
    if side.verdict == "not_judged":
        return words.VERDICT_WORDS["not_judged"]
    if side.n_good is None:
        return f":small[{words.NOT_ASSESSABLE}; {side.n_contractions} found]"
    return f"**{side.n_good} / {side.expected}**"
