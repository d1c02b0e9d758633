"""A file in hand: look at it without keeping it, or save it to a patient."""

from __future__ import annotations

import streamlit as st

from pages._components.gate import guard
from pages._components.notices import calm_errors
from pages._components.services import get_services
from pages._components.upload import LOOK_ONLY, choose_door, choose_files, look_only, save_to_patient
from processing.language import gettext as _

guard("upload.py")
st.title(_("Upload"), anchor=False)
with calm_errors("upload"):
    services = get_services()
    door = choose_door()
    files = choose_files(services.settings.max_recording_bytes)
    if door == LOOK_ONLY:
        look_only(services, files)
    else:
        save_to_patient(services, files)
