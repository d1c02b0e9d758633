"""The keys of the viewer, on one card."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

KEYS = (
    ("J, K", "next and previous contraction"),
    ("N", "next doubtful contraction"),
    ("W", "the whole recording"),
    ("I or +", "closer"),
    ("O or −", "wider"),
    ("← →", "earlier and later (also with Shift)"),
    ("L", "the other leg: both, left, right"),
    ("M", "cursors on and off"),
    ("Tab", "to the next control; then ← → move a cursor, an edge or the window on the map"),
    ("Shift + ← →", "on a cursor or an edge: ten times as far"),
    ("H or ?", "this card"),
)


@st.dialog("Keys")
def show_keys(more: Sequence[tuple[str, str]] = ()) -> None:
    """Show every key; ``more`` adds those of other controls."""
    rows = "\n".join(f"| **{key}** | {does} |" for key, does in (*KEYS[:-1], *more, KEYS[-1]))
    st.markdown(f"| Key | What it does |\n|---|---|\n{rows}")
    st.caption("Every key has a button on the page. While you type into a field, letters are letters.")
