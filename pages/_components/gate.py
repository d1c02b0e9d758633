"""Who may see anything: every page asks here first, whichever address it was reached by."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from processing.settings import Settings, is_loopback


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person in front of the page."""

    name: str
    explanation: str


LOCAL_CLINICIAN = Viewer("Local clinician", "No sign-in: this dashboard answers only to this computer.")
AT_A_SHARED_SERVER = Viewer(
    "Local clinician",
    "No sign-in yet: whoever uses this computer sees every session of the shared server.",
)


def guard() -> Viewer:
    """Return the viewer, or say why nobody may see this page and stop the script."""
    settings = Settings()
    refusal = refusal_reason(settings, st.get_option("server.address"))
    if refusal is not None:
        st.title("Sign-in needed", anchor=False)
        st.warning(refusal, icon=":material/lock:")
        st.stop()
    return AT_A_SHARED_SERVER if settings.supabase_url else LOCAL_CLINICIAN


def refusal_reason(settings: Settings, server_address: str | None) -> str | None:
    """Say in one sentence why the dashboard stays closed; None when it may open without sign-in."""
    for setting, host in (("DASHBOARD_HOST", settings.dashboard_host), ("server.address", server_address)):
        if not (host and is_loopback(host.strip("[]"))):
            return (
                f"This dashboard can be reached from other computers ({setting} is “{host or 'every address'}”), "
                "and sign-in is not available yet. Set it to 127.0.0.1 to work on this computer alone."
            )
    return None
