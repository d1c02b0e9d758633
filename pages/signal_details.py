"""The frequencies of a session's signals: is it muscle, noise or fatigue?"""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.audit import record_opened
from pages._components.gate import guard
from pages._components.no_result import no_result
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.signal_details import page_heading, signal_details_view
from processing.language import gettext as _

guard("signal_details.py")
with calm_errors("signal_details"):
    services = get_services()
    code = st.query_params.get("session") or st.session_state.get(state.CURRENT_SESSION)
    if code is None:
        st.switch_page("review.py")
    review = services.load_review(code)
    record_opened(services, code)
    st.session_state[state.CURRENT_SESSION] = code
    st.query_params["session"] = code
    page_heading(review, "signal_details.py")
    if review.result is None:
        st.title(_("Signal details"), anchor=False)
        no_result(review.summary)
    else:
        signal_details_view(services, review, review.result)
