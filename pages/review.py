"""One session: did the patient do the work, can it be trusted, and why this score?"""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.audit import record_opened
from pages._components.gate import guard
from pages._components.last_good import load_or_last
from pages._components.notices import calm_errors
from pages._components.review import choose_session, review_session
from pages._components.services import get_services

guard("review.py")
with calm_errors("review"):
    services = get_services()
    code = st.query_params.get("session") or st.session_state.get(state.CURRENT_SESSION)
    if code is None:
        choose_session(services)
    else:
        # The menu drops the address: then the window that was looked at stays.
        st.session_state[state.KEEP_VIEW] = "session" not in st.query_params
        review = load_or_last(f"review:{code}", lambda: services.load_review(code))
        record_opened(services, code)
        st.session_state[state.CURRENT_SESSION] = code
        st.query_params["session"] = code
        review_session(services, review)
