"""Chosen files that are not stored: analysed once, kept for this browser session, forgotten on leaving the page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._components import state
from pages._components.upload.rows import code
from processing.errors import PermanentError, ProcessingError
from processing.services import LookedAt, Services
from processing.use_cases.analyse import AnalysedRecording

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

# Findings hold no samples and are small; traces take megabytes, and one file at a time is drawn.
MAX_FINDINGS, MAX_TRACES = 128, 2


@dataclass(frozen=True, slots=True)
class Staged:
    """One chosen file: what was found in it, or the reason why nothing was."""

    file_id: str
    file: UploadedFile
    found: AnalysedRecording | None
    reason: str | None

    @property
    def name(self) -> str:
        """The file's name as the browser sent it: untrusted text."""
        return self.file.name


def stage_files(services: Services, files: Sequence[UploadedFile]) -> list[Staged]:
    """Analyse the files in memory, one after the other, and say how far it is."""
    staged = []
    bar = st.empty()
    for position, file in enumerate(files):
        label = f"Analysing {position + 1} of {len(files)}: {code(file.name)}"
        bar.progress(position / len(files), text=label)
        staged.append(_stage(services, file))
    bar.empty()
    return staged


def look_at(services: Services, staged: Staged) -> LookedAt:
    """Return a readable file's findings and traces."""
    return _looked_at(staged.file_id, services, staged.name, staged.file.getvalue())


def remember_files(files: Sequence[UploadedFile]) -> None:
    """Note which files the server holds for this page."""
    known = st.session_state.get(state.UPLOAD_HELD, [])
    st.session_state[state.UPLOAD_HELD] = list(dict.fromkeys([*known, *(file.file_id for file in files)]))


def forget_files() -> None:
    """Drop the chosen files, their findings and their traces; the next visit starts with an empty field."""
    held = st.session_state.pop(state.UPLOAD_HELD, None)
    if not held:
        return
    _findings.clear()  # both caches belong to this browser session alone
    _looked_at.clear()
    context = get_script_run_ctx()
    if context is not None:
        for file_id in held:
            context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file_id)
    for key in [str(key) for key in st.session_state if str(key).startswith(state.LOOK_VIEWS)]:
        del st.session_state[key]
    st.session_state.pop(state.UPLOAD_SHOWN, None)
    st.session_state[state.UPLOAD_ROUND] = st.session_state.get(state.UPLOAD_ROUND, 0) + 1


def _stage(services: Services, file: UploadedFile) -> Staged:
    data = file.getvalue()
    file_id = hashlib.sha256(file.name.encode() + b"\0" + data).hexdigest()[:16]
    try:
        found = _findings(file_id, services, file.name, data)
    except ProcessingError as error:
        return Staged(file_id, file, None, str(error))
    if isinstance(found, str):
        return Staged(file_id, file, None, found)
    return Staged(file_id, file, found, None)


@st.cache_resource(scope="session", max_entries=MAX_FINDINGS, show_spinner=False)
def _findings(file_id: str, _services: Services, _name: str, _data: bytes) -> AnalysedRecording | str:
    """Return what was found, or why the file will never be readable, so that it is not read twice."""
    try:
        return _looked_at(file_id, _services, _name, _data).analysed
    except PermanentError as error:
        return str(error)


@st.cache_resource(scope="session", max_entries=MAX_TRACES, show_spinner=False)
def _looked_at(file_id: str, _services: Services, _name: str, _data: bytes) -> LookedAt:
    return _services.look_at(_name, _data)
