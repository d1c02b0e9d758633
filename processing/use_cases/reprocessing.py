"""Other settings tried on many sessions: what would be found, how it differs from what is shown, and applying it.

The grade of a session is what its first line says: of each leg the verdict on its signal and how many contractions
were found, held and good; and its score, where half a point or more is a change. No band of the score is drawn,
because neither the trial nor the literature names one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from processing.emg.parameters import AnalysisParameters
from processing.emg.results import ChannelAnalysis, Verdict
from processing.errors import InvalidParameterError
from processing.recording import Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import SessionScore
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.process_session import ClaimedSession
from processing.use_cases.read_models import ProcessingStatus, SessionInputs
from processing.use_cases.scoring_configurations import check_weights
from processing.use_cases.setting_limits import check_limits

Phase: TypeAlias = Literal["try", "apply"]
Outcome: TypeAlias = Literal["same", "changed", "newly_fails", "newly_read", "still_fails", "skipped"]
Change: TypeAlias = Literal["verdict", "counts", "score"]
RunState: TypeAlias = Literal["trying", "tried", "cancelled", "applying", "applied", "apply_cancelled"]

SCORE_MOVED_POINTS = 0.5
APPLICABLE: frozenset[Outcome] = frozenset({"same", "changed", "newly_read"})
KEPT_DAYS = 30
MOST_SESSIONS = 5000


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is tried. None leaves every session what it has: its settings, or the rules that it was scored with.

    ``settings`` names the analysis settings that differ from the program's own; the others are the program's own.
    """

    settings: Mapping[str, Any] | None = None
    scoring: ScoringConfiguration | None = None

    def for_session(self, claimed: ClaimedSession) -> ClaimedSession:
        """Return a session as it would be analysed and scored."""
        if self.settings is not None:
            claimed = replace(claimed, parameters=parameters_from_plain(self.settings))
        return replace(claimed, inputs=self.inputs(claimed.inputs))

    def inputs(self, inputs: SessionInputs) -> SessionInputs:
        """Return what a session would be measured against."""
        return inputs if self.scoring is None else replace(inputs, scoring=self.scoring)


def check_candidate(candidate: Candidate) -> Candidate:
    """Return what is to be tried.

    Raises
    ------
    InvalidParameterError
        If the analysis does not know a setting, could not work with its value, or only at the worker's expense.
    """
    unknown = sorted(set(candidate.settings or {}) - set(AnalysisParameters.__dataclass_fields__))
    if unknown:
        raise InvalidParameterError(f"The analysis has no setting '{unknown[0]}'.")
    try:
        tried = parameters_from_plain(candidate.settings or {})
    except ValidationError as exc:
        name, value = exc.errors()[0]["loc"][0], exc.errors()[0]["input"]
        raise InvalidParameterError(f"{name} is {value}; expected a number.") from exc
    check_limits({name: getattr(tried, name) for name in candidate.settings or {}})
    if candidate.scoring is not None:
        check_weights(candidate.scoring)
    return candidate


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sessions; empty and None narrow nothing. ``verdicts`` asks for a leg with one of them."""

    patient_codes: tuple[str, ...] = ()
    site: str | None = None
    recorded_from: date | None = None
    recorded_until: date | None = None
    statuses: tuple[ProcessingStatus, ...] = ("completed", "failed")
    verdicts: tuple[Verdict, ...] = ()
    session_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LegDigest:
    """One channel in numbers; ``good`` is None where not known, all counts are None where it is not judged."""

    channel: str
    side: Side | None
    verdict: Verdict
    expected: int | None
    found: int | None
    held: int | None
    good: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """A result in a few numbers. ``score`` is None where it cannot be given; it then lies between the other two."""

    pipeline_version: str
    score: float | None
    low: float
    high: float
    legs: tuple[LegDigest, ...] = ()


@dataclass(frozen=True, slots=True)
class RunItem:
    """One session of a run. ``before`` is None where there was no result, ``after`` where there would be none.

    ``message`` says why something failed or was skipped; ``apply_message`` why it was not applied.
    """

    number: int
    session_id: str
    session_code: str
    outcome: Outcome | None = None
    changes: tuple[Change, ...] = ()
    before: Digest | None = None
    after: Digest | None = None
    message: str | None = None
    seen_version: int | None = None
    applied_version: int | None = None
    apply_message: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A dry run, and what was decided about it. ``counts`` says how many sessions came out how.

    ``n_items`` counts the sessions that still exist: one that is deleted leaves the run.
    """

    run_id: int
    title: str
    candidate: Candidate
    selection: Mapping[str, Any]
    n_items: int
    created_by: str | None
    created_at: datetime
    cancelled_at: datetime | None = None
    apply_reason: str | None = None
    applied_by: str | None = None
    apply_requested_at: datetime | None = None
    apply_cancelled_at: datetime | None = None
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    n_applied: int = 0
    n_not_applied: int = 0
    ended_at: datetime | None = None

    @property
    def n_tried(self) -> int:
        """How many sessions were tried."""
        return sum(self.counts.values())

    @property
    def n_applicable(self) -> int:
        """How many sessions the run has a new result for."""
        return sum(count for outcome, count in self.counts.items() if outcome in APPLICABLE)

    @property
    def n_not_reached(self) -> int:
        """How many sessions an application has not come to, or never will once it is stopped."""
        return max(0, self.n_applicable - self.n_applied - self.n_not_applied)

    @property
    def state(self) -> RunState:
        """What becomes of it."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.apply_requested_at is None:
            return "tried" if self.n_tried >= self.n_items else "trying"
        if not self.n_not_reached:
            return "applied"  # also where somebody stopped it when there was nothing left to stop
        return "applying" if self.apply_cancelled_at is None else "apply_cancelled"

    @property
    def running(self) -> bool:
        """Whether a worker still has something to do."""
        return self.state in ("trying", "applying")


@dataclass(frozen=True, slots=True)
class ResultVersion:
    """One result version of a session in numbers, and how it came about.

    ``by`` is who applied the run that made it and ``reason`` what they said; None where it was an ordinary analysis.
    """

    version: int
    digest: Digest
    analysed_at: datetime
    file_sha256: str
    scoring: str | None
    changed_settings: Mapping[str, Any]
    run_id: int | None = None
    by: str | None = None
    reason: str | None = None
    newest: bool = False


_DIGEST = TypeAdapter(Digest)


def digest_of(channels: Sequence[ChannelAnalysis], score: SessionScore, *, pipeline_version: str) -> Digest:
    """Return a result in a few numbers, left leg first."""
    rank = {"left": 0, "right": 1, None: 2}
    expected = {"left": score.left.expected, "right": score.right.expected}
    return Digest(
        pipeline_version=pipeline_version,
        score=score.total,
        low=score.low,
        high=score.high,
        legs=tuple(
            _leg(channel, expected.get(channel.side or ""))
            for channel in sorted(channels, key=lambda channel: rank[channel.side])
        ),
    )


def _leg(channel: ChannelAnalysis, expected: int | None) -> LegDigest:
    judged, found = channel.quality.verdict != "not_judged", channel.contractions
    held = [c for c in found if c.meets_duration]
    known = all(c.meets_intensity is not None for c in held)
    return LegDigest(
        channel=channel.name,
        side=channel.side,
        verdict=channel.quality.verdict,
        expected=expected,
        found=len(found) if judged else None,
        held=len(held) if judged else None,
        good=sum(bool(c.meets_intensity) for c in held) if judged and known else None,
    )


def compare_digests(before: Digest | None, after: Digest | None) -> tuple[Outcome, tuple[Change, ...]]:
    """Return how a session comes out, and what of its grade changes.

    Returns
    -------
    outcome : Outcome
        ``skipped`` is never returned: it says that nothing was compared.
    changes : tuple of Change
        Empty unless the outcome is ``changed``.
    """
    if before is None or after is None:
        if after is not None:
            return "newly_read", ()
        return ("still_fails" if before is None else "newly_fails"), ()
    changes: list[Change] = []
    one, other = ({leg.channel: leg for leg in each.legs} for each in (before, after))
    if {n: leg.verdict for n, leg in one.items()} != {n: leg.verdict for n, leg in other.items()}:
        changes.append("verdict")
    if _counts(one) != _counts(other):
        changes.append("counts")
    if _moved(before, after):
        changes.append("score")
    return ("changed" if changes else "same"), tuple(changes)


def _counts(legs: Mapping[str, LegDigest]) -> dict[str, tuple[int | None, ...]]:
    return {name: (leg.found, leg.held, leg.good) for name, leg in legs.items()}


def _moved(before: Digest, after: Digest) -> bool:
    """Whether the score, or an end of its range, moved by what can be told, or became a range or a number."""
    if (before.score is None) != (after.score is None):
        return True
    if before.score is not None and after.score is not None:
        return abs(before.score - after.score) >= SCORE_MOVED_POINTS
    ends = (before.low - after.low, before.high - after.high)
    return max(abs(end) for end in ends) >= SCORE_MOVED_POINTS


def digest_to_plain(digest: Digest) -> dict[str, Any]:
    """Return a digest as JSON-safe values."""
    return asdict(digest)


def digest_from_plain(plain: Mapping[str, Any]) -> Digest:
    """Return the digest that :func:`digest_to_plain` wrote."""
    return _DIGEST.validate_python(dict(plain))


def selection_to_plain(selection: Selection) -> dict[str, Any]:
    """Return a selection as JSON-safe values, without what narrows nothing."""
    plain = {name: value for name, value in asdict(selection).items() if value}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()}
