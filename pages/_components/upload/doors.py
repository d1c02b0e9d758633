"""What is asked first: what should happen, and which files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages._components import state
from pages._components.upload.staging import remember_files
from processing.language import gettext as _
from processing.language import mark as N_

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOOK_ONLY, SAVE = N_("Look only"), N_("Save to a patient")


# The field's built-in words are English in every language; its label says what may be chosen.
_OWN_WORDS = """<style>
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p {{ display: none; }}
[data-testid="stFileUploaderDropzone"] > span button [data-testid="stMarkdownContainer"]::after {{
    content: "{choose}";
}}
[data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
</style>"""


def choose_door() -> str:
    """Ask what is to become of the files."""
    door = st.segmented_control(
        _("What should happen with the files?"),
        [LOOK_ONLY, SAVE],
        format_func=_,
        default=LOOK_ONLY,
        required=True,
        key=state.UPLOAD_DOOR,
        persist_state="session",
    )
    return door or LOOK_ONLY


def choose_files(max_bytes: int) -> list[UploadedFile]:
    """Ask for the files; a new round starts with an empty field."""
    files = st.file_uploader(
        _("C3D recordings, up to {size} MB each; several at once are fine").format(
            size=max_bytes // 1_048_576
        ),
        type=["c3d"],
        accept_multiple_files=True,
        max_upload_size=max(1, max_bytes // 1_048_576),
        key=f"upload:files:{st.session_state.get(state.UPLOAD_ROUND, 0)}",
    )
    st.html(_OWN_WORDS.format(choose=_("Choose files")))
    remember_files(files)
    return files
