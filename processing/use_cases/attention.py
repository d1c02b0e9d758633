"""Who needs me, and why: one row a patient, with what is muted; and what may be muted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from processing.errors import InvalidParameterError
from processing.recording import Side
from processing.scoring.attention import (
    RULES,
    Alert,
    Assessment,
    Course,
    PatientFacts,
    PlannedFrom,
    RuleName,
    SessionFacts,
    Strip,
    UnreadableFiles,
    assess,
    find_course,
    make_strip,
)
from processing.use_cases.plain_text import check_characters

MUTE_DAYS = 7
_SHORTEST, _LONGEST = 3, 500

# In the order in which they are listed.
Standing: TypeAlias = Literal["attention", "muted", "on_track", "plan_ended", "no_session"]
STANDINGS: tuple[Standing, ...] = ("attention", "muted", "on_track", "plan_ended", "no_session")


@dataclass(frozen=True, slots=True)
class Mute:
    """That somebody does not want to be told of a rule's alerts about a patient until a moment, and why."""

    rule: RuleName
    reason: str
    until: datetime
    muted_by: str | None
    muted_at: datetime


@dataclass(frozen=True, slots=True)
class RecentDays:
    """What only a row that is shown needs: the moments of the last weeks' sessions, up to a limit, and the newest one.

    ``latest_code`` is the newest session with a result, else the newest; None where there is none. Each recording
    counts once.
    """

    done_at: tuple[datetime, ...]
    unread_at: tuple[datetime, ...]
    latest_code: str | None
    latest_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordedPatient:
    """What the database knows of one patient, as the rules need it.

    ``openings`` are the moments of the first recording and, as long as a lone day is followed by a long gap, of the
    next ones: what decides when the planned days began. ``seen_at`` is when anything arrived last, up to today,
    readable or not; ``sessions`` are the newest few with a result, newest first and each recording once. ``recent`` is
    None where it was not asked for.
    """

    code: str
    therapist_id: str | None
    therapist_name: str | None
    site: str | None
    n_sessions: int
    openings: tuple[datetime, ...]
    seen_at: datetime | None
    sessions: Sequence[SessionFacts]
    unreadable: UnreadableFiles | None = None
    recent: RecentDays | None = None

    @property
    def last_at(self) -> datetime | None:
        """When the newest session with a result was, else when anything arrived last."""
        return self.sessions[0].at if self.sessions else self.seen_at


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient of the page Today, ``today``: two weeks, the good contractions, and what somebody should see to.

    ``alerts`` are those to act on, ``muted`` the others, each with what was said when it was muted.
    """

    patient: RecordedPatient
    today: date
    course: Course | None
    assessment: Assessment
    alerts: tuple[Alert, ...]
    muted: tuple[tuple[Alert, Mute], ...]
    standing: Standing

    @property
    def strip(self) -> Strip:
        """Two weeks, day by day; worked out when asked for, as a page shows few of all patients."""
        recent = self._recent()
        return make_strip(recent.done_at, recent.unread_at, self.course, today=self.today)

    @property
    def latest_code(self) -> str | None:
        """The newest session with a result, else the newest; None without any."""
        return self._recent().latest_code

    @property
    def latest_at(self) -> datetime | None:
        """When that was."""
        return self._recent().latest_at

    def _recent(self) -> RecentDays:
        if self.patient.recent is None:
            raise ValueError(f"The recent days of {self.patient.code} were not asked for; name the patient.")
        return self.patient.recent

    def good_counts(self, side: Side) -> tuple[int | None, ...]:
        """Return one leg's good contractions in the newest sessions, oldest first; None where they are not known."""
        analysed = [session for session in self.patient.sessions if session.outcome == "analysed"]
        return tuple(session.good(side) for session in reversed(analysed))


@dataclass(frozen=True, slots=True)
class Overview:
    """The page Today: every patient whom the viewer sees, most in need first, and how many files wait for somebody."""

    today: date
    rows: tuple[PatientRow, ...]
    n_files_to_fix: int

    def count(self, standing: Standing) -> int:
        """Return how many patients stand so."""
        return sum(row.standing == standing for row in self.rows)


def build_overview(
    recorded: Iterable[RecordedPatient],
    plans: Mapping[str, Sequence[PlannedFrom]],
    mutes: Mapping[str, Sequence[Mute]],
    *,
    today: date,
    now: datetime,
    n_files_to_fix: int,
) -> Overview:
    """Apply the rules to every patient.

    Parameters
    ----------
    recorded : iterable of RecordedPatient
    plans, mutes : mapping
        Prescriptions and mutes by patient code.
    today : date
        The reader's.
    now : datetime
        Mutes that ended before it say nothing any more.
    n_files_to_fix : int
    """
    rows = [
        _row(patient, plans.get(patient.code, ()), mutes.get(patient.code, ()), today, now)
        for patient in recorded
    ]
    rows.sort(key=_need)
    return Overview(today, tuple(rows), n_files_to_fix)


def check_rule(rule: str) -> RuleName:
    """Return a rule's name; InvalidParameterError if there is none like it."""
    found = next((name for name in RULES if name == rule), None)
    if found is None:
        raise InvalidParameterError(f"There is no rule '{rule}'; expected one of {', '.join(RULES)}.")
    return found


def check_reason(reason: str) -> str:
    """Return a reason as it is stored.

    Raises
    ------
    InvalidParameterError
        If it says nothing, or too much.
    """
    cleaned = check_characters(reason, "reason").strip()
    if not _SHORTEST <= len(cleaned) <= _LONGEST:
        raise InvalidParameterError(
            f"The reason has {len(cleaned)} letters; expected {_SHORTEST} to {_LONGEST}."
        )
    return cleaned


def _row(
    patient: RecordedPatient,
    plans: Sequence[PlannedFrom],
    mutes: Sequence[Mute],
    today: date,
    now: datetime,
) -> PatientRow:
    course = find_course([at.date() for at in patient.openings], plans, on=today)
    seen = None if patient.seen_at is None else patient.seen_at.date()
    assessment = assess(PatientFacts(today, course, seen, patient.sessions, patient.unreadable))
    standing_mutes = {mute.rule: mute for mute in mutes if mute.until > now}
    alerts = tuple(alert for alert in assessment.alerts if alert.rule not in standing_mutes)
    muted = tuple(
        (alert, standing_mutes[alert.rule]) for alert in assessment.alerts if alert.rule in standing_mutes
    )
    return PatientRow(
        patient,
        today,
        course,
        assessment,
        alerts,
        muted,
        _standing(patient, course, alerts, muted, today),
    )


def _standing(
    patient: RecordedPatient,
    course: Course | None,
    alerts: Sequence[Alert],
    muted: Sequence[tuple[Alert, Mute]],
    today: date,
) -> Standing:
    if alerts:
        return "attention"
    if muted:
        return "muted"
    if not patient.n_sessions or course is None:
        return "no_session"
    return "plan_ended" if today > course.last else "on_track"


def _need(row: PatientRow) -> tuple[int, bool, int, int, str]:
    """Return the place in the list: whose training runs comes before whose planned days are over."""
    over = row.course is not None and row.today > row.course.last
    first = RULES.index(row.alerts[0].rule) if row.alerts else 0
    return (STANDINGS.index(row.standing), over, -len(row.alerts), first, row.patient.code)
