"""The review's way to take a session along: its results, its signals, and the recording as it arrived."""

from __future__ import annotations

import streamlit as st

from pages._components import state
from pages._components.exports.buttons import download, signal_buttons, table_buttons
from pages._components.open_review import OpenReview
from pages._components.view import View
from processing.errors import NotFoundError, ReplacedRecordingError, StorageUnavailableError
from processing.exports.formats import (
    MEDIA_TYPES,
    ExportFile,
    Format,
    recording_name,
    signals_name,
    tables_name,
)
from processing.exports.model import Scope
from processing.language import gettext as _

WINDOW, WHOLE = "window", "whole"


def export_session(opened: OpenReview) -> None:
    """Draw the button *Export*; what is behind it is drawn when it is open."""
    with st.container(width="content"):
        st.fragment(_popover)(opened)


def _popover(opened: OpenReview) -> None:
    key = f"{state.EXPORT}{opened.code}"
    popover = st.popover(
        _("Export"),
        icon=":material/download:",
        key=key,
        on_change="rerun",
        width="content",
    )
    if popover.open:
        with popover:
            _results(opened, key)
            if not _recording_is_there(opened):
                return
            if opened.review.result is not None:
                _signals(opened, key)
            _recording(opened, key)


def _recording_is_there(opened: OpenReview) -> bool:
    """Whether there is anything but results to take along; a click could not say why there is not."""
    try:
        opened.services.exports.check_recording(opened.review)
    except (NotFoundError, ReplacedRecordingError):
        st.caption(_("The recording itself is no longer in the store; its results are."))
        return False
    except StorageUnavailableError:
        st.caption(_("The recording cannot be reached at the moment; its results can."))
        return False
    return True


def _results(opened: OpenReview, key: str) -> None:
    exports, code = opened.services.exports, opened.code
    st.markdown(f"**{_('Results')}**")
    st.caption(
        _("Session, channels, contractions, corrections and parameters, with units and a data dictionary.")
    )
    scope = choose_scope(
        key,
        always_pseudonymised=exports.always_pseudonymised,
        may_read_notes=opened.services.notes.of_session(code).may_read,
    )
    table_buttons(
        lambda format: exports.tables([code], format, scope),
        lambda format: tables_name([code], format),
        key=f"{key}:tables",
    )


def choose_scope(key: str, *, always_pseudonymised: bool, may_read_notes: bool) -> Scope:
    """Ask what may leave; who works with pseudonyms only is not asked about dates and names."""
    with st.container(horizontal=True, gap="medium"):
        if always_pseudonymised:
            st.caption(_("Without dates, names and free text."))
            bare = True
        else:
            bare = st.checkbox(_("Without dates, names and free text"), key=f"{key}:bare")
        notes = may_read_notes and st.checkbox(_("With clinical notes"), key=f"{key}:notes")
    if bare:  # seen only once the choice has reached the server: from then on no file holds a date
        st.caption(_("Days are counted from the patient's first session."))
    return Scope(pseudonymised=bare, notes=notes)


def _signals(opened: OpenReview, key: str) -> None:
    exports, code, view = opened.services.exports, opened.code, View(opened.subject, _length_s(opened))
    st.markdown(f"**{_('Signals')}**")
    st.caption(_("Raw, filtered, RMS envelope and what the game saw, at the full sampling rate."))
    labels = {WINDOW: _("The part that is shown"), WHOLE: _("The whole session")}
    chosen = st.segmented_control(
        _("How much of the signals"),
        list(labels),
        format_func=labels.__getitem__,
        default=WINDOW,
        key=f"{key}:part",
        label_visibility="collapsed",
        required=True,
    )

    def build(format: Format) -> ExportFile:
        # The view is asked at the click: the picture may have been moved since this was drawn.
        window = None if chosen == WHOLE or view.whole else view.window
        return exports.signals(code, format, window_s=window)

    part = None if chosen == WHOLE else WINDOW
    signal_buttons(build, lambda format: signals_name(code, format, part), key=f"{key}:signals:{chosen}")


def _recording(opened: OpenReview, key: str) -> None:
    exports, code = opened.services.exports, opened.code
    if exports.always_pseudonymised:
        return
    st.markdown(f"**{_('Recording as it arrived')}**")
    result = opened.review.result
    if result is not None:
        st.caption(_("Byte for byte; SHA-256 {hash}").format(hash=f"`{result.file_sha256}`"))
    name = recording_name(opened.review.summary.object_name)
    words = _("The C3D file; it may hold a name")
    download(
        "C3D", name, MEDIA_TYPES["c3d"], lambda: exports.recording(code), key=f"{key}:recording", words=words
    )


def _length_s(opened: OpenReview) -> float:
    return opened.result.metadata.duration_s
