"""Clinical values that some files hold: MVC, perceived effort, restriction pressure, maximum points.

No GHOSTLY file seen so far has them; a later version of the game, or another program, may. They are looked
for in every group, in any case, with blanks and hyphens read as underscores.

MVC
    ``MVC_CH1``, ``CH1_MVC``, ``MVC_1``, ``MVC1``; ``MVC_LEFT``, ``MVC_L``, ``LEFT_MVC``, ``L_MVC`` (and
    RIGHT, R); ``MVC`` or ``MVC_VALUES`` with one value per EMG channel in the order of the file. In volts,
    unless the name ends in ``_UV`` or ``_MV``.
RPE
    ``RPE``, ``RPE_POST``, ``RPE_CR10``, ``CR10``, ``BORG``, ``BORG_CR10``, ``PERCEIVED_EFFORT``,
    ``PERCEIVED_EFFORT_CR10``: Borg CR10, 0 to 10.
BFR
    ``BFR_AOP_PERCENT``, ``BFR_PERCENT_AOP``, ``BFR_AOP``, ``AOP_PERCENT``, ``PERCENT_AOP``: measured
    pressure in percent of arterial occlusion pressure, 0 to 150.
Points
    ``MAX_SCORE``, ``GAME_MAX_SCORE``, ``GAME_SCORE_MAX``, ``MAX_POINTS``, ``GAME_MAX_POINTS``: above 0.

A value outside its range is not used, and a notice says so. Missing is missing: nothing is made up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from processing.c3d.channels import EmgChannel
from processing.c3d.game import is_unset
from processing.c3d.parameters import Parameter, ParameterSet
from processing.c3d.wording import quoted
from processing.recording import RecordedMeasures

_RPE: Final = frozenset(
    ["RPE", "RPE_POST", "RPE_CR10", "CR10", "BORG", "BORG_CR10", "PERCEIVED_EFFORT", "PERCEIVED_EFFORT_CR10"]
)
_BFR: Final = frozenset(["BFR_AOP_PERCENT", "BFR_PERCENT_AOP", "BFR_AOP", "AOP_PERCENT", "PERCENT_AOP"])
_POINTS: Final = frozenset(["MAX_SCORE", "GAME_MAX_SCORE", "GAME_SCORE_MAX", "MAX_POINTS", "GAME_MAX_POINTS"])
_MVC_UNIT: Final = re.compile(r"(.+?)_(UV|MV|V)")
_MVC_VOLTS: Final = {"UV": 1e-6, "MV": 1e-3, "V": 1.0}
# The largest surface EMG ever reported stays below 10 mV; ten times that is not an MVC.
_MAX_MVC_V: Final = 0.1


@dataclass(frozen=True, slots=True)
class FoundMeasures:
    """The measures of a file, and sentences about values that were not believed."""

    measures: RecordedMeasures
    notices: tuple[str, ...] = ()


def read_measures(parameters: ParameterSet, channels: Sequence[EmgChannel]) -> FoundMeasures:
    """Return the clinical values in a file; the module's first lines list the names that are understood."""
    notices: list[str] = []

    def single(names: frozenset[str], low: float, high: float, *, above: bool = False) -> float | None:
        for parameter in parameters:
            if _folded(parameter.name) in names:
                for value in _values(parameter):
                    if low <= value <= high and not (above and value == low):
                        return value
                    notices.append(f"{quoted(parameter.name)} is {value:g} in the file; this is not used.")
        return None

    effort = single(_RPE, 0.0, 10.0)
    pressure = single(_BFR, 0.0, 150.0)
    points = single(_POINTS, 0.0, 1e9, above=True)
    mvc_v = _read_mvc(parameters, channels, notices)
    return FoundMeasures(RecordedMeasures(mvc_v, effort, pressure, points), tuple(notices))


def _read_mvc(
    parameters: Iterable[Parameter], channels: Sequence[EmgChannel], notices: list[str]
) -> dict[str, float]:
    mvc_v: dict[str, float] = {}
    for parameter in parameters:
        name, factor = _without_unit(_folded(parameter.name))
        targets = _mvc_targets(name, channels)
        values = _values(parameter)
        if targets and len(values) != len(targets) and values:
            notices.append(
                f"{quoted(parameter.name)} has {len(values)} values for {len(targets)} channels; not used."
            )
            continue
        for channel, value in zip(targets, values, strict=False):
            if 0.0 < value * factor <= _MAX_MVC_V:
                mvc_v.setdefault(channel.name, value * factor)
            else:
                notices.append(
                    f"{quoted(parameter.name)} is {value * factor:g} V in the file; this is not used."
                )
    return mvc_v


def _mvc_targets(name: str, channels: Sequence[EmgChannel]) -> Sequence[EmgChannel]:
    """Return the channels that an MVC parameter of this name is about."""
    if name in ("MVC", "MVC_VALUES"):
        return channels
    match = re.fullmatch(r"MVC_?(.+)|(.+?)_?MVC", name)
    if match is None:
        return ()
    about = match[1] or match[2]
    sides = {"LEFT": "left", "L": "left", "RIGHT": "right", "R": "right"}
    for channel in channels:
        names = {_folded(channel.name), _folded(channel.name).removeprefix("CH")}
        if about in names or (about in sides and channel.side == sides[about]):
            return (channel,)
    return ()


def _without_unit(name: str) -> tuple[str, float]:
    match = _MVC_UNIT.fullmatch(name)
    return (match[1], _MVC_VOLTS[match[2]]) if match and "MVC" in match[1] else (name, 1.0)


def _values(parameter: Parameter) -> list[float]:
    """Return a parameter's numbers, also those written as text; those not set or not finite are left out."""
    if parameter.numbers:
        return [value for value in parameter.numbers if math.isfinite(value)]
    return [value for text in parameter.texts if (value := _number(text)) is not None]


def _number(text: str) -> float | None:
    if is_unset(text):
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _folded(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip()).upper()
