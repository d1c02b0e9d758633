"""One patient: what is known, what is missing, and every session."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages._components.gate import Viewer
from pages._components.mvc_passport.passport import mvc_passport
from pages._components.patients.assignment import assignment
from pages._components.patients.identity import identity
from pages._components.patients.listing import missing_words, therapist_words
from pages._components.patients.prescription import prescription
from pages._components.patients.sessions import sessions
from processing.services import Services
from processing.use_cases.patients import PatientSessions, PatientSummary


def one_patient(services: Services, viewer: Viewer, code: str) -> None:
    """Draw everything about a patient that the viewer may see; editing is for those who treat."""
    patient = services.patients.load(code)
    of_sessions = services.patients.of_sessions([code]).get(code, PatientSessions())
    _heading(services, patient, of_sessions)
    may_edit = viewer.role != "researcher"
    parts = {
        "Sessions": partial(sessions, services, code),
        "Prescription": partial(prescription, services, code, may_edit=may_edit),
        "MVC passport": partial(mvc_passport, services, code, of_sessions, may_edit=may_edit),
    }
    if may_edit:
        parts["Who this is"] = partial(identity, services, code)
    if viewer.role == "administrator":
        parts["Assignment"] = partial(assignment, services, patient)
    for tab, draw in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            draw()


def _heading(services: Services, patient: PatientSummary, of_sessions: PatientSessions) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link("patients.py", label="Patients", icon=":material/arrow_back:")
    st.title(f"Patient {patient.code}", anchor=False)
    known = [
        f"Therapist: {therapist_words(patient)}",
        f"Site: {patient.site or '— not recorded'}",
        f"Still missing: {missing_words(services, patient, of_sessions)}",
    ]
    st.markdown(" · ".join(known))
