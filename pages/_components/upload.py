"""The two doors of the upload page. Every file has its own state; a bad one never holds up the others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._components import state, words
from pages._components.findings import channel_tiles, quality_section
from pages._components.provenance import Origin, provenance
from pages._components.review_figure import pair_panels
from pages._components.score_view import score_section
from pages._components.signal_view import signal_view
from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.errors import PermanentError, ProcessingError
from processing.services import LookedAt, Services
from processing.use_cases.read_models import SessionSummary
from processing.use_cases.upload import check_patient_code
from processing.version import PIPELINE_VERSION

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOOK_ONLY, SAVE = "Look only", "Save to a patient"
MAX_LOOKED_AT = 8
REFRESH = "1s"


def choose_door() -> str:
    """Ask what is to become of the files."""
    door = st.segmented_control(
        "What should happen with the files?",
        [LOOK_ONLY, SAVE],
        default=LOOK_ONLY,
        required=True,
        key=state.UPLOAD_DOOR,
        persist_state="session",
    )
    return door or LOOK_ONLY


def choose_files(max_bytes: int) -> list[UploadedFile]:
    """Ask for the files; a new round starts with an empty field."""
    return st.file_uploader(
        f"C3D recordings, up to {max_bytes // 1_048_576} MB each; several at once are fine",
        type=["c3d"],
        accept_multiple_files=True,
        max_upload_size=max(1, max_bytes // 1_048_576),
        key=f"upload:files:{st.session_state.get(state.UPLOAD_ROUND, 0)}",
    )


# --- look only -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Staged:
    """One chosen file: what was found in it, or the reason why nothing was."""

    file_id: str
    name: str
    looked_at: LookedAt | None
    reason: str | None


def look_only(services: Services, files: Sequence[UploadedFile]) -> None:
    """Analyse the files in memory and show one of them; nothing is stored."""
    st.info(
        "These files are not stored, and are forgotten when you leave this page.",
        icon=":material/visibility:",
    )
    if not files:
        st.caption("Choose a recording to see both legs, the quality of the signals and every contraction.")
        return
    staged = _look_at_all(services, files)
    readable = [file for file in staged if file.looked_at is not None]
    if len(staged) > 1 or not readable:
        _staged_list(staged)
    if not readable:
        return
    shown = readable[0]
    if len(readable) > 1:
        shown = (
            st.selectbox("Show", readable, format_func=lambda file: file.name, key=state.UPLOAD_SHOWN)
            or shown
        )
    if shown.looked_at is not None:
        _show(shown, shown.looked_at)


def _look_at_all(services: Services, files: Sequence[UploadedFile]) -> list[Staged]:
    staged = []
    bar = st.empty()
    for position, file in enumerate(files):
        bar.progress(
            position / len(files), text=f"Analysing {position + 1} of {len(files)}: {_code(file.name)}"
        )
        staged.append(_look_at_one(services, file))
    bar.empty()
    return staged


def _look_at_one(services: Services, file: UploadedFile) -> Staged:
    data = file.getvalue()
    file_id = hashlib.sha256(file.name.encode() + b"\0" + data).hexdigest()[:16]
    try:
        found = _looked_at(file_id, services, file.name, data)
    except ProcessingError as error:
        return Staged(file_id, file.name, None, str(error))
    return (
        Staged(file_id, file.name, None, found)
        if isinstance(found, str)
        else Staged(file_id, file.name, found, None)
    )


@st.cache_resource(scope="session", max_entries=MAX_LOOKED_AT, show_spinner=False)
def _looked_at(file_id: str, _services: Services, _name: str, _data: bytes) -> LookedAt | str:
    """Keep results for this browser tab alone; a file that will never be readable is not read twice."""
    try:
        return _services.look_at(_name, _data)
    except PermanentError as error:
        return str(error)


def _staged_list(staged: Sequence[Staged]) -> None:
    with st.container(border=True, gap="small"):
        for file in staged:
            kind = words.FAILED if file.reason else words.READY
            _state_row(kind, file.name, file.reason)


def _state_row(
    kind: words.State, name: str, reason: str | None = None, session_code: str | None = None
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(kind.word, icon=kind.icon, color=kind.color)
        st.markdown(_code(name) + (f" · {reason}" if reason else ""), width="content")
        if session_code:
            st.page_link(
                "review.py",
                label=f"Open {session_code}",
                icon=":material/monitoring:",
                query_params={"session": session_code},
            )


def _code(name: str) -> str:
    """Show a file name, which is untrusted text, as it stands."""
    return "`" + name.replace("`", "'") + "`"


def _show(file: Staged, looked_at: LookedAt) -> None:
    analysed, targets = looked_at.analysed, SessionTargets()
    metadata = analysed.metadata
    finding = words.title_sentence(
        analysed.channels, targets.expected_contractions, targets.target_duration_s
    )
    st.header(finding, anchor=False)
    st.markdown(
        f"{_code(file.name)} · {words.moment(metadata.recorded_at)} · {words.duration(metadata.duration_s)} · "
        f"{words.plural(len(metadata.channels), 'channel')}"
    )
    lines = [metadata.clock_check.message, *metadata.notices]
    st.caption("  \n".join(line for line in lines if line))
    channel_tiles(analysed.channels, analysed.score, targets)
    signal_view(f"look:{file.file_id}", pair_panels(looked_at.traces, analysed.channels), targets)
    score_section(analysed.score, None, analysed.channels, key=f"look:{file.file_id}")
    quality_section(analysed.channels)
    origin = Origin(
        file_name=file.name,
        size_bytes=analysed.size_bytes,
        sha256=analysed.sha256,
        pipeline_version=PIPELINE_VERSION,
        analysed="just now, not stored",
        received=None,
    )
    provenance(origin, metadata, asdict(AnalysisParameters()))


# --- save to a patient ---------------------------------------------------------------------------------------------


def save_to_patient(services: Services, files: Sequence[UploadedFile]) -> None:
    """Ask for the patient, save every file by itself, and lead to the sessions."""
    code = st.selectbox(
        "Patient code",
        services.list_patient_codes(),
        index=None,
        placeholder="Choose, or type a new one such as P014",
        accept_new_options=True,
        key=state.UPLOAD_PATIENT,
        persist_state="session",
        width=420,
    )
    problem = _problem(code)
    if problem:
        st.warning(problem, icon=":material/info:")
    ready = bool(files) and code is not None and problem is None
    label = f"Save {words.plural(len(files), 'file')}" if files else "Save"
    if st.button(label, icon=":material/save:", disabled=not ready, key="save") and code is not None:
        saved = [_save_one(services, check_patient_code(code), file) for file in files]
        st.session_state[state.UPLOAD_SAVED] = saved
        st.session_state[state.UPLOAD_ROUND] = st.session_state.get(state.UPLOAD_ROUND, 0) + 1
        st.rerun()  # with an empty file field, so that nothing is saved twice
    if not ready and problem is None:
        st.caption("Choose the files and the patient they belong to.")
    _saved_list(services, st.session_state.get(state.UPLOAD_SAVED, []))


def _problem(code: str | None) -> str | None:
    if code is None:
        return None
    try:
        check_patient_code(code)
    except PermanentError as error:
        return str(error)
    return None


def _save_one(services: Services, code: str, file: UploadedFile) -> dict[str, Any]:
    try:
        outcome = services.save_upload(code, file.name, file.getvalue())
    except ProcessingError as error:
        return {"name": file.name, "reason": str(error), "session_code": None, "created": False}
    return {
        "name": file.name,
        "reason": outcome.reason,
        "session_code": outcome.session_code,
        "created": outcome.created,
    }


def _saved_list(services: Services, saved: Sequence[dict[str, Any]]) -> None:
    """Follow every saved file until it is analysed."""
    if not saved:
        return
    stored = sum(file["session_code"] is not None for file in saved)
    st.subheader(f"{stored} of {words.plural(len(saved), 'file')} saved", anchor=False)
    running = any(summary.running for summary in _summaries(services, saved).values())

    @st.fragment(run_every=REFRESH if running else None)
    def states() -> None:
        summaries = _summaries(services, saved)
        with st.container(border=True, gap="small"):
            for file in saved:
                _saved_row(file, summaries.get(file["session_code"]))
        if running and not any(summary.running for summary in summaries.values()):
            st.rerun()  # one full run, which ends the refreshing

    states()
    st.page_link("sessions.py", label="See them in the list of sessions", icon=":material/list:")


def _saved_row(file: dict[str, Any], summary: SessionSummary | None) -> None:
    if file["session_code"] is None:
        _state_row(words.FAILED, file["name"], file["reason"])
        return
    kind = words.WAITING if summary is None else words.session_state(summary)
    known = None if file["created"] else "this recording was already there"
    _state_row(kind, file["name"], file["reason"] or known, file["session_code"])


def _summaries(services: Services, saved: Sequence[dict[str, Any]]) -> dict[str, SessionSummary]:
    """Return what is known of the saved sessions; nothing while the database is away."""
    codes = [file["session_code"] for file in saved if file["session_code"]]
    try:
        return {code: services.load_review(code).summary for code in codes}
    except ProcessingError:
        return {}
