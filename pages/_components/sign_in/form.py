"""The sign-in page: password or a code by e-mail, then an authenticator app's code where the account has one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages._components import state, words
from pages._components.language import language_switch
from pages._components.sign_in.cookie import read_key
from pages._components.sign_in.current import client_address
from pages._components.sign_in.desk import get_desk
from pages._components.sign_in.link import forget_cookie
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import sentence
from processing.sign_in import Admission, SignInEndedError, SignInUnavailableError

_WIDTH_PX = 440
_PASSWORD, _BY_EMAIL = N_("Password"), N_("Code by e-mail")


def sign_in_page() -> None:
    """Draw the page, and say why somebody who was signed in is not any more (``state.SIGN_IN_SAYS``)."""
    with (
        st.container(horizontal_alignment="center", key="sign-in"),
        st.container(width=_WIDTH_PX, key="sign-in-column"),
    ):
        language_switch()
        st.space("large")
        st.title(_("Sign in"), anchor=False)
        st.caption(_("GHOSTLY EMG review: recordings and results of patients."))
        if said := st.session_state.get(state.SIGN_IN_SAYS):
            st.info(sentence(said), icon=":material/info:")
        if state.SIGN_IN_WAITING in st.session_state:
            _second_factor()
        elif state.SIGN_IN_EMAIL in st.session_state:
            _typed_code(st.session_state[state.SIGN_IN_EMAIL])
        else:
            _first_step()
        st.caption(_("No account, or a forgotten password? An administrator of your site can help."))
    if read_key(st.context.headers, st.context.cookies) is not None:
        forget_cookie()


def _first_step() -> None:
    way = st.segmented_control(
        _("How to sign in"),
        [_PASSWORD, _BY_EMAIL],
        format_func=_,
        default=_PASSWORD,
        required=True,
        width="stretch",
        key="sign_in:way",
    )
    with st.form("sign-in-form"):
        email = st.text_input(
            _("E-mail address"), type="email", autocomplete="username", max_chars=320, key="sign_in:address"
        )
        if way == _BY_EMAIL:
            if _submit(_("Send the code")):
                _send_code(email)
            return
        password = st.text_input(
            _("Password"),
            type="password",
            autocomplete="current-password",
            max_chars=1024,
            key="sign_in:password",
        )
        if _submit(_("Sign in")):
            _attempt(
                lambda: _admitted(get_desk().enter_with_password(email, password, address=client_address()))
            )


def _typed_code(email: str) -> None:
    with st.form("sign-in-code"):
        st.markdown(_("If this address has an account, a code is on its way to it."))
        st.text_input(_("E-mail address"), value=email, disabled=True, key="sign_in:sent-to")
        code = st.text_input(
            _("Code from the e-mail"), autocomplete="one-time-code", max_chars=12, key="sign_in:code"
        )
        if _submit(_("Sign in")):
            _attempt(lambda: _admitted(get_desk().enter_with_code(email, code, address=client_address())))
    _start_again()


def _second_factor() -> None:
    with st.form("sign-in-factor"):
        st.markdown(_("Your account asks for a second factor."))
        code = st.text_input(
            _("Code from your authenticator app"),
            autocomplete="one-time-code",
            max_chars=12,
            placeholder=_("6 digits"),
            key="sign_in:factor",
        )
        if _submit(_("Continue")):
            _attempt(lambda: _confirm(code))
    _start_again()


def _submit(label: str) -> bool:
    return st.form_submit_button(label, width="stretch")


def _start_again() -> None:
    st.button(_("Start again"), type="tertiary", icon=":material/arrow_back:", on_click=_forget_steps)


def _send_code(email: str) -> None:
    def send() -> None:
        get_desk().send_code(email, address=client_address())
        st.session_state[state.SIGN_IN_EMAIL] = email.strip()

    _attempt(send)


def _confirm(code: str) -> None:
    try:
        key = get_desk().confirm_second_factor(
            st.session_state[state.SIGN_IN_WAITING], code, address=client_address()
        )
    except SignInEndedError:
        _forget_steps()
        st.session_state[state.SIGN_IN_SAYS] = N_("This took too long. Please sign in again.")
        return
    _admitted(Admission(key, False))


def _admitted(admission: Admission) -> None:
    _forget_steps()
    if admission.needs_second_factor:
        st.session_state[state.SIGN_IN_WAITING] = admission.key
        return
    st.session_state[state.SIGN_IN_KEY] = admission.key
    st.session_state[state.SIGN_IN_TICKET] = get_desk().sessions.issue_ticket(admission.key)


def _attempt(step: Callable[[], None]) -> None:
    """Take one step and draw the next page, or say calmly why not."""
    try:
        step()
    except SignInUnavailableError as error:
        st.warning(words.told(str(error)), icon=":material/cloud_off:")
    except ProcessingError as error:
        st.error(words.told(str(error)), icon=":material/error:")
    else:
        st.rerun()


def _forget_steps() -> None:
    for name in (state.SIGN_IN_WAITING, state.SIGN_IN_EMAIL, state.SIGN_IN_SAYS):
        st.session_state.pop(name, None)
