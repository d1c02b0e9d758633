"""How the path from file to result stands, for the administrator: queue, workers, failures, reconciliation."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.operations.view import operations_view
from pages._components.services import get_services
from processing.language import gettext as _

guard("operations.py")
st.title(_("Operations"), anchor=False)
with calm_errors("operations"):
    operations_view(get_services())
