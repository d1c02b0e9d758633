"""Why a score is not 100: steps from 100 down to it, each with the points that it cost, which add up exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from processing.recording import Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import MuscleScore, ScorePart, SessionScore

Criterion: TypeAlias = Literal[
    "completion", "intensity", "duration", "compliance", "symmetry", "effort", "game", "pressure"
]

_RATES: tuple[Criterion, ...] = ("completion", "intensity", "duration")
_AGREES_WITHIN = 1e-6


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion: what it could bring, and what it brought.

    ``possible`` and ``reached`` are points of 100; ``reached`` is None where it is not known and then lies between
    ``low`` and ``high``. ``rate`` is the share that met the criterion, 0 to 1. ``counts`` is False for what is
    missing and whose weight the others share: its bounds say what it could bring if it were known. A pressure
    outside its band takes away all that was reached.
    """

    criterion: Criterion
    side: Side | None
    possible: float
    reached: float | None
    low: float
    high: float
    rate: float | None = None
    counts: bool = True
    note: str | None = None

    @property
    def lost(self) -> float | None:
        """Points that are missing to what was possible."""
        return None if self.reached is None else self.possible - self.reached


def explain(score: SessionScore, configuration: ScoringConfiguration | None = None) -> tuple[Step, ...]:
    """Return the steps from 100 to a score, in the order in which they are told.

    Parameters
    ----------
    score : SessionScore
        As :func:`processing.scoring.session.score_session` returns it.
    configuration : ScoringConfiguration, optional
        What it was scored with; the trial's where left out.

    Returns
    -------
    tuple of Step
        Where the score has a total, ``possible`` of the steps that count adds up to 100, ``reached`` to the total,
        and so ``lost`` to what is missing. Without a total the weights are those that were configured.

    Notes
    -----
    Rates that do not give the leg's score under this configuration, as those of an older one, are not told apart: the
    leg is then one step.
    """
    configuration = configuration or ScoringConfiguration()
    steps: list[Step] = []
    for part in score.parts:
        if part.name.lower() == "compliance":
            steps += _of_muscle("left", score.left, part.weight / 2, configuration)
            steps += _of_muscle("right", score.right, part.weight / 2, configuration)
        else:
            steps.append(_of_part(part, score))
    if score.gate == "outside":
        reached = sum(step.reached or 0.0 for step in steps)
        note = next((note for note in score.notes if "pressure" in note), None)
        steps.append(Step("pressure", None, 0.0, -reached, -reached, -reached, note=note))
    return tuple(steps)


def _of_muscle(
    side: Side, muscle: MuscleScore, share: float, configuration: ScoringConfiguration
) -> list[Step]:
    """Return the steps of one leg, whose score weighs ``share`` in the whole."""
    weights = configuration.rate_weights
    shares = {
        "completion": weights.completion,
        "intensity": weights.intensity,
        "duration": weights.duration,
    }
    rates = {"completion": muscle.r_comp, "intensity": muscle.r_int, "duration": muscle.r_dur}
    whole = sum(shares.values())
    steps = [
        _of_rate(side, name, rates[name], 100.0 * share * shares[name] / whole)
        for name in _RATES
        if shares[name] > 0
    ]
    if muscle.score is None:
        if muscle.r_comp is None:  # not judged
            one = Step("compliance", side, 100 * share, None, share * muscle.low, share * muscle.high)
            return [replace(one, note=muscle.note)]
        return steps
    if muscle.r_int is None:  # nothing was found, and the rates among none count as 0
        steps = [replace(s, reached=0.0, high=0.0, rate=0.0) if s.reached is None else s for s in steps]
    if abs(sum(step.reached or 0.0 for step in steps) - share * muscle.score) > _AGREES_WITHIN:
        reached = share * muscle.score
        return [Step("compliance", side, 100 * share, reached, reached, reached)]
    return steps


def _of_rate(side: Side, criterion: Criterion, rate: float | None, possible: float) -> Step:
    if rate is None:
        return Step(criterion, side, possible, None, 0.0, possible)
    reached = possible * rate
    return Step(criterion, side, possible, reached, reached, reached, rate)


def _of_part(part: ScorePart, score: SessionScore) -> Step:
    """Return a whole component; what a gate takes away is a step of its own."""
    names: dict[str, Criterion] = {"symmetry": "symmetry", "effort": "effort", "game": "game"}
    criterion = names.get(part.name.lower(), "compliance")
    possible = 100.0 * part.weight
    if part.score is not None:
        reached = part.weight * part.score
        return Step(criterion, None, possible, reached, reached, reached, part.score / 100, note=part.note)
    counts = score.total is None
    return Step(criterion, None, possible, None, part.low, part.high, counts=counts, note=part.note)
