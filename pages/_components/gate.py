"""Who may see anything: every page asks here first, whichever address it was reached by."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import streamlit as st

from processing.settings import Settings


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person in front of the page."""

    name: str
    explanation: str


LOCAL_CLINICIAN = Viewer("Local clinician", "No sign-in: this dashboard answers only to this computer.")


def guard() -> Viewer:
    """Return the viewer, or say why nobody may see this page and stop the script."""
    refusal = refusal_reason(Settings(), st.get_option("server.address"))
    if refusal is not None:
        st.title("Sign-in needed", anchor=False)
        st.warning(refusal, icon=":material/lock:")
        st.stop()
    return LOCAL_CLINICIAN


def refusal_reason(settings: Settings, server_address: str | None) -> str | None:
    """Say in one sentence why the dashboard stays closed; None when it may open without sign-in."""
    if settings.supabase_url:
        return (
            "This dashboard is connected to a shared server (SUPABASE_URL is set), and sign-in is not available "
            "yet. No session is shown without it."
        )
    for setting, host in (("DASHBOARD_HOST", settings.dashboard_host), ("server.address", server_address)):
        if not _is_loopback(host):
            return (
                f"This dashboard can be reached from other computers ({setting} is “{host or 'every address'}”), "
                "and sign-in is not available yet. Set it to 127.0.0.1 to work on this computer alone."
            )
    return None


def _is_loopback(host: str | None) -> bool:
    if not host:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
