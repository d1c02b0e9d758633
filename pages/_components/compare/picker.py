"""Which two sessions are compared: from the address, else the newest pair, and chosen anew on the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import streamlit as st

from pages._components import state
from pages._components.timeline.words import heading_of
from processing.language import format_day
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.cohort import PatientTimeline, TimelineSession

Pair = tuple[str, str]


def choose_pair(services: Services) -> Pair | None:
    """Draw the pickers and return the codes of A and B; None where there are no two sessions to compare.

    The address may name both (``a``, ``b``) or the later one only (``session``): then A is the session before it.
    """
    asked_a = st.query_params.get("a")
    asked_b = st.query_params.get("b") or st.query_params.get("session")
    asked_b = asked_b or st.session_state.get(state.CURRENT_SESSION)
    known = asked_b or asked_a
    if known is None:
        st.title(_("Compare two sessions"), anchor=False)
        st.info(
            _("Pick a session first: open its review, or a patient's timeline."),
            icon=":material/compare_arrows:",
        )
        st.page_link("patients.py", label=_("Patients"), icon=":material/groups:")
        return None
    patient = services.load_review(known).summary.patient_code
    timeline = services.progress.timeline(patient)
    codes = [session.session_code for session in timeline.sessions if session.status != "failed"]
    for asked in (asked_a, asked_b):
        if asked is not None and asked not in codes:
            codes.append(asked)  # the comparison says what is wrong with it
    if len(codes) < 2:
        st.title(_("Pick a second session"), anchor=False)
        _links(patient, known)
        st.info(_("This patient has no second session that could be read."), icon=":material/compare_arrows:")
        return None
    a, b = default_pair(codes, asked_a, asked_b)
    return _pickers(timeline, codes, a, b)


def default_pair(codes: Sequence[str], asked_a: str | None, asked_b: str | None) -> Pair:
    """Return what is compared unless somebody chooses: as asked, else with the neighbour in time.

    ``codes`` are in order of time and at least two.
    """
    if asked_b is None and asked_a is None:
        return codes[-2], codes[-1]
    if asked_b is None:
        assert asked_a is not None
        later = list(codes[codes.index(asked_a) + 1 :])
        return asked_a, (later[-1] if later else codes[0])
    if asked_a is not None and asked_a != asked_b:
        return asked_a, asked_b
    place = codes.index(asked_b)
    return (codes[place - 1], asked_b) if place else (asked_b, codes[1])


def rounds_of_day(sessions: Sequence[TimelineSession]) -> dict[str, tuple[int, int]]:
    """Return for each session which round of how many it is on its day."""
    found = {}
    for _day, group in groupby(sessions, key=lambda session: session.at.date()):
        same_day = list(group)
        for number, session in enumerate(same_day, start=1):
            found[session.session_code] = (number, len(same_day))
    return found


def _links(patient: str, code: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(
            "patient.py", label=_("Timeline"), icon=":material/timeline:", query_params={"patient": patient}
        )
        st.page_link(
            "review.py",
            label=_("Review of {session}").format(session=code),
            icon=":material/monitoring:",
            query_params={"session": code},
        )


def _pickers(timeline: PatientTimeline, codes: Sequence[str], a: str, b: str) -> Pair:
    patient = timeline.patient_code
    rounds = rounds_of_day(timeline.sessions)
    by_code = {session.session_code: session for session in timeline.sessions}
    newest_first = list(reversed(codes))

    def said(code: str) -> str:
        session = by_code.get(code)
        if session is None:
            return code
        number, n = rounds[code]
        text = heading_of(session)
        if n == 1:
            return text
        return _("{session} · round {number} of {n}").format(session=text, number=number, n=n)

    # The address is the memory: the widgets are keyed by it, so that a link always shows what it says.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"{state.COMPARE}{a}:{b}"
        chosen_a = st.selectbox(
            _("Session A"),
            newest_first,
            index=newest_first.index(a),
            format_func=said,
            key=f"{key}:a",
            width=370,
        )
        chosen_b = st.selectbox(
            _("Session B"),
            newest_first,
            index=newest_first.index(b),
            format_func=said,
            key=f"{key}:b",
            width=370,
        )
        if st.button(_("Swap"), icon=":material/swap_horiz:", key=f"{key}:swap"):
            chosen_a, chosen_b = chosen_b, chosen_a
        _links(patient, chosen_b)
    if (chosen_a, chosen_b) != (a, b):
        st.query_params.from_dict({"a": chosen_a, "b": chosen_b})
        st.rerun()
    st.query_params.from_dict({"a": a, "b": b})
    _rounds(timeline, b, rounds)
    return a, b


def _rounds(timeline: PatientTimeline, b: str, rounds: dict[str, tuple[int, int]]) -> None:
    """Offer the rounds of B's day against each other."""
    day = next((s.at.date() for s in timeline.sessions if s.session_code == b), None)
    same_day = [s for s in timeline.sessions if s.at.date() == day and s.status != "failed"]
    if len(same_day) < 2:
        return
    assert day is not None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_("Rounds of {day}:").format(day=format_day(day)), width="content")
        for first, second in pairwise(same_day):
            st.page_link(
                "compare.py",
                label=f"{rounds[first.session_code][0]} → {rounds[second.session_code][0]}",
                query_params={"a": first.session_code, "b": second.session_code},
            )
