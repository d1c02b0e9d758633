"""Which sheet, in which language, with what on it; kept while the reader goes elsewhere and comes back."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.may_edit import is_researcher
from processing.language import LANGUAGES, Language, current_language
from processing.language import gettext as _
from processing.language import mark as N_
from processing.reports import SHEETS, ReportOptions, Sheet

_SHEET_WORDS: dict[Sheet, str] = {"clinical": N_("Clinical"), "patient": N_("Patient")}


def choose_options() -> ReportOptions:
    """Draw the choices and return what holds."""
    sheet: Sheet = st.segmented_control(
        _("Sheet"),
        SHEETS,
        format_func=lambda each: _(_SHEET_WORDS[each]),
        default=_kept("sheet", "clinical"),
        required=True,
        key=_key("sheet"),
    )
    language: Language = st.segmented_control(
        _("Language of the sheet"),
        list(LANGUAGES),
        format_func=lambda each: LANGUAGES[each],
        default=_kept("language", current_language()),
        required=True,
        key=_key("language"),
    )
    raw = sheet == "clinical" and st.toggle(
        _("Raw signal"),
        value=_kept("raw", False),
        key=_key("raw"),
        help=_("Draws the raw EMG behind the envelope."),
    )
    name = not is_researcher() and st.toggle(
        _("Patient's name"),
        value=False,
        key=_key("name"),
        help=_(
            "Prints who the patient is instead of the code alone. Looking it up leaves a trace in the audit log."
        ),
    )
    for what, value in (("sheet", sheet), ("language", language), ("raw", raw)):
        st.session_state[f"{state.REPORT}kept:{what}"] = value
    return ReportOptions(sheet, language, include_raw=bool(raw), include_name=bool(name))


def _key(what: str) -> str:
    return f"{state.REPORT}{what}"


def _kept(what: str, otherwise: object) -> object:
    return st.session_state.get(f"{state.REPORT}kept:{what}", otherwise)
