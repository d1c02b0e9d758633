"""What the timeline can be narrowed to, as buttons side by side."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from processing.language import mark as N_
from processing.scoring.baseline import BASELINE_SESSIONS

RANGES: dict[str, tuple[str, int | None]] = {
    "all": (N_("All"), None),
    "84": (N_("12 weeks"), 84),
    "28": (N_("4 weeks"), 28),
    "14": (N_("2 weeks"), 14),
}
BASELINES: dict[str, tuple[str, int]] = {
    "3": (N_("First 3"), BASELINE_SESSIONS),
    "5": (N_("First 5"), 5),
    "0": (N_("None"), 0),
}


def chosen(label: str, options: Mapping[str, str], *, key: str) -> str:
    """Draw a choice of which one always holds, and return its key; the first is the default."""
    names = list(options)
    found = st.segmented_control(
        label,
        names,
        format_func=lambda name: options[name],
        default=names[0],
        required=True,
        key=key,
        persist_state="session",
    )
    return str(found)
