"""The score of a session, from counts and what was recorded beside them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from processing.errors import InvalidParameterError
from processing.recording import FloatArray
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import Gate, MuscleCount, MuscleScore, ScoreInputs, ScorePart, SessionScore
from processing.scoring.muscle import possible_scores, score_muscle

# A side that is not judged could score anything: steps of half a point, plus the other side's possible
# scores.
_ANY_SCORE = np.linspace(0.0, 100.0, 201)
_NOT_RECORDED = "not recorded"
# Less than this is not seen in points without decimals.
_SEEN_POINTS = 0.5


@dataclass(frozen=True, slots=True)
class _Component:
    """One component before weighting."""

    name: str
    weight: float
    score: float | None
    low: float
    high: float
    note: str | None


def score_session(inputs: ScoreInputs, configuration: ScoringConfiguration | None = None) -> SessionScore:
    """Return the score of one session.

    Parameters
    ----------
    inputs : ScoreInputs
        Counts of both muscles, effort, pressure and points; None where not recorded.
    configuration : ScoringConfiguration, optional
        Weights and tables; the trial's where left out.

    Returns
    -------
    SessionScore
        ``total`` is the weighted mean of the components that exist, times the pressure gate; None where
        compliance is not assessable. The points of ``parts`` add up to it. ``low`` and ``high`` span every
        value that it could take if what is missing were known, and ``total`` itself. Outside the pressure
        band it is 0, whatever else is missing. Components of weight 0 are no parts.

    Raises
    ------
    InvalidParameterError
        If effort lies outside 0-10, or a pressure or points are negative or not finite.

    Notes
    -----
    Symmetry is undefined, not missing, where both sides score 0: it is left out. A pressure that was not
    measured is no gate and does not widen the range; the notes say so.
    """
    configuration = configuration or ScoringConfiguration()
    _validate(inputs)
    left = score_muscle(inputs.left, configuration)
    right = score_muscle(inputs.right, configuration)
    gate = _gate(inputs.bfr_percent_aop, configuration)
    components = _components(inputs, left, right, configuration)
    compliance = components[0].score
    parts = _parts(components, assessable=compliance is not None, gate=gate)
    total = None if compliance is None else sum(part.points or 0.0 for part in parts)
    low, high = _range_of_total(inputs, components, configuration)
    if gate == "outside":
        low, high, total = 0.0, 0.0, 0.0
    elif total is not None:
        low, high = min(low, total), max(high, total)
    by_name = {component.name: component.score for component in components}
    return SessionScore(
        total=total,
        low=low,
        high=high,
        left=left,
        right=right,
        parts=parts,
        notes=(
            *_notes(inputs, left, right, gate, configuration),
            *(_narrower_range(parts, low, high) if total is None else ()),
        ),
        compliance=compliance,
        symmetry=by_name["Symmetry"],
        effort=by_name["Effort"],
        game=by_name["Game"],
        gate=gate,
    )


def compute_symmetry(left: float, right: float) -> float | None:
    """Return 100 for equal sides down to 0 for one side only; None where both are 0."""
    if left + right == 0:
        return None
    return 100.0 * (1.0 - abs(left - right) / (left + right))


def score_effort(cr10: float | None, configuration: ScoringConfiguration) -> float | None:
    """Return the score of a Borg CR10 rating, None where none was recorded."""
    if cr10 is None:
        return None
    for band in configuration.effort_bands:
        if band.low <= cr10 <= band.high:
            return band.score
    return configuration.effort_otherwise


def _score_game(points: float | None, max_points: float | None) -> float | None:
    """Return the share of the game's points, None where either number is missing."""
    if points is None or not max_points:
        return None
    return min(100.0 * points / max_points, 100.0)


def _gate(percent_aop: float | None, configuration: ScoringConfiguration) -> Gate:
    """Return whether the measured pressure lies within the prescribed band, both ends included."""
    if percent_aop is None:
        return "not_measured"
    inside = configuration.bfr_low_percent_aop <= percent_aop <= configuration.bfr_high_percent_aop
    return "within" if inside else "outside"


def _components(
    inputs: ScoreInputs, left: MuscleScore, right: MuscleScore, configuration: ScoringConfiguration
) -> list[_Component]:
    """Return the four components with what each scores or could score; compliance first."""
    weights = configuration.weights
    both = left.score is not None and right.score is not None
    compliance = (
        (left.score + right.score) / 2 if left.score is not None and right.score is not None else None
    )
    symmetry = (
        compute_symmetry(left.score, right.score)
        if left.score is not None and right.score is not None
        else None
    )
    left_grid, right_grid = np.meshgrid(*_possible(inputs, configuration))
    possible_symmetry = _symmetry_grid(left_grid, right_grid)
    effort = score_effort(inputs.perceived_effort_cr10, configuration)
    effort_scores = [*(band.score for band in configuration.effort_bands), configuration.effort_otherwise]
    game = _score_game(inputs.game_points, inputs.game_max_points)
    undefined = both and symmetry is None
    return [
        _component(
            "Compliance",
            weights.compliance,
            compliance,
            (left.low + right.low) / 2,
            (left.high + right.high) / 2,
            _sides(left, right),
        ),
        _component(
            "Symmetry",
            weights.symmetry,
            symmetry,
            0.0 if undefined else float(np.nanmin(possible_symmetry)),
            0.0 if undefined else float(np.nanmax(possible_symmetry)),
            "undefined: both sides score 0" if undefined else (None if both else "needs both sides"),
        ),
        _component(
            "Effort",
            weights.effort,
            effort,
            min(effort_scores),
            max(effort_scores),
            _NOT_RECORDED if effort is None else f"CR10 rating {inputs.perceived_effort_cr10:g}",
        ),
        _component("Game", weights.game, game, 0.0, 100.0, _NOT_RECORDED if game is None else None),
    ]


def _component(
    name: str, weight: float, score: float | None, low: float, high: float, note: str | None
) -> _Component:
    """Return a component whose range closes where its score is known."""
    if score is not None:
        low = high = score
    return _Component(name, weight, score, low, high, note)


def _sides(left: MuscleScore, right: MuscleScore) -> str:
    """Return both sides in words, or why they are not assessable."""
    words = []
    for name, side in (("left", left), ("right", right)):
        words.append(
            f"{name} {side.score:.0f}"
            if side.score is not None
            else f"{name} {side.note or 'not assessable'}"
        )
    return ", ".join(words)


def _parts(components: list[_Component], *, assessable: bool, gate: Gate) -> tuple[ScorePart, ...]:
    """Return the weighted components; their points are shares of 100 that add up to the total."""
    factor = 0.0 if gate == "outside" else 1.0
    configured = sum(component.weight for component in components)
    existing = sum(component.weight for component in components if component.score is not None)
    parts = []
    for component in components:
        if component.weight == 0:
            continue
        scale = existing if assessable and component.score is not None and existing > 0 else configured
        weight = component.weight / scale
        points = None if component.score is None else factor * weight * component.score
        parts.append(
            ScorePart(
                name=component.name,
                weight=weight,
                score=component.score,
                points=points,
                low=factor * weight * component.low,
                high=factor * weight * component.high,
                note=component.note,
            )
        )
    return tuple(parts)


def _possible(inputs: ScoreInputs, configuration: ScoringConfiguration) -> tuple[FloatArray, FloatArray]:
    """Return the scores that each side could have; an unjudged side could also equal the other."""
    left = _scores_of(inputs.left, configuration)
    right = _scores_of(inputs.right, configuration)
    if not inputs.left.judged:
        left = np.union1d(left, right)
    if not inputs.right.judged:
        right = np.union1d(right, left)
    return left, right


def _scores_of(count: MuscleCount, configuration: ScoringConfiguration) -> FloatArray:
    """Return the scores that one side could have on its own."""
    return np.array(possible_scores(count, configuration)) if count.judged else _ANY_SCORE


def _symmetry_grid(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return symmetry for every pair of sides, NaN where both are 0."""
    total = left + right
    safe = np.where(total > 0, total, 1.0)
    symmetry: FloatArray = np.where(total > 0, 100.0 * (1.0 - np.abs(left - right) / safe), np.nan)
    return symmetry


def _range_of_total(
    inputs: ScoreInputs, components: list[_Component], configuration: ScoringConfiguration
) -> tuple[float, float]:
    """Return the least and the greatest score over everything that is missing, sides taken together."""
    weights = configuration.weights
    left, right = np.meshgrid(*_possible(inputs, configuration))
    symmetry = _symmetry_grid(left, right)
    has_symmetry = ~np.isnan(symmetry)
    _, _, effort, game = components
    known_sum = weights.compliance * (left + right) / 2 + np.where(
        has_symmetry, weights.symmetry * np.nan_to_num(symmetry), 0.0
    )
    whole = weights.compliance + np.where(has_symmetry, weights.symmetry, 0.0) + weights.effort + weights.game
    whole = np.where(whole > 0, whole, 1.0)
    low = (known_sum + weights.effort * effort.low + weights.game * game.low) / whole
    high = (known_sum + weights.effort * effort.high + weights.game * game.high) / whole
    return float(low.min()), float(high.max())


def _notes(
    inputs: ScoreInputs,
    left: MuscleScore,
    right: MuscleScore,
    gate: Gate,
    configuration: ScoringConfiguration,
) -> tuple[str, ...]:
    """Return what a reader of the score has to know, as sentences."""
    notes = []
    for name, side in (("Left", left), ("Right", right)):
        if side.score is None:
            notes.append(f"{name}: {side.note}.")
    assessable = left.score is not None and right.score is not None
    if inputs.perceived_effort_cr10 is None:
        notes.append(
            "Perceived effort was not recorded; the other components share its weight."
            if assessable
            else "Perceived effort was not recorded; the range covers every rating."
        )
    band = f"{configuration.bfr_low_percent_aop:g}-{configuration.bfr_high_percent_aop:g} % AOP"
    if gate == "not_measured":
        notes.append("Cuff pressure was not measured: no gate was applied.")
    elif gate == "outside":
        notes.append(
            f"Cuff pressure was {inputs.bfr_percent_aop:g} % AOP, outside {band}: the whole score is 0."
        )
    if configuration.weights.game > 0 and _score_game(inputs.game_points, inputs.game_max_points) is None:
        notes.append("The game's points or their maximum were not recorded.")
    if configuration.rate_denominator == "accepted":
        notes.extend(_few_contractions(left, right))
    return tuple(notes)


def _narrower_range(parts: tuple[ScorePart, ...], low: float, high: float) -> list[str]:
    """Say why the range of the score is narrower than what the parts' ranges add up to, where it is, in points."""
    if low <= sum(part.low for part in parts) + _SEEN_POINTS and (
        high >= sum(part.high for part in parts) - _SEEN_POINTS
    ):
        return []
    return [
        "The parts cannot all be lowest or highest at once, so the range of the score is narrower than the sum of "
        "theirs."
    ]


def _few_contractions(left: MuscleScore, right: MuscleScore) -> list[str]:
    """Warn where rates among very few contractions flatter the score."""
    return [
        f"{name}: only {side.n_accepted} of {side.expected} contractions; the rates among them weigh as much"
        " as completion."
        for name, side in (("Left", left), ("Right", right))
        if side.score is not None and 0 < side.n_accepted < side.expected / 2
    ]


def _validate(inputs: ScoreInputs) -> None:
    """Refuse values that no instrument gives."""
    effort = inputs.perceived_effort_cr10
    if effort is not None and not (isfinite(effort) and 0 <= effort <= 10):
        raise InvalidParameterError(f"The CR10 rating is {effort}; it must lie between 0 and 10")
    for name in ("bfr_percent_aop", "game_points", "game_max_points"):
        value = getattr(inputs, name)
        if value is not None and not (isfinite(value) and value >= 0):
            raise InvalidParameterError(f"{name} is {value}; a number of at least 0 is needed")
