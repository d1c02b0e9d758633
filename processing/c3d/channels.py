"""Which analog channels are EMG, and of which side: read from the labels, or told by the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from processing.c3d.wording import listed, quoted
from processing.errors import InvalidParameterError, MissingChannelError
from processing.recording import Side

_GHOSTLY: Final = re.compile(r"ch\s*0*(\d{1,3})\s*(raw|activated)", re.IGNORECASE)
# A GHOSTLY convention (CH1 left, CH2 right); nothing in the file says so.
_GHOSTLY_SIDES: Final[dict[str, Side]] = {"CH1": "left", "CH2": "right"}

_LEFT: Final = frozenset({"L", "LT", "LE", "LEFT", "LINKS", "LINKER", "GAUCHE"})
_RIGHT: Final = frozenset({"R", "RT", "RI", "RIGHT", "RECHTS", "RECHTER", "DROIT", "DROITE"})
_EMG: Final = frozenset({"EMG", "SEMG"})
_THIGH: Final = frozenset(
    (
        "RF", "VL", "VM", "VMO", "VI", "VAST", "QUAD", "QUADRICEPS", "RECTUS", "RECFEM", "VASTUS",
        "VASLAT", "VASMED", "BF", "BIFEM", "BICEPS", "ST", "SM", "SEMITEND", "HAM", "HAMSTRING",
        "HAMSTRINGS", "GMED", "GMAX", "GLUT", "GLUTEUS", "ADD", "ADDUCTOR", "TFL", "SARTORIUS",
    )
)  # fmt: skip
_CALF_AND_ARM: Final = frozenset(
    (
        "GM", "GL", "MG", "LG", "GAS", "GASTROC", "SOL", "SOLEUS", "TA", "TIBANT", "TIBIALIS", "PL",
        "PERONEUS", "DELTOID", "TRICEPS", "TRAP", "TRAPEZIUS",
    )
)  # fmt: skip
_MUSCLES: Final = _THIGH | _CALF_AND_ARM
_NOT_EMG: Final = re.compile(
    r"FORCE|MOMENT|TORQUE|ANGLE|ACC[XYZ]?|GYRO[XYZ]?|MAG[XYZ]?|COP[XYZ]?|[FM][XYZ]\d*|IMU|TRIGGER|SYNC|FSR\d*|PRESSURE"
)
_JOINED_SIDE: Final = re.compile(
    r"(L|R|LEFT|RIGHT)(" + "|".join(sorted(_MUSCLES, key=len, reverse=True)) + ")"
)


@dataclass(frozen=True, slots=True)
class EmgChannel:
    """One EMG channel: its position among the analog ones, its short name, its side if that is known."""

    index: int
    name: str
    side: Side | None
    activated_index: int | None = None


def find_emg_channels(
    labels: Sequence[str], channel_map: Mapping[str, Side | None] | None
) -> tuple[EmgChannel, ...]:
    """Return the EMG channels of a recording, in the order of the file.

    Parameters
    ----------
    labels : sequence of str
        The file's analog labels.
    channel_map : mapping of str to {"left", "right", None}, optional
        Exactly the channels to read, by label or short name (in any case and spacing), with the side of
        each. Without it GHOSTLY labels (``CH1 Raw``) are looked for, then labels that say EMG, then ones
        that name a muscle.

    Raises
    ------
    MissingChannelError
        If the map names a channel that the file does not have.
    InvalidParameterError
        If the map gives a side that is not one, or two sides to one channel.
    """
    found = _ghostly_channels(labels) or _labelled_channels(labels)
    return found if channel_map is None else _mapped_channels(labels, found, channel_map)


def unmatched_activated(labels: Sequence[str]) -> list[str]:
    """Return the ``CHn activated`` labels without their ``CHn Raw``: a label that is damaged or was renamed."""
    matches = [(label, match) for label in labels if (match := _GHOSTLY.fullmatch(label.strip()))]
    raw = {int(match[1]) for _, match in matches if match[2].lower() == "raw"}
    return [label for label, match in matches if match[2].lower() == "activated" and int(match[1]) not in raw]


def guess_side(label: str) -> Side | None:
    """Return the side that a label names (``L_RF``, ``EMG RF L``, ``RVL``, ``Right quad``), or None."""
    words = _words(label)
    left = any(word in _LEFT for word in words)
    right = any(word in _RIGHT for word in words)
    if not left and not right:
        prefixes = {match[1][0] for word in words if (match := _JOINED_SIDE.fullmatch(word))}
        left, right = "L" in prefixes, "R" in prefixes
    if left == right:
        return None
    return "left" if left else "right"


def _ghostly_channels(labels: Sequence[str]) -> tuple[EmgChannel, ...]:
    positions: dict[tuple[str, str], int] = {}
    for index, label in enumerate(labels):
        if match := _GHOSTLY.fullmatch(label.strip()):
            positions.setdefault((f"CH{int(match[1])}", match[2].lower()), index)
    return tuple(
        EmgChannel(index, name, _GHOSTLY_SIDES.get(name), positions.get((name, "activated")))
        for (name, stream), index in positions.items()
        if stream == "raw"
    )


def _labelled_channels(labels: Sequence[str]) -> tuple[EmgChannel, ...]:
    said = [index for index, label in enumerate(labels) if _says_emg(label)]
    chosen = said or [index for index, label in enumerate(labels) if _names_muscle(label)]
    names = unique_names(labels)
    return tuple(EmgChannel(index, names[index], guess_side(labels[index])) for index in chosen)


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
        chosen[index] = EmgChannel(index, before.name, side, before.activated_index)
    return tuple(chosen[index] for index in sorted(chosen))


def _position(wanted: str, labels: Sequence[str], known: Mapping[int, EmgChannel]) -> int:
    key = _folded(wanted)
    for index, label in enumerate(labels):
        if _folded(label) == key:
            return index
    for index, name in enumerate(unique_names(labels)):
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


def _says_emg(label: str) -> bool:
    words = _words(label)
    return any(word.rstrip("0123456789") in _EMG for word in words) and not _is_other(words)


def _names_muscle(label: str) -> bool:
    words = _words(label)
    named = any(word.rstrip("0123456789") in _MUSCLES or _JOINED_SIDE.fullmatch(word) for word in words)
    return named and not _is_other(words)


def _is_other(words: Sequence[str]) -> bool:
    return any(_NOT_EMG.fullmatch(word) for word in words)


def _words(label: str) -> list[str]:
    """Return the words of a label in capitals: parted by signs and blanks, and where ``camelCase`` turns."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", label)
    return [word.upper() for word in re.split(r"[^A-Za-z0-9]+", parted) if word]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
