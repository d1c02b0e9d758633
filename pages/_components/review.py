"""A session's review from top to bottom; the upload page draws its unsaved recordings with the same parts."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages._components import local_time, words
from pages._components.contraction_table import contraction_table, table_look
from pages._components.correction import correction_history, correction_tools, correction_without_picture
from pages._components.earlier import earlier_results
from pages._components.evidence import Evidence
from pages._components.exports import export_session
from pages._components.findings import channel_tiles, finding, quality_section
from pages._components.inbox.reviewed import review_mark_bar
from pages._components.inputs_form import inputs_form
from pages._components.may_edit import may_edit
from pages._components.no_result import could_not_be_read
from pages._components.notes import moment_looked_at, notes_section
from pages._components.open_review import OpenReview
from pages._components.provenance import session_provenance
from pages._components.review_figure import pair_panels
from pages._components.score_view import score_section
from pages._components.side_map import side_map_bar, swap_doubt
from pages._components.signal_details.heading import pages_below
from pages._components.signal_view import follow_address, signal_view
from pages._components.what_if import what_if_button
from processing.emg.traces import ChannelTraces
from processing.errors import NotFoundError, ReplacedRecordingError, StorageUnavailableError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.read_models import SessionFilters, SessionReview, SessionSummary

REFRESH = "1s"


def choose_session(services: Services) -> None:
    """Offer the newest sessions when none was asked for."""
    st.title(_("Session review"), anchor=False)
    sessions = services.list_sessions(SessionFilters(limit=12))
    if not sessions:
        st.info(_("There is no session yet."), icon=":material/inbox:")
        st.page_link("upload.py", label=_("Upload a recording"), icon=":material/upload_file:")
        return
    st.write(_("Choose a session:"))
    for session in sessions:
        st.page_link(
            "review.py",
            label=f"**{session.session_code}** · {_recorded(session)} · {words.session_state(session).word}",
            icon=":material/monitoring:",
            query_params={"session": session.session_code},
        )


def review_session(services: Services, review: SessionReview) -> None:
    """Draw whatever is known about a session, in the state it is in."""
    opened = OpenReview(services, review, editing=may_edit(services))
    with st.container(gap="xsmall"):
        _heading(opened)
        opened.part("top", _top)
    if review.summary.status == "failed":
        _failed(services, review)
    if review.summary.running:
        _running(services, review)
    if review.result is not None:
        _result(opened)
    elif review.summary.status == "failed":
        notes_section(services, review.summary.session_code)


def _heading(opened: OpenReview) -> None:
    """Draw whose session this is and where it stands, with the ways to what else there is about it."""
    review, summary = opened.review, opened.review.summary
    kind = words.session_state(summary)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        known = [f"**{summary.session_code}**", *_patient(summary), _recorded(summary)]
        if summary.duration_s is not None:
            known.append(words.duration(summary.duration_s))
        st.markdown(" · ".join(known), width="content")
        st.badge(
            kind.word, icon=kind.icon, color=kind.color, help=words.told(summary.failure) or kind.sentence
        )
        if review.result is not None:
            pages_below(summary.session_code)
        export_session(opened)
        doubt = side_map_bar(opened.services, review, may_edit=opened.editing)
        opened.part("mark", _mark)
    swap_doubt(doubt, may_edit=opened.editing)


def _mark(opened: OpenReview) -> None:
    review_mark_bar(opened.services, opened.review, may_edit=opened.editing)


def _top(opened: OpenReview) -> None:
    """Draw what is read first: the finding, good contractions of each leg and the score."""
    review = opened.review
    with st.container(gap="xsmall"):
        st.title(_finding(review), anchor=False)
        if review.result is not None:
            channel_tiles(
                review.result.channels, review.result.score, review.inputs.targets, evidence=_evidence(opened)
            )


def _finding(review: SessionReview) -> str:
    summary, result, targets = review.summary, review.result, review.inputs.targets
    if result is None:
        said, state_word = _("Session {code}: {state}"), words.session_state(summary).word.lower()
        return said.format(code=summary.session_code, state=state_word)
    return finding(result.channels, targets)


def _recorded(summary: SessionSummary) -> str:
    if summary.recorded_at is None:
        return _("arrived {when}").format(when=local_time.moment(summary.received_at))
    return local_time.moment(summary.recorded_at)


def _patient(summary: SessionSummary) -> list[str]:
    """Name the patient where the session's own name does not."""
    if summary.patient_code and summary.session_code.startswith(summary.patient_code):
        return []
    return [_("Patient {code}").format(code=summary.patient_code)]


def _failed(services: Services, review: SessionReview) -> None:
    code = review.summary.session_code
    could_not_be_read(review.summary)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Try again"), icon=":material/refresh:", key="retry"):
            services.retry_session(code)
            st.rerun()
        said = _("Trying again reads the stored file once more; the file itself is never changed.")
        if review.correlation_id:
            reference = _("Reference: {reference}.").format(reference=review.correlation_id)
            said = f"{said} {reference}"
        st.caption(said)
    if review.result is None:  # else it stands below the result
        session_provenance(review)


def _running(services: Services, review: SessionReview) -> None:
    """Follow the state until there is a result; the elements stay the same, so nothing flickers."""
    code, status = review.summary.session_code, review.summary.status

    @st.fragment(run_every=REFRESH)
    def progress() -> None:
        try:
            now = services.load_review(code).summary
        except StorageUnavailableError:
            now = review.summary
        _stages(words.session_state(now))
        if now.status != status:
            st.rerun()

    progress()
    if review.result is None:
        st.caption(_("This page shows the result by itself as soon as there is one."))
    else:
        st.caption(_("The result below is the previous one; it is replaced as soon as the new one is there."))


def _stages(current: words.State) -> None:
    """Show where a recording stands among its stages; nobody knows a percentage, so none is drawn."""
    stages = (words.WAITING, words.ANALYSING, words.READY)
    here = stages.index(current) if current in stages else len(stages) - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for position, stage in enumerate(stages):
            icon = ":material/check:" if position < here else stage.icon
            st.badge(stage.word, icon=icon, color="violet" if position == here else "gray")
            if position < len(stages) - 1:
                st.markdown("→", width="content")
        st.markdown(current.sentence, width="content")


def _result(opened: OpenReview) -> None:
    services, code, metadata = opened.services, opened.code, opened.result.metadata
    _signals(opened)
    opened.part("score", _score)
    quality_section(opened.result.channels, _evidence(opened))
    notes_section(services, code, length_s=metadata.duration_s, here=partial(moment_looked_at, opened))
    inputs_form(services, opened.review)
    session_provenance(opened.review)
    earlier_results(services, opened.review)


def _evidence(opened: OpenReview) -> Evidence:
    """Return the signals to which the page's figures lead."""
    result = opened.result
    return Evidence(opened.subject, result.metadata.duration_s, tuple(result.channels), opened.show)


def _score(opened: OpenReview) -> None:
    services, review, result = opened.services, opened.review, opened.result
    score_section(
        result.score,
        result.channels,
        result.metadata.measures,
        review.inputs,
        key=opened.code,
        metadata=result.metadata,
        subject=opened.subject,
        beside=partial(what_if_button, services, review) if opened.editing else None,
        then=opened.show,
    )


def _signals(opened: OpenReview) -> None:
    """Draw the signals with the tools that correct them, or say why there is no picture."""
    try:
        traces = opened.services.load_traces(opened.review)
    except NotFoundError:
        st.info(
            _(
                "The recording itself is no longer in the store, so its signals cannot be drawn. "
                "Everything that was measured is below and stays valid."
            ),
            title=_("Signals not available"),
            icon=":material/hide_image:",
        )
    except ReplacedRecordingError as error:
        st.info(words.told(str(error)), title=_("Signals not drawn"), icon=":material/hide_image:")
    except StorageUnavailableError as error:
        st.warning(
            _("The results below are complete. Reason: {reason}").format(reason=words.told(str(error))),
            title=_("The recording cannot be reached at the moment, so its signals are not drawn"),
            icon=":material/cloud_off:",
        )
        st.button(_("Try again"), icon=":material/refresh:", key="again:traces")
    else:
        follow_address(opened.subject, pair_panels(traces, opened.result.channels))

        def drawn(now: OpenReview) -> None:
            _drawn(now, traces)

        opened.part("signals", drawn)
        opened.part("history", correction_history)
        return
    opened.part("signals", _without_picture)
    opened.part("history", correction_history)


def _drawn(opened: OpenReview, traces: tuple[ChannelTraces, ...]) -> None:
    tools = correction_tools(opened) if opened.editing else None
    result = opened.result
    signal_view(opened.subject, pair_panels(traces, result.channels), opened.review.inputs.targets, tools)


def _without_picture(opened: OpenReview) -> None:
    if opened.editing:
        correction_without_picture(opened)
        return
    table = contraction_table(opened.result.channels, opened.review.inputs.targets)
    if len(table):
        st.dataframe(table, hide_index=True, **table_look(table), alt=_("All contractions of all channels."))
