"""The score of a session, from counts and what was recorded beside them."""

from __future__ import annotations

from math import isfinite

import numpy as np

from processing.errors import InvalidParameterError
from processing.recording import FloatArray
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.muscle import possible_scores, score_muscle
from processing.scoring.model import Gate, MuscleCount, MuscleScore, ScoreInputs, ScorePart, SessionScore

# A side that is not judged could score anything: steps of half a point, plus the other side's possible scores.
_ANY_SCORE = np.linspace(0.0, 100.0, 201)


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
        ``total`` is the weighted mean of the components that exist, times the pressure gate; None where compliance
        is not assessable. The points of ``parts`` add up to it. ``low`` and ``high`` span every value that it could
        take if what is missing were known, under the full weights, and ``total`` itself.

    Raises
    ------
    InvalidParameterError
        If effort lies outside 0-10, or a pressure or points are negative or not finite.

    Notes
    -----
    Symmetry is undefined, not missing, where both sides score 0: it is left out and does not widen the range.
    """
    configuration = configuration or ScoringConfiguration()
    _validate(inputs)
    left = score_muscle(inputs.left, configuration)
    right = score_muscle(inputs.right, configuration)
    compliance = None if left.score is None or right.score is None else (left.score + right.score) / 2
    symmetry = None if left.score is None or right.score is None else compute_symmetry(left.score, right.score)
    effort = score_effort(inputs.perceived_effort_cr10, configuration)
    game = _score_game(inputs.game_points, inputs.game_max_points)
    gate = _gate(inputs.bfr_percent_aop, configuration)

    left_possible, right_possible = _possible_pairs(inputs, configuration)
    parts = _parts(
        {"compliance": compliance, "symmetry": symmetry, "effort": effort, "game": game},
        _ranges(left_possible, right_possible, configuration),
        _notes_of_parts(inputs, left, right, symmetry),
        configuration,
    )
    total = None if compliance is None else _total(parts)
    low, high = _range_of_total(left_possible, right_possible, effort, game, configuration)
    if total is not None:
        low, high = min(low, total), max(high, total)
    if gate == "outside":
        parts += (_gate_part(parts),)
        total, low, high = (None if total is None else 0.0), 0.0, 0.0
    return SessionScore(
        total=total,
        low=low,
        high=high,
        left=left,
        right=right,
        compliance=compliance,
        symmetry=symmetry,
        effort=effort,
        game=game,
        gate=gate,
        parts=parts,
        notes=_notes(inputs, left, right, gate, configuration),
    )
