"""What would raise a score most: each criterion met in full, scored again by the same rules, and nothing invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from processing.recording import Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.explanation import Criterion
from processing.scoring.model import MuscleCount, ScoreInputs, SessionScore
from processing.scoring.session import score_effort, score_session

_WORTH_TELLING = 0.05  # points; less is not seen in the printed score


@dataclass(frozen=True, slots=True)
class Gain:
    """What meeting one criterion in full would bring.

    ``points`` is the gain of the score; of a score that is a range ``low`` and ``high`` are the gains of its ends, and
    ``points`` is None. ``sides`` are the legs that would have to meet it, empty where it is not about a leg;
    ``missing`` is how many contractions lack it.
    """

    criterion: Criterion
    sides: tuple[Side, ...]
    points: float | None
    low: float
    high: float
    missing: int = 0


def best_gains(inputs: ScoreInputs, configuration: ScoringConfiguration | None = None) -> tuple[Gain, ...]:
    """Return what would raise the score, the most first; empty where nothing would.

    Parameters
    ----------
    inputs : ScoreInputs
        The session as it was scored.
    configuration : ScoringConfiguration, optional
        The trial's where left out.

    Returns
    -------
    tuple of Gain
        For both legs together where both lack something, and for each leg by itself.

    Notes
    -----
    Missing contractions are taken to be done strong enough and held; the others stay as they are. What was not
    recorded is no gain: recording it does not change what the patient did.
    """
    configuration = configuration or ScoringConfiguration()
    now = score_session(inputs, configuration)
    gains = [
        gain
        for criterion, met in _CRITERIA.items()
        for sides in _choices(inputs, met)
        if (gain := _of_sides(inputs, now, criterion, met, sides, configuration)) is not None
    ]
    gains += [
        gain
        for criterion, better in (
            ("effort", _best_effort(inputs, configuration)),
            ("pressure", _pressure_within(inputs, now, configuration)),
        )
        if better is not None and (gain := _gain(better, now, criterion, (), 0, configuration)) is not None  # type: ignore[arg-type]
    ]
    return tuple(sorted(gains, key=lambda gain: (-(gain.low + gain.high), len(gain.sides))))


def _completed(count: MuscleCount) -> MuscleCount:
    missing = max(0, count.expected - count.n_accepted)
    return replace(
        count,
        n_accepted=count.n_accepted + missing,
        n_intensity=None if count.n_intensity is None else count.n_intensity + missing,
        n_duration=count.n_duration + missing,
        n_good=None if count.n_good is None else count.n_good + missing,
    )


def _strong(count: MuscleCount) -> MuscleCount:
    if count.n_intensity is None:
        return count
    return replace(count, n_intensity=count.n_accepted, n_good=count.n_duration)


def _held(count: MuscleCount) -> MuscleCount:
    return replace(count, n_duration=count.n_accepted, n_good=count.n_intensity)


_CRITERIA: dict[Criterion, Callable[[MuscleCount], MuscleCount]] = {
    "completion": _completed,
    "intensity": _strong,
    "duration": _held,
}


def _choices(inputs: ScoreInputs, met: Callable[[MuscleCount], MuscleCount]) -> list[tuple[Side, ...]]:
    """Return both legs, then each by itself, of those that lack something and are judged."""
    lacking: list[Side] = [side for side, count in _legs(inputs) if count.judged and met(count) != count]
    alone: list[tuple[Side, ...]] = [(side,) for side in lacking]
    return [tuple(lacking), *alone] if len(lacking) > 1 else alone


def _legs(inputs: ScoreInputs) -> tuple[tuple[Side, MuscleCount], ...]:
    return (("left", inputs.left), ("right", inputs.right))


def _of_sides(
    inputs: ScoreInputs,
    now: SessionScore,
    criterion: Criterion,
    met: Callable[[MuscleCount], MuscleCount],
    sides: tuple[Side, ...],
    configuration: ScoringConfiguration,
) -> Gain | None:
    better = replace(
        inputs,
        left=met(inputs.left) if "left" in sides else inputs.left,
        right=met(inputs.right) if "right" in sides else inputs.right,
    )
    missing = sum(_missing(criterion, count) for side, count in _legs(inputs) if side in sides)
    return _gain(better, now, criterion, sides, missing, configuration)


def _missing(criterion: Criterion, count: MuscleCount) -> int:
    if criterion == "completion":
        return count.expected - count.n_accepted
    n_met = count.n_intensity if criterion == "intensity" else count.n_duration
    return count.n_accepted - (n_met or 0)


def _best_effort(inputs: ScoreInputs, configuration: ScoringConfiguration) -> ScoreInputs | None:
    """Return the session with a rating of the best band; None where no rating was recorded."""
    if inputs.perceived_effort_cr10 is None or configuration.weights.effort == 0:
        return None
    best = max(configuration.effort_bands, key=lambda band: band.score, default=None)
    now = score_effort(inputs.perceived_effort_cr10, configuration)
    if best is None or now is None or now >= best.score:
        return None
    return replace(inputs, perceived_effort_cr10=best.low)


def _pressure_within(
    inputs: ScoreInputs, now: SessionScore, configuration: ScoringConfiguration
) -> ScoreInputs | None:
    if now.gate != "outside":
        return None
    return replace(inputs, bfr_percent_aop=configuration.bfr_low_percent_aop)


def _gain(
    better: ScoreInputs,
    now: SessionScore,
    criterion: Criterion,
    sides: tuple[Side, ...],
    missing: int,
    configuration: ScoringConfiguration,
) -> Gain | None:
    then = score_session(better, configuration)
    low, high = then.low - now.low, then.high - now.high
    points = None if now.total is None or then.total is None else then.total - now.total
    if points is not None and now.total is not None:
        low = high = points
    if max(low, high) < _WORTH_TELLING:
        return None
    return Gain(criterion, sides, points, low, high, missing)
