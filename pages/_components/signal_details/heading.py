"""The head of the pages below a session's review: the way back, whose recording it is, and what else there is."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages._components import local_time, words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.read_models import SessionReview

BELOW_REVIEW: Mapping[str, tuple[str, str]] = {
    "inspector.py": (N_("Inspector"), ":material/search:"),
    "signal_details.py": (N_("Signal details"), ":material/graphic_eq:"),
    "compare.py": (N_("Compare"), ":material/compare_arrows:"),
    "report.py": (N_("Report"), ":material/print:"),
}


def page_heading(review: SessionReview, here: str, back: Mapping[str, str] | None = None) -> None:
    """Draw links to the review and to the other pages below it; ``back`` says which place of the review to open."""
    summary = review.summary
    code = {"session": summary.session_code}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.page_link(
            "review.py",
            label=_("Session review"),
            icon=":material/arrow_back:",
            query_params={**code, **(back or {})},
        )
        when = summary.recorded_at or summary.received_at
        known = [
            f"**{summary.session_code}**",
            _("Patient {code}").format(code=summary.patient_code),
            local_time.moment(when),
        ]
        if summary.duration_s is not None:
            known.append(words.duration(summary.duration_s))
        st.markdown(" · ".join(known), width="content")
        pages_below(summary.session_code, here)


def pages_below(session_code: str, here: str = "review.py") -> None:
    """Draw links to the pages below a session's review, this one left out."""
    for page, (name, icon) in BELOW_REVIEW.items():
        if page != here:
            query = {"session": session_code}
            st.page_link(page, label=_(name), icon=icon, query_params=query, width="content")
