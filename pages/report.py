"""A session on paper: what goes into the record, and what the patient takes home."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.audit import record_opened
from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.report import report_view
from pages._components.services import get_services
from pages._components.signal_details import page_heading

guard("report.py")
with calm_errors("report"):
    services = get_services()
    code = st.query_params.get("session") or st.session_state.get(state.CURRENT_SESSION)
    if code is None:
        st.switch_page("review.py")
    review = services.load_review(code)
    record_opened(services, code)
    st.session_state[state.CURRENT_SESSION] = code
    st.query_params["session"] = code
    page_heading(review, "report.py")
    report_view(services, review)
