"""The switch: three languages side by side, each one click away; what was typed, chosen or zoomed stays."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.language.reader import COOKIE, keep_language, settle_language
from processing.language import LANGUAGES
from processing.language import gettext as _

_SWITCH = "language:switch"

# Says to those who have it read aloud in which language the page is, and remembers a choice for the next visit.
# In braces: a name that a script declares outside of them cannot be declared by the next one.
_PAGE_LANGUAGE = "<script>document.documentElement.lang = '{language}'; {{ {keep} }}</script>"
_KEEP = """
const secure = location.protocol === "https:" ? "; Secure" : "";
document.cookie = `{cookie}={language}; path=/; max-age=31536000; SameSite=Lax${{secure}}`;
"""


def language_switch() -> None:
    """Draw the switch, and tell the browser in which language the page is."""
    language = settle_language()
    st.session_state[_SWITCH] = language
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=str.upper,
        key=_SWITCH,
        on_change=_switched,
        required=True,
        label_visibility="collapsed",
        help=", ".join(LANGUAGES.values()),
        width="content",
    )
    keep = _KEEP.format(cookie=COOKIE, language=language) if state.LANGUAGE_CHOSEN in st.session_state else ""
    st.html(_PAGE_LANGUAGE.format(language=language, keep=keep), unsafe_allow_javascript=True)


def _switched() -> None:
    chosen = st.session_state[_SWITCH]
    if chosen in LANGUAGES:
        keep_language(chosen)
        # A click that takes the focus out of a field of a fragment reaches the server as a run of that fragment alone.
        st.rerun()
