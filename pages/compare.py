"""Two sessions side by side: better, worse, or just a different day?"""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.audit import record_opened
from pages._components.compare import choose_pair, comparison_view
from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.services import get_services

guard("compare.py")
with calm_errors("compare"):
    services = get_services()
    pair = choose_pair(services)
    if pair is not None:
        compared = services.progress.compare(*pair)
        for code in pair:
            record_opened(services, code)
        st.session_state[state.CURRENT_SESSION] = pair[1]
        comparison_view(services, compared)
