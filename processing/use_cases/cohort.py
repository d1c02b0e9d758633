"""One patient through time, and all patients at a glance: what the timeline and the overview show, as typed rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from processing.emg.results import Verdict
from processing.errors import InvalidParameterError
from processing.use_cases.read_models import ProcessingStatus

LONGEST_WINDOW_DAYS = 92


@dataclass(frozen=True, slots=True)
class LegSummary:
    """One leg of one session; None is not recorded, or not to be known.

    ``good`` were strong and held for certain, ``good_at_most`` counts those too that were held while no MVC says how
    strong they were; where both are equal, that is the number. All counts but ``found`` and ``expected`` are None for
    a leg that is not judged. ``expected`` is what the score was made with. ``mvc_source`` is ``session_peak`` where
    no MVC was given; such a value is not comparable between sessions.
    """

    verdict: Verdict
    expected: int | None
    found: int
    held: int | None
    good: int | None
    good_at_most: int | None
    mean_hold_s: float | None
    mvc_uv: float | None
    mvc_source: Literal["file", "patient", "session", "session_peak"] | None


@dataclass(frozen=True, slots=True)
class TimelineSession:
    """One session of a patient. ``at`` is the tablet's local time or, while that is unknown, the arrival in UTC.

    ``of_arrival`` says which; it has to be told apart wherever the time of day is shown. ``dated`` is then what the
    recording says itself, where that cannot be, because it lies after the arrival; None where it says nothing.
    ``left`` and ``right`` are None where the session has no result, or no channel of that leg. ``symmetry`` and
    ``score`` lie between 0 and 100.
    """

    session_code: str
    at: datetime
    status: ProcessingStatus
    score: float | None
    score_low: float | None
    score_high: float | None
    symmetry: float | None
    effort_cr10: float | None
    percent_aop: float | None
    left: LegSummary | None
    right: LegSummary | None
    of_arrival: bool = False
    dated: datetime | None = None

    @property
    def moment(self) -> datetime:
        """Return ``at`` for showing: an arrival knows its zone, a tablet's time does not."""
        return self.at.replace(tzinfo=UTC) if self.of_arrival else self.at


@dataclass(frozen=True, slots=True)
class PatientTimeline:
    """A patient's sessions, oldest first; ``n_sessions`` counts all of them, shown or not."""

    patient_code: str
    site: str | None
    n_sessions: int
    sessions: tuple[TimelineSession, ...]


@dataclass(frozen=True, slots=True)
class RecentSession:
    """One session of the overview's window: enough for a strip of days, a sparkline and the rules of attention."""

    at: datetime
    status: ProcessingStatus
    score: float | None
    left_verdict: Verdict | None
    left_good: int | None
    right_verdict: Verdict | None
    right_good: int | None
    effort_cr10: float | None


@dataclass(frozen=True, slots=True)
class CohortPatient:
    """One patient of the overview.

    ``recent`` holds the sessions of the window, oldest first. All else is about all time: ``mean_score`` over the
    ``n_scored`` sessions that have a score, None without any.
    """

    patient_code: str
    site: str | None
    n_sessions: int
    n_scored: int
    mean_score: float | None
    first_at: datetime | None
    last_at: datetime | None
    recent: tuple[RecentSession, ...]

    def sessions_per_day(self, window: Window) -> tuple[int, ...]:
        """Return how many sessions each day of the window had, oldest day first."""
        days = [(session.at.date() - window.first).days for session in self.recent]
        return tuple(days.count(day) for day in range(window.n_days))


@dataclass(frozen=True, slots=True)
class Window:
    """Whole days, the last one included."""

    last: date
    n_days: int = 14

    def __post_init__(self) -> None:
        """Refuse what is no window, or more than one look."""
        if not 1 <= self.n_days <= LONGEST_WINDOW_DAYS:
            raise InvalidParameterError(
                f"A window of {self.n_days} days; expected 1 to {LONGEST_WINDOW_DAYS}."
            )

    @property
    def first(self) -> date:
        """The first day."""
        return self.last - timedelta(days=self.n_days - 1)
