"""The sessions: did every recording arrive, can it be trusted, and what came of it?"""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.session_list import choose_filters, live_session_list, parked_notice

guard()
st.title("Sessions", anchor=False)
with calm_errors("sessions"):
    services = get_services()
    filters = choose_filters(services.list_patient_codes())
    parked_notice(services.list_parked_files())
    live_session_list(services, filters)
