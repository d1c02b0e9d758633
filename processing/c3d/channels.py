"""Which analog channels are EMG, and of which side: read from the labels, or told by the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from processing.c3d.channel_words import guess_side, is_other_unit, names_muscle, says_emg
from processing.c3d.one_per_leg import further_channels
from processing.c3d.wording import listed, quoted
from processing.errors import InvalidParameterError, MissingChannelError
from processing.recording import Side

_GHOSTLY: Final = re.compile(r"ch\s*0*(\d{1,3})\s*(raw|activated)", re.IGNORECASE)
# A GHOSTLY convention (CH1 left, CH2 right); nothing in the file says so.
_GHOSTLY_SIDES: Final[dict[str, Side]] = {"CH1": "left", "CH2": "right"}


@dataclass(frozen=True, slots=True)
class EmgChannel:
    """One EMG channel: its position among the analog ones, its short name, its side if that is known."""

    index: int
    name: str
    side: Side | None
    activated_index: int | None = None


def find_emg_channels(
    labels: Sequence[str],
    channel_map: Mapping[str, Side | None] | None,
    units: Sequence[str] = (),
) -> tuple[EmgChannel, ...]:
    """Return the EMG channels of a recording, in the order of the file.

    Parameters
    ----------
    labels, units : sequence of str
        The file's analog labels and, where it has them, units: ``L_RF`` in newtons is a force.
    channel_map : mapping of str to {"left", "right", None}, optional
        Exactly the channels to read, by label or short name (in any case and spacing), with the side of
        each. Without it GHOSTLY labels (``CH1 Raw``) are looked for, then labels that say EMG, then ones
        that name a muscle; of several muscles of a leg one stands for it and the others get no side.

    Raises
    ------
    MissingChannelError
        If the map names a channel that the file does not have.
    InvalidParameterError
        If the map gives a side that is not one, two sides to one channel, or one side to two channels.
    """
    found = _ghostly_channels(labels) or _labelled_channels(labels, units)
    return found if channel_map is None else _mapped_channels(labels, found, channel_map)


def ghostly_stream(label: str) -> tuple[str, Literal["raw", "activated"]] | None:
    """Return name and stream of a GHOSTLY label (``CH1``, ``raw``), in any case and padding; None for others."""
    match = _GHOSTLY.fullmatch(label.strip())
    if match is None:
        return None
    return f"CH{int(match[1])}", "raw" if match[2].lower() == "raw" else "activated"


def side_by_convention(label: str) -> Side | None:
    """Return the side that GHOSTLY's convention gives to a raw channel; None for other labels."""
    stream = ghostly_stream(label)
    return _GHOSTLY_SIDES.get(stream[0]) if stream is not None and stream[1] == "raw" else None


def _ghostly_channels(labels: Sequence[str]) -> tuple[EmgChannel, ...]:
    positions: dict[tuple[str, Literal["raw", "activated"]], int] = {}
    for index, label in enumerate(labels):
        if stream := ghostly_stream(label):
            positions.setdefault(stream, index)
    return tuple(
        EmgChannel(index, name, _GHOSTLY_SIDES.get(name), positions.get((name, "activated")))
        for (name, kind), index in positions.items()
        if kind == "raw"
    )


def _labelled_channels(labels: Sequence[str], units: Sequence[str]) -> tuple[EmgChannel, ...]:
    electric = [
        index for index in range(len(labels)) if not (index < len(units) and is_other_unit(units[index]))
    ]
    said = [index for index in electric if says_emg(labels[index])]
    chosen = said or [index for index in electric if names_muscle(labels[index])]
    names = unique_names(labels)
    sides = {index: guess_side(labels[index]) for index in chosen}
    further = further_channels((index, labels[index], sides[index]) for index in chosen)
    return tuple(
        EmgChannel(index, names[index], None if index in further else sides[index]) for index in chosen
    )


def _mapped_channels(
    labels: Sequence[str], found: Sequence[EmgChannel], channel_map: Mapping[str, Side | None]
) -> tuple[EmgChannel, ...]:
    known = {channel.index: channel for channel in found}
    names = unique_names(labels)
    chosen: dict[int, EmgChannel] = {}
    for wanted, side in channel_map.items():
        if side not in ("left", "right", None):
            raise InvalidParameterError(
                f"Channel {quoted(wanted)} has side {side!r}; sides are 'left' and 'right'."
            )
        index = _position(wanted, labels, known)
        if index in chosen:
            raise InvalidParameterError(f"The channel map names channel {quoted(labels[index])} twice.")
        before = known.get(index, EmgChannel(index, names[index], None))
        # "CH1" may be a label of its own beside "CH1 Raw"; results are kept by name.
        name = names[index] if before.name in names else before.name
        same = next((other for other in chosen.values() if side is not None and other.side == side), None)
        if same is not None:
            raise InvalidParameterError(
                f"The channel map gives {quoted(same.name)} and {quoted(name)} to the {side} leg; each leg has one."
            )
        chosen[index] = EmgChannel(index, name, side, before.activated_index)
    return tuple(chosen[index] for index in sorted(chosen))


def _position(wanted: str, labels: Sequence[str], known: Mapping[int, EmgChannel]) -> int:
    names = unique_names(labels)
    # To the letter first: labels may differ in case or blanks only.
    if wanted in names:
        return names.index(wanted)
    key = _folded(wanted)
    for index, name in enumerate(names):
        if _folded(name) == key:
            return index
    for index, channel in known.items():
        if _folded(channel.name) == key:
            return index
    raise MissingChannelError(
        f"Channel {quoted(wanted)} is not in the recording, which has {listed(labels)}."
    )


def unique_names(labels: Sequence[str]) -> list[str]:
    """Return the labels, a repeated one with its count: ``EMG``, ``EMG (2)``."""
    names: list[str] = []
    taken: set[str] = set()
    for label in labels:
        name, count = label, 1
        while name in taken:
            count += 1
            name = f"{label} ({count})"
        taken.add(name)
        names.append(name)
    return names


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
