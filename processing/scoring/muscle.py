"""Compliance of one muscle: counted contractions against what was prescribed."""

from __future__ import annotations

from processing.emg.results import ChannelAnalysis
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import MuscleCount, MuscleScore


def count_muscle(channel: ChannelAnalysis | None, expected: int) -> MuscleCount:
    """Return the counts of one muscle.

    Parameters
    ----------
    channel : ChannelAnalysis or None
        The muscle's channel with its accepted contractions; None where the recording has none for this side.
    expected : int
        Prescribed contractions.

    Returns
    -------
    MuscleCount
        Not judged where the channel is missing or its quality verdict says so.

    Raises
    ------
    InvalidParameterError
        If ``expected`` is below 1.
    """
    if channel is None:
        return _not_judged(expected, "no channel was recorded for this side")
    if channel.quality.verdict == "not_judged":
        return _not_judged(expected, "; ".join(channel.quality.reasons) or "the signal cannot be trusted")
    contractions = channel.contractions
    assessable = (
        (channel.mvc is not None and channel.mvc.assessable)
        if not contractions
        else all(c.meets_intensity is not None for c in contractions)
    )
    return MuscleCount(
        n_accepted=len(contractions),
        n_intensity=sum(bool(c.meets_intensity) for c in contractions) if assessable else None,
        n_duration=sum(c.meets_duration for c in contractions),
        n_good=sum(bool(c.meets_intensity) and c.meets_duration for c in contractions)
        if assessable
        else None,
        expected=expected,
        judged=True,
        reason=None if assessable else "no MVC is known: intensity is not assessable",
    )


def score_muscle(count: MuscleCount, configuration: ScoringConfiguration) -> MuscleScore:
    """Return the compliance of one muscle, 0 to 100, or the range that it could take.

    No contraction at all in a channel that is judged scores 0: nothing was completed, and the rates among
    none count as 0.
    """
    if not count.judged:
        return MuscleScore(
            n_accepted=count.n_accepted,
            n_good=None,
            expected=count.expected,
            r_comp=None,
            r_int=None,
            r_dur=None,
            score=None,
            low=0.0,
            high=100.0,
            note=f"not judged: {count.reason}" if count.reason else "not judged",
        )
    possible = possible_scores(count, configuration)
    known = count.n_accepted == 0 or count.n_intensity is not None
    return MuscleScore(
        n_accepted=count.n_accepted,
        n_good=0 if count.n_accepted == 0 else count.n_good,
        expected=count.expected,
        r_comp=min(count.n_accepted / count.expected, 1.0),
        r_int=_rate(count.n_intensity, count, configuration) if count.n_intensity is not None else None,
        r_dur=_rate(count.n_duration, count, configuration),
        score=possible[0] if known else None,
        low=min(possible),
        high=max(possible),
        note=None if known else (count.reason or "no MVC is known: intensity is not assessable"),
    )


def possible_scores(count: MuscleCount, configuration: ScoringConfiguration) -> list[float]:
    """Return every score that a judged muscle could have: one per possible intensity count."""
    if count.n_intensity is not None or count.n_accepted == 0:
        return [_score(count, count.n_intensity or 0, configuration)]
    lowest = 0 if count.n_good is None else count.n_good
    return [_score(count, n, configuration) for n in range(lowest, count.n_accepted + 1)]


def _score(count: MuscleCount, n_intensity: int, configuration: ScoringConfiguration) -> float:
    """Return the weighted mean of the three rates, times 100."""
    weights = configuration.rate_weights
    rates = (
        (weights.completion, min(count.n_accepted / count.expected, 1.0)),
        (weights.intensity, _rate(n_intensity, count, configuration)),
        (weights.duration, _rate(count.n_duration, count, configuration)),
    )
    return 100.0 * sum(weight * rate for weight, rate in rates) / sum(weight for weight, _ in rates)


def _rate(n: int, count: MuscleCount, configuration: ScoringConfiguration) -> float:
    """Return the share of contractions that met a target, never above 1."""
    denominator = count.expected if configuration.rate_denominator == "expected" else count.n_accepted
    return min(n / denominator, 1.0) if denominator else 0.0


def _not_judged(expected: int, reason: str) -> MuscleCount:
    """Return a count that says nothing but why."""
    return MuscleCount(
        n_accepted=0,
        n_intensity=None,
        n_duration=0,
        n_good=None,
        expected=expected,
        judged=False,
        reason=reason,
    )
