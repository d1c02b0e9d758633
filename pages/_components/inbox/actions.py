"""What a person may do about one file of the Inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages._components import words
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.inbox import InboxRow


def row_actions(services: Services, row: InboxRow, patients: Sequence[str]) -> None:
    """Draw the ways on: open, try again, give it to a patient, see the original, put it aside or take it back."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if row.session_code:
            _open(row.session_code, _("Open {session}").format(session=row.session_code), "monitoring")
        if row.duplicate_of:
            _open(row.duplicate_of, _("Show original"), "content_copy")
        if row.state == "parked" and not row.dismissed:
            _assign(services, row, patients)
        if row.state == "failed":
            said = _("{session} is read again; its row says what comes of it.").format(
                session=row.session_code
            )
            _button(
                _("Retry"),
                _("Retry"),
                "refresh",
                row,
                lambda: services.retry_session(str(row.session_code)),
                said,
            )
        if row.dismissed:
            _button(
                _("Take back"),
                _("Take back"),
                "undo",
                row,
                lambda: services.inbox.restore(row),
                _("Taken back."),
            )
        elif row.state in ("failed", "parked"):
            _button(
                _("Dismiss"), _("Dismiss"), "close", row, lambda: services.inbox.dismiss(row), _("Put aside.")
            )


def _open(session_code: str, label: str, icon: str) -> None:
    st.page_link("review.py", label=label, icon=f":material/{icon}:", query_params={"session": session_code})


def _assign(services: Services, row: InboxRow, patients: Sequence[str]) -> None:
    with st.popover(_("Assign patient"), icon=":material/person_add:"):
        st.caption(_("The file is copied into the patient's folder and analysed; the original stays."))
        code = st.selectbox(
            _("Patient code"),
            list(patients),
            index=None,
            placeholder=_("Choose, or type a new one such as P014"),
            accept_new_options=True,
            key=f"inbox:patient:{row.key}",
        )
        if st.button(_("Assign"), type="primary", disabled=code is None, key=f"inbox:assign:{row.key}"):
            _do(lambda: services.inbox.assign(row, str(code)), _("Given to {patient}.").format(patient=code))


def _button(name: str, label: str, icon: str, row: InboxRow, action: Callable[[], object], said: str) -> None:
    if st.button(
        label, icon=f":material/{icon}:", key=f"inbox:{name}:{row.key}", type="tertiary", width="content"
    ):
        _do(action, said)


def _do(action: Callable[[], object], said: str) -> None:
    try:
        action()
    except ProcessingError as error:
        st.error(_("Not done: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.toast(said, icon=":material/check:")
    st.rerun()
