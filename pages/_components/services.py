"""The pages' only way to the product: one object, built once for the process, lent to each viewer as theirs."""

from __future__ import annotations

import threading
from contextlib import ExitStack, nullcontext

import streamlit as st

from pages._components.sign_in.current import current_actor
from processing import services
from processing.language import gettext as _
from processing.settings import Settings

_opened = threading.Event()


def get_services() -> services.Services:
    """Return the services as the viewer has them, built at first use; a failed start is tried again next time.

    Raises
    ------
    AccessDeniedError
        If nobody is signed in where sign-in is configured.
    """
    actor = current_actor()
    with st.spinner(_("Starting the database…")) if not _opened.is_set() else nullcontext():
        return _open()[0].for_viewer(actor)


def close_services() -> None:
    """Close and forget the services; the next caller builds them anew."""
    _open.clear()
    _opened.clear()


def _close(opened: tuple[services.Services, ExitStack]) -> None:
    opened[1].close()


@st.cache_resource(show_spinner=False, on_release=_close)
def _open() -> tuple[services.Services, ExitStack]:
    settings, stack = Settings(), ExitStack()
    opened = stack.enter_context(services.open_services(settings, program="dashboard"))
    if settings.dashboard_metrics_port:
        opened.serve_cache_metrics(settings.dashboard_metrics_port)
    _opened.set()
    return opened, stack
