"""Fewer found than prescribed: the likeliest misses, and the likeliest double, each shown and settled with a click."""

from __future__ import annotations

import streamlit as st

from pages._components import words
from pages._components.correction.saving import Corrector
from pages._components.correction.words import candidate_words
from pages._components.listed import listed
from pages._components.view import View, window_around
from processing.emg.corrections_candidates import Candidate, likeliest_doubles
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _


def missing_section(corrector: Corrector, view: View, channel: ChannelAnalysis, expected: int) -> None:
    """Offer to show candidates where the count is not the prescribed one or a double is likely."""
    found = len(channel.contractions)
    doubles = likeliest_doubles(channel)
    if found >= expected and not doubles:
        return
    offer = []
    if found < expected:
        one = expected - found == 1
        offer.append(_("the likeliest miss") if one else _("the likeliest 2 misses"))
    if doubles:
        offer.append(_("a likely double"))
    label = _("Expected {expected}, found {found}: show {candidates}")
    key = f"{view.key}:candidates:{channel.name}"
    if st.toggle(label.format(expected=expected, found=found, candidates=listed(offer)), key=key):
        candidates = corrector.candidates(channel.name)
        if found < expected and not any(c.kind == "miss" for c in candidates):
            st.caption(_("Nothing else in the signal rises clearly out of the noise."))
        for number, candidate in enumerate(candidates):
            _candidate(corrector, view, channel, candidate, f"{key}:{number}")


def _candidate(
    corrector: Corrector, view: View, channel: ChannelAnalysis, candidate: Candidate, key: str
) -> None:
    place = (candidate.onset_s, candidate.offset_s)
    kind = _("Likely miss") if candidate.kind == "miss" else _("Likely double")
    st.markdown(f":small[**{kind}** · {words.plain(candidate_words(candidate))}]")
    with st.container(horizontal=True, gap="xsmall"):
        st.button(_("Show"), icon=":material/search:", key=f"{key}:show", on_click=_show, args=(view, place))
        if candidate.kind == "miss":
            st.button(
                _("Count it"),
                icon=":material/add:",
                key=f"{key}:add",
                on_click=corrector.add,
                args=(channel.name, place),
            )
            return
        before = [c for c in channel.contractions if c.offset_s <= candidate.onset_s]
        if before:
            st.button(
                _("Merge with the one before"),
                icon=":material/merge:",
                key=f"{key}:merge",
                on_click=corrector.merge,
                args=(channel.name, (before[-1].onset_s, before[-1].offset_s), place),
            )


def _show(view: View, place: tuple[float, float]) -> None:
    view.select(None)
    view.go(window_around(*place, view.length_s))
