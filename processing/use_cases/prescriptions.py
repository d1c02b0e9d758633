"""What a patient was prescribed from a day on; a session takes what held on the day of its recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from math import isfinite

from processing.emg.parameters import SessionTargets
from processing.errors import InvalidParameterError


@dataclass(frozen=True, slots=True)
class Prescription:
    """What was prescribed from ``valid_from`` on, until the next one.

    ``expected_left`` and ``expected_right`` are contractions of one muscle in one game session, ``percent_mvc_...``
    their target intensity, ``hold_s`` their target duration in seconds. ``sets`` game sessions of ``reps``
    contractions make a therapy session, ``rest_s`` seconds apart; ``pressure_percent_aop`` is the cuff's, in
    percent of arterial occlusion pressure. None means that nothing was prescribed about it.

    Raises
    ------
    InvalidParameterError
        If a value lies outside what can be prescribed; the message names it.
    """

    valid_from: date
    expected_left: int = 12
    expected_right: int = 12
    percent_mvc_left: float = 75.0
    percent_mvc_right: float = 75.0
    hold_s: float = 2.0
    sets: int | None = None
    reps: int | None = None
    rest_s: float | None = None
    pressure_percent_aop: float | None = None
    protocol_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody can have prescribed."""
        for name, (what, low, high) in _PLAUSIBLE.items():
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and low <= value <= high):
                raise InvalidParameterError(f"{what} is {value:g}; expected {low:g} to {high:g}.")
        if self.valid_from < date(2000, 1, 1):
            raise InvalidParameterError(
                f"The prescription begins on {self.valid_from}; expected 2000 or later."
            )

    @property
    def targets(self) -> SessionTargets:
        """Return what a session's contractions are measured against."""
        return SessionTargets(
            self.expected_left,
            self.percent_mvc_left,
            self.hold_s,
            right_expected_contractions=self.expected_right,
            right_target_percent_mvc=self.percent_mvc_right,
        )


_PLAUSIBLE = {
    "expected_left": ("The number of contractions on the left", 1, 200),
    "expected_right": ("The number of contractions on the right", 1, 200),
    "percent_mvc_left": ("The target intensity on the left in % MVC", 1, 150),
    "percent_mvc_right": ("The target intensity on the right in % MVC", 1, 150),
    "hold_s": ("The hold time in seconds", 0.1, 60),
    "sets": ("The number of sets", 1, 50),
    "reps": ("The number of repetitions", 1, 500),
    "rest_s": ("The rest in seconds", 0, 3600),
    "pressure_percent_aop": ("The cuff pressure in % AOP", 0, 150),
    "protocol_days": ("The number of protocol days", 1, 1000),
}
PRESCRIBED = tuple(field.name for field in fields(Prescription))


@dataclass(frozen=True, slots=True)
class PrescriptionEntry:
    """One row of a patient's prescriptions: what was entered, when and by whom (None: not known)."""

    revision: int
    prescription: Prescription
    withdrawn: bool
    entered_at: datetime
    entered_by: str | None


def standing_prescriptions(entries: Sequence[PrescriptionEntry]) -> list[PrescriptionEntry]:
    """Return the entries that count, newest day first: the last one for each day, unless it was withdrawn."""
    newest: dict[date, PrescriptionEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.revision):
        newest[entry.prescription.valid_from] = entry
    standing = [entry for entry in newest.values() if not entry.withdrawn]
    return sorted(standing, key=lambda entry: entry.prescription.valid_from, reverse=True)


def prescription_on(entries: Sequence[PrescriptionEntry], day: date) -> PrescriptionEntry | None:
    """Return the entry that holds on a day; None before the first, where the trial's default holds."""
    return next((e for e in standing_prescriptions(entries) if e.prescription.valid_from <= day), None)
