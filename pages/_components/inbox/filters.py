"""What the Inbox is narrowed to."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from processing.use_cases.inbox import InboxFilters, InboxState

CHOICES: dict[str, tuple[InboxState, ...]] = {
    "Needs you": ("parked", "failed", "warnings"),
    "Running": ("waiting", "reading", "analysing"),
    "Ready": ("ready", "warnings"),
    "Could not be read": ("failed",),
    "Without a patient": ("parked",),
    "Reviewed": ("reviewed",),
}
ASIDE = "Put aside"


def choose_states() -> InboxFilters:
    """Ask which files are shown; nothing chosen shows all but those that were put aside."""
    chosen = st.pills(
        "Show",
        [*CHOICES, ASIDE],
        key=state.INBOX_FILTER,
        persist_state="session",
        on_change=_from_the_top,
        label_visibility="collapsed",
    )
    if chosen == ASIDE:
        return InboxFilters(dismissed=True)
    return InboxFilters(states=CHOICES.get(chosen or "", ()))


def _from_the_top() -> None:
    st.session_state[state.INBOX_BEFORE] = None
