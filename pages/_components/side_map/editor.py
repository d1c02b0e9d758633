"""The fields of a channel map: for each channel of the file its leg, EMG of no leg, or ignored."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._components import words
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.recording import Side
from processing.use_cases.side_map import MappedChannel, SideMap

LEFT, RIGHT, NO_LEG, IGNORE = N_("L ● Left"), N_("R ▲ Right"), N_("EMG, no leg"), N_("Ignore")
CHOICES = (LEFT, RIGHT, NO_LEG, IGNORE)
_SIDES: dict[str, Side | None] = {LEFT: "left", RIGHT: "right", NO_LEG: None}
_PER_ROW = 3
_MANY = 6


def channel_fields(side_map: SideMap, *, key: str) -> dict[str, Side | None]:
    """Draw a field for each channel and return the map that they make.

    Of a file with many channels those that are not EMG are folded away.
    """
    likely = [c for c in side_map.channels if c.selected or c.role in ("emg", "unknown")]
    others = [c for c in side_map.channels if c not in likely]
    if len(likely) > _MANY:
        others = [c for c in likely if not c.selected] + others
        likely = [c for c in likely if c.selected]
    chosen = _fields(likely or side_map.channels, key)
    if likely and others:
        label = ngettext(
            "{n} other channel, ignored unless you choose it",
            "{n} other channels, ignored unless you choose them",
            len(others),
        )
        with st.expander(label.format(n=len(others)), key=f"{key}:others"):
            chosen |= _fields(others, key)
    order = [channel.key for channel in side_map.channels]
    picked = {name: said for name, said in chosen.items() if said != IGNORE}
    return {name: _SIDES[picked[name]] for name in order if name in picked}


def _fields(channels: Sequence[MappedChannel], key: str) -> dict[str, str]:
    said = {}
    for begin in range(0, len(channels), _PER_ROW):
        row = channels[begin : begin + _PER_ROW]
        for column, channel in zip(st.columns(_PER_ROW), row, strict=False):
            unit = f" ({channel.unit})" if channel.unit else ""
            said[channel.key] = column.selectbox(
                words.plain(f"{channel.label}{unit}"),
                CHOICES,
                CHOICES.index(_now(channel)),
                format_func=_,
                key=f"{key}:{channel.key}",
                help=words.told(channel.reason),
            )
    return said


def _now(channel: MappedChannel) -> str:
    if not channel.selected:
        return IGNORE
    return {"left": LEFT, "right": RIGHT, None: NO_LEG}[channel.side]
