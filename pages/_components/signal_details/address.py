"""Which part of a recording the spectra are of, as the page's address says it."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from processing.use_cases.signal_details import Part


def asked_part() -> Part:
    """Return which part the address asks for; the contractions where it says nothing known."""
    asked = st.query_params.get("part")
    return next((part for part in get_args(Part) if part == asked), "contractions")


def keep_part(part: Part) -> None:
    """Write the part into the address; what goes without saying is left out."""
    if part == "contractions":
        st.query_params.pop("part", None)
    elif st.query_params.get("part") != part:
        st.query_params["part"] = part
