"""From the bytes of a C3D file to a recording, in this process and without any native parser.

NumPy decodes every layout that the format describes (Intel, DEC and MIPS; 16-bit and float; any number of
points), and what the checks refuse is damaged rather than unusual: of the odd but legal files tried
(``docs/methods.md``) ezc3d reads none that is refused here, while it crashes on some and silently shortens
others. So ezc3d never sees bytes from outside: it writes demo files and is the oracle of the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from processing.c3d.analog import check_channel_scale
from processing.c3d.game_checks import refuse_damaged_labels, refuse_damaged_scaling
from processing.c3d.head import Head, read_head
from processing.c3d.layout import check_rest
from processing.c3d.metadata import build_metadata
from processing.c3d.samples import FloatRows, decode_channels
from processing.c3d.units import VOLTS_PER_UNIT, guess_unit
from processing.c3d.wording import listed, quoted
from processing.errors import MissingChannelError, UnreadableRecordingError
from processing.recording import Recording, RecordingMetadata, Side

# No muscle and no amplifier for one comes near; larger values are damage. A few are samples lost on the way and
# become gaps; more than this share means that the bytes are not what the header says.
_MAX_VALUE = 1e6
_MAX_ABSURD_SHARE = 0.01
# Converters reach 10 V.
_MAX_REST_V = 15.0


def read_recording(
    data: bytes, *, file_name: str | None = None, channel_map: Mapping[str, Side | None] | None = None
) -> Recording:
    """Return the recording in a C3D file.

    Parameters
    ----------
    data : bytes
        The whole file.
    file_name : str, optional
        Name or path, for the cross-check of the date.
    channel_map : mapping of str to {"left", "right", None}, optional
        Exactly the analog channels to take as EMG, by label or short name, with their sides.

    Returns
    -------
    recording : Recording
        EMG in volts, NaN where the file holds no number. A unit that the file does not name is guessed from the
        size of the samples.

    Raises
    ------
    TruncatedRecordingError
        If the file is shorter than its header promises.
    UnreadableRecordingError
        If it is not C3D, contradicts itself, or holds impossible values.
    MissingChannelError
        If it has no EMG channel, or not one that ``channel_map`` names.
    InvalidParameterError
        If ``channel_map`` gives a side that is not one.
    """
    head = read_head(data, size_bytes=len(data))
    check_rest(head.layout, data)
    metadata = build_metadata(head, file_name=file_name, channel_map=channel_map)
    if channel_map is None:
        refuse_damaged_labels(head)
    if not metadata.channels:
        raise MissingChannelError(
            f"The recording has no EMG channel; its channels are {listed(metadata.analog_labels)}."
        )
    refuse_damaged_scaling(head, metadata)
    for channel in metadata.channels:
        check_channel_scale(head.analog[channel.index])
    emg = decode_channels(
        data,
        head,
        [channel.index for channel in metadata.channels],
        [channel.volts_per_unit for channel in metadata.channels],
    )
    emg, notices = _without_absurd_values(emg, [channel.label for channel in metadata.channels])
    metadata, emg_v = _with_guessed_unit(metadata, emg)
    notices += _rest_notices(emg_v, metadata)
    metadata = replace(metadata, notices=(*metadata.notices, *notices))
    return Recording(metadata=metadata, emg_v=emg_v, activated_v=_activated(data, head, metadata))


def _activated(data: bytes, head: Head, metadata: RecordingMetadata) -> dict[str, FloatRows]:
    """Return the game's own envelopes by channel name; they share their raw channel's unit."""
    owners = {
        c.name: (c.activated_index, c.volts_per_unit)
        for c in metadata.channels
        if c.activated_index is not None
    }
    indices = [index for index, _ in owners.values()]
    rows = decode_channels(data, head, indices, [factor for _, factor in owners.values()])
    rows, _ = _without_absurd_values(rows, [head.analog[index].label for index in indices])
    return dict(zip(owners, rows, strict=True))


def _without_absurd_values(values: FloatRows, labels: list[str]) -> tuple[FloatRows, list[str]]:
    """Return the rows with impossible values as NaN, and a sentence for each channel that has gaps.

    A NaN is a sample that nobody measured; what it means for the channel is the analysis' to judge.
    """
    notices = []
    for row, label in zip(values, labels, strict=True):
        bad = ~(np.abs(row) <= _MAX_VALUE)
        n_bad = int(np.count_nonzero(bad))
        if not n_bad:
            continue
        n_absurd = n_bad - int(np.count_nonzero(np.isnan(row)))
        if n_absurd > _MAX_ABSURD_SHARE * row.size:
            raise UnreadableRecordingError(
                f"Channel {quoted(label)} is damaged: {n_absurd} of {row.size} samples are larger than "
                f"{_MAX_VALUE:g}, which no amplifier gives."
            )
        row[bad] = np.nan
        notices.append(f"Channel {quoted(label)} lacks {n_bad} of {row.size} samples: they are not numbers.")
    return values, notices


def _rest_notices(emg_v: FloatRows, metadata: RecordingMetadata) -> list[str]:
    """Return a sentence for each channel that rests where no amplifier does: its unit or offset may be wrong.

    What is measured has any constant removed, so this is no reason to refuse a recording.
    """
    notices = []
    for row, channel in zip(emg_v, metadata.channels, strict=True):
        some = row[:: max(1, row.size // 1000)]
        some = some[~np.isnan(some)]
        if some.size and abs(rest := float(np.median(some))) > _MAX_REST_V:
            notices.append(
                f"Channel {quoted(channel.label)} rests at {rest:.3g} V, where an amplifier rests near 0 V: the "
                "unit, scale or offset in the file may be wrong."
            )
    return notices


def _with_guessed_unit(metadata: RecordingMetadata, emg: FloatRows) -> tuple[RecordingMetadata, FloatRows]:
    """Return metadata and EMG in the unit that the samples' size suggests, where the file names none."""
    assumed = [position for position, channel in enumerate(metadata.channels) if channel.unit_assumed]
    unit = guess_unit(emg[assumed]) if assumed else "V"
    if unit == "V":
        return metadata, emg
    factor = VOLTS_PER_UNIT[unit]
    emg = emg.copy()
    emg[assumed] = (emg[assumed].astype(np.float64) * factor).astype(np.float32)
    channels = tuple(
        replace(channel, unit=unit, volts_per_unit=factor) if channel.unit_assumed else channel
        for channel in metadata.channels
    )
    word = "microvolt" if unit == "uV" else "millivolt"
    notice = f"The samples are too large for volts; {word} is assumed instead."
    return replace(metadata, channels=channels, notices=(*metadata.notices, notice)), emg
