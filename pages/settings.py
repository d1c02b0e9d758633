"""Settings: how sessions are scored, and with which numbers recordings are analysed."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.settings.analysis import analysis_settings
from pages._components.settings.scoring import scoring_settings
from processing.language import gettext as _

viewer = guard("settings.py")
st.title(_("Settings"), anchor=False)
with calm_errors("settings"):
    services = get_services()
    scoring_settings(services, may_write=viewer.role == "administrator")
    analysis_settings()
