"""From a number to the contractions behind it: a button shows them in the signals, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages._components import state
from pages._components.stops import Stop
from pages._components.view import View, window_around
from pages._components.view_link import write_address
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.language import gettext as _

# The picture stands above: without this the person would have to look for what they asked for.
_SCROLL = """export default function ({ data }) {
    requestAnimationFrame(() => document.querySelector('.emg-chart')?.scrollIntoView({ block: 'center' }));
}"""
_scroll = st.components.v2.component("scroll_to_signals", html="<span></span>", js=_SCROLL)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The signals in which contractions are shown: the viewer's subject and its length in seconds.

    ``then`` draws them after the press of a button; without it Streamlit draws whatever the button belongs to.
    """

    subject: str
    length_s: float
    channels: tuple[ChannelAnalysis, ...]
    then: Callable[[], None] | None = None


def evidence_button(evidence: Evidence, label: str, stops: Sequence[Stop], *, key: str) -> None:
    """Draw a button that shows the first of some contractions, then the next with each press."""
    shown = st.session_state.get(state.EVIDENCE, {}).get(key)
    if shown is not None and shown < len(stops):
        label = _("{contractions} ({n} of {total})").format(contractions=label, n=shown + 1, total=len(stops))
    st.button(
        label,
        icon=":material/my_location:",
        key=f"evidence:{key}",
        on_click=_show_next,
        args=(evidence, tuple(stops), key),
        help=_("Show them in the signals, one after the other"),
        width="content",
    )


def place_button(
    evidence: Evidence, places: Sequence[Stop | IntervalS], *, label: str, about: str, key: str
) -> None:
    """Draw a quiet button beside a figure that shows the first place it comes from, then the next with each press.

    ``about`` says what is shown, for those who hear the button without seeing what stands beside it.
    """
    if not places:
        return
    st.button(
        label,
        icon=":material/my_location:",
        key=f"evidence:{key}",
        on_click=_show_next,
        args=(evidence, tuple(places), key),
        help=about,
        type="tertiary",
        width="content",
    )


def scroll_if_asked() -> None:
    """Bring the signals into sight in the run after such a button was pressed."""
    pressed = st.session_state.pop(state.EVIDENCE_PRESSED, None)
    if pressed is not None:
        _scroll(key=f"scroll:{pressed}", data={"pressed": pressed})


def _show_next(evidence: Evidence, stops: tuple[Stop | IntervalS, ...], key: str) -> None:
    if not stops:
        return
    before = st.session_state.get(state.EVIDENCE, {}).get(key)
    index = 0 if before is None else (before + 1) % len(stops)
    st.session_state[state.EVIDENCE] = {key: index}
    st.session_state[state.EVIDENCE_PRESSED] = f"{key}:{index}"
    view = View(evidence.subject, evidence.length_s)
    place = stops[index]
    if isinstance(place, Stop):
        view.visit(place)
    else:
        view.select(None)
        view.go(window_around(*place, evidence.length_s))
    if not evidence.subject.startswith(state.LOOK):
        write_address(view.parts(evidence.channels))
    if evidence.then is not None:
        evidence.then()
