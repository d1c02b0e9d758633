"""The steps from 100 to a score as they are printed: in words, in tenths of a point, with what is behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from pages._components import words
from pages._components.stops import Stop
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Contraction
from processing.scoring.explanation import Step, explain
from processing.scoring.model import MuscleScore, SessionScore

NAMES = {
    "completion": "done",
    "intensity": "strong enough",
    "duration": "held",
    "compliance": "compliance",
    "symmetry": "Symmetry",
    "effort": "Effort",
    "game": "Game points",
    "pressure": "Cuff pressure",
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step as it is printed. ``tenths`` of a point are what it cost, None where that is not known.

    ``behind`` are the contractions that it is about: those that missed the criterion, or all of the leg where
    repetitions are missing.
    """

    step: Step
    name: str
    fact: str
    tenths: int | None
    behind: tuple[Stop, ...] = field(default=())

    @property
    def cost(self) -> str:
        """What it cost: ``−8.3``, or what it could cost where it is not known."""
        if self.tenths is not None:
            return f"−{self.tenths / 10:.1f}" if self.tenths else "0"
        if not self.step.counts:
            return "not counted"
        low, high = self.step.possible - self.step.high, self.step.possible - self.step.low
        return f"0 to −{high:.1f}" if low < 0.05 else f"−{low:.1f} to −{high:.1f}"

    @property
    def behind_words(self) -> str:
        """Say which contractions are behind it, for a button."""
        count = words.plural(len(self.behind), "contraction")
        said = {"intensity": "not strong enough", "duration": "not held"}.get(self.step.criterion)
        mark = words.side_mark(self.step.side)
        return f"{mark} {count} {said}" if said else f"{mark} {count} done"


def shown_steps(
    score: SessionScore, channels: Sequence[ChannelAnalysis] = (), targets: SessionTargets | None = None
) -> tuple[ShownStep, ...]:
    """Return the steps with costs rounded so that 100 less what is printed is exactly the printed score.

    Each cost is cut to tenths of a point; the tenths that are missing go to the costs that lost most. Where there is
    no total nothing has to add up, and each is rounded by itself.
    """
    steps = explain(score)
    tenths = _tenths(steps, score)
    legs = {channel.side: channel for channel in channels if channel.side is not None}
    return tuple(
        ShownStep(
            step,
            _name(step, targets),
            _fact(step, score, legs.get(step.side) if step.side else None),
            tenths.get(position),
            _behind(step, legs.get(step.side) if step.side else None),
        )
        for position, step in enumerate(steps)
    )


def _tenths(steps: Sequence[Step], score: SessionScore) -> dict[int, int]:
    exact = {i: 10 * step.lost for i, step in enumerate(steps) if step.lost is not None and step.counts}
    if score.total is None:
        return {i: round(value) for i, value in exact.items()}
    tenths = {i: math.floor(value + 1e-9) for i, value in exact.items()}
    missing = 1000 - round(10 * score.total) - sum(tenths.values())
    for i in sorted(exact, key=lambda i: tenths[i] - exact[i])[: max(0, missing)]:
        tenths[i] += 1
    return tenths


def _name(step: Step, targets: SessionTargets | None) -> str:
    name = NAMES[step.criterion]
    if step.side is None:
        return name
    if targets is not None:
        own = targets.for_side(step.side)
        if step.criterion == "intensity":
            name += f" ≥ {words.number(own.target_percent_mvc, '% MVC')}"
        elif step.criterion == "duration":
            name += f" ≥ {words.number(own.target_duration_s, 's')}"
    return f"{words.side_mark(step.side)} {name}"


def _fact(step: Step, score: SessionScore, channel: ChannelAnalysis | None) -> str:
    """Say in a few words what the step rests on."""
    if step.side is not None:
        return _leg_fact(step, score.left if step.side == "left" else score.right, channel)
    if step.criterion == "pressure":
        return "outside its band"
    if step.reached is None:
        return "not recorded" if step.criterion in ("effort", "game") else "not known"
    if step.criterion == "effort" and step.note:
        return step.note.replace(" rating", "")
    return f"{words.number(100 * (step.rate or 0.0))} of 100"


def _leg_fact(step: Step, muscle: MuscleScore, channel: ChannelAnalysis | None) -> str:
    if step.criterion == "compliance":
        return "not judged" if step.reached is None else ""
    if step.criterion == "completion":
        return f"{muscle.n_accepted} of {muscle.expected}"
    if step.reached is None:
        return "no MVC"
    if channel is None:
        return words.number(100 * (step.rate or 0.0), "%")
    return f"{sum(_met(step, c) for c in channel.contractions)} of {len(channel.contractions)}"


def _met(step: Step, contraction: Contraction) -> bool:
    return bool(contraction.meets_intensity) if step.criterion == "intensity" else contraction.meets_duration


def _behind(step: Step, channel: ChannelAnalysis | None) -> tuple[Stop, ...]:
    if channel is None or (step.criterion == "intensity" and step.reached is None):
        return ()
    every = step.criterion in ("completion", "compliance")
    return tuple(
        Stop(channel.name, index, c.onset_s, c.offset_s, c.doubtful)
        for index, c in enumerate(channel.contractions)
        if every or not _met(step, c)
    )
