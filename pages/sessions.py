"""The sessions: did every recording arrive, can it be trusted, and what came of it?"""

from __future__ import annotations

import streamlit as st

from pages._components.arrivals import load_arrivals, parked_notice
from pages._components.chart import warm_up
from pages._components.exports import export_selection
from pages._components.gate import guard
from pages._components.last_good import load_or_last
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.session_filters import choose_filters
from pages._components.session_list import live_session_list
from processing.language import gettext as _

guard("sessions.py")
heading = st.container(horizontal=True, vertical_alignment="bottom")
heading.title(_("Sessions"), anchor=False)
with calm_errors("sessions"):
    services = get_services()
    arrivals = load_or_last("arrivals", lambda: load_arrivals(services), notice=False)
    filters = choose_filters(arrivals.patient_codes)
    with heading:
        export_selection(services, filters)
    parked_notice(arrivals.parked)
    live_session_list(services, filters, arrivals)
    warm_up()
