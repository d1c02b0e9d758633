"""The list of patients: whose they are, when they last played, and what is still missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from pages._components import local_time, state, words
from pages._components.gate import Viewer
from processing.services import Services
from processing.use_cases.patients import PatientSessions, PatientSummary

ROWS_PER_PAGE = 25
COLUMNS = (0.9, 1.7, 1.3, 1.1, 1.6, 4.2)
HEADINGS = ("Patient", "Therapist", "Site", "Sessions", "Last session", "Still missing")

# Rows of one line: a clinic's list has to fit on a screen.
DENSE_ROWS = """<style>
.st-key-patient-table > [data-testid="stLayoutWrapper"] > [data-testid="stVerticalBlock"] {
    padding: 0.3rem 0.9rem;
}
</style>"""


def patient_list(services: Services, viewer: Viewer) -> None:
    """Draw the patients whom the viewer may see, or say why there are none."""
    if viewer.role == "researcher":
        st.caption("Pseudonyms only: who they are is known to those who treat them.")
    patients = services.patients.list()
    if not patients:
        _empty(viewer)
        return
    found = _narrowed(patients)
    if not found:
        st.info("No patient matches.", icon=":material/search_off:")
        return
    n_pages = math.ceil(len(found) / ROWS_PER_PAGE)
    page = min(st.session_state.get(f"{state.PATIENT_SEARCH}:page", 1), n_pages)
    shown = found[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    of_sessions = services.patients.of_sessions([patient.code for patient in shown])
    st.html(DENSE_ROWS)
    with st.container(gap="xxsmall", key="patient-table"):
        with st.container(border=True):
            for column, heading in zip(st.columns(COLUMNS, gap=None), HEADINGS, strict=True):
                column.markdown(f":small[**{heading}**]")
        for patient in shown:
            with st.container(border=True):
                _row(services, patient, of_sessions.get(patient.code, PatientSessions()))
    if n_pages > 1:
        st.pagination(n_pages, key=f"{state.PATIENT_SEARCH}:page")


def _narrowed(patients: Sequence[PatientSummary]) -> list[PatientSummary]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = st.text_input(
            "Find",
            key=state.PATIENT_SEARCH,
            placeholder="Code, therapist or site",
            persist_state="session",
            width=260,
        )
        n_missing = sum(patient.prescribed_from is None for patient in patients)
        st.caption(
            f"{words.plural(len(patients), 'patient')}"
            + (f" · {n_missing} without prescription" if n_missing else "")
        )
    wanted = said.strip().casefold()
    return [
        patient
        for patient in patients
        if any(
            wanted in (text or "").casefold() for text in (patient.code, patient.therapist_name, patient.site)
        )
    ]


def _row(services: Services, patient: PatientSummary, of_sessions: PatientSessions) -> None:
    link, therapist, site, sessions, last, missing = st.columns(
        COLUMNS, gap=None, vertical_alignment="center"
    )
    link.page_link(
        "patients.py",
        label=f"**{patient.code}**",
        icon=":material/person:",
        query_params={"patient": patient.code},
        help=f"Open patient {patient.code}",
    )
    therapist.markdown(therapist_words(patient))
    site.markdown(words.plain(patient.site) if patient.site else "—")
    sessions.markdown(count_words(patient, of_sessions))
    # The day alone: of an undated recording only the arrival is known, which is kept on another clock.
    last.markdown(
        local_time.day(patient.last_session_at) if patient.last_session_at else ":small[no session yet]"
    )
    missing.markdown(missing_words(services, patient, of_sessions))


def count_words(patient: PatientSummary, of_sessions: PatientSessions) -> str:
    """Say how many sessions there are, and how many of them are no recording of their own."""
    n_copies = of_sessions.n_copies
    apart = [f"{patient.n_failed} not read"] if patient.n_failed else []
    if n_copies:
        apart.append(f"{n_copies} the same recording as another")
    return f"{patient.n_sessions}" + (f"  \n:small[{', '.join(apart)}]" if apart else "")


def therapist_words(patient: PatientSummary) -> str:
    """Say whose patient it is, as far as the viewer may know."""
    if patient.therapist_id is None:
        return ":small[nobody yet]"
    return words.plain(patient.therapist_name) if patient.therapist_name else ":small[assigned]"


def missing_words(services: Services, patient: PatientSummary, of_sessions: PatientSessions) -> str:
    """Name what somebody should still see to, in words."""
    missing = patient.missing(
        today=local_time.today(),
        stale_after_days=services.settings.mvc_stale_days,
        sessions=of_sessions,
    )
    if not missing:
        return ":material/check: nothing"
    return ":small[" + " · ".join(missing) + "]"


def _empty(viewer: Viewer) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("No patients yet", anchor=False, text_alignment="center")
        said = "A patient appears with the first recording from the tablet, or is added below."
        if viewer.role == "therapist":
            said = "You see your own patients: add one below, or ask an administrator to assign one to you."
        st.markdown(said, text_alignment="center")
