"""Chosen files that are not stored: analysed once, kept for this browser session, forgotten on leaving the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._components import state, words
from pages._components.upload.maps import chosen_map, forget_maps
from pages._components.upload.rows import code
from processing.emg.traces import ChannelTraces
from processing.errors import PermanentError, ProcessingError
from processing.language import gettext as _
from processing.services import LookedAt, Services
from processing.use_cases.analyse import AnalysedRecording
from processing.use_cases.side_map import ChannelMap, SideMap

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

# Findings hold no samples and are small; traces take megabytes, and one file at a time is drawn.
MAX_FINDINGS, MAX_TRACES = 128, 2


@dataclass(frozen=True, slots=True)
class Staged:
    """One chosen file: what was found in it, or the reason why nothing was.

    ``proposed`` is how its channels are read by their labels, None where not even those could be read;
    ``channel_map`` what a person chose instead. ``seconds`` is how long the analysis took.
    """

    file_id: str
    file: UploadedFile
    found: AnalysedRecording | None
    reason: str | None
    proposed: SideMap | None = None
    channel_map: ChannelMap | None = None
    seconds: float | None = None

    @property
    def name(self) -> str:
        """The file's name as the browser sent it: untrusted text."""
        return self.file.name


def stage_files(services: Services, files: Sequence[UploadedFile]) -> list[Staged]:
    """Analyse the files in memory, one after the other, and say of each how far it is."""
    took: dict[str, float] = st.session_state.setdefault(state.UPLOAD_SECONDS, {})
    new = [file for file in files if _work_key(file) not in took]
    board = st.empty()
    slots = _board(board, files, took) if new else {}
    staged = []
    for file in files:
        slot = slots.get(file.file_id)
        if slot is not None and file in new:
            slot.markdown(f"{words.ANALYSING.icon} {code(file.name)} · {_('analysing…')}")
        begin = perf_counter()
        one = _stage(services, file)
        took.setdefault(_work_key(file), perf_counter() - begin)
        seconds = took[_work_key(file)]
        if slot is not None:
            slot.markdown(_done(one, seconds))
        staged.append(_with_seconds(one, seconds))
    board.empty()
    return staged


def look_at(services: Services, staged: Staged) -> LookedAt:
    """Return a readable file's findings and traces."""
    if staged.found is None:
        raise PermanentError(staged.reason or _("The file could not be read."))
    key = _map_key(staged.channel_map)
    traces = _traces(staged.file_id, key, services, staged.name, staged.file.getvalue(), staged.channel_map)
    return LookedAt(staged.found, traces)


def remember_files(files: Sequence[UploadedFile]) -> None:
    """Note which files the server holds for this page."""
    known = st.session_state.get(state.UPLOAD_HELD, [])
    st.session_state[state.UPLOAD_HELD] = list(dict.fromkeys([*known, *(file.file_id for file in files)]))


def forget_files() -> None:
    """Drop the chosen files, their findings and their traces; the next visit starts with an empty field."""
    held = st.session_state.pop(state.UPLOAD_HELD, None)
    if not held:
        return
    _findings.clear()  # these caches belong to this browser session alone
    _traces.clear()
    context = get_script_run_ctx()
    if context is not None:
        for file_id in held:
            context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file_id)
    kept = (state.LOOK_VIEWS, state.table_key(state.LOOK))
    for key in [str(key) for key in st.session_state if str(key).startswith(kept)]:
        del st.session_state[key]
    st.session_state.pop(state.UPLOAD_SHOWN, None)
    st.session_state.pop(state.UPLOAD_SECONDS, None)
    forget_maps()
    st.session_state[state.UPLOAD_ROUND] = st.session_state.get(state.UPLOAD_ROUND, 0) + 1


def _board(
    board: DeltaGenerator, files: Sequence[UploadedFile], took: dict[str, float]
) -> dict[str, DeltaGenerator]:
    """Draw one line a file before the work begins, so that nobody wonders about the last one."""
    with board.container(border=True, gap="xsmall"):
        slots = {}
        for file in files:
            slots[file.file_id] = st.empty()
            waits = "" if _work_key(file) in took else f" · {_('waiting')}"
            slots[file.file_id].markdown(f"{words.WAITING.icon} {code(file.name)}{waits}")
    return slots


def _done(staged: Staged, seconds: float) -> str:
    if staged.found is None:
        return f"{words.FAILED.icon} {code(staged.name)} · {_('could not be read')}"
    return f"{words.READY.icon} {code(staged.name)} · {words.number(round(seconds, 1), 's')}"


def _with_seconds(staged: Staged, seconds: float) -> Staged:
    return Staged(
        staged.file_id, staged.file, staged.found, staged.reason, staged.proposed, staged.channel_map, seconds
    )


def _stage(services: Services, file: UploadedFile) -> Staged:
    data, channel_map = file.getvalue(), chosen_map(file.file_id)
    proposed = services.side_map.propose(file.name, data)
    try:
        found = _findings(file.file_id, _map_key(channel_map), services, file.name, data, channel_map)
    except ProcessingError as error:
        return Staged(file.file_id, file, None, str(error), proposed, channel_map)
    if isinstance(found, str):
        return Staged(file.file_id, file, None, found, proposed, channel_map)
    return Staged(file.file_id, file, found, None, proposed, channel_map)


def _work_key(file: UploadedFile) -> str:
    return f"{file.file_id} {_map_key(chosen_map(file.file_id))}"


def _map_key(channel_map: ChannelMap | None) -> str:
    return "" if channel_map is None else repr(sorted(channel_map.items(), key=lambda item: item[0]))


@st.cache_resource(scope="session", max_entries=MAX_FINDINGS, show_spinner=False)
def _findings(
    file_id: str, map_key: str, _services: Services, _name: str, _data: bytes, _map: ChannelMap | None
) -> AnalysedRecording | str:
    """Return what was found, or why the file will never be readable, so that it is not read twice."""
    try:
        return _services.analyse_file(_name, _data, channel_map=_map)
    except PermanentError as error:
        return str(error)


@st.cache_resource(scope="session", max_entries=MAX_TRACES, show_spinner=False)
def _traces(
    file_id: str, map_key: str, _services: Services, _name: str, _data: bytes, _map: ChannelMap | None
) -> tuple[ChannelTraces, ...]:
    return _services.draw_file(_name, _data, channel_map=_map)
