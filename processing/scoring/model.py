"""What goes into a score and what comes out; plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processing.errors import InvalidParameterError

Gate: TypeAlias = Literal["within", "outside", "not_measured"]


@dataclass(frozen=True, slots=True)
class MuscleCount:
    """Accepted contractions of one muscle and how many met their targets.

    ``n_intensity`` and ``n_good`` (both targets) are None where no MVC is known. ``judged`` is False where
    the channel cannot be trusted or does not exist; ``reason`` says why, and the counts say nothing then.
    """

    n_accepted: int
    n_intensity: int | None
    n_duration: int
    n_good: int | None
    expected: int
    judged: bool = True
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse counts that contradict each other."""
        if self.expected < 1:
            raise InvalidParameterError(f"{self.expected} contractions are expected; at least 1 is needed")
        counts = [
            self.n_accepted,
            self.n_duration,
            *(n for n in (self.n_intensity, self.n_good) if n is not None),
        ]
        if min(counts) < 0 or max(counts) > self.n_accepted:
            raise InvalidParameterError(
                f"Counts {counts} do not lie between 0 and the {self.n_accepted} accepted"
            )


@dataclass(frozen=True, slots=True)
class ScoreInputs:
    """One session as it is scored; None means not recorded."""

    left: MuscleCount
    right: MuscleCount
    perceived_effort_cr10: float | None = None
    bfr_percent_aop: float | None = None
    game_points: float | None = None
    game_max_points: float | None = None


@dataclass(frozen=True, slots=True)
class MuscleScore:
    """Compliance of one muscle. Rates lie between 0 and 1, scores between 0 and 100.

    ``score`` is None where it is not assessable; it would then lie between ``low`` and ``high``. ``n_good``
    of ``expected`` is the first number to show.
    """

    n_accepted: int
    n_good: int | None
    expected: int
    r_comp: float | None
    r_int: float | None
    r_dur: float | None
    score: float | None
    low: float
    high: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One component of the score.

    ``points`` = ``weight`` x ``score`` x gate, None where the component is missing. ``weight`` is the share
    after renormalisation; for a missing component, and where there is no total, the share that was
    configured. ``low`` and ``high`` bound the points.
    """

    name: str
    weight: float
    score: float | None
    points: float | None
    low: float
    high: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SessionScore:
    """The score of a session and its parts, whose points add up to ``total``.

    ``total`` is None where compliance is not assessable. ``low`` and ``high`` bound what it could be if
    everything that is missing were known. ``gate`` is the blood-flow restriction check.
    """

    total: float | None
    low: float
    high: float
    left: MuscleScore
    right: MuscleScore
    parts: tuple[ScorePart, ...]
    notes: tuple[str, ...]
    compliance: float | None = None
    symmetry: float | None = None
    effort: float | None = None
    game: float | None = None
    gate: Gate = "not_measured"
