"""Damage that a recording of the game betrays because the game always writes alike: labels in sets, scales of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from processing.c3d.analog import AnalogChannel
from processing.c3d.channels import ghostly_stream
from processing.c3d.head import Head
from processing.c3d.wording import listed, quoted
from processing.errors import UnreadableRecordingError
from processing.recording import RecordingMetadata

_NUMBERED: Final = re.compile(r"(?<![a-z])ch\s*0*(\d{1,3})(?!\d)", re.IGNORECASE)
_GAME_PARAMETERS: Final = frozenset({"GAME_NAME", "GAME_LEVEL", "GAME_SCORE"})
_GAME_POINT: Final = "playerposition"
_NEAR_ONE: Final = 0.01


def orphaned_labels(labels: Sequence[str]) -> list[str]:
    """Return the labels that hold ``CHn``, in a file with GHOSTLY labels, where ``CHn Raw`` is missing.

    The game writes every stream of a sensor beside its raw one, so such a raw label is damaged or was renamed. In files
    of other laboratories ``CH2`` alone means nothing: they have neither stream.
    """
    streams = [stream for label in labels if (stream := ghostly_stream(label))]
    raw = {name for name, kind in streams if kind == "raw"}
    if not streams:
        return []
    return [
        label for label in labels if (match := _NUMBERED.search(label)) and f"CH{int(match[1])}" not in raw
    ]


def refuse_damaged_labels(head: Head) -> None:
    """Refuse a recording of the game in which a sensor's raw label is missing: its EMG would silently be left out.

    Raises
    ------
    UnreadableRecordingError
        With the labels found and expected. A channel map names the channels instead.
    """
    labels = [channel.label for channel in head.analog]
    if orphans := orphaned_labels(labels):
        match = _NUMBERED.search(orphans[0])
        expected = f"CH{int(match[1])} Raw" if match else "CHn Raw"
        raise UnreadableRecordingError(
            f"The labels are damaged or incomplete: {quoted(orphans[0])} should have {quoted(expected)} beside it, and "
            f"the analog channels are {listed(labels)}. A channel map can name the EMG channels."
        )
    stored = [text for part in head.parameters.joined("ANALOG", "LABELS") for text in part.texts]
    blank = sum(not text for text in stored[: len(labels)])
    garbled = [text for text in stored[: len(labels)] if "\ufffd" in text]
    if garbled and any(ghostly_stream(text) for text in stored):
        raise UnreadableRecordingError(
            f"The labels are damaged: {listed(garbled)} holds characters that are none; the analog channels are "
            f"{listed(labels)}. A channel map can name the EMG channels."
        )
    if blank and any(ghostly_stream(text) for text in stored) and _written_by_the_game(head):
        raise UnreadableRecordingError(
            f"The labels are damaged: {blank} of {len(labels)} analog channels have a blank label, and the game "
            f"names all of its channels; they are {listed(labels)}. A channel map can name the EMG channels."
        )


def refuse_damaged_scaling(head: Head, metadata: RecordingMetadata) -> None:
    """Refuse a recording of the game whose samples are scaled otherwise than the game scales them.

    The game writes floats with one scale and offset for all its streams; where the file says that the game wrote it
    (a game's name, level or score), these are 1 and 0, and so is the general scale 1.

    Raises
    ------
    UnreadableRecordingError
        With the channel and the values found and expected.
    """
    if not head.layout.is_float or all(c.activated_index is None for c in metadata.channels):
        return
    used = {index for c in metadata.channels for index in (c.index, c.activated_index)}
    streams = [c for c in head.analog if c.index in used or ghostly_stream(c.label)]
    for one, other in pairwise(streams):
        if (one.scale, one.offset) != (other.scale, other.offset):
            raise UnreadableRecordingError(
                f"The parameters are damaged: channel {quoted(one.label)} has scale {one.scale:g} and offset "
                f"{one.offset:g}, channel {quoted(other.label)} {other.scale:g} and {other.offset:g}; the game "
                "gives all its channels the same."
            )
    # Next to 1 is where damage to a 1 leads, and no amplifier's calibration.
    nearly_one = 0.0 < abs(streams[0].general_scale - 1.0) < _NEAR_ONE
    if nearly_one or _written_by_the_game(head):
        _refuse_other_than_one(streams[0])


def _refuse_other_than_one(channel: AnalogChannel) -> None:
    found = (channel.scale, channel.general_scale, channel.offset)
    if found != (1.0, 1.0, 0.0):
        raise UnreadableRecordingError(
            f"The parameters are damaged: channel {quoted(channel.label)} has scale {found[0]:.9g}, general scale "
            f"{found[1]:.9g} and offset {found[2]:g}; the game writes 1, 1 and 0."
        )


def _written_by_the_game(head: Head) -> bool:
    # Several signs, in any group: damage that touches a scale may also have touched one of them.
    named = any(True for _ in head.parameters.named(_GAME_PARAMETERS))
    points = head.parameters.texts("POINT", "LABELS")
    return named or any(label.casefold() == _GAME_POINT for label in points)
