"""What the words of an analog label, and its unit, say: EMG or not, which muscle, which side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from processing.c3d.units import parse_unit
from processing.recording import Side

# English, French and Dutch, with the abbreviations that laboratories use.
_LEFT: Final = frozenset({"L", "LT", "LE", "LI", "LEFT", "LINKS", "LINKER", "LINKE", "GAUCHE"})
_RIGHT: Final = frozenset({"R", "RT", "RI", "RE", "RIGHT", "RECHTS", "RECHTER", "RECHTE", "DROIT", "DROITE"})
_EMG: Final = frozenset({"EMG", "SEMG"})
_THIGH: Final = frozenset(
    (
        "RF", "VL", "VM", "VMO", "VI", "VAST", "QUAD", "QUADS", "QUADRICEPS", "RECTUS", "RECT", "RECFEM",
        "RECTFEM", "RECTUSFEM", "RECTUSFEMORIS", "VASTUS", "VLAT", "VMED", "VASLAT", "VASMED", "VASTLAT",
        "VASTMED", "VASTUSLATERALIS", "VASTUSMEDIALIS", "BF", "BIFEM", "BICFEM", "BICEPS", "ST", "SM",
        "SEMITEND", "SEMIMEM", "HAM", "HAMS", "HAMSTRING", "HAMSTRINGS", "GMED", "GMAX", "GLUT", "GLUTEUS",
        "ADD", "ADDUCTOR", "TFL", "SARTORIUS",
    )
)  # fmt: skip
_CALF_AND_ARM: Final = frozenset(
    (
        "GM", "GL", "MG", "LG", "GAS", "GASTROC", "GASTROCNEMIUS", "MEDGAS", "LATGAS", "GASMED", "GASLAT",
        "SOL", "SOLEUS", "TA", "TIBANT", "TIBIALIS", "PL", "PERONEUS", "DELTOID", "TRICEPS", "TRAP", "TRAPEZIUS",
    )
)  # fmt: skip
# In the order in which they stand for a leg; the trial's sensor lies on the rectus femoris.
_QUADRICEPS: Final = (
    frozenset({"RF", "RECTUS", "RECT", "RECFEM", "RECTFEM", "RECTUSFEM", "RECTUSFEMORIS"}),
    frozenset({"VL", "VLAT", "VASLAT", "VASTLAT", "VASTUSLATERALIS"}),
    frozenset({"VM", "VMO", "VMED", "VASMED", "VASTMED", "VASTUSMEDIALIS"}),
    frozenset({"QUAD", "QUADS", "QUADRICEPS", "VI", "VAST", "VASTUS"}),
)
_MUSCLES: Final = _THIGH | _CALF_AND_ARM
_NOT_EMG: Final = re.compile(
    r"FORCE|MOMENT|TORQUE|ANGLE|ACC[XYZ]?|GYRO[XYZ]?|MAG[XYZ]?|COP[XYZ]?|[FM]\d?[XYZ]\d*|GRF[XYZ]?|GONIO|IMU"
    r"|TRIGGER|SYNC|FSR\d*|PRESSURE|LOADCELL|BATTERY"
)
_NAMES: Final = "|".join(sorted(_MUSCLES | _EMG, key=len, reverse=True))
_SIDE_FIRST: Final = re.compile(rf"(LEFT|RIGHT|L|R)(?:{_NAMES})\d*")
_SIDE_LAST: Final = re.compile(rf"(?:{_NAMES})\d*(LEFT|RIGHT|L|R)")
# Units of forces, movements and pressures: a channel that has one is not EMG, whatever its label ("RF", a force).
_OTHER_UNITS: Final = frozenset(
    (
        "n", "kn", "nm", "nmm", "kg", "lb", "lbs", "lbf", "deg", "degree", "degrees", "deg/s", "dps", "rad",
        "rad/s", "g", "m/s^2", "m/s2", "mm", "cm", "m", "pa", "kpa", "mmhg", "bar", "ut", "hz",
    )
)  # fmt: skip


def says_emg(label: str) -> bool:
    """Return whether a label has the word EMG in it (``Voltage.EMG1``), and none of another quantity."""
    words = _words(label)
    return any(_is_emg_word(word) for word in words) and not _is_other(words)


def names_muscle(label: str) -> bool:
    """Return whether a label names a muscle (``L_RF``, ``RVL``, ``VastusLateralis``), and no other quantity."""
    words = _words(label)
    named = any(
        word.rstrip("0123456789") in _MUSCLES or _joined_side(word) for word in (*words, "".join(words))
    )
    return named and not _is_other(words)


def names_other_quantity(label: str, unit: str) -> bool:
    """Return whether a channel holds something else than a voltage of a muscle: a force, an angle, a trigger."""
    return _is_other(_words(label)) or is_other_unit(unit)


def is_other_unit(unit: str) -> bool:
    """Return whether a unit belongs to a force, a movement or a pressure."""
    return parse_unit(unit) is None and unit.strip().casefold() in _OTHER_UNITS


def guess_side(label: str) -> Side | None:
    """Return the side that a label names (``L_RF``, ``EMG RF L``, ``RVL``, ``Right quad``), or None.

    A whole word counts before a letter that is joined to a muscle's name; a label that names both sides names none.
    """
    words = _words(label)
    left = any(word in _LEFT for word in words)
    right = any(word in _RIGHT for word in words)
    if not left and not right:
        letters = {letter for word in (*words, "".join(words)) for letter in _joined_side(word)}
        left, right = "L" in letters, "R" in letters
    if left == right:
        return None
    return "left" if left else "right"


def quadriceps_rank(label: str) -> int:
    """Return how well a label's muscle stands for a leg: 0 for rectus femoris, the greater the less."""
    words = _words(label)
    names = {word.rstrip("0123456789") for word in (*words, "".join(words))}
    for word in tuple(names):
        if _joined_side(word):
            names |= {word.removeprefix(side).removesuffix(side) for side in ("LEFT", "RIGHT", "L", "R")}
    ranks = (rank for rank, muscles in enumerate(_QUADRICEPS) if names & muscles)
    return next(ranks, len(_QUADRICEPS))


def _joined_side(word: str) -> set[str]:
    """Return the side letters joined to a muscle's name: ``RVL`` and ``VLR`` are right; ``RF`` itself has none."""
    if word.rstrip("0123456789") in _MUSCLES:
        return set()
    return {match[1][0] for form in (_SIDE_FIRST, _SIDE_LAST) if (match := form.fullmatch(word))}


def _is_emg_word(word: str) -> bool:
    bare = word.rstrip("0123456789")
    return bare in _EMG or any(
        bare in (side + emg, emg + side) for emg in _EMG for side in ("L", "R", "LEFT", "RIGHT")
    )


def _is_other(words: Sequence[str]) -> bool:
    return any(_NOT_EMG.fullmatch(word) for word in words)


def _words(label: str) -> list[str]:
    """Return the words of a label in capitals: parted by signs and blanks, and where ``camelCase`` turns."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", label)
    return [word.upper() for word in re.split(r"[^A-Za-z0-9]+", parted) if word]
