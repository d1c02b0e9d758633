"""The keys of the viewer, on one card."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from processing.language import gettext as _
from processing.language import mark as N_

KEYS = (
    ("J, K", N_("next and previous contraction")),
    ("N", N_("next doubtful contraction")),
    ("W", N_("the whole recording")),
    (N_("I or +"), N_("closer")),
    (N_("O or −"), N_("wider")),
    ("← →", N_("earlier and later (also with Shift)")),
    (N_("Shift + ↑ ↓"), N_("amplitudes taller and flatter")),
    ("L", N_("the other leg: both, left, right")),
    ("M", N_("cursors on and off")),
    ("Tab", N_("to the next control; then ← → move a cursor, an edge or the window on the map")),
    (N_("Shift + ← →"), N_("on a cursor or an edge: ten times as far")),
    (N_("H or ?"), N_("this card")),
)


def show_keys(more: Sequence[tuple[str, str]] = ()) -> None:
    """Show every key; ``more`` adds those of other controls."""
    st.dialog(_("Keys"))(_card)(more)


def _card(more: Sequence[tuple[str, str]]) -> None:
    rows = "\n".join(f"| **{_(key)}** | {_(does)} |" for key, does in (*KEYS[:-1], *more, KEYS[-1]))
    st.markdown(f"| {_('Key')} | {_('What it does')} |\n|---|---|\n{rows}")
    st.caption(_("Every key has a button on the page. While you type into a field, letters are letters."))
