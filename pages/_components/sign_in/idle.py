"""Watches a sign-in while its page lies open: nobody's results stay on a screen that nobody looks at."""

from __future__ import annotations

import math
import time

import streamlit as st

from pages._components.sign_in.desk import get_desk
from processing.language import gettext as _
from processing.sign_in import SignInEndedError

_EVERY_S = 15
_WARN_S = 120.0


@st.fragment(run_every=_EVERY_S)
def watch_sign_in(key: str) -> None:
    """Show the sign-in page once the sign-in is over; say so shortly before, and while its server is away."""
    desk = get_desk()
    try:
        session = desk.session(key)
    except SignInEndedError:
        st.rerun()
    left_s = desk.sessions.idle_left_s(session)
    if left_s < min(_WARN_S, desk.sessions.idle_s / 2):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(
                _("You will be signed out in about {minutes} min, because nothing was done.").format(
                    minutes=max(1, math.ceil(left_s / 60))
                ),
                icon=":material/timer:",
            )
            st.button(_("Stay signed in"), key="stay", on_click=_stay, args=(key,))
    elif session.server_away:
        until = time.strftime("%H:%M", time.localtime(session.expires_at))
        st.info(
            _("The sign-in server does not answer at the moment. You can go on until {time}.").format(
                time=until
            ),
            icon=":material/cloud_off:",
        )


def _stay(key: str) -> None:
    try:
        get_desk().session(key, used=True)
    except SignInEndedError:
        return  # the next look says so
