"""Everything that a recording says about itself, without its samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processing.c3d.analog import AnalogChannel
from processing.c3d.channel_words import guess_side
from processing.c3d.channels import EmgChannel, find_emg_channels
from processing.c3d.clock import check_clock
from processing.c3d.game import player_notice, read_game_info
from processing.c3d.game_checks import orphaned_labels
from processing.c3d.head import Head, read_head
from processing.c3d.measures import read_measures
from processing.c3d.recorded_at import copy_notice, read_recorded_at
from processing.c3d.units import VOLTS_PER_UNIT, parse_unit
from processing.c3d.wording import listed, quoted
from processing.recording import ChannelInfo, RecordingMetadata, Side


def read_metadata(
    head: bytes,
    *,
    file_name: str | None = None,
    size_bytes: int | None = None,
    channel_map: Mapping[str, Side | None] | None = None,
) -> RecordingMetadata:
    """Return what the header and parameter blocks of a C3D file say.

    Parameters
    ----------
    head : bytes
        The first bytes of the file; 2 KB do for a GHOSTLY one.
    file_name : str, optional
        Name or path, for the cross-check of the date.
    size_bytes : int, optional
        Size of the whole file; given, a file that is too short is refused here already.
    channel_map : mapping of str to {"left", "right", None}, optional
        Exactly the analog channels to take as EMG, by label or short name, with their sides.

    Returns
    -------
    metadata : RecordingMetadata
        Without any EMG channel ``channels`` is empty and a notice says so: a caller can offer
        ``analog_labels``. A unit that the file does not name is assumed to be volts.

    Raises
    ------
    IncompleteHeadError
        If ``head`` ends inside the parameters; ``needed_bytes`` says how many bytes would do.
    TruncatedRecordingError, UnreadableRecordingError
        If the file is too short, is not C3D, or contradicts itself.
    MissingChannelError, InvalidParameterError
        If ``channel_map`` names a channel that is not there, or a side that is not one.
    """
    return build_metadata(
        read_head(head, size_bytes=size_bytes), file_name=file_name, channel_map=channel_map
    )


def build_metadata(
    head: Head, *, file_name: str | None, channel_map: Mapping[str, Side | None] | None
) -> RecordingMetadata:
    """Return the metadata of a file whose head is already read."""
    labels = tuple(channel.label for channel in head.analog)
    units = tuple(channel.unit for channel in head.analog)
    emg = find_emg_channels(labels, channel_map, units)
    channels = tuple(_channel_info(channel, head.analog[channel.index]) for channel in emg)
    recorded_at = read_recorded_at(head.parameters.texts("INFO", "TIME"), file_name)
    game = read_game_info(head.parameters)
    found = read_measures(head.parameters, emg)
    layout = head.layout
    clock_check = check_clock(
        declared_rate_hz=layout.sampling_rate_hz,
        n_samples=layout.n_samples,
        declared_duration_s=head.parameters.number("INFO", "DURATION"),
    )
    copy, player = copy_notice(file_name), player_notice(game)
    return RecordingMetadata(
        sampling_rate_hz=layout.sampling_rate_hz,
        n_samples=layout.n_samples,
        duration_s=layout.n_samples / layout.sampling_rate_hz,
        channels=channels,
        analog_labels=labels,
        analog_units=units,
        recorded_at=recorded_at.time,
        clock_check=clock_check,
        game=game,
        measures=found.measures,
        notices=(
            *_channel_notices(channels, labels),
            *_unit_notices(channels, head.analog),
            *recorded_at.notices,
            *((copy,) if copy else ()),
            *((player,) if player else ()),
            *found.notices,
        ),
    )


def _channel_info(channel: EmgChannel, analog: AnalogChannel) -> ChannelInfo:
    unit = parse_unit(analog.unit)
    return ChannelInfo(
        name=channel.name,
        label=analog.label,
        index=channel.index,
        side=channel.side,
        unit=unit or "V",
        unit_assumed=unit is None,
        volts_per_unit=VOLTS_PER_UNIT[unit or "V"],
        activated_index=channel.activated_index,
    )


def _channel_notices(channels: Sequence[ChannelInfo], labels: Sequence[str]) -> list[str]:
    if not channels:
        return [f"No EMG channel was recognised among {listed(labels)}; a channel map can name them."]
    notices = [
        f"{quoted(label)} has no raw channel beside it; a label may be damaged."
        for label in orphaned_labels(labels)
    ]
    for side in ("left", "right"):
        standing = next((channel.label for channel in channels if channel.side == side), None)
        further = [c.label for c in channels if c.side is None and guess_side(c.label) == side]
        if standing is not None and further:
            notices.append(
                f"Of the {side} leg's channels {quoted(standing)} is scored; {listed(further)} is measured only. A "
                "channel map can choose another."
            )
    if all(channel.side is None for channel in channels):
        notices.append("The labels do not name a side; a channel map can.")
    return notices


def _unit_notices(channels: Sequence[ChannelInfo], analog: Sequence[AnalogChannel]) -> list[str]:
    assumed = [channel for channel in channels if channel.unit_assumed]
    named = sorted({analog[channel.index].unit for channel in assumed} - {""})
    notices = [f"The unit {quoted(unit)} is not one of voltage; volt is assumed." for unit in named]
    if any(not analog[channel.index].unit for channel in assumed):
        notices.append("The file does not name the unit of its EMG; volt is assumed.")
    return notices
