"""Which language this browser's reader wants: the address's, else the chosen one, else the browser's, else English."""

from __future__ import annotations

from typing import cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._components import state
from processing.language import LANGUAGES, Language, follow_language_of

ADDRESS = "lang"
COOKIE = "ghostly_language"


def settle_language() -> Language:
    """Find out the reader's language at the beginning of a run; every word of this run and its fragments follows."""
    follow_language_of(language_of_page)
    asked = _known(st.query_params.get(ADDRESS))
    chosen: Language | None = asked or st.session_state.get(state.LANGUAGE_CHOSEN)
    if asked is not None:
        st.session_state[state.LANGUAGE_CHOSEN] = asked
    language = chosen or _known(st.context.cookies.get(COOKIE)) or _of_browser() or "en"
    st.session_state[state.LANGUAGE] = language
    return language


def keep_language(language: Language) -> None:
    """Remember what somebody chose; an address that names another language is brought in line."""
    st.session_state[state.LANGUAGE_CHOSEN] = language
    if ADDRESS in st.query_params:
        st.query_params[ADDRESS] = language


def language_of_page() -> Language:
    """Return the language of the page that is being drawn by this thread; English where none is."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    language: Language = st.session_state.get(state.LANGUAGE, "en")
    return language


def _of_browser() -> Language | None:
    return _known(st.context.locale)


def _known(tag: object) -> Language | None:
    """Return the language of a tag such as ``nl-BE``, None where the product does not speak it."""
    base = tag.replace("_", "-").partition("-")[0].lower() if isinstance(tag, str) else ""
    return cast(Language, base) if base in LANGUAGES else None
