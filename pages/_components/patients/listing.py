"""The list of patients: how they stand, whose they are, when they last played, and what is still missing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from pages._components import local_time, state, words
from pages._components.gate import Viewer
from pages._components.today.pictures import STYLE, strip_picture
from pages._components.today.wording import RULE_WORDS, STANDING_WORDS, strip_line
from processing.language import format_number, ngettext
from processing.language import gettext as _
from processing.language import mark as N_
from processing.services import Services
from processing.use_cases.attention import PatientRow
from processing.use_cases.patients import PatientSessions, PatientSummary

ROWS_PER_PAGE = 25
COLUMNS = (1.75, 1.2, 0.8, 0.85, 1.05, 1.75, 2.2, 1.0)
HEADINGS = (
    N_("Patient"),
    N_("Therapist"),
    N_("Site"),
    N_("Sessions"),
    N_("Last session"),
    N_("Last 14 days"),
    N_("Still missing"),
)
# What may be missing, as PatientSummary names it.
_MISSING = (
    N_("therapist"),
    N_("prescription"),
    N_("MVC left"),
    N_("MVC right"),
    N_("newer MVC left"),
    N_("newer MVC right"),
)

# Rows of one line: a clinic's list has to fit on a screen.
DENSE_ROWS = """
.st-key-patient-table > [data-testid="stLayoutWrapper"] > [data-testid="stVerticalBlock"] {
    padding: 0.3rem 0.9rem;
}
"""


def patient_list(services: Services, viewer: Viewer) -> None:
    """Draw the patients whom the viewer may see, or say why there are none."""
    if viewer.role == "researcher":
        st.caption(_("Pseudonyms only: who they are is known to those who treat them."))
    patients = services.patients.list()
    if not patients:
        _empty(viewer)
        return
    found = _narrowed(patients)
    if not found:
        st.info(_("No patient matches."), icon=":material/search_off:")
        return
    n_pages = math.ceil(len(found) / ROWS_PER_PAGE)
    page = min(st.session_state.get(f"{state.PATIENT_SEARCH}:page", 1), n_pages)
    _table(services, viewer, found[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE])
    if n_pages > 1:
        st.pagination(n_pages, key=f"{state.PATIENT_SEARCH}:page")


def _table(services: Services, viewer: Viewer, shown: Sequence[PatientSummary]) -> None:
    codes = [patient.code for patient in shown]
    of_sessions = services.patients.of_sessions(codes)
    standing: Mapping[str, PatientRow] = {
        row.patient.code: row for row in services.attention.overview(local_time.today(), codes).rows
    }
    st.html(f"<style>{STYLE}{DENSE_ROWS}</style>")
    with st.container(gap="xxsmall", key="patient-table"):
        with st.container(border=True):
            for column, heading in zip(st.columns(COLUMNS)[: len(HEADINGS)], HEADINGS, strict=True):
                column.markdown(f":small[**{_(heading)}**]")
        for patient in shown:
            with st.container(border=True):
                stands = standing.get(patient.code)
                _row(services, viewer, patient, of_sessions.get(patient.code, PatientSessions()), stands)


def _narrowed(patients: Sequence[PatientSummary]) -> list[PatientSummary]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said = st.text_input(
            _("Find"),
            key=state.PATIENT_SEARCH,
            placeholder=_("Code, therapist or site"),
            persist_state="session",
            width=260,
        )
        st.caption(_counted(patients))
    wanted = said.strip().casefold()
    return [
        patient
        for patient in patients
        if any(
            wanted in (text or "").casefold() for text in (patient.code, patient.therapist_name, patient.site)
        )
    ]


def _counted(patients: Sequence[PatientSummary]) -> str:
    n, n_missing = len(patients), sum(patient.prescribed_from is None for patient in patients)
    said = ngettext("{n} patient", "{n} patients", n).format(n=n)
    if not n_missing:
        return said
    return f"{said} · {_('{n} without prescription').format(n=n_missing)}"


def _row(
    services: Services,
    viewer: Viewer,
    patient: PatientSummary,
    of_sessions: PatientSessions,
    standing: PatientRow | None,
) -> None:
    who, therapist, site, sessions, last, days, missing, doors = st.columns(
        COLUMNS, vertical_alignment="center"
    )
    with who.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.page_link(
            "patient.py",
            label=f"**{patient.code}**",
            query_params={"patient": patient.code},
            help=_("Timeline of patient {code}").format(code=patient.code),
        )
        # Mutes are told to those who treat only, so that for anybody else the mark could say too much.
        if standing is not None and viewer.role != "researcher":
            _mark(standing)
    therapist.markdown(therapist_words(patient))
    site.markdown(words.plain(patient.site) if patient.site else "—")
    sessions.markdown(count_words(patient, of_sessions))
    # The day alone: of an undated recording only the arrival is known, which is kept on another clock.
    last.markdown(
        local_time.day(patient.last_session_at)
        if patient.last_session_at
        else f":small[{_('no session yet')}]"
    )
    if standing is not None and patient.n_sessions:
        days.html(strip_picture(standing.strip, _adherence(standing)))
    missing.markdown(missing_words(services, patient, of_sessions))
    doors.page_link(
        "patients.py",
        label=_("Details"),
        icon=":material/person:",
        query_params={"patient": patient.code},
        help=_("Prescription, MVC passport and more of patient {code}").format(code=patient.code),
    )


def _mark(row: PatientRow) -> None:
    kind = STANDING_WORDS[row.standing]
    why = ", ".join(_(RULE_WORDS[alert.rule]) for alert in row.alerts)
    st.badge(kind.word, icon=kind.icon, color=kind.color, help=why or None)


def _adherence(row: PatientRow) -> str:
    """Say what the strip shows, with the percentage once it says something."""
    said = strip_line(row)
    if row.strip.percent is None:
        return said
    return _("{percent} %: {count}").format(percent=format_number(row.strip.percent, 0), count=said)


def count_words(patient: PatientSummary, of_sessions: PatientSessions) -> str:
    """Say how many sessions there are, and how many of them are no recording of their own."""
    n_copies = of_sessions.n_copies
    apart = [_("{n} not read").format(n=patient.n_failed)] if patient.n_failed else []
    if n_copies:
        apart.append(_("{n} the same recording as another").format(n=n_copies))
    return f"{patient.n_sessions}" + (f"  \n:small[{', '.join(apart)}]" if apart else "")


def therapist_words(patient: PatientSummary) -> str:
    """Say whose patient it is, as far as the viewer may know."""
    if patient.therapist_id is None:
        return f":small[{_('nobody yet')}]"
    return words.plain(patient.therapist_name) if patient.therapist_name else f":small[{_('assigned')}]"


def missing_words(services: Services, patient: PatientSummary, of_sessions: PatientSessions) -> str:
    """Name what somebody should still see to, in words."""
    missing = patient.missing(
        today=local_time.today(),
        stale_after_days=services.settings.mvc_stale_days,
        sessions=of_sessions,
    )
    if not missing:
        return f":material/check: {_('nothing')}"
    return ":small[" + " · ".join(_(name) if name in _MISSING else name for name in missing) + "]"


def _empty(viewer: Viewer) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader(_("No patients yet"), anchor=False, text_alignment="center")
        said = _("A patient appears with the first recording from the tablet, or is added below.")
        if viewer.role == "therapist":
            said = _(
                "You see your own patients: add one below, or ask an administrator to assign one to you."
            )
        st.markdown(said, text_alignment="center")
