"""One patient's timeline: is this person progressing?"""

from __future__ import annotations

import streamlit as st

from pages._components import local_time, state
from pages._components.audit import record_patient_opened
from pages._components.gate import guard
from pages._components.last_good import load_or_last
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.timeline import timeline_page

guard("patient.py")
with calm_errors("patient"):
    services = get_services()
    code = st.query_params.get("patient") or st.session_state.get(state.PATIENT)
    if code is None:
        st.switch_page("patients.py")
    today = local_time.today()
    progress = load_or_last(f"timeline:{code}", lambda: services.progress.of_patient(code, today=today))
    record_patient_opened(services, code)
    st.session_state[state.PATIENT] = code
    st.query_params["patient"] = code
    timeline_page(progress)
