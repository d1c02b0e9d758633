"""Tabs whose choice outlives a change of language: to Streamlit, tabs with other words are other tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from processing.language import current_language

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer


def kept_tabs(labels: Sequence[str], *, key: str) -> Sequence[TabContainer]:
    """Draw tabs and return them; the one that was open in another language is open in this one."""
    at, mine = f"{key}:at", f"{key}:{current_language()}"

    def remember() -> None:
        if st.session_state[mine] in labels:
            st.session_state[at] = list(labels).index(st.session_state[mine])

    chosen = min(st.session_state.get(at, 0), len(labels) - 1)
    return st.tabs(list(labels), default=labels[chosen], key=mine, on_change=remember)
