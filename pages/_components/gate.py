"""Who may see anything: every page asks here first, whichever address it was reached by."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from pages._components import state, words
from pages._components.end_page import end_page
from pages._components.language import language_switch
from pages._components.menu import declare_pages
from pages._components.navigation import PAGES, Role
from pages._components.notices import unavailable
from pages._components.services import get_services
from pages._components.sign_in.account import sign_out_button
from pages._components.sign_in.current import (
    LOCAL_IDENTITIES,
    client_address,
    current_key,
    local_role,
    start_afresh_for,
)
from pages._components.sign_in.desk import get_desk
from pages._components.sign_in.form import sign_in_page
from pages._components.sign_in.link import keep_signed_in
from processing.errors import AccessDeniedError, TransientError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext, sentence
from processing.services import Identity
from processing.settings import Settings, is_loopback

MAIN = "main.py"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person in front of the page; ``name`` is fit for Markdown."""

    name: str
    explanation: str
    role: Role
    identity: Identity
    site: str | None = None


class NotAdmittedError(AccessDeniedError):
    """Somebody is signed in whose account lacks something; ``name`` says who."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


_STANDINGS = {
    None: N_("Your account has no role yet: ask an administrator."),
    "inactive": N_("Your account is not active any more: ask an administrator."),
    "second_factor": N_(
        "Your account must be used with a second factor (an authenticator app), and has none yet: ask an "
        "administrator."
    ),
}


_NOT_YOURS: dict[Role, str] = {
    "therapist": N_(
        "“{title}” is not part of the work of a therapist, so it stays closed. An administrator can change your role."
    ),
    "researcher": N_(
        "“{title}” is not part of the work of a researcher, so it stays closed. An administrator can change your role."
    ),
    "administrator": N_(
        "“{title}” is not part of the work of an administrator, so it stays closed. An administrator can change your "
        "role."
    ),
}


def guard(page: str | None = None) -> Viewer:
    """Return the viewer, or say why this person may not see this page and stop the script.

    ``page`` is the page's file name as in ``PAGES``; without it, the name of the file that asks.
    """
    page = page or Path(sys._getframe(1).f_globals.get("__file__", "")).name
    settings = Settings()
    refusal = refusal_reason(settings, st.get_option("server.address"), client_address())
    if refusal is not None:
        st.title(_("Sign-in needed"), anchor=False)
        st.warning(refusal, icon=":material/lock:")
        end_page()
    _clean_address()
    viewer = _signed_in(page) if settings.has_sign_in else _local_clinician()
    start_afresh_for(f"{viewer.identity.user_id} {viewer.role}")
    if page != MAIN:
        _check_role(page, viewer)
    return viewer


def refusal_reason(
    settings: Settings, server_address: str | None, browser_address: str | None = None
) -> str | None:
    """Say in one sentence why the dashboard stays closed; None when somebody may sign in, or need not.

    ``browser_address`` is where the browser is, None for this computer.
    """
    if settings.sign_in_fault is not None:
        return sentence(settings.sign_in_fault)
    if settings.has_sign_in:
        return None
    for setting, host in (("DASHBOARD_HOST", settings.dashboard_host), ("server.address", server_address)):
        if not (host and is_loopback(host.strip("[]"))):
            return _(
                "This dashboard can be reached from other computers ({setting} is “{host}”), and sign-in is not "
                "configured. Set it to 127.0.0.1 to work on this computer alone, or SUPABASE_URL and "
                "SUPABASE_ANON_KEY to let people sign in."
            ).format(setting=setting, host=host or _("every address"))
    if browser_address is not None:
        return _(
            "You are at another computer, which a proxy lets through to this dashboard, and sign-in is not configured. "
            "Set SUPABASE_URL and SUPABASE_ANON_KEY to let people sign in."
        )
    return None


def _clean_address() -> None:
    """Drop what no page ever writes into its address: a NUL, which PostgreSQL cannot even compare."""
    for name in list(st.query_params):
        if "\0" in name or any("\0" in value for value in st.query_params.get_all(name)):
            del st.query_params[name]


def _local_clinician() -> Viewer:
    role = local_role()
    return Viewer(
        _("Local clinician"),
        _("No sign-in: this dashboard answers only to this computer."),
        role,
        LOCAL_IDENTITIES[role],
    )


def _signed_in(page: str) -> Viewer:
    """Return who is signed in; otherwise draw the sign-in page, or what the account lacks, and stop."""
    refusal: AccessDeniedError | TransientError
    try:
        viewer = _admitted()
    except (AccessDeniedError, TransientError) as error:
        refusal = error
    else:
        st.session_state.pop(state.SIGN_IN_SAYS, None)
        return viewer
    # Outside the handler, whose error would be chained to everything that happens on the page.
    return _turn_away(refusal, page)


def _turn_away(refusal: AccessDeniedError | TransientError, page: str) -> NoReturn:
    if page == MAIN:
        declare_pages(None)
    if isinstance(refusal, TransientError):
        st.title(_("One moment"), anchor=False)
        unavailable(refusal, "gate")
    elif isinstance(refusal, NotAdmittedError):
        # Kept like any other: once an administrator has changed the account, loading the page again is enough.
        keep_signed_in(st.session_state.get(state.SIGN_IN_TICKET))
        st.title(_("Signed in, but not yet admitted"), anchor=False)
        language_switch()
        st.warning(str(refusal), icon=":material/badge:")
        st.caption(_("Signed in as {name}.").format(name=refusal.name))
        sign_out_button()
    else:
        # Several parts of a page may find that the sign-in is over: each runs the page, and only the first has the key.
        st.session_state.pop(state.SIGN_IN_KEY, None)
        if str(refusal):
            st.session_state.setdefault(state.SIGN_IN_SAYS, str(refusal))
        sign_in_page()
    end_page()


def _admitted() -> Viewer:
    key = current_key()
    if key is None:
        raise AccessDeniedError("")
    desk = get_desk()
    # A list that refreshes itself runs the page too. Only of who has just come, or cannot tell, is a run a sign.
    arrived = state.VIEWER not in st.session_state
    session = desk.session(key)
    claims = desk.session(key, used=arrived or not session.tells_activity).claims()
    profile = get_services().viewer_profile()
    name = words.plain(
        (profile and profile.display_name) or str(claims.get("email") or _("No name recorded"))
    )
    if profile is None or profile.standing != "full":
        raise NotAdmittedError(name, _(_STANDINGS[profile and profile.standing]))
    minutes = desk.sessions.idle_s / 60
    hint = ngettext(
        "You are signed out after {n} minute without activity.",
        "You are signed out after {n} minutes without activity.",
        1 if minutes == 1 else max(2, math.ceil(minutes)),
    ).format(n=words.number(minutes))
    return Viewer(name, hint, profile.role, Identity.from_claims(claims), profile.site)


def _check_role(page: str, viewer: Viewer) -> None:
    entry = next((entry for entry in PAGES if entry.file == page), None)
    if entry is not None and viewer.role in entry.roles:
        return
    title = _("This page") if entry is None else _(entry.title)
    st.title(title, anchor=False)
    st.warning(
        _(_NOT_YOURS[viewer.role]).format(title=title),
        icon=":material/lock:",
    )
    st.page_link("sessions.py", label=_("All sessions"), icon=":material/list:")
    end_page()
