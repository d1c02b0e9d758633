"""The interactive part of a review: window controls, the panels, cursors and the table of contractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from pages._components import classes, state, words
from pages._components.chart import Events, chart
from pages._components.contraction_table import choose_contraction
from pages._components.cursors_view import cursor_readout, toggle_cursors
from pages._components.doubts import why_doubtful
from pages._components.review_figure import (
    Look,
    Panel,
    much_smaller,
    recording_length_s,
    review_extras,
    review_figure,
    summary_sentence,
)
from pages._components.review_figure.contractions import lasting_words, peak_words, plateau_words
from pages._components.stops import Stop, stops
from pages._components.view import View
from pages._components.view_buttons import view_buttons
from pages._components.view_keys import Act, perform, viewer_keys
from pages._components.view_link import BOTH, asked_for, write_address
from pages._components.view_options import unit_note, view_options, window_fields
from processing.emg.parameters import SessionTargets
from processing.language import gettext as _
from processing.language import ngettext

Edge = Callable[[str, int, float, float], None]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a page adds to the viewer.

    ``draw`` puts controls below the picture and is told the view; ``keys`` are their shortcuts.
    ``on_edge`` hears of a dragged edge: channel, number of the contraction from 0, onset and offset in seconds;
    without it the edges cannot be dragged. ``acts`` are done in the order of their keys, however quickly those follow
    each other; then ``follow`` draws what shows them.
    """

    draw: Callable[[View], None] | None = None
    keys: tuple[tuple[str, str], ...] = ()
    on_edge: Edge | None = None
    acts: tuple[Act, ...] = ()
    follow: Callable[[], None] | None = None


def follow_address(subject: str, panels: Sequence[Panel]) -> None:
    """Take over the address that the page was opened with, or that the browser went back to.

    For a run of the page only: what a part of it is drawn again for was pressed here, and until the browser has heard
    of it, it repeats addresses of before.
    """
    asked = asked_for()
    if not st.session_state.pop(state.KEEP_VIEW, False):
        View(subject, recording_length_s(panels)).follow(asked, [panel.analysis for panel in panels])


def signal_view(
    subject: str, panels: Sequence[Panel], targets: SessionTargets, tools: Tools | None = None
) -> None:
    """Draw the panels with their controls, as a fragment within which the picture is one of its own."""
    linked = not subject.startswith(state.LOOK)  # what is not stored has no address
    around = st.fragment(_signals, key=_key("signals", subject))
    around(subject, panels, targets, tools or Tools(), linked)


def _signals(
    subject: str, panels: Sequence[Panel], targets: SessionTargets, tools: Tools, linked: bool
) -> None:
    view = View(subject, recording_length_s(panels))
    channels = [panel.analysis for panel in panels]
    view.keep_selection(channels)
    with st.container(gap="xsmall"):
        buttons, picture = st.container(), st.container()
        below = st.container(gap="small")
    redraw = partial(st.rerun, _key("picture", subject))
    with buttons:
        view_buttons(
            view,
            stops(channels, None if view.leg == BOTH else view.leg),
            toggle_cursors=partial(toggle_cursors, view, panels),
            then=redraw,
        )
    with below:
        look = view_options(subject, view, panels, tools.keys)
    look = replace(look, target_percent_mvc=targets.target_percent_mvc)
    with picture:  # before what stands below it: it takes the browser longest
        st.fragment(_picture, key=_key("picture", subject))(subject, panels, look, tools, linked)
    with below:
        if tools.draw is not None:
            tools.draw(view)
        choose_contraction(subject, channels, targets, view.visit)


def _picture(subject: str, panels: Sequence[Panel], look: Look, tools: Tools, linked: bool) -> None:
    """Draw what follows the window; zooming draws this and nothing else again."""
    view = View(subject, recording_length_s(panels))
    look = replace(
        look,
        window_s=None if view.whole else view.window,
        selected=view.selected,
        revision=view.revision,
        width_px=view.width_px,
        gain=view.gain,
    )
    with st.container(gap="xsmall"):
        _said_above(panels, view, look)
        cursor_readout(view, panels, look.unit)
        _chart(subject, panels, view, look, tools)
        window_fields(view)
    if linked:
        write_address(view.parts([panel.analysis for panel in panels]))


def _key(part: str, subject: str) -> str:
    return f"{part}:{subject}"


def _chart(subject: str, panels: Sequence[Panel], view: View, look: Look, tools: Tools) -> None:
    around = _key("signals", subject)
    channels = [panel.analysis for panel in panels]
    leg = None if view.leg == BOTH else view.leg

    def acted(row: Sequence[Mapping[str, Any]]) -> None:
        changed = perform(view.take_acts(row), view, channels, tools.acts, partial(stops, leg=leg))
        if changed and tools.follow is not None:
            tools.follow()
        st.rerun(around)

    def picked(channel: str, index: int) -> None:
        places = stops(channels, channel)
        view.visit(next((stop for stop in places if stop.index == index), None))
        st.rerun(around)  # what stands around the picture speaks of the chosen contraction

    def edged(channel: str, index: int, onset_s: float, offset_s: float) -> None:
        if tools.on_edge is not None:
            tools.on_edge(channel, index, onset_s, offset_s)
            st.rerun(around)

    chart(
        review_figure(panels, look),
        alt=summary_sentence(panels, look),
        key=f"chart:{subject}",
        full_s=(0.0, view.length_s),
        width_px=look.width_px,
        keys=viewer_keys(view, stops(channels, leg), tools.acts, content=f"{subject}:{look.unit}"),
        extras=review_extras(panels, look, cursors=view.cursors, edges=tools.on_edge is not None),
        events=Events(
            on_window=view.dragged,
            on_heard=view.hear,
            on_acts=acted,
            on_cursors=lambda a, b: view.measure((a, b)),
            on_edge=edged,
            on_pick=picked,
            on_width=view.fit,
        ),
    )


def _said_above(panels: Sequence[Panel], view: View, look: Look) -> None:
    """Describe the chosen contraction, or say how to choose one."""
    panel = next((p for p in panels if view.selected and p.analysis.name == view.selected[0]), None)
    if panel is not None and view.selected is not None:
        st.markdown(_selected_words(panel, view.selected[1]))
        return
    total = sum(len(p.analysis.contractions) for p in panels)
    doubtful = sum(c.doubtful for p in panels for c in p.analysis.contractions)
    found = ngettext("{n} contraction found.", "{n} contractions found.", total)
    if doubtful:
        found = ngettext(
            "{n} contraction found, {doubtful} of them doubtful.",
            "{n} contractions found, {doubtful} of them doubtful.",
            total,
        )
    said = [found.format(n=total, doubtful=doubtful)]
    small = (
        [words.plain(words.the_leg(p.analysis.side, p.name)) for p in much_smaller(panels)]
        if look.same_scale
        else []
    )
    if small:
        said.append(_("On this scale {leg} is small: switch “Same scale” off.").format(leg=small[0]))
    said.append(
        unit_note(panels) or _("Drag across the plot to look closer; a double click shows the whole again.")
    )
    st.caption(" ".join(said))


def _selected_words(panel: Panel, index: int) -> str:
    c = panel.analysis.contractions[index]
    which = _("{muscle} {number} of {total}").format(
        muscle=f"{words.side_mark(panel.analysis.side)} {words.plain(panel.name)}",
        number=index + 1,
        total=len(panel.analysis.contractions),
    )
    said = [
        f"**{which}**",
        classes.contraction_class(c).word,
        lasting_words(c),
        plateau_words(c),
        peak_words(c),
    ]
    if c.doubtful:
        said.append(_("**doubtful:** {reason}").format(reason=why_doubtful(c)))
    return " · ".join(said)


__all__ = ["Stop", "Tools", "signal_view"]
