"""What would raise the score most, in words."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import words
from processing.emg.parameters import SessionTargets
from processing.recording import Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.gains import Gain

OTHERS = 2


def gain_lines(gains: Sequence[Gain], targets: SessionTargets) -> list[str]:
    """Return the best next gain and up to two of other criteria, as sentences; empty where nothing would help."""
    if not gains:
        return []
    told = [gains[0]]
    for gain in gains[1:]:
        if gain.criterion not in {each.criterion for each in told} and len(told) <= OTHERS:
            told.append(gain)
    first, *others = [f"{what_to_do(gain, targets)}: **{points(gain)}**" for gain in told]
    lines = [f":material/trending_up: **Best next gain** · {first}"]
    return [*lines, *(f":small[{other}]" for other in others)]


def what_to_do(gain: Gain, targets: SessionTargets) -> str:
    """Say what meeting a criterion would take."""
    own = targets.for_side(gain.sides[0] if gain.sides else None)
    leg = _legs(gain.sides)
    if gain.criterion == "completion":
        return f"do the missing {words.plural(gain.missing, 'contraction')} strong and held{leg}"
    if gain.criterion == "intensity":
        return f"reach {words.number(own.target_percent_mvc, '% MVC')} in every contraction{leg}"
    if gain.criterion == "duration":
        return f"hold every contraction {words.number(own.target_duration_s, 's')}{leg}"
    rules = ScoringConfiguration()
    if gain.criterion == "effort":
        best = max(rules.effort_bands, key=lambda band: band.score)
        return f"an effort of {best.low:g}–{best.high:g} on the CR10 scale"
    low, high = rules.bfr_low_percent_aop, rules.bfr_high_percent_aop
    return f"a cuff pressure of {low:g}–{high:g}{words.THIN}% AOP"


def points(gain: Gain) -> str:
    """Return the gain in points; of a score that is a range, the gains of its two ends."""
    if gain.points is not None:
        return f"+{gain.points:.1f} points"
    low, high = sorted((gain.low, gain.high))
    if high - low < 0.05:
        return f"+{high:.1f} points"
    return f"{low:+.1f} to {high:+.1f} points".replace("-", "−")


def _legs(sides: Sequence[Side]) -> str:
    return " in both legs" if len(sides) > 1 else f" in the {sides[0]} leg" if sides else ""
