"""The second door: give files to a patient, and follow each until it is analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._components import state, words
from pages._components.upload.file_card import file_cards
from pages._components.upload.rows import state_row
from pages._components.upload.staging import forget_files, stage_files
from processing.errors import PermanentError, ProcessingError
from processing.services import Services
from processing.use_cases.read_models import SessionSummary
from processing.use_cases.upload import check_patient_code

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

REFRESH = "1s"


def save_to_patient(services: Services, files: Sequence[UploadedFile]) -> None:
    """Ask for the patient, save every file by itself, and lead to the sessions."""
    code = _choose_patient(services)
    problem = _problem(code)
    if problem:
        st.warning(problem, icon=":material/info:")
    staged = stage_files(services, files)
    readable = sum(file.found is not None for file in staged)
    ready = readable > 0 and code is not None and problem is None
    if (
        st.button(_save_label(readable, len(staged)), icon=":material/save:", disabled=not ready, key="save")
        and code is not None
    ):
        saved = [_save_one(services, check_patient_code(code), file) for file in files]
        st.session_state[state.UPLOAD_SAVED] = saved
        forget_files()
        st.rerun()  # with an empty file field, so that nothing is saved twice
    if staged:
        st.caption("Nothing is saved yet." + ("" if ready else " Choose the patient these files belong to."))
    else:
        st.caption("Choose the files and the patient they belong to.")
    file_cards(staged)
    if not staged:
        _saved_list(services, st.session_state.get(state.UPLOAD_SAVED, []))


def _save_label(readable: int, chosen: int) -> str:
    """Promise no more than can be kept: a file that cannot be read is not saved."""
    if not readable:
        return "Save"
    return f"Save {f'{readable} of ' if readable < chosen else ''}{words.plural(chosen, 'file')}"


def _choose_patient(services: Services) -> str | None:
    return st.selectbox(
        "Patient code",
        services.list_patient_codes(),
        index=None,
        placeholder="Choose, or type a new one such as P014",
        accept_new_options=True,
        key=state.UPLOAD_PATIENT,
        persist_state="session",
        width=420,
    )


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
        state_row(words.FAILED, file["name"], file["reason"])
        return
    kind = words.WAITING if summary is None else words.session_state(summary)
    known = None if file["created"] else "this recording was already there"
    state_row(kind, file["name"], file["reason"] or known, file["session_code"])


def _summaries(services: Services, saved: Sequence[dict[str, Any]]) -> dict[str, SessionSummary]:
    """Return what is known of the saved sessions; nothing while the database is away."""
    codes = [file["session_code"] for file in saved if file["session_code"]]
    try:
        return {code: services.load_review(code).summary for code in codes}
    except ProcessingError:
        return {}
