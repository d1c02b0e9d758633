"""The audit log: who opened, changed and exported what, for the administrator."""

from __future__ import annotations

import streamlit as st

from pages._components.audit.entries import audit_entries
from pages._components.audit.filters import choose_filters
from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.services import get_services
from processing.language import gettext as _

guard("audit.py")
st.title(_("Audit log"), anchor=False)
with calm_errors("audit"):
    services = get_services()
    audit_entries(services, choose_filters(services))
