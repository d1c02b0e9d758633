"""What the list of sessions is narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from pages._components import state
from pages._components.session_place import go_to_newest
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.read_models import ProcessingStatus, SessionFilters

STATUS_CHOICES: dict[str, tuple[ProcessingStatus, ...]] = {
    N_("Waiting"): ("pending",),
    N_("Analysing"): ("processing", "reprocessing"),
    N_("Ready"): ("completed",),
    N_("Could not be read"): ("failed",),
}


def choose_filters(patient_codes: Sequence[str]) -> SessionFilters:
    """Ask what the list is narrowed to."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        patient = st.selectbox(
            _("Patient"),
            list(patient_codes),
            index=None,
            placeholder=_("All patients"),
            key=state.FILTER_PATIENT,
            on_change=go_to_newest,
            persist_state="session",
            width=220,
        )
        chosen = st.multiselect(
            _("State"),
            list(STATUS_CHOICES),
            format_func=_,
            placeholder=_("All states"),
            key=state.FILTER_STATUS,
            on_change=go_to_newest,
            persist_state="session",
            width=320,
        )
        dates = st.date_input(
            _("Recorded between"),
            value=(),
            format="DD/MM/YYYY",
            key=state.FILTER_DATES,
            on_change=go_to_newest,
            persist_state="session",
            width=260,
        )
    start, end = _date_range(dates)
    statuses = tuple(status for name in chosen for status in STATUS_CHOICES[name])
    return SessionFilters(patient_code=patient, statuses=statuses, recorded_from=start, recorded_until=end)


def _date_range(dates: object) -> tuple[date | None, date | None]:
    days = tuple(dates) if isinstance(dates, list | tuple) else (dates,)
    known = [day for day in days if isinstance(day, date)]
    return (known[0] if known else None, known[1] if len(known) > 1 else None)
