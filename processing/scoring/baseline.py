"""A patient's own first sessions as the measure of the later ones; nobody is compared with anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from processing.errors import InvalidParameterError

Span: TypeAlias = tuple[float, float]
Place: TypeAlias = Literal["above", "within", "below"]

BASELINE_SESSIONS = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the first ``n`` known sessions reached, from the lowest to the highest, in the unit of the values.

    ``last`` is the position of the last session that it is made of: only later ones can be compared with it.
    """

    low: float
    high: float
    n: int
    last: int

    def place_of(self, value: Span) -> Place:
        """Return where a value lies for certain; a range that touches the band is within it."""
        if value[0] > self.high:
            return "above"
        return "below" if value[1] < self.low else "within"


def own_baseline(values: Sequence[Span | None], *, n_sessions: int = BASELINE_SESSIONS) -> Baseline | None:
    """Return the band of a patient's first sessions.

    Parameters
    ----------
    values : sequence of (low, high) or None
        One for each session in order of time; low and high are equal where the value is known exactly, None is
        not recorded or not judged.
    n_sessions : int
        How many known sessions make the band.

    Returns
    -------
    Baseline or None
        None while fewer sessions are known. With so few sessions the range is given, not a spread that would
        pretend a distribution.

    Raises
    ------
    InvalidParameterError
        If ``n_sessions`` is below 1, or a range ends before it begins.
    """
    if n_sessions < 1:
        raise InvalidParameterError(f"A baseline of {n_sessions} sessions; expected 1 or more.")
    first = [(place, value) for place, value in enumerate(values) if value is not None][:n_sessions]
    if any(low > high for _, (low, high) in first):
        raise InvalidParameterError("A value of the baseline ends before it begins.")
    if len(first) < n_sessions:
        return None
    return Baseline(
        low=min(low for _, (low, _) in first),
        high=max(high for _, (_, high) in first),
        n=n_sessions,
        last=first[-1][0],
    )
