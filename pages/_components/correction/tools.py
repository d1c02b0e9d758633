"""What the viewer is given so that contractions can be corrected in it, and the same without a picture."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages._components import state
from pages._components.contraction_table import choose_contraction
from pages._components.correction.bar import KEYS, corrections_bar
from pages._components.correction.comb import rep_comb
from pages._components.correction.saving import Corrector, find
from pages._components.open_review import OpenReview
from pages._components.signal_view import Tools
from pages._components.view import View
from processing.services import Services
from processing.use_cases.read_models import SessionReview


def correction_tools(opened: OpenReview) -> Tools:
    """Return the controls that correct contractions: keys A, X, U, fields, the comb, and edges to be dragged."""
    corrector = _corrector(opened)
    choose_changed(corrector, View(opened.subject, opened.result.metadata.duration_s))
    prepare_once(opened.services, opened.review, opened.result.version)
    return Tools(draw=partial(_draw, corrector), keys=KEYS, on_edge=partial(_moved, corrector))


def prepare_once(services: Services, review: SessionReview, version: int) -> None:
    """Have the recording read while the person looks, so that the first correction is as quick as the next ones."""
    key = f"{state.corrections_key(review.summary.session_code)}:prepared:{version}"
    if not st.session_state.get(key):
        st.session_state[key] = True
        services.corrections.prepare(review)


def correction_without_picture(opened: OpenReview) -> None:
    """Draw the table of contractions with the same controls, for a recording that is not there."""
    subject, channels = f"{opened.code}:table", opened.result.channels
    corrector = _corrector(opened)
    view = View(subject, opened.result.metadata.duration_s)
    view.keep_selection(channels)
    choose_changed(corrector, view)
    _draw(corrector, view)
    choose_contraction(subject, channels, opened.review.inputs.targets, view.visit)


def _corrector(opened: OpenReview) -> Corrector:
    corrector = Corrector(opened.services, opened.review, opened.result, then=opened.follow)
    corrector.take_changed()  # whoever draws this shows the change already
    return corrector


def _draw(corrector: Corrector, view: View) -> None:
    corrections_bar(corrector, view)
    rep_comb(corrector, view)


def choose_changed(corrector: Corrector, view: View) -> None:
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
