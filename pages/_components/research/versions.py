"""Every result that a session ever had: earlier ones stay as they were."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._components import local_time, state, words
from pages._components.audit.opened import record_opened
from pages._components.research.run_words import leg_words, score_of, setting_words
from processing.errors import ProcessingError
from processing.language import gettext as _
from processing.services import Services
from processing.use_cases.reprocessing import LegDigest, ResultVersion


def versions_of_a_session(services: Services) -> None:
    """Ask for a session's code and draw all versions of its result."""
    st.subheader(_("Versions of a result"), anchor=False)
    st.caption(_("Every analysis of a session is kept. Pages show the newest; here are all of them."))
    code = st.text_input(
        _("Session"), key=f"{state.RESEARCH}versions", placeholder="P001S001", max_chars=20, width=240
    ).strip()
    if not code:
        return
    try:
        versions = services.research.versions(code)
        record_opened(services, code)
    except ProcessingError as error:
        st.info(words.told(str(error)), icon=":material/search_off:")
        return
    st.dataframe(
        pd.DataFrame([_row(each) for each in versions]),
        hide_index=True,
        key=f"{state.RESEARCH}versions:table",
        alt=_("All versions of the result of session {code}.").format(code=code),
    )


def _row(each: ResultVersion) -> dict[str, str]:
    legs = each.digest.legs
    return {
        _("Version"): _("{n} (shown)").format(n=each.version) if each.newest else str(each.version),
        _("Analysed"): local_time.moment(each.analysed_at),
        _("Score (0–100)"): score_of(each.digest),
        "L ●": leg_words(_leg(legs, "left")),
        "R ▲": leg_words(_leg(legs, "right")),
        _("Scored by"): each.scoring or "—",
        _("Settings that are not the program's own"): "; ".join(
            setting_words(name, value) for name, value in each.changed_settings.items()
        )
        or "—",
        _("Applied by a run"): _applied(each),
        _("Program"): each.digest.pipeline_version,
        _("File (SHA-256)"): each.file_sha256[:12],
    }


def _leg(legs: tuple[LegDigest, ...], side: str) -> LegDigest | None:
    return next((leg for leg in legs if leg.side == side), None)


def _applied(each: ResultVersion) -> str:
    if each.run_id is None:
        return "—"
    return _("run {n}, {who}: {reason}").format(
        n=each.run_id, who=each.by or _("somebody else"), reason=each.reason or ""
    )
