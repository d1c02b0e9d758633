"""Whether the viewer changes anything about sessions; the database decides, this only hides what it would refuse."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from processing.services import Services


def may_edit(services: Services) -> bool:
    """Return whether to offer changes: a researcher reads only."""
    profile = services.viewer_profile()
    return profile is None or profile.role != "researcher"


def is_researcher() -> bool:
    """Whether the viewer works with pseudonyms only: what a clinic typed into a file's name is not for them."""
    return str(st.session_state.get(state.VIEWER)).endswith(" researcher")
