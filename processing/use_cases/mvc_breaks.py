"""Where along a patient's sessions the MVC or the electrodes changed: no trend is drawn across such a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isclose
from typing import Literal, TypeAlias

from processing.recording import Side
from processing.use_cases.cohort import LegSummary, TimelineSession
from processing.use_cases.mvc import MvcEntry, MvcMeasurement, standing_measurements

SIDES: tuple[Side, Side] = ("left", "right")
BreakKind: TypeAlias = Literal["mvc", "electrodes", "mvc_gained", "mvc_lost"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What one leg's amplitudes were measured against in one session.

    ``value_uv`` is None where no MVC was given; ``measurement`` is the patient's, where that is what counted.
    """

    side: Side
    value_uv: float | None
    source: str | None
    measurement: MvcMeasurement | None = None

    @property
    def electrodes(self) -> str | None:
        """Where the electrodes were, in words that compare; None where that is not recorded."""
        placed = None if self.measurement is None else self.measurement.electrode_placement
        return None if placed is None else " ".join(placed.casefold().split())

    @property
    def measured_on(self) -> date | None:
        """The day of the patient's measurement."""
        return None if self.measurement is None else self.measurement.measured_on


@dataclass(frozen=True, slots=True)
class ReferenceBreak:
    """A change of one leg's reference between a session (by its position) and the one before that has one."""

    position: int
    side: Side
    kinds: tuple[BreakKind, ...]
    before: Reference
    after: Reference


def same_measurement(a: Reference, b: Reference) -> bool:
    """Whether two sessions were measured against one MVC: of one source, one day and one value.

    A file or a session's own entry names no day; there the same value is taken for the same measurement.
    """
    if a.value_uv is None or b.value_uv is None or a.source != b.source:
        return False
    return a.measured_on == b.measured_on and isclose(a.value_uv, b.value_uv, rel_tol=1e-4)


def same_electrodes(a: Reference, b: Reference) -> bool | None:
    """Whether the electrodes are stated to have been in one place; None where nobody said so for both."""
    if a.electrodes is None or b.electrodes is None:
        return None
    return a.electrodes == b.electrodes


def reference_breaks(
    sessions: Sequence[TimelineSession], passport: Sequence[MvcEntry]
) -> tuple[ReferenceBreak, ...]:
    """Return every change of reference, in order of the sessions, the left leg first.

    A leg that is not judged, or a session without a result, says nothing about the reference and is passed over.
    Sessions that never had an MVC have no reference that could change.
    """
    standing = {side: standing_measurements(passport, side) for side in SIDES}
    last: dict[Side, Reference] = {}
    found: list[ReferenceBreak] = []
    for position, session in enumerate(sessions):
        for side in SIDES:
            leg = session.left if side == "left" else session.right
            reference = reference_of(leg, side, session.at.date(), standing)
            if reference is None:
                continue
            before = last.get(side)
            kinds = () if before is None else _kinds(before, reference)
            if before is not None and kinds:
                found.append(ReferenceBreak(position, side, kinds, before, reference))
            last[side] = reference
    return tuple(found)


def reference_of(
    leg: LegSummary | None, side: Side, day: date, standing: Mapping[Side, Sequence[MvcEntry]]
) -> Reference | None:
    """Return what a leg was measured against on a day; None where the session does not say."""
    if leg is None or leg.mvc_source is None:
        return None
    if leg.mvc_source == "session_peak":
        return Reference(side, None, None)
    measurement = None
    if leg.mvc_source == "patient":
        entry = next((e for e in standing[side] if e.measurement.measured_on <= day), None)
        measurement = None if entry is None else entry.measurement
    return Reference(side, leg.mvc_uv, leg.mvc_source, measurement)


def _kinds(before: Reference, after: Reference) -> tuple[BreakKind, ...]:
    if before.value_uv is None or after.value_uv is None:
        if before.value_uv is after.value_uv:
            return ()
        return ("mvc_gained",) if before.value_uv is None else ("mvc_lost",)
    kinds: list[BreakKind] = []
    if not same_measurement(before, after):
        kinds.append("mvc")
    if same_electrodes(before, after) is False:
        kinds.append("electrodes")
    return tuple(kinds)
