"""What would raise the score most, in words."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import words
from pages._components.differences import signed
from processing.emg.parameters import SessionTargets
from processing.language import gettext as _
from processing.language import ngettext
from processing.recording import Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.gains import Gain

OTHERS = 2


def gain_lines(
    gains: Sequence[Gain], targets: SessionTargets, rules: ScoringConfiguration | None = None
) -> list[str]:
    """Return the best next gain and up to two of other criteria, as sentences; empty where nothing would help."""
    if not gains:
        return []
    told = [gains[0]]
    for gain in gains[1:]:
        if gain.criterion not in {each.criterion for each in told} and len(told) <= OTHERS:
            told.append(gain)
    first, *others = [
        _("{what}: **{points}**").format(what=what_to_do(gain, targets, rules), points=points(gain))
        for gain in told
    ]
    lines = [f":material/trending_up: **{_('Best next gain')}** · {first}"]
    return [*lines, *(f":small[{other}]" for other in others)]


def what_to_do(gain: Gain, targets: SessionTargets, rules: ScoringConfiguration | None = None) -> str:
    """Say what meeting a criterion would take."""
    own = targets.for_side(gain.sides[0] if gain.sides else None)
    where = _legs(gain.sides)
    if gain.criterion == "completion":
        return ngettext(
            "do the missing {n} contraction strong and held {where}",
            "do the missing {n} contractions strong and held {where}",
            gain.missing,
        ).format(n=gain.missing, where=where)
    if gain.criterion == "intensity":
        target = words.number(own.target_percent_mvc, _("% MVC"))
        return _("reach {target} in every contraction {where}").format(target=target, where=where)
    if gain.criterion == "duration":
        target = words.number(own.target_duration_s, "s")
        return _("hold every contraction {target} {where}").format(target=target, where=where)
    rules = rules or ScoringConfiguration()
    if gain.criterion == "effort":
        best = max(rules.effort_bands, key=lambda band: band.score)
        said = _("an effort of {low}–{high} on the CR10 scale")
        return said.format(low=words.number(best.low), high=words.number(best.high))
    low, high = rules.bfr_low_percent_aop, rules.bfr_high_percent_aop
    said = _("a cuff pressure of {low}–{high}")
    return said.format(low=words.number(low), high=words.number(high, _("% AOP")))


def points(gain: Gain) -> str:
    """Return the gain in points; of a score that is a range, the gains of its two ends."""
    if gain.points is not None:
        return _("{points} points").format(points=signed(gain.points))
    low, high = sorted((gain.low, gain.high))
    if high - low < 0.05:
        return _("{points} points").format(points=signed(high))
    return _("{low} to {high} points").format(low=signed(low), high=signed(high))


def _legs(sides: Sequence[Side]) -> str:
    if len(sides) > 1:
        return _("in both legs")
    return "" if not sides else _("in the left leg") if sides[0] == "left" else _("in the right leg")
