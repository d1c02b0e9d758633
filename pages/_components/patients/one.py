"""One patient: what is known, what is missing, and every session."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages._components import words
from pages._components.gate import Viewer
from pages._components.language.tabs import kept_tabs
from pages._components.mvc_passport.passport import mvc_passport
from pages._components.patients.assignment import assignment
from pages._components.patients.identity import identity
from pages._components.patients.listing import missing_words, therapist_words
from pages._components.patients.prescription import prescription
from pages._components.patients.sessions import sessions
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.patients import PatientSessions, PatientSummary


def one_patient(services: Services, viewer: Viewer, code: str) -> None:
    """Draw everything about a patient that the viewer may see; editing is for those who treat."""
    patient = services.patients.load(code)
    of_sessions = services.patients.of_sessions([code]).get(code, PatientSessions())
    _heading(services, patient, of_sessions)
    may_edit = viewer.role != "researcher"
    parts = {
        _("Sessions"): partial(sessions, services, code),
        _("Prescription"): partial(prescription, services, code, may_edit=may_edit),
        _("MVC passport"): partial(mvc_passport, services, code, of_sessions, may_edit=may_edit),
    }
    if may_edit:
        parts[_("Who this is")] = partial(identity, services, code)
    if viewer.role == "administrator":
        parts[_("Assignment")] = partial(assignment, services, patient)
    for tab, draw in zip(kept_tabs(list(parts), key="patient:part"), parts.values(), strict=True):
        with tab:
            draw()


def _heading(services: Services, patient: PatientSummary, of_sessions: PatientSessions) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link("patients.py", label=_("Patients"), icon=":material/arrow_back:")
        address = {"patient": patient.code}
        st.page_link("patient.py", label=_("Timeline"), icon=":material/timeline:", query_params=address)
    st.title(_("Patient {code}").format(code=patient.code), anchor=False)
    known = [
        _("Therapist: {name}").format(name=therapist_words(patient)),
        _("Site: {site}").format(site=words.plain(patient.site) if patient.site else words.not_recorded()),
        _("Still missing: {what}").format(what=missing_words(services, patient, of_sessions)),
    ]
    st.markdown(" · ".join(known))
