"""The mark that somebody looked a session over, and when it no longer holds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages._components import local_time, words
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.inbox import ReviewMark
from processing.use_cases.read_models import SessionReview


def review_mark_bar(services: Services, review: SessionReview, *, may_edit: bool = True) -> None:
    """Say who reviewed the session and whether it still shows what they saw; offer to mark it."""
    code = review.summary.session_code
    mark = services.inbox.review_mark(code)
    if mark is None or review.summary.running:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="review-mark", width="content"
    ):
        if mark.marked:
            state = words.REVIEWED if mark.current else words.CHANGED
            st.badge(state.word, icon=state.icon, color=state.color)
            st.markdown(f":small[{mark_words(mark)}]", width="content")
        if not may_edit:
            return
        if not mark.current:
            label = _("Mark reviewed again") if mark.marked else _("Mark reviewed")
            if st.button(label, icon=":material/task_alt:", key="mark-reviewed"):
                _do(lambda: services.inbox.mark_reviewed(code, mark), _("Marked as reviewed."))
        elif st.button(_("Take the mark off"), key="unmark-reviewed", type="tertiary"):
            _do(lambda: services.inbox.unmark(code), _("No longer marked as reviewed."))


def mark_words(mark: ReviewMark) -> str:
    """Say who reviewed a session, when, and what changed since."""
    said = signed(mark.reviewed_by, local_time.moment(mark.reviewed_at))
    if mark.current:
        return said
    if mark.analysed_since:
        return _("{said}. The recording was analysed again since: result version {version}.").format(
            said=said, version=mark.result_version
        )
    return _("{said}. Corrections, entered values or legs changed since.").format(said=said)


def signed(name: str | None, when: str) -> str:
    """Say who did something and when; only when, where nobody is named."""
    return _("by {name}, {when}").format(name=words.plain(name), when=when) if name else when


def _do(action: Callable[[], object], said: str) -> None:
    try:
        action()
    except ProcessingError as error:
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.toast(said, icon=":material/check:")
    st.rerun()
