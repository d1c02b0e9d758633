"""Patients: who is treated, what was prescribed, what is still missing, and every session of one."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.patients import add_patient, one_patient, patient_list
from pages._components.services import get_services
from processing.language import gettext as _

viewer = guard("patients.py")
with calm_errors("patients"):
    services = get_services()
    code = st.query_params.get("patient")
    if code is None:
        st.title(_("Patients"), anchor=False)
        patient_list(services, viewer)
        add_patient(services, viewer)
    else:
        st.session_state[state.PATIENT] = code
        one_patient(services, viewer, code)
