"""Research: other settings tried on many sessions, what would change, and applying it as new result versions."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.research.new_run import new_run
from pages._components.research.run_view import run_view
from pages._components.research.runs import earlier_runs
from pages._components.research.versions import versions_of_a_session
from pages._components.services import get_services
from processing.language import gettext as _

guard("research.py")
with calm_errors("research"):
    services = get_services()
    asked = st.query_params.get("run", "")
    if asked.isdecimal():
        run_view(services, int(asked))
    else:
        st.title(_("Research"), anchor=False)
        new_run(services)
        earlier_runs(services)
        versions_of_a_session(services)
