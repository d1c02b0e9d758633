"""A new dry run: which sessions, what is tried, and a name for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from pages._components import state, words
from pages._components.exports.selection import export_selection
from pages._components.research.candidate_fields import ask_candidate
from pages._components.research.run_words import GRADE, candidate_lines, settings_lines
from processing.emg.results import Verdict
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.services import Services
from processing.use_cases.read_models import ProcessingStatus
from processing.use_cases.reprocessing import KEPT_DAYS, MOST_SESSIONS, Candidate, Selection

_STATES: dict[str, tuple[ProcessingStatus, ...]] = {
    N_("Analysed"): ("completed",),
    N_("Could not be read"): ("failed",),
}
_VERDICTS: dict[Verdict, str] = {
    "good": N_("A leg is good"),
    "doubtful": N_("A leg is doubtful"),
    "not_judged": N_("A leg is not judged"),
}
_KEY = f"{state.RESEARCH}new"


def new_run(services: Services) -> None:
    """Draw what a dry run needs, and the button that puts it on the queue."""
    st.markdown(_("**What would change if a rule were another?** A dry run says so; nothing is touched."))
    st.caption(_(GRADE))
    st.subheader(_("1 Which sessions"), anchor=False)
    selection = _ask_selection(services)
    count = services.research.count(selection)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_count_words(count, everything=selection == Selection()), width="content")
        export_selection(services, selection, key="research")
    st.subheader(_("2 What is tried"), anchor=False)
    try:
        candidate = ask_candidate(services.scoring.rules(), key=_KEY)
    except ProcessingError as error:
        st.error(_("Not possible: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    st.subheader(_("3 Try it"), anchor=False)
    _start(services, selection, candidate, possible=0 < count <= MOST_SESSIONS)


def _ask_selection(services: Services) -> Selection:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        patients = st.multiselect(
            _("Patients"),
            services.list_patient_codes(),
            placeholder=_("All patients"),
            key=f"{_KEY}:patients",
            width=300,
        )
        site = st.selectbox(
            _("Site"),
            list(services.research.sites()),
            index=None,
            placeholder=_("All sites"),
            key=f"{_KEY}:site",
            width=200,
        )
        days = st.date_input(
            _("Recorded between"), value=(), format="DD/MM/YYYY", key=f"{_KEY}:days", width=240
        )
        chosen = st.multiselect(
            _("State"),
            list(_STATES),
            format_func=_,
            placeholder=_("Every state"),
            key=f"{_KEY}:states",
            width=240,
        )
        verdicts = st.multiselect(
            _("Quality"),
            list(_VERDICTS),
            format_func=lambda each: _(_VERDICTS[each]),
            placeholder=_("Every quality"),
            key=f"{_KEY}:verdicts",
            width=260,
        )
    between = [day for day in (days if isinstance(days, tuple) else (days,)) if isinstance(day, date)]
    selection = Selection(
        patient_codes=tuple(patients),
        site=site,
        recorded_from=between[0] if between else None,
        recorded_until=between[1] if len(between) > 1 else None,
        verdicts=tuple(verdicts),
    )
    if not chosen:
        return selection
    return replace(selection, statuses=tuple(status for name in chosen for status in _STATES[name]))


def _count_words(count: int, *, everything: bool) -> str:
    if not count and everything:
        return _("There is no session yet.")
    if count > MOST_SESSIONS:
        return _("**More than {n} sessions**: choose fewer.").format(n=MOST_SESSIONS)
    if not count:
        return _("**No session** is like that: choose others.")
    return ngettext("**{n} session** is chosen.", "**{n} sessions** are chosen.", count).format(n=count)


def _start(services: Services, selection: Selection, candidate: Candidate, *, possible: bool) -> None:
    lines = settings_lines(candidate.settings) if candidate.scoring is None else candidate_lines(candidate)
    suggested = "; ".join(lines)[:200]
    with st.form(f"{_KEY}:start", border=False, enter_to_submit=False):
        title = st.text_input(_("Name"), placeholder=suggested, max_chars=200, key=f"{_KEY}:title")
        if st.form_submit_button(_("Dry run"), icon=":material/science:", disabled=not possible):
            try:
                run_id = services.research.start(title or suggested, candidate, selection)
            except ProcessingError as error:
                st.error(
                    _("Not started: {reason}").format(reason=words.told(str(error))), icon=":material/error:"
                )
            else:
                st.query_params["run"] = str(run_id)
                st.rerun()
    st.caption(
        _(
            "It runs on the server, after recordings that arrive, and goes on when this page is closed. What is kept "
            "are counts and scores, no signals; a dry run that nobody applies is forgotten after {days} days."
        ).format(days=KEPT_DAYS)
    )
