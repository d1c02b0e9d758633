"""Parts that are unfolded stay unfolded while their heading changes its language or a number in it.

Streamlit takes what is unfolded for something else as soon as it has another heading. A ``key`` is enough where the
page does not ask whether it is open; where it does, so as not to build what nobody sees, this remembers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_expander_container import ExpanderContainer


@dataclass(slots=True)
class _Folded:
    """How a part began under its present heading, and how it is now."""

    heading: str
    began_open: bool
    is_open: bool


def folded_part(heading: str, *, icon: str, key: str) -> ExpanderContainer:
    """Draw a folded part whose ``open`` says whether it is unfolded, whatever its heading has been."""
    kept: _Folded | None = st.session_state.get(f"{key}:folded")
    if kept is None or kept.heading != heading:
        was_open = kept is not None and kept.is_open
        kept = _Folded(heading, was_open, was_open)
        st.session_state[f"{key}:folded"] = kept
    part = st.expander(heading, expanded=kept.began_open, icon=icon, key=key, on_change="rerun")
    kept.is_open = bool(part.open)
    return part
