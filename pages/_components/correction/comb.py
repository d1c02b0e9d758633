"""The comb: one tooth for each prescribed repetition of a leg, hollow where one is missing; a click shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages._components import counted, words
from pages._components.correction.candidates import missing_section
from pages._components.correction.saving import Corrector
from pages._components.stops import Stop
from pages._components.told import told
from pages._components.view import View
from processing.emg.results import ChannelAnalysis
from processing.language import gettext as _
from processing.language import ngettext

COUNTED, DOUBTFUL, MISSING = "✓", "?", "☐"


@dataclass(frozen=True, slots=True)
class Tooth:
    """One repetition: its mark, and the number of its contraction from 0, None where it is missing."""

    mark: str
    index: int | None


def teeth(channel: ChannelAnalysis, expected: int) -> list[Tooth]:
    """Return one tooth for each contraction that counts, then hollow ones up to what was prescribed."""
    found = [Tooth(DOUBTFUL if c.doubtful else COUNTED, i) for i, c in enumerate(channel.contractions)]
    return [*found, *[Tooth(MISSING, None)] * max(0, expected - len(found))]


def comb_words(channel: ChannelAnalysis, expected: int) -> str:
    """Say the comb in a sentence, for example ``10 of 12 repetitions, 1 doubtful, 2 missing, 1 rejected``."""
    found = len(channel.contractions)
    doubtful = sum(c.doubtful for c in channel.contractions)
    parts = [
        ngettext("{n} of {expected} repetition", "{n} of {expected} repetitions", expected).format(
            n=found, expected=expected
        )
    ]
    if doubtful:
        parts.append(counted.doubtful(doubtful))
    if found < expected:
        parts.append(ngettext("{n} missing", "{n} missing", expected - found).format(n=expected - found))
    if found > expected:
        parts.append(_("{n} more than prescribed").format(n=found - expected))
    if channel.rejected:
        parts.append(counted.rejected(len(channel.rejected)))
    return ", ".join(parts)


def rep_comb(corrector: Corrector, view: View) -> None:
    """Draw the comb of each leg that is judged, with what may be missing in it."""
    legs = [c for c in _in_order(corrector.result.channels) if c.side and c.quality.verdict != "not_judged"]
    if not legs:
        return
    for column, channel in zip(st.columns(len(legs), gap="medium"), legs, strict=True):
        expected = corrector.review.inputs.targets.for_side(channel.side).expected_contractions
        with column:
            _comb(view, channel, expected)
            missing_section(corrector, view, channel, expected)


def _comb(view: View, channel: ChannelAnalysis, expected: int) -> None:
    row = teeth(channel, expected)
    chosen = view.selected[1] if view.selected and view.selected[0] == channel.name else None
    shown = told(
        f"{view.key}:comb:{channel.name}", chosen if chosen is not None and chosen < len(row) else None
    )

    def clicked() -> None:
        place = shown.said
        if not shown.take() or place is None:
            return  # a second click keeps the choice
        index = row[place].index
        if index is not None:
            c = channel.contractions[index]
            view.visit(Stop(channel.name, index, c.onset_s, c.offset_s, c.doubtful))
        else:
            _show_gap(view, channel)

    name = f"{words.side_mark(channel.side)} {words.plain(words.side_name(channel.side, channel.name))}"
    st.pills(
        f"**{name}** · {comb_words(channel, expected)}",
        range(len(row)),
        default=shown.value,
        format_func=lambda i: f"{row[i].mark} {i + 1}",
        key=shown.key,
        on_change=clicked,
        wrap=True,
    )


def _show_gap(view: View, channel: ChannelAnalysis) -> None:
    """Show the longest stretch without a contraction: where a missing one would have been."""
    bounds = [0.0, *(t for c in channel.contractions for t in (c.onset_s, c.offset_s)), view.length_s]
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    start, stop = max(pairs, key=lambda pair: pair[1] - pair[0])
    view.select(None)
    view.go((max(0.0, start - 1.0), min(view.length_s, stop + 1.0)))


def _in_order(channels: Sequence[ChannelAnalysis]) -> list[ChannelAnalysis]:
    return sorted(channels, key=lambda channel: {"left": 0, "right": 1}.get(channel.side or "", 2))
