"""The row that corrects the chosen contraction: keep, reject and why, undo, edges by typing, split, merge, add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages._components import offered, words
from pages._components.correction.saving import Corrector
from pages._components.correction.words import change_words
from pages._components.listed import listed
from pages._components.mark_words import REASONS, reason_words
from pages._components.view import View
from processing.emg.corrections import REJECTION_REASONS
from processing.emg.results import ChannelAnalysis, Contraction, IntervalS
from processing.language import gettext as _
from processing.language import ngettext

_FIELD_PX = 104


def corrections_bar(corrector: Corrector, view: View, *, note: Callable[[], None] | None = None) -> None:
    """Draw the row; what it changes is saved at once and shown by drawing the page again.

    ``note`` begins a note about the moment that is shown; without it there is no button for one.
    """
    chosen = corrector.chosen(view)
    log = corrector.review.corrections
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        _decide(corrector, view, chosen)
        _button(view, _("Undo"), "undo", "U", corrector.undo, off=log.undo is None)
        _button(view, _("Redo"), "redo", "Shift+U", corrector.redo, off=log.redo is None)
        _reason(corrector, view)
        _edges(corrector, view, chosen)
        _more(corrector, view, chosen)
        if note is not None:
            _button(view, _("Note"), "edit_note", "T", note, off=False)
    _say(corrector, chosen)


def _decide(
    corrector: Corrector, view: View, chosen: tuple[ChannelAnalysis, int, Contraction] | None
) -> None:
    place: tuple[Any, ...] = ()
    accepted = False
    if chosen is not None:
        channel, _index, contraction = chosen
        place = (channel.name, (contraction.onset_s, contraction.offset_s))
        accepted = corrector.kept(chosen)
    _button(view, _("Keep"), "check", "A", corrector.accept, *place, off=chosen is None or accepted)
    _button(view, _("Reject"), "close", "X", corrector.reject, *place, off=chosen is None)


def _reason(corrector: Corrector, view: View) -> None:
    """Ask why: the reason of the rejection just made, and of the next one."""
    key = f"{view.key}:reason"
    options = list(dict.fromkeys([*REJECTION_REASONS, corrector.reason]))
    if st.session_state.get(key) not in options:
        st.session_state[key] = corrector.reason
    shown = st.session_state[key]

    def given() -> None:
        if st.session_state[key] != shown:
            corrector.give_reason(offered.kept(st.session_state[key], REASONS))

    st.selectbox(
        _("Why rejected"),
        options,
        format_func=reason_words,
        key=key,
        accept_new_options=True,
        on_change=given,
        width=190,
        help=_("The reason for the rejection you made last and for the next one. Other words may be typed."),
    )


def _edges(corrector: Corrector, view: View, chosen: tuple[ChannelAnalysis, int, Contraction] | None) -> None:
    """Draw both edges as fields; Enter saves."""
    name = "none" if chosen is None else f"{chosen[0].name}:{chosen[2].onset_s:.4f}:{chosen[2].offset_s:.4f}"
    for label, edge in ((_("Start (s)"), 0), (_("End (s)"), 1)):
        key = f"{view.key}:edge{edge}:{name}"
        now = None if chosen is None else round((chosen[2].onset_s, chosen[2].offset_s)[edge], 2)

        def typed(key: str = key, edge: int = edge) -> None:
            value = st.session_state[key]
            # Streamlit also calls this for a field that was away for a run; what was not typed is not saved.
            if (
                chosen is None
                or value is None
                or value == round((chosen[2].onset_s, chosen[2].offset_s)[edge], 2)
            ):
                return
            old = (chosen[2].onset_s, chosen[2].offset_s)
            new: IntervalS = (value, old[1]) if edge == 0 else (old[0], value)
            corrector.move(chosen[0].name, old, new)

        st.number_input(
            label,
            value=now,  # without bounds: beyond those the field would drop what is typed without a word
            step=0.01,
            format="%.2f",
            key=key,
            on_change=typed,
            disabled=chosen is None,
            width=_FIELD_PX,
        )


def _more(corrector: Corrector, view: View, chosen: tuple[ChannelAnalysis, int, Contraction] | None) -> None:
    more = st.popover(_("More"), icon=":material/content_cut:", key=f"{view.key}:more", on_change="rerun")
    if not more.open:
        return
    with more:
        if chosen is not None:
            _split(corrector, view, *chosen)
            _merge(corrector, view, *chosen)
        else:
            st.caption(_("Choose a contraction to split it or to merge it with the next."))
        _add(corrector, view)


def _split(
    corrector: Corrector, view: View, channel: ChannelAnalysis, index: int, contraction: Contraction
) -> None:
    middle = (contraction.onset_s + contraction.offset_s) / 2
    cursor = view.cursors[0] if view.cursors else None
    inside = cursor is not None and contraction.onset_s < cursor < contraction.offset_s
    key = f"{view.key}:at:{channel.name}:{contraction.onset_s:.4f}"
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        at_s = st.number_input(
            _("Split at (s)"),
            value=round(cursor if inside and cursor is not None else middle, 2),
            step=0.01,
            format="%.2f",
            key=key,
            width=_FIELD_PX,
        )
        st.button(
            _("Split {contraction}").format(
                contraction=f"{words.plain(words.side_name(channel.side, channel.name))} {index + 1}"
            ),
            icon=":material/content_cut:",
            key=f"{view.key}:split",
            on_click=corrector.split,
            args=(channel.name, (contraction.onset_s, contraction.offset_s), at_s),
        )


def _merge(
    corrector: Corrector, view: View, channel: ChannelAnalysis, index: int, contraction: Contraction
) -> None:
    following = channel.contractions[index + 1] if index + 1 < len(channel.contractions) else None
    other = (0.0, 0.0) if following is None else (following.onset_s, following.offset_s)
    st.button(
        _("Merge with the next"),
        icon=":material/merge:",
        key=f"{view.key}:merge",
        on_click=corrector.merge,
        args=(channel.name, (contraction.onset_s, contraction.offset_s), other),
        disabled=following is None,
        help=_("Makes one contraction from the start of this to the end of the next."),
    )


def _add(corrector: Corrector, view: View) -> None:
    """Offer to count a stretch: between the cursors where they stand, else the visible window."""
    channels = corrector.result.channels
    start, stop = view.cursors or view.window
    stamp = f"{start:.3f}:{stop:.3f}"
    names = {c.name: words.side_name(c.side, c.name) for c in channels}
    st.markdown(
        _("**Add a contraction** between the cursors")
        if view.cursors
        else _("**Add a contraction** from the visible window")
    )
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        name = st.selectbox(
            _("Leg"), list(names), format_func=names.__getitem__, key=f"{view.key}:add:leg", width=_FIELD_PX
        )
        first = st.number_input(
            _("From (s)"), value=round(start, 2), step=0.01, format="%.2f", key=f"{view.key}:add:from:{stamp}",
            width=_FIELD_PX,
        )  # fmt: skip
        last = st.number_input(
            _("To (s)"), value=round(stop, 2), step=0.01, format="%.2f", key=f"{view.key}:add:to:{stamp}",
            width=_FIELD_PX,
        )  # fmt: skip
        st.button(
            _("Add"), icon=":material/add:", key=f"{view.key}:add", on_click=corrector.add,
            args=(name, (first, last)), disabled=name is None,
        )  # fmt: skip


def _say(corrector: Corrector, chosen: tuple[ChannelAnalysis, int, Contraction] | None) -> None:
    """Say what went wrong, what was done last, and what could not be measured again."""
    if corrector.problem is not None:
        st.warning(words.told(corrector.problem), title=_("Not saved"), icon=":material/sync_problem:")
    channels, log = corrector.result.channels, corrector.review.corrections
    said = []
    if log.undo is not None and log.undo.correction is not None:
        change = words.plain(change_words(log.undo.correction, channels))
        said.append(_("Your last change: {change}.").format(change=change))
    elif chosen is None:
        said.append(_("Choose a contraction (J, K or N, or a click on it) to keep, reject or correct it."))
    stale = [c for c in channels if c.corrections is not None and c.corrections.as_detected]
    if stale:
        legs = listed([words.the_leg(c.side, c.name) for c in stale])
        still = _("RMS, spectrum and fatigue of {legs} are still as detected: the recording was not there.")
        said.append(still.format(legs=legs))
    if log.unmatched:
        n = len(log.unmatched)
        lost = ngettext(
            "{n} correction no longer applies (see below).", "{n} corrections no longer apply (see below).", n
        )
        said.append(lost.format(n=n))
    if said:
        st.caption(" ".join(said))


def _button(
    view: View, label: str, icon: str, shortcut: str, action: Callable[..., None], *args: Any, off: bool
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        shortcut=shortcut,
        key=f"{view.key}:correct:{shortcut}",
        on_click=action,
        args=args,
        disabled=off,
        width="content",
    )
