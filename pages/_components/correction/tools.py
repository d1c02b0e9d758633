"""What the viewer is given so that contractions can be corrected in it, and the same without a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages._components import state
from pages._components.contraction_table import choose_contraction
from pages._components.correction.acts import KEYS, choose_changed, correction_acts
from pages._components.correction.bar import corrections_bar
from pages._components.correction.comb import rep_comb
from pages._components.correction.saving import Corrector
from pages._components.notes import moment_looked_at, note_about
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
    return Tools(
        draw=partial(_draw, corrector, note=partial(_note, opened)),
        keys=KEYS,
        on_edge=partial(_moved, corrector),
        acts=correction_acts(opened),
        follow=opened.redraw,
    )


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


def _draw(corrector: Corrector, view: View, *, note: Callable[[], None] | None = None) -> None:
    corrections_bar(corrector, view, note=note)
    rep_comb(corrector, view)


def _note(opened: OpenReview) -> None:
    note_about(opened.services, opened.code, moment_looked_at(opened))


def _moved(corrector: Corrector, channel: str, index: int, onset_s: float, offset_s: float) -> None:
    """Take over edges that were dragged in the picture."""
    found = next((c for c in corrector.result.channels if c.name == channel), None)
    if found is not None and 0 <= index < len(found.contractions):
        old = found.contractions[index]
        corrector.move(channel, (old.onset_s, old.offset_s), (onset_s, offset_s), fit=True)
