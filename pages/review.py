"""One session: did the patient do the work, can it be trusted, and why this score?"""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.review import choose_session, review_session
from pages._components.services import get_services

guard()
with calm_errors("review"):
    services = get_services()
    code = st.query_params.get("session") or st.session_state.get(state.CURRENT_SESSION)
    if code is None:
        choose_session(services)
    else:
        review = services.load_review(code)
        st.session_state[state.CURRENT_SESSION] = code
        st.query_params["session"] = code
        review_session(services, review)
