"""The steps from 100 to a score as they are printed: in words, in tenths of a point, with what is behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pages._components import counted, words
from pages._components.not_judged import withheld
from pages._components.stops import Stop
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Contraction
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import ngettext
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.explanation import Step, explain
from processing.scoring.model import MuscleScore, SessionScore
from processing.scoring.printed import printed_tenths

NAMES = {
    "completion": N_("done"),
    "intensity": N_("strong enough"),
    "duration": N_("held"),
    "compliance": N_("compliance"),
    "symmetry": N_("Symmetry"),
    "effort": N_("Effort"),
    "game": N_("Game points"),
    "pressure": N_("Cuff pressure"),
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
            return words.fixed(-self.tenths / 10, 1) if self.tenths else "0"
        if not self.step.counts:
            return _("not counted")
        low, high = self.step.possible - self.step.high, self.step.possible - self.step.low
        least = "0" if low < 0.05 else words.fixed(-low, 1)
        return _("{low} to {high}").format(low=least, high=words.fixed(-high, 1))

    @property
    def behind_words(self) -> str:
        """Say which contractions are behind it, for a button."""
        n = len(self.behind)
        if self.step.criterion == "intensity":
            said = ngettext(
                "{leg} {n} contraction not strong enough", "{leg} {n} contractions not strong enough", n
            )
        elif self.step.criterion == "duration":
            said = ngettext("{leg} {n} contraction not held", "{leg} {n} contractions not held", n)
        else:
            said = ngettext("{leg} {n} contraction done", "{leg} {n} contractions done", n)
        return said.format(leg=words.side_mark(self.step.side), n=n)


def shown_steps(
    score: SessionScore,
    channels: Sequence[ChannelAnalysis] = (),
    targets: SessionTargets | None = None,
    *,
    rules: ScoringConfiguration | None = None,
) -> tuple[ShownStep, ...]:
    """Return the steps with costs rounded so that 100 less what is printed is exactly the printed score.

    ``rules`` are those that the score was made with, the trial's where left out.

    Each cost is cut to tenths of a point; the tenths that are missing go to the costs that lost most. Where there is
    no total nothing has to add up, and each is rounded by itself.
    """
    steps = explain(score, rules)
    tenths = printed_tenths(steps, score)
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


def _name(step: Step, targets: SessionTargets | None) -> str:
    name = _(NAMES[step.criterion])
    if step.side is None:
        return name
    if targets is not None:
        own = targets.for_side(step.side)
        if step.criterion == "intensity":
            target = words.number(own.target_percent_mvc, _("% MVC"))
            name = _("strong enough ≥ {target}").format(target=target)
        elif step.criterion == "duration":
            name = _("held ≥ {target}").format(target=words.number(own.target_duration_s, "s"))
    return f"{words.side_mark(step.side)} {name}"


def _fact(step: Step, score: SessionScore, channel: ChannelAnalysis | None) -> str:
    """Say in a few words what the step rests on."""
    if step.side is not None:
        return _leg_fact(step, score.left if step.side == "left" else score.right, channel)
    if step.criterion == "pressure":
        return _("outside its band")
    if step.reached is None:
        return _("not recorded") if step.criterion in ("effort", "game") else _("not known")
    if step.criterion == "effort" and step.note:
        rating = float(step.note.rsplit(" ", 1)[-1])  # of "CR10 rating 6"
        return _("CR10 {rating}").format(rating=words.number(rating))
    return counted.of(words.number(100 * (step.rate or 0.0)), 100)


def _leg_fact(step: Step, muscle: MuscleScore, channel: ChannelAnalysis | None) -> str:
    if step.criterion == "compliance":
        return withheld() if step.reached is None else ""
    if step.criterion == "completion":
        return counted.of(muscle.n_accepted, muscle.expected)
    if step.reached is None:
        return _("no MVC")
    if channel is None:
        return words.number(100 * (step.rate or 0.0), "%")
    return counted.of(sum(_met(step, c) for c in channel.contractions), len(channel.contractions))


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
