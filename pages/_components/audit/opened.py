"""Opening a session, or who a patient is, leaves a trace: once for each browser session, not at every rerun."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from processing.services import Services


def record_opened(services: Services, session_code: str) -> None:
    """Keep in the audit log that the viewer opened a session; without that trace it is not shown.

    Raises
    ------
    ProcessingError
        If the trace cannot be written.
    """
    opened: set[str] = st.session_state.setdefault(state.OPENED, set())
    if session_code not in opened:
        services.record_access("read", session_code)
        opened.add(session_code)


def record_identity_opened(services: Services, patient_code: str) -> None:
    """Keep in the audit log that the viewer looked at who a patient is; without that trace it is not shown.

    Raises
    ------
    ProcessingError
        If the trace cannot be written.
    """
    opened: set[str] = st.session_state.setdefault(state.OPENED, set())
    mark = f"identity:{patient_code}"
    if mark not in opened:
        services.patients.record_identity_opened(patient_code)
        opened.add(mark)


def record_patient_opened(services: Services, patient_code: str) -> None:
    """Keep in the audit log that the viewer opened a patient's timeline; without that trace it is not shown.

    Raises
    ------
    ProcessingError
        If the trace cannot be written.
    """
    opened: set[str] = st.session_state.setdefault(state.OPENED, set())
    mark = f"patient:{patient_code}"
    if mark not in opened:
        services.progress.record_opened(patient_code)
        opened.add(mark)
