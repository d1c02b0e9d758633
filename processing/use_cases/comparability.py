"""Whether the amplitudes of two sessions may be compared: only against one reference, and only what can be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processing.emg.results import ChannelAnalysis
from processing.recording import Side
from processing.use_cases.mvc_breaks import Reference, same_electrodes, same_measurement

ObstacleKind: TypeAlias = Literal[
    "no_result",
    "no_leg",
    "not_judged",
    "unit",
    "pipeline",
    "no_mvc",
    "other_mvc",
    "electrodes",
    "electrodes_moved",
]


@dataclass(frozen=True, slots=True)
class LegOfSession:
    """One leg of one session as the guard looks at it.

    ``analysis`` is None where the session has no such leg, ``unit`` where its channel names none; a unit that was
    assumed is not the same as one that was stated. ``pipeline_version`` is None without a result.
    """

    side: Side
    analysis: ChannelAnalysis | None
    unit: str | None
    unit_assumed: bool
    pipeline_version: str | None
    reference: Reference

    @property
    def judged(self) -> bool:
        """Whether the signal can be trusted at all."""
        return self.analysis is not None and self.analysis.quality.verdict != "not_judged"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why amplitudes of a leg are not compared; ``in_a`` and ``in_b`` say whose fault it is, where it is one's."""

    kind: ObstacleKind
    in_a: bool = False
    in_b: bool = False


@dataclass(frozen=True, slots=True)
class Comparability:
    """Whether the amplitudes of one leg of two sessions can be compared, and everything that forbids it."""

    side: Side
    obstacles: tuple[Obstacle, ...]

    @property
    def amplitude(self) -> bool:
        """Whether amplitudes can be compared."""
        return not self.obstacles

    def has(self, kind: ObstacleKind) -> bool:
        """Whether this is among what forbids it."""
        return any(obstacle.kind == kind for obstacle in self.obstacles)


def comparability(a: LegOfSession, b: LegOfSession) -> Comparability:
    """Return whether one leg's amplitudes in two sessions can be compared.

    They can where both signals are judged, both files give the same unit, both were analysed by the same major version,
    and either both are measured against one and the same MVC or the electrodes are stated to have been in one place.
    EMG amplitude depends on where the electrodes are, so without either the difference says nothing about the muscle.

    References
    ----------
    .. [1] Besomi M et al. Consensus for experimental design in electromyography (CEDE) project: Amplitude
       normalization matrix. J Electromyogr Kinesiol 2020;53:102438.
    """
    unusable = (
        Obstacle("no_result", a.pipeline_version is None, b.pipeline_version is None),
        Obstacle("no_leg", a.analysis is None, b.analysis is None),
        Obstacle("not_judged", not a.judged, not b.judged),
    )
    for obstacle in unusable:
        if obstacle.in_a or obstacle.in_b:  # the rest is then not to be known
            return Comparability(a.side, (obstacle,))
    found: list[Obstacle] = []
    if (a.unit, a.unit_assumed) != (b.unit, b.unit_assumed):
        found.append(Obstacle("unit"))
    if _major(a.pipeline_version) != _major(b.pipeline_version):
        found.append(Obstacle("pipeline"))
    return Comparability(a.side, (*found, *_of_reference(a.reference, b.reference)))


def _of_reference(a: Reference, b: Reference) -> tuple[Obstacle, ...]:
    """Return what the two references say against a comparison."""
    placed = same_electrodes(a, b)
    if placed is False:
        return (Obstacle("electrodes"),)
    moved = [_moved(reference) for reference in (a, b)]
    if any(moved):
        return (Obstacle("electrodes_moved", *moved),)
    if placed or same_measurement(a, b):
        return ()
    missing = [reference.value_uv is None for reference in (a, b)]
    return (Obstacle("no_mvc", *missing),) if any(missing) else (Obstacle("other_mvc"),)


def _moved(reference: Reference) -> bool:
    """Whether somebody said that the electrodes were elsewhere for the MVC than for the sessions."""
    return reference.measurement is not None and reference.measurement.same_electrodes is False


def _major(version: str | None) -> str | None:
    return None if version is None else version.split(".", 1)[0]
