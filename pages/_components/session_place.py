"""Where in the list of sessions a reader is: it stands in the page's address."""

from __future__ import annotations

import streamlit as st

from processing.use_cases.session_pages import SessionPlace

PARAMETER = "place"


def current_place() -> SessionPlace | None:
    """Return the place that the address names; None is the beginning of the list."""
    return SessionPlace.from_text(st.query_params.get(PARAMETER, ""))


def go_to(place: SessionPlace | None) -> None:
    """Put a place into the address; None leads to the newest sessions."""
    if place is None:
        st.query_params.pop(PARAMETER, None)
    else:
        st.query_params[PARAMETER] = place.to_text()


def go_to_newest() -> None:
    """Begin anew: what for a filter's change is another list."""
    go_to(None)
