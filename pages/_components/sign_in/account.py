"""The account menu at the top right: who is looking, as what, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages._components import state, words
from pages._components.language import keep_language, language_switch, settle_language
from pages._components.navigation import Role
from pages._components.sign_in.current import current_key, local_role
from pages._components.sign_in.desk import get_desk
from pages._components.sign_in.idle import watch_sign_in
from pages._components.sign_in.link import keep_signed_in
from processing.language import gettext as _
from processing.language import mark as N_
from processing.settings import Settings

if TYPE_CHECKING:
    from pages._components.gate import Viewer

ROLE_WORDS: dict[Role, str] = {
    "therapist": N_("Therapist"),
    "researcher": N_("Researcher"),
    "administrator": N_("Administrator"),
}
_WHAT_A_ROLE_SEES: dict[Role, str] = {
    "administrator": N_("Every patient, and what only administrators may change."),
    "therapist": N_(
        "The patients whom this therapist treats: of the demonstration P001 and P002, and every new patient "
        "whose first recording is uploaded in this role."
    ),
    "researcher": N_("Every pseudonym's results, to read; no identities, no notes, no upload."),
}
_SWITCH = "local_role:switch"
# Beside the menu where the window is wide enough for both; else it is a row of the page. Above Streamlit's header.
_PLACE = """<style>
@media (min-width: 70rem) {
    .st-key-account { position: fixed; top: 0.55rem; right: 3.5rem; width: auto; z-index: 1000000; }
}
</style>"""


def account_menu(viewer: Viewer) -> None:
    """Draw the menu, and keep watch over the sign-in while the page is open."""
    st.html(_PLACE)
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="account"
    ):
        if Settings().has_sign_in:
            keep_signed_in(st.session_state.get(state.SIGN_IN_TICKET))
        language_switch()
        with st.popover(
            f"{viewer.name} · {role_word(viewer.role)}", icon=":material/account_circle:", type="tertiary"
        ):
            st.markdown(f"**{viewer.name}**  \n{role_word(viewer.role)}{_at(viewer.site)}")
            st.caption(viewer.explanation)
            if Settings().has_sign_in:
                sign_out_button()
            else:
                _role_switch()
    key = current_key() if Settings().has_sign_in else None
    if key is not None:
        watch_sign_in(key)


def role_word(role: Role) -> str:
    """Return what a role is called in the reader's language."""
    return _(ROLE_WORDS[role])


def sign_out_button() -> None:
    """Draw the way out."""
    st.button(_("Sign out"), icon=":material/logout:", on_click=_sign_out, width="stretch", key="sign-out")


def _at(site: str | None) -> str:
    return "" if site is None else f", {words.plain(site)}"


def _role_switch() -> None:
    st.session_state[_SWITCH] = local_role()
    st.radio(
        _("Look as"),
        list(ROLE_WORDS),
        format_func=role_word,
        captions=[_(_WHAT_A_ROLE_SEES[role]) for role in ROLE_WORDS],
        key=_SWITCH,
        on_change=_switch_role,
    )


def _switch_role() -> None:
    st.session_state[state.LOCAL_ROLE] = st.session_state[_SWITCH]


def _sign_out() -> None:
    key = current_key()
    confirmed = key is None or get_desk().leave(key)
    language = settle_language()
    st.session_state.clear()
    st.query_params.clear()
    keep_language(language)
    st.session_state[state.SIGN_IN_SAYS] = (
        N_("You are signed out.")
        if confirmed
        else N_(
            "You are signed out here. The sign-in server did not answer, so the sign-in ends there by itself."
        )
    )
