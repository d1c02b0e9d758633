"""The second door: give files to a patient, and follow each until it is analysed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._components import state, words
from pages._components.upload.file_card import file_cards
from pages._components.upload.later import added
from pages._components.upload.rows import code as shown_name
from pages._components.upload.rows import state_row
from pages._components.upload.staging import Staged, forget_files, stage_files
from processing.errors import PermanentError, ProcessingError
from processing.language import gettext as _
from processing.language import ngettext, sentence
from processing.services import Services
from processing.use_cases.read_models import SessionInputs, SessionSummary
from processing.use_cases.side_map import ChannelMap
from processing.use_cases.upload import check_patient_code

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

REFRESH = "1s"


def save_to_patient(services: Services, files: Sequence[UploadedFile]) -> None:
    """Ask for the patient, save every file by itself, and lead to the sessions."""
    code = _choose_patient(services)
    problem = _problem(code)
    if problem:
        st.warning(words.told(problem), icon=":material/info:")
    staged = stage_files(services, files)
    readable = sum(file.found is not None for file in staged)
    ready = readable > 0 and code is not None and problem is None
    if (
        st.button(_save_label(readable, len(staged)), icon=":material/save:", disabled=not ready, key="save")
        and code is not None
    ):
        saved = _save_all(services, check_patient_code(code), staged)
        st.session_state[state.UPLOAD_SAVED] = saved
        forget_files()
        st.rerun()  # with an empty file field, so that nothing is saved twice
    if staged:
        st.caption(
            _("Nothing is saved yet.")
            if ready
            else _("Nothing is saved yet. Choose the patient these files belong to.")
        )
    else:
        st.caption(_("Choose the files and the patient they belong to."))
    file_cards(services, staged)
    if not staged:
        _saved_list(services, st.session_state.get(state.UPLOAD_SAVED, []))


def _save_label(readable: int, chosen: int) -> str:
    """Promise no more than can be kept: a file that cannot be read is not saved."""
    if not readable:
        return _("Save")
    if readable < chosen:
        return ngettext("Save {readable} of {n} file", "Save {readable} of {n} files", chosen).format(
            readable=readable, n=chosen
        )
    return ngettext("Save {n} file", "Save {n} files", chosen).format(n=chosen)


def _choose_patient(services: Services) -> str | None:
    return st.selectbox(
        _("Patient code"),
        services.list_patient_codes(),
        index=None,
        placeholder=_("Choose, or type a new one such as P014"),
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


def _save_all(services: Services, code: str, staged: Sequence[Staged]) -> list[dict[str, Any]]:
    """Save every readable file by itself; what became of each is told afterwards."""
    saved = []
    bar = st.empty()
    for position, file in enumerate(staged):
        label = _("Saving {n} of {all}: {file}").format(
            n=position + 1, all=len(staged), file=shown_name(file.name)
        )
        bar.progress(position / len(staged), text=label)
        saved.append(_save_one(services, code, file))
    bar.empty()
    return saved


def _save_one(services: Services, code: str, file: Staged) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": file.name,
        "reason": sentence(file.reason) or None,
        "session_code": None,
        "created": False,
    }
    if file.found is None:
        return row
    data, channel_map = file.file.getvalue(), file.channel_map
    try:
        inputs = added(file.file_id)
        same = [s for s in services.inbox.find_stored(file.found.sha256) if s.session_code.startswith(code)]
        if same:  # the same bytes twice would count the same work twice
            return {**row, "session_code": same[0].session_code}
        name = services.inbox.unused_name(code, file.name, data)
        outcome = services.save_upload(code, name, data, channel_map=channel_map)
    except ProcessingError as error:
        return {**row, "reason": sentence(str(error))}
    row |= {
        "session_code": outcome.session_code,
        "created": outcome.created,
        "reason": sentence(outcome.reason) or None,
    }
    if name != file.name:
        row["reason"] = _("another recording has this name, so it is stored as {name}").format(name=name)
    if outcome.created and outcome.session_code is not None:
        row["reason"] = _keep_with_it(services, outcome.session_code, channel_map, inputs) or row["reason"]
    return row


def _keep_with_it(
    services: Services, session_code: str, channel_map: ChannelMap | None, inputs: SessionInputs
) -> str | None:
    """Store what was said about a new session; return what could not be, if anything."""
    try:
        if channel_map is not None:
            services.side_map.save(session_code, channel_map, expected_revision=0)
        if inputs != SessionInputs():
            services.save_inputs(session_code, inputs)
    except ProcessingError as error:
        return _("saved, but not what you said about it: {reason}").format(reason=sentence(str(error)))
    return None


def _saved_list(services: Services, saved: Sequence[dict[str, Any]]) -> None:
    """Follow every saved file until it is analysed."""
    if not saved:
        return
    stored = sum(file["session_code"] is not None for file in saved)
    n = len(saved)
    st.subheader(
        ngettext("{stored} of {n} file saved", "{stored} of {n} files saved", n).format(stored=stored, n=n),
        anchor=False,
    )
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
    st.page_link("sessions.py", label=_("See them in the list of sessions"), icon=":material/list:")


def _saved_row(file: dict[str, Any], summary: SessionSummary | None) -> None:
    if file["session_code"] is None:
        state_row(words.FAILED, file["name"], words.plain(file["reason"] or ""))
        return
    kind = words.WAITING if summary is None else words.session_state(summary)
    known = None if file["created"] else _("already stored; not stored again")
    state_row(kind, file["name"], words.plain(file["reason"] or known or ""), file["session_code"])


def _summaries(services: Services, saved: Sequence[dict[str, Any]]) -> dict[str, SessionSummary]:
    """Return what is known of the saved sessions; nothing while the database is away."""
    codes = [file["session_code"] for file in saved if file["session_code"]]
    try:
        return {code: services.load_review(code).summary for code in codes}
    except ProcessingError:
        return {}
