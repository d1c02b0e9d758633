"""Who this browser's page belongs to at this moment, and for whom the database is asked."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages._components import state
from pages._components.navigation import Role
from pages._components.sign_in.cookie import read_key
from pages._components.sign_in.desk import get_desk
from processing import services
from processing.errors import AccessDeniedError
from processing.services import Identity
from processing.settings import Settings

LOCAL_IDENTITIES: dict[Role, Identity] = {
    "administrator": services.LOCAL_CLINICIAN,
    "therapist": services.LOCAL_THERAPIST,
    "researcher": services.LOCAL_RESEARCHER,
}


def current_actor() -> Identity | Callable[[], Identity]:
    """Return whom the services act for.

    Raises
    ------
    AccessDeniedError
        If nobody is signed in where sign-in is configured.
    """
    if not Settings().has_sign_in:
        return LOCAL_IDENTITIES[local_role()]
    key = current_key()
    if key is None:
        raise AccessDeniedError("Nobody is signed in.")
    return services.identity_behind(get_desk(), key)


def current_key() -> str | None:
    """Return the key of this tab's sign-in: its own, or the one that the browser's cookie brought."""
    own: str | None = st.session_state.get(state.SIGN_IN_KEY)
    return own or read_key(st.context.headers, st.context.cookies)


def client_address() -> str | None:
    """Return the address that the browser's connection comes from; None for this computer."""
    address = st.context.ip_address
    return address if isinstance(address, str) else None


def local_role() -> Role:
    """Return the role in which the local clinician looks at the moment."""
    chosen: Role = st.session_state.get(state.LOCAL_ROLE, "administrator")
    return chosen


def start_afresh_for(viewer: str) -> None:
    """Forget what this tab remembers of anybody else: chosen sessions, filters, files in hand."""
    if st.session_state.get(state.VIEWER) not in (None, viewer):
        kept = {
            name: st.session_state[name]
            for name in (
                state.LANGUAGE,
                state.LANGUAGE_CHOSEN,
                state.LOCAL_ROLE,
                state.SIGN_IN_KEY,
                state.SIGN_IN_TICKET,
            )
            if name in st.session_state
        }
        st.session_state.clear()
        st.session_state.update(kept)
    st.session_state[state.VIEWER] = viewer
