"""The pages' only way to the product: one object, built once for the process."""

from __future__ import annotations

from contextlib import ExitStack

import streamlit as st

from processing import services
from processing.settings import Settings


def get_services() -> services.Services:
    """Return the services as the viewer has them, built at first use; a failed start is tried again next time.

    Without Supabase there is no sign-in, and the one viewer is the local clinician.
    """
    opened = _open()[0]
    return opened if Settings().supabase_url else opened.for_viewer(services.LOCAL_CLINICIAN)


def close_services() -> None:
    """Close and forget the services; the next caller builds them anew."""
    _open.clear()


def _close(opened: tuple[services.Services, ExitStack]) -> None:
    opened[1].close()


@st.cache_resource(show_spinner="Starting the database…", on_release=_close)
def _open() -> tuple[services.Services, ExitStack]:
    stack = ExitStack()
    return stack.enter_context(services.open_services(Settings(), program="dashboard")), stack
