"""Weights, tables and bands of the score; a snapshot is stored with each result."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal, TypeAlias

from processing.errors import InvalidParameterError

Denominator: TypeAlias = Literal["accepted", "expected"]


def _require_weights(weights: tuple[float, ...], what: str) -> None:
    """Refuse negative weights and those that are all zero."""
    if not all(isfinite(weight) and weight >= 0 for weight in weights) or sum(weights) <= 0:
        raise InvalidParameterError(
            f"The {what} are {weights}; none may be negative, and one must be positive"
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the components in the score; renormalised over those that exist."""

    compliance: float = 0.50
    symmetry: float = 0.25
    effort: float = 0.25
    game: float = 0.00

    def __post_init__(self) -> None:
        """Refuse weights that cannot be shares."""
        _require_weights((self.compliance, self.symmetry, self.effort, self.game), "component weights")


@dataclass(frozen=True, slots=True)
class RateWeights:
    """Shares of completion, intensity and duration in a muscle's compliance; normalised to a sum of 1."""

    completion: float = 1.0
    intensity: float = 1.0
    duration: float = 1.0

    def __post_init__(self) -> None:
        """Refuse weights that cannot be shares."""
        _require_weights((self.completion, self.intensity, self.duration), "rate weights")


@dataclass(frozen=True, slots=True)
class EffortBand:
    """Ratings from ``low`` to ``high``, both included, score ``score``."""

    low: float
    high: float
    score: float


@dataclass(frozen=True, slots=True)
class ScoringConfiguration:
    """How a session is scored.

    ``effort_bands`` are tried in order, so that a rating between two whole numbers (Borg CR10 allows 3.5)
    falls into the next wider band; ``effort_otherwise`` is the score outside all. The pressure gate
    includes both of its ends. ``rate_denominator`` is what contractions at target are divided by: the
    accepted ones (the trial's definition, by which one perfect contraction of twelve scores well) or the
    expected ones.
    """

    weights: Weights = Weights()
    rate_weights: RateWeights = RateWeights()
    effort_bands: tuple[EffortBand, ...] = (
        EffortBand(4.0, 6.0, 100.0),
        EffortBand(3.0, 7.0, 80.0),
        EffortBand(2.0, 8.0, 60.0),
    )
    effort_otherwise: float = 20.0
    bfr_low_percent_aop: float = 45.0
    bfr_high_percent_aop: float = 55.0
    rate_denominator: Denominator = "accepted"

    def __post_init__(self) -> None:
        """Refuse tables and bands that make no sense."""
        scores = [*(band.score for band in self.effort_bands), self.effort_otherwise]
        if not all(isfinite(s) and 0 <= s <= 100 for s in scores):
            raise InvalidParameterError(f"Effort scores are {scores}; each must lie between 0 and 100")
        ends = [end for band in self.effort_bands for end in (band.low, band.high)]
        if not all(isfinite(end) for end in (*ends, self.bfr_low_percent_aop, self.bfr_high_percent_aop)):
            raise InvalidParameterError("An end of an effort or pressure band is no number")
        if any(band.low > band.high for band in self.effort_bands):
            raise InvalidParameterError("An effort band ends before it begins")
        if not self.bfr_low_percent_aop <= self.bfr_high_percent_aop:
            raise InvalidParameterError(
                f"The pressure band ends at {self.bfr_high_percent_aop} % AOP before it begins at"
                f" {self.bfr_low_percent_aop} %"
            )
        if self.rate_denominator not in ("accepted", "expected"):
            raise InvalidParameterError(
                f"rate_denominator is {self.rate_denominator!r}; 'accepted' or 'expected' is needed"
            )
