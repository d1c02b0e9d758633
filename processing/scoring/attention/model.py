"""What the rules look at, and what they say: facts and findings as plain values, without words for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias, get_args

from processing.emg.results import Verdict
from processing.recording import Side
from processing.scoring.attention.course import Course

# In order of need.
RuleName: TypeAlias = Literal["missed", "quality", "unreadable", "fewer_good", "effort"]
RULES: tuple[RuleName, ...] = get_args(RuleName)
Outcome: TypeAlias = Literal["analysed", "unreadable", "waiting"]
WhyUnchecked: TypeAlias = Literal[
    "no_session", "plan_ended", "too_few_sessions", "good_not_known", "no_verdict", "not_recorded"
]


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of all rules."""

    missed_in_a_row: int = 2
    fewer_good_percent: float = 20.0
    n_baseline: int = 3
    high_effort_cr10: float = 7.0
    # Effort is asked once after a training day, which has three games.
    effort_lookback: int = 3


@dataclass(frozen=True, slots=True)
class LegFacts:
    """One leg of a session. ``good`` is None where it is not judged, or no MVC says how strong contractions were."""

    verdict: Verdict
    good: int | None
    expected: int | None


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One session. ``at`` is the tablet's time, or that of the arrival where the file names none."""

    at: datetime
    outcome: Outcome
    left: LegFacts | None = None
    right: LegFacts | None = None
    effort_cr10: float | None = None

    def leg(self, side: Side) -> LegFacts | None:
        """Return one leg; None where the recording has none."""
        return self.left if side == "left" else self.right

    def good(self, side: Side) -> int | None:
        """Return the good contractions of one leg; None where their number is not known."""
        leg = self.leg(side)
        return None if leg is None else leg.good


@dataclass(frozen=True, slots=True)
class UnreadableFiles:
    """Files of a patient that could not be read and that nobody put aside; the newest one by its session."""

    n_files: int
    session_code: str
    at: datetime

    rule: ClassVar[RuleName] = "unreadable"


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What is known of one patient on a day.

    ``sessions`` are the newest, newest first and each recording once. ``last_seen`` is the last day, up to today, on
    which anything arrived, readable or not.
    """

    today: date
    course: Course | None
    last_seen: date | None
    sessions: Sequence[SessionFacts]
    unreadable: UnreadableFiles | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """At least ``n_missed`` planned training days in a row without a recording, in ``n_days`` days."""

    n_missed: int
    n_days: int
    last_seen: date

    rule: ClassVar[RuleName] = "missed"


@dataclass(frozen=True, slots=True)
class FewerGood:
    """Good contractions of one session against the mean of the ``n_baseline`` comparable ones before it.

    ``sides`` are the legs that are counted: those whose number is known in all of them.
    """

    good: int
    baseline: float
    n_baseline: int
    sides: tuple[Side, ...]
    at: datetime

    rule: ClassVar[RuleName] = "fewer_good"

    @property
    def change_percent(self) -> float:
        """The change in percent of the baseline; negative where it fell."""
        return 100.0 * (self.good - self.baseline) / self.baseline


@dataclass(frozen=True, slots=True)
class LegLost:
    """One leg without a judged signal in the ``n_sessions`` newest sessions, which had one before, at ``judged_at``.

    ``absent`` says that the newest of them has no channel of this leg at all; else its signal is not judged.
    """

    side: Side
    n_sessions: int
    judged_at: datetime
    absent: bool = False


@dataclass(frozen=True, slots=True)
class QualityLost:
    """Legs whose signal is not there, or cannot be judged, any more."""

    legs: tuple[LegLost, ...]

    rule: ClassVar[RuleName] = "quality"


@dataclass(frozen=True, slots=True)
class HighEffort:
    """A perceived effort, Borg CR10, at or over the limit; ``earlier`` is the mean of the ``n_earlier`` before it."""

    effort_cr10: float
    at: datetime
    earlier: float | None
    n_earlier: int

    rule: ClassVar[RuleName] = "effort"


Alert: TypeAlias = Missed | FewerGood | QualityLost | HighEffort | UnreadableFiles


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A rule that could say neither yes nor no, and why."""

    rule: RuleName
    why: WhyUnchecked


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules found, and what they could not look at."""

    alerts: tuple[Alert, ...]
    unchecked: tuple[Unchecked, ...]
