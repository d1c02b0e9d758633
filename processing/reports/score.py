"""The score as it is printed: the way from 100 down to it, step by step, which adds up exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Contraction
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import sentence
from processing.language.quantities import fixed, number, score_words
from processing.recording import Side
from processing.reports.wording import side_mark
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.explanation import Criterion, Step, explain
from processing.scoring.model import MuscleScore, SessionScore
from processing.scoring.printed import printed_tenths

# In the first sentences of the sheet and beside its quality, where it is said by leg.
_SAID_ELSEWHERE = re.compile(r"(Left|Right): (not judged|no MVC is known)")
_NAMES: dict[Criterion, str] = {
    "completion": N_("repetitions done"),
    "intensity": N_("strong enough ≥ {percent}"),
    "duration": N_("held ≥ {hold}"),
    "compliance": N_("the whole leg"),
    "symmetry": N_("Symmetry"),
    "effort": N_("Perceived effort"),
    "game": N_("Game points"),
    "pressure": N_("Cuff pressure"),
}


@dataclass(frozen=True, slots=True)
class PrintedStep:
    """One row of the waterfall.

    ``start`` and ``stop`` are where its bar lies on the scale from 0 to 100; ``kind`` is ``lost``, ``open`` for what
    is not known, or ``uncounted`` for what is missing and left out of the sum.
    """

    mark: str
    name: str
    fact: str
    cost: str
    start: float
    stop: float
    kind: str


def total_words(score: SessionScore) -> str:
    """Return the score, or the range that it could take where something is missing."""
    return score_words(score.total, score.low, score.high)


def printed_steps(
    score: SessionScore,
    channels: Sequence[ChannelAnalysis],
    targets: SessionTargets,
    rules: ScoringConfiguration | None = None,
) -> tuple[PrintedStep, ...]:
    """Return the rows from 100 down to the score; what they cost adds up to what is missing, to the printed tenth."""
    steps = explain(score, rules)
    tenths = printed_tenths(steps, score)
    legs = {channel.side: channel for channel in channels if channel.side is not None}
    rows, level = [], 100.0
    for position, step in enumerate(steps):
        high, kind = _extent(step, tenths.get(position))
        stop = max(0.0, level - high)
        rows.append(
            PrintedStep(
                mark=side_mark(step.side) if step.side else "",
                name=_name(step, targets),
                fact=_fact(step, score, legs),
                cost=_cost(step, tenths.get(position)),
                start=level,
                stop=stop,
                kind=kind,
            )
        )
        if kind != "uncounted":
            level = stop
    return tuple(rows)


def score_notes(score: SessionScore) -> list[str]:
    """Return what has to be known to read the score."""
    notes = [sentence(note) for note in score.notes if not _SAID_ELSEWHERE.match(note)]
    if score.total is not None and round(score.low) != round(score.high):
        said = _("If everything were known it would lie between {low} and {high}.")
        notes.insert(0, said.format(low=fixed(score.low, 0), high=fixed(score.high, 0)))
    return notes


def _extent(step: Step, tenths: int | None) -> tuple[float, str]:
    """Return what the step cost at most, and how that is drawn."""
    if tenths is not None:
        return tenths / 10, "lost"
    return step.possible - step.low, "open" if step.counts else "uncounted"


def _cost(step: Step, tenths: int | None) -> str:
    if tenths is not None:
        return fixed(-tenths / 10, 1) if tenths else "0"
    if not step.counts:
        return _("not counted")
    low, high = step.possible - step.high, step.possible - step.low
    return _("{low} to {high}").format(low=fixed(-low, 1) if low >= 0.05 else "0", high=fixed(-high, 1))


def _name(step: Step, targets: SessionTargets) -> str:
    own = targets.for_side(step.side)
    return _(_NAMES[step.criterion]).format(
        percent=number(own.target_percent_mvc, "% MVC"), hold=number(own.target_duration_s, "s")
    )


def _fact(step: Step, score: SessionScore, legs: Mapping[Side, ChannelAnalysis]) -> str:
    """Say in a few words what the step rests on."""
    if step.side is not None:
        return _leg_fact(step, score.left if step.side == "left" else score.right, legs.get(step.side))
    if step.criterion == "pressure":
        return _("outside its band")
    if step.reached is None:
        return _("not recorded") if step.criterion in ("effort", "game") else _("not known")
    return _("{points} of 100").format(points=number(100 * (step.rate or 0.0)))


def _leg_fact(step: Step, muscle: MuscleScore, channel: ChannelAnalysis | None) -> str:
    if step.criterion == "compliance":
        return _("not judged") if step.reached is None else ""
    if step.criterion == "completion":
        return _("{n} of {expected}").format(n=muscle.n_accepted, expected=muscle.expected)
    if step.reached is None:
        return _("no MVC")
    if channel is None:
        return number(100 * (step.rate or 0.0), "%")
    met = sum(_met(step, c) for c in channel.contractions)
    return _("{n} of {expected}").format(n=met, expected=len(channel.contractions))


def _met(step: Step, contraction: Contraction) -> bool:
    return bool(contraction.meets_intensity) if step.criterion == "intensity" else contraction.meets_duration
