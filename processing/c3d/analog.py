"""What the ANALOG group says of each channel: its label, its unit, and how stored values become physical."""

from __future__ import annotations

import math
from dataclasses import dataclass

from processing.c3d.parameters import ParameterSet
from processing.errors import UnreadableRecordingError


@dataclass(frozen=True, slots=True)
class AnalogChannel:
    """One analog channel: physical value = (stored - offset) * scale * general scale."""

    index: int
    label: str
    unit: str
    scale: float
    offset: float
    general_scale: float


def read_analog_channels(
    parameters: ParameterSet, n_analog: int, *, unsigned: bool
) -> tuple[AnalogChannel, ...]:
    """Return the analog channels in the order of the file.

    A channel without a label is called ``Analog n``, counted from 1. Missing scales are 1, missing offsets 0.

    Raises
    ------
    UnreadableRecordingError
        If the general scale is zero, a scale is not a number, or there are fewer scales than channels.
    """
    labels = [text for part in parameters.joined("ANALOG", "LABELS") for text in part.texts]
    units = [text for part in parameters.joined("ANALOG", "UNITS") for text in part.texts]
    scales = _per_channel(parameters, "SCALE", n_analog, default=1.0)
    offsets = _per_channel(parameters, "OFFSET", n_analog, default=0.0)
    if unsigned:
        offsets = [value + 0x10000 if value < 0 else value for value in offsets]
    general_scale = parameters.number("ANALOG", "GEN_SCALE")
    general_scale = 1.0 if general_scale is None else general_scale
    _check_scale("GEN_SCALE", general_scale)
    return tuple(
        AnalogChannel(
            index=index,
            label=(labels[index] if index < len(labels) else "") or f"Analog {index + 1}",
            unit=units[index] if index < len(units) else "",
            scale=scales[index],
            offset=offsets[index],
            general_scale=general_scale,
        )
        for index in range(n_analog)
    )


def check_channel_scale(channel: AnalogChannel) -> None:
    """Refuse a channel to be read whose scale cannot be one; a spare channel may have 0.

    Raises
    ------
    UnreadableRecordingError
        With the scale found.
    """
    _check_scale("SCALE", channel.scale)


def is_unsigned(parameters: ParameterSet) -> bool:
    """Return whether 16-bit samples run from 0 to 65 535 (``ANALOG:FORMAT``)."""
    return (parameters.text("ANALOG", "FORMAT") or "").upper() == "UNSIGNED"


def _per_channel(parameters: ParameterSet, name: str, n_analog: int, *, default: float) -> list[float]:
    values = [value for part in parameters.joined("ANALOG", name) for value in part.numbers]
    if not values:
        return [default] * n_analog
    if len(values) < n_analog:
        raise UnreadableRecordingError(
            f"The file contradicts itself: ANALOG:{name} has {len(values)} values for {n_analog} channels."
        )
    if not all(math.isfinite(value) for value in values[:n_analog]):
        raise UnreadableRecordingError(
            f"The parameters are damaged: a value of ANALOG:{name} is not a number."
        )
    return values[:n_analog]


def _check_scale(name: str, value: float) -> None:
    # Real scales turn volts or counts into physical units; 1e-12 to 1e12 spans every one of them.
    if not 1e-12 <= abs(value) <= 1e12:
        raise UnreadableRecordingError(
            f"The parameters are damaged: ANALOG:{name} is {value:g}, which cannot scale a signal."
        )
