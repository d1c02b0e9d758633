"""A new patient: a code that the tablet knows, and nothing that names a person."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import Viewer
from processing.errors import ProcessingError
from processing.services import Services


def add_patient(services: Services, viewer: Viewer) -> None:
    """Offer to add a patient to those who treat."""
    if viewer.role == "researcher":
        return
    with st.expander("Add a patient", icon=":material/person_add:"), st.form("add-patient", border=False):
        code_at, site_at, save_at = st.columns([1, 1, 2], vertical_alignment="bottom")
        code = code_at.text_input("Code", placeholder="P014", help="P and three digits, as on the tablet.")
        site = site_at.text_input("Site", placeholder="not recorded")
        wanted = save_at.form_submit_button("Add the patient", icon=":material/add:")
        yours = "The patient is yours." if viewer.role == "therapist" else "Assign a therapist afterwards."
        st.caption(f"{yours} Who the patient is can be entered on the patient's own page.")
    if not wanted:
        return
    try:
        added = services.patients.add(code, site=site.strip() or None)
    except ProcessingError as error:
        st.error(f"Not added: {error}", icon=":material/error:")
        return
    st.query_params["patient"] = added
    st.rerun()
