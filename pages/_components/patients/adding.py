"""A new patient: a code that the tablet knows, and nothing that names a person."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from pages._components.gate import Viewer
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.services import Services


def add_patient(services: Services, viewer: Viewer) -> None:
    """Offer to add a patient to those who treat."""
    if viewer.role == "researcher":
        return
    with (
        st.expander(_("Add a patient"), icon=":material/person_add:", key="patients:add"),
        st.form("add-patient", border=False),
    ):
        code_at, site_at, save_at = st.columns([1, 1, 2], vertical_alignment="bottom")
        code = code_at.text_input(
            _("Code"),
            placeholder="P014",
            key="add-patient:code",
            help=_("P and three digits, as on the tablet."),
        )
        site = site_at.text_input(_("Site"), placeholder=_("not recorded"), key="add-patient:site")
        wanted = save_at.form_submit_button(_("Add the patient"), icon=":material/add:")
        st.caption(
            _("The patient is yours. Who the patient is can be entered on the patient's own page.")
            if viewer.role == "therapist"
            else _(
                "Assign a therapist afterwards. Who the patient is can be entered on the patient's own page."
            )
        )
    if not wanted:
        return
    try:
        added = services.patients.add(code, site=site.strip() or None)
    except ProcessingError as error:
        st.error(_("Not added: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.query_params["patient"] = added
    st.rerun()
