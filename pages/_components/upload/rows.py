"""One file's state in one line."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from processing.language import gettext as _


def state_row(
    kind: words.State, name: str, reason: str | None = None, session_code: str | None = None
) -> None:
    """Draw the state, the file's name and, where there is one, the reason and the way to the session."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(kind.word, icon=kind.icon, color=kind.color)
        st.markdown(code(name) + (f" · {reason}" if reason else ""), width="content")
        if session_code:
            st.page_link(
                "review.py",
                label=_("Open {session}").format(session=session_code),
                icon=":material/monitoring:",
                query_params={"session": session_code},
            )


def code(name: str) -> str:
    """Show a file name, which is untrusted text, as it stands."""
    return "`" + name.replace("`", "'") + "`"
