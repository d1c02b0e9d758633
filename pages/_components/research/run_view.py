"""One run from top to bottom: what is tried, how far it is, what would change, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from pages._components import local_time, state, words
from pages._components.notices import unavailable
from pages._components.research.diff import diff
from pages._components.research.run_words import GRADE, candidate_lines, headline
from pages._components.research.runs import state_badge
from processing.errors import ProcessingError, TransientError
from processing.language import format_day, ngettext
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.reprocessing import Run

_REFRESH = "1s"
_KEY = f"{state.RESEARCH}run"


def run_view(services: Services, run_id: int) -> None:
    """Draw a run; while a worker is on it, its progress keeps itself up to date."""
    st.page_link("research.py", label=_("All runs"), icon=":material/arrow_back:", query_params={})
    run = services.research.run(run_id)
    st.title(words.plain(run.title), anchor=False)
    _what(services, run)
    if run.running:
        _live(services, run)
        return
    _standing(run)
    if run.state == "tried":
        _decide(services, run)
    if run.n_tried:
        diff(services, run)
        st.caption(_(GRADE))


def _what(services: Services, run: Run) -> None:
    """Say what is tried, on which sessions, by whom."""
    label = None
    if run.candidate.scoring is not None:
        stored = services.scoring.rules().same_as(run.candidate.scoring)
        label = stored.label if stored else None
    lines = [words.plain(line) for line in candidate_lines(run.candidate, label)]
    lines.append(_selection_words(run))
    lines.append(
        _("{moment}, by {who}").format(
            moment=local_time.moment(run.created_at), who=words.plain(run.created_by or _("somebody else"))
        )
    )
    st.markdown("\n".join(f"- {line}" for line in lines))


def _selection_words(run: Run) -> str:
    chosen: Mapping[str, Any] = run.selection
    said = [ngettext("{n} session", "{n} sessions", run.n_items).format(n=run.n_items)]
    if chosen.get("patient_codes"):
        said.append(_("of {patients}").format(patients=", ".join(chosen["patient_codes"])))
    if chosen.get("site"):
        said.append(_("from {site}").format(site=words.plain(chosen["site"])))
    if chosen.get("recorded_from"):
        said.append(_("recorded on or after {day}").format(day=_day(chosen["recorded_from"])))
    if chosen.get("recorded_until"):
        said.append(_("recorded until {day}").format(day=_day(chosen["recorded_until"])))
    return ", ".join(said)


def _day(stored: str) -> str:
    return format_day(date.fromisoformat(stored))


def _standing(run: Run) -> None:
    state_badge(run)
    st.markdown(f"### {headline(run)}")
    if run.apply_requested_at is None:
        return
    st.markdown(
        _("Applied {moment} by {who}: {reason}").format(
            moment=local_time.moment(run.apply_requested_at),
            who=words.plain(run.applied_by or _("somebody else")),
            reason=words.plain(run.apply_reason or ""),
        )
    )
    said = ngettext(
        "{n} session has a new result version.", "{n} sessions have a new result version.", run.n_applied
    ).format(n=run.n_applied)
    if run.n_not_applied:
        said += " " + ngettext(
            "{n} was left as it is.", "{n} were left as they are.", run.n_not_applied
        ).format(n=run.n_not_applied)
    if run.state == "apply_cancelled":
        said += " " + ngettext(
            "{n} was not reached and keeps the result that it has.",
            "{n} were not reached and keep the results that they have.",
            run.n_not_reached,
        ).format(n=run.n_not_reached)
    st.markdown(said)


def _live(services: Services, run: Run) -> None:
    """Draw the progress, every second, until there is none left to draw."""

    @st.fragment(run_every=_REFRESH)
    def progress() -> None:
        try:
            now = services.research.run(run.run_id)
        except TransientError as error:
            unavailable(error, "research:run")
            return
        if not now.running:
            st.rerun()
        state_badge(now)
        done, whole = (
            (now.n_tried, now.n_items)
            if now.state == "trying"
            else (now.n_applied + now.n_not_applied, now.n_applicable)
        )
        said = _("{done} of {whole} sessions").format(done=done, whole=whole)
        st.progress(done / max(1, whole), text=said)
        st.caption(headline(now))
        label = _("Cancel the dry run") if now.state == "trying" else _("Stop applying")
        st.button(
            label, icon=":material/cancel:", key=f"{_KEY}:stop", on_click=_cancel, args=(services, run.run_id)
        )
        if now.state == "applying":
            st.caption(_("What is applied stays; the others keep the result that they have."))

    progress()


def _decide(services: Services, run: Run) -> None:
    """Offer to apply what was found, or to put it aside."""
    with st.form(f"{_KEY}:decide:{run.run_id}", enter_to_submit=False):
        st.markdown(
            ngettext(
                "**Apply as a new result version?** {n} session gets one, also where nothing changes, so that all are "
                "made alike. Earlier versions, corrections and notes stay; a mark of review lapses.",
                "**Apply as a new result version?** {n} sessions get one, also where nothing changes, so that all are "
                "made alike. Earlier versions, corrections and notes stay; marks of review lapse.",
                run.n_applicable,
            ).format(n=run.n_applicable)
        )
        reason = st.text_input(_("Why (for the audit log)"), max_chars=1000, key=f"{_KEY}:why:{run.run_id}")
        with st.container(horizontal=True):
            apply = st.form_submit_button(
                ngettext("Apply to {n} session", "Apply to {n} sessions", run.n_applicable).format(
                    n=run.n_applicable
                ),
                icon=":material/check:",
                disabled=not run.n_applicable,
            )
            put_aside = st.form_submit_button(_("Cancel, change nothing"), icon=":material/cancel:")
    if apply:
        try:
            services.research.apply(run.run_id, reason)
        except ProcessingError as error:
            st.error(
                _("Not applied: {reason}").format(reason=words.told(str(error))), icon=":material/error:"
            )
        else:
            st.rerun()
    elif put_aside:
        _cancel(services, run.run_id)
        st.rerun()


def _cancel(services: Services, run_id: int) -> None:
    try:
        services.research.cancel(run_id)
    except ProcessingError as error:
        st.toast(words.told(str(error)), icon=":material/error:")
