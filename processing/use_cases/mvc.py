"""The MVC passport: reference amplitudes of a patient, each from a day on, with how they were measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite

from processing.errors import InvalidParameterError
from processing.recording import Side
from processing.use_cases.plain_text import check_characters

# The longest that the database keeps.
_LONGEST = {"posture": 200, "electrode_placement": 200, "method": 200, "note": 1000}


@dataclass(frozen=True, slots=True)
class MvcMeasurement:
    """One muscle's maximum voluntary contraction, valid from ``measured_on`` until the next of that side.

    ``value_uv`` is the amplitude in microvolts. ``same_electrodes`` says whether the electrodes stayed where they
    were for the sessions. None means not recorded. Two measurements are the same where they would judge a session
    alike and describe the same circumstances; the note is left out of that, because not everybody may read it.

    Raises
    ------
    InvalidParameterError
        If the value, the day or a text is none that a person can mean.
    """

    side: Side
    value_uv: float
    measured_on: date
    posture: str | None = None
    electrode_placement: str | None = None
    same_electrodes: bool | None = None
    method: str | None = None
    note: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse what nobody can have measured."""
        if not (isfinite(self.value_uv) and 1 <= self.value_uv <= 20_000):
            raise InvalidParameterError(
                f"The MVC of the {self.side} leg is {self.value_uv:g} µV; expected 1 to 20000 µV."
            )
        if self.measured_on < date(2000, 1, 1):
            raise InvalidParameterError(
                f"The MVC was measured on {self.measured_on}; expected 2000 or later."
            )
        for name, longest in _LONGEST.items():
            text = getattr(self, name)
            what = name.replace("_", " ")
            if text is not None and not 1 <= len(check_characters(text, what)) <= longest:
                raise InvalidParameterError(
                    f"The {what} has {len(text)} letters; expected 1 to {longest}, or none at all."
                )

    def age_days(self, day: date) -> int:
        """Return how old the measurement was on a day."""
        return (day - self.measured_on).days


@dataclass(frozen=True, slots=True)
class MvcEntry:
    """One row of a patient's passport: what was entered, when and by whom (None: not known)."""

    revision: int
    measurement: MvcMeasurement
    withdrawn: bool
    entered_at: datetime
    entered_by: str | None


def standing_measurements(entries: Sequence[MvcEntry], side: Side) -> list[MvcEntry]:
    """Return the entries of a side that count, newest first: the last for each day, unless it was withdrawn."""
    newest: dict[date, MvcEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.revision):
        if entry.measurement.side == side:
            newest[entry.measurement.measured_on] = entry
    standing = [entry for entry in newest.values() if not entry.withdrawn]
    return sorted(standing, key=lambda entry: entry.measurement.measured_on, reverse=True)
