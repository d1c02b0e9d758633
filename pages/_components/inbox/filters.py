"""What the Inbox is narrowed to."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.inbox import InboxFilters, InboxState

CHOICES: dict[str, tuple[InboxState, ...]] = {
    N_("Needs you"): ("parked", "failed", "warnings"),
    N_("Running"): ("waiting", "reading", "analysing"),
    N_("Ready"): ("ready", "warnings"),
    N_("Could not be read"): ("failed",),
    N_("Without a patient"): ("parked",),
    N_("Reviewed"): ("reviewed",),
}
ASIDE = N_("Put aside")


def choose_states() -> InboxFilters:
    """Ask which files are shown; nothing chosen shows all but those that were put aside."""
    chosen = st.pills(
        _("Show"),
        [*CHOICES, ASIDE],
        format_func=_,
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
