"""Which channel is which leg: what a person said about it, and results moved to the leg they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from processing.emg.results import ChannelAnalysis
from processing.errors import InvalidParameterError
from processing.recording import RecordingMetadata, Side

# The channels to read as EMG, by their key in the file, each with its leg; None is EMG of no leg.
ChannelMap: TypeAlias = Mapping[str, Side | None]


@dataclass(frozen=True, slots=True)
class MappedChannel:
    """One analog channel of a file: what it seems to be, and how it is read.

    ``key`` names it in a channel map; ``reason`` says in one sentence why it is taken for what it is. ``selected`` is
    whether it is read as EMG, ``side`` then its leg; ``side_from`` is how that leg is known.
    """

    key: str
    label: str
    unit: str | None
    role: str
    reason: str
    side: Side | None
    selected: bool
    side_from: Literal["label", "convention", "person"] | None = None


@dataclass(frozen=True, slots=True)
class SideMap:
    """How the channels of a session are read.

    ``revision`` is 0 until a person has said something, and grows with every change; ``said_by`` and ``said_at``
    then tell who and when.
    """

    channels: tuple[MappedChannel, ...]
    revision: int = 0
    said_by: str | None = None
    said_at: datetime | None = None

    @property
    def by_person(self) -> bool:
        """Whether a person said it; else the labels and the game's convention did."""
        return self.revision > 0

    @property
    def chosen(self) -> dict[str, Side | None]:
        """The map that reads the selected channels."""
        return {channel.key: channel.side for channel in self.channels if channel.selected}


@dataclass(frozen=True, slots=True)
class OtherLegs:
    """Channels that lie on the other leg than in the patient's session before, whose code is ``session_code``.

    ``now`` names the leg of each such channel here. Amplitudes cannot tell a swap, for they are not comparable between
    legs; that the same channel changed its leg can.
    """

    session_code: str
    now: Mapping[str, Side]


def other_legs(now: Mapping[str, Side | None], before: Mapping[str, Side | None]) -> dict[str, Side]:
    """Return the channels of both recordings that have changed their leg, with their leg now."""
    return {name: side for name, side in now.items() if side and before.get(name) not in (None, side)}


def with_map(found: SideMap, channel_map: ChannelMap | None) -> SideMap:
    """Return the channels as a map reads them; without one, as they were found."""
    if channel_map is None:
        return found
    return replace(found, channels=tuple(_mapped(channel, channel_map) for channel in found.channels))


def _mapped(channel: MappedChannel, channel_map: ChannelMap) -> MappedChannel:
    side = channel_map.get(channel.key)
    side_from = channel.side_from if side == channel.side else "person" if side else None
    return replace(channel, selected=channel.key in channel_map, side=side, side_from=side_from)


def swapped(channel_map: ChannelMap) -> dict[str, Side | None]:
    """Return the map with left and right exchanged.

    Raises
    ------
    InvalidParameterError
        If no channel has a leg: there is nothing to exchange.
    """
    if not any(channel_map.values()):
        raise InvalidParameterError("No channel is assigned to a leg, so left and right cannot be swapped.")
    other: dict[Side | None, Side | None] = {"left": "right", "right": "left", None: None}
    return {key: other[side] for key, side in channel_map.items()}


def check_channel_map(channel_map: ChannelMap) -> dict[str, Side | None]:
    """Return a map that can be used, or say what is wrong with it.

    Raises
    ------
    InvalidParameterError
        If it names no channel, or gives one leg to two channels.
    """
    if not channel_map:
        raise InvalidParameterError("No channel is chosen as EMG; at least one is needed.")
    for side in ("left", "right"):
        same = [key for key, given in channel_map.items() if given == side]
        if len(same) > 1:
            raise InvalidParameterError(
                f"{len(same)} channels are given to the {side} leg ({', '.join(same)}); each leg has one."
            )
    return dict(channel_map)


def sides_by_name(
    metadata: RecordingMetadata, keys: Mapping[int, str], channel_map: ChannelMap
) -> dict[str, Side | None] | None:
    """Return the leg of each analysed channel under a map, or None if the map reads other channels.

    Parameters
    ----------
    metadata : RecordingMetadata
        Of the stored result.
    keys : mapping of int to str
        Position among the file's analog channels to the key in a map.
    channel_map : mapping of str to {"left", "right", None}
    """
    key_of = {channel.name: keys.get(channel.index, channel.label) for channel in metadata.channels}
    if set(key_of.values()) != set(channel_map):
        return None
    return {name: channel_map[key] for name, key in key_of.items()}


def metadata_with_sides(
    metadata: RecordingMetadata, channels: Sequence[ChannelAnalysis]
) -> RecordingMetadata:
    """Return the metadata with the legs that the analysed channels have now: a person may have moved them."""
    sides = {channel.name: channel.side for channel in channels}
    return replace(
        metadata,
        channels=tuple(replace(info, side=sides.get(info.name, info.side)) for info in metadata.channels),
    )
