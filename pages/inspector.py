"""Every contraction of a session side by side: is this a real contraction, and was it good?"""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.audit import record_opened
from pages._components.gate import guard
from pages._components.inspector import inspector_view
from pages._components.no_result import no_result
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.signal_details import page_heading
from processing.language import gettext as _

guard("inspector.py")
with calm_errors("inspector"):
    services = get_services()
    code = st.query_params.get("session") or st.session_state.get(state.CURRENT_SESSION)
    if code is None:
        st.switch_page("review.py")
    review = services.load_review(code)
    record_opened(services, code)
    st.session_state[state.CURRENT_SESSION] = code
    st.query_params["session"] = code
    page_heading(review, "inspector.py")
    if review.result is None:
        st.title(_("Contraction inspector"), anchor=False)
        no_result(review.summary)
    else:
        inspector_view(services, review, review.result)
