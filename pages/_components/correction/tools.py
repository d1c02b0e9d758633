"""What the viewer is given so that contractions can be corrected in it, and the same without a picture."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages._components import state
from pages._components.contraction_table import choose_contraction
from pages._components.correction.bar import KEYS, corrections_bar
from pages._components.correction.comb import rep_comb
from pages._components.correction.saving import Corrector, find
from pages._components.signal_view import Tools
from pages._components.view import View
from processing.services import Services
from processing.use_cases.read_models import SessionResult, SessionReview


def correction_tools(subject: str, services: Services, review: SessionReview, result: SessionResult) -> Tools:
    """Return the controls that correct contractions: keys A, X, U, fields, the comb, and edges to be dragged."""
    corrector = Corrector(services, review, result)
    corrector.take_changed()  # the page is being drawn whole
    _follow(corrector, View(subject, result.metadata.duration_s))
    key = f"{state.corrections_key(review.summary.session_code)}:prepared:{result.version}"
    if not st.session_state.get(key):
        st.session_state[key] = True
        services.corrections.prepare(review)
    return Tools(draw=partial(_draw, corrector), keys=KEYS, on_edge=partial(_moved, corrector))


def correction_without_picture(services: Services, review: SessionReview, result: SessionResult) -> None:
    """Draw the table of contractions with the same controls, for a recording that is not there."""
    subject = f"{review.summary.session_code}:table"
    corrector = Corrector(services, review, result)
    corrector.take_changed()
    view = View(subject, result.metadata.duration_s)
    view.keep_selection(result.channels)
    _follow(corrector, view)
    _table_and_controls(subject, corrector)


@st.fragment
def _table_and_controls(subject: str, corrector: Corrector) -> None:
    result = corrector.result
    view = View(subject, result.metadata.duration_s)
    view.keep_selection(result.channels)
    _draw(corrector, view)
    choose_contraction(subject, result.channels, corrector.review.inputs.targets, view.visit)


def _draw(corrector: Corrector, view: View) -> None:
    if corrector.take_changed():
        st.rerun()  # the title and the score lie outside of the fragment that this is part of
    corrections_bar(corrector, view)
    rep_comb(corrector, view)


def _follow(corrector: Corrector, view: View) -> None:
    """Choose the contraction that was just changed, wherever it stands in the row now."""
    settled, place = corrector.take_selection()
    if not settled:
        return
    index = None
    if place is not None:
        index = find(next((c for c in corrector.result.channels if c.name == place[0]), None), place[1])
    view.select(None if place is None or index is None else (place[0], index))


def _moved(corrector: Corrector, channel: str, index: int, onset_s: float, offset_s: float) -> None:
    """Take over edges that were dragged in the picture."""
    found = next((c for c in corrector.result.channels if c.name == channel), None)
    if found is not None and 0 <= index < len(found.contractions):
        old = found.contractions[index]
        corrector.move(channel, (old.onset_s, old.offset_s), (onset_s, offset_s), fit=True)
