"""A patient's timeline with everything that is marked on it: sessions, notes, copies, breaks and adherence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from processing.emg.parameters import SessionTargets
from processing.scoring.adherence import AdherenceBand, adherence_band
from processing.scoring.attention import Course, PlannedFrom, find_course
from processing.use_cases.cohort import PatientTimeline, TimelineSession
from processing.use_cases.mvc import MvcEntry
from processing.use_cases.mvc_breaks import ReferenceBreak, reference_breaks
from processing.use_cases.prescriptions import (
    PrescriptionEntry,
    prescription_on,
    standing_prescriptions,
)

# Friday to Monday is three days; from four on something else than a weekend lay between.
GAP_DAYS = 4
# Before it too little was due to say anything.
FIRST_ADHERENCE_DAY = 3


@dataclass(frozen=True, slots=True)
class SessionMarks:
    """What else there is about a session.

    ``n_notes`` counts the notes that the viewer may read, ``copy_of`` is the session that holds the same recording
    already, ``hold_s`` the target duration that somebody set for this session alone.
    """

    n_notes: int = 0
    copy_of: str | None = None
    hold_s: float | None = None


@dataclass(frozen=True, slots=True)
class Adherence:
    """How much of what was due was done.

    ``percent`` and ``band`` are None before the third day, when too little was due. ``n_done`` of ``n_due`` sessions
    from ``first`` to ``last``, which is day ``day`` of ``protocol_days``; copies and recordings that could not be read
    do not count.
    """

    percent: float | None
    band: AdherenceBand | None
    n_done: int
    n_due: float
    day: int
    protocol_days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything a patient's timeline shows.

    ``breaks`` name sessions by their position in ``timeline.sessions``.
    """

    timeline: PatientTimeline
    breaks: tuple[ReferenceBreak, ...] = ()
    marks: Mapping[str, SessionMarks] = field(default_factory=dict)
    adherence: Adherence | None = None
    may_read_notes: bool = True
    prescriptions: Sequence[PrescriptionEntry] = ()

    def marks_of(self, session: TimelineSession) -> SessionMarks:
        """Return what else there is about a session."""
        return self.marks.get(session.session_code, SessionMarks())

    def hold_s_of(self, session: TimelineSession) -> float:
        """Return how long contractions of a session were to be held, in seconds."""
        own = self.marks_of(session).hold_s
        if own is not None:
            return own
        entry = prescription_on(self.prescriptions, session.at.date())
        return SessionTargets().target_duration_s if entry is None else entry.prescription.hold_s

    def is_copy(self, session: TimelineSession) -> bool:
        """Whether an earlier session holds the same recording."""
        return self.marks_of(session).copy_of is not None


def patient_progress(
    timeline: PatientTimeline,
    *,
    passport: Sequence[MvcEntry],
    prescriptions: Sequence[PrescriptionEntry],
    marks: Mapping[str, SessionMarks],
    today: date,
    may_read_notes: bool = True,
) -> Progress:
    """Return a patient's timeline with its breaks and the adherence of today, or of the protocol's last day."""
    progress = Progress(
        timeline,
        reference_breaks(timeline.sessions, passport),
        marks,
        may_read_notes=may_read_notes,
        prescriptions=prescriptions,
    )
    if not timeline.sessions or timeline.n_sessions > len(timeline.sessions):
        return progress  # of a timeline that is cut off nobody knows the first day
    done = [s.at.date() for s in timeline.sessions if s.status == "completed" and not progress.is_copy(s)]
    plans = [
        PlannedFrom(entry.prescription.valid_from, entry.prescription.protocol_days, entry.prescription.sets)
        for entry in standing_prescriptions(prescriptions)
    ]
    course = find_course([s.at.date() for s in timeline.sessions], plans, on=today)
    return (
        progress if course is None else replace(progress, adherence=adherence_of(done, course, today=today))
    )


def adherence_of(done: Sequence[date], course: Course, *, today: date) -> Adherence:
    """Return the adherence of sessions done on these days, over the course up to today.

    After the course's last day nothing is due any more, so what is shown then is the adherence of that day, and
    sessions after it do not raise it. Where games of a day are not prescribed this is ``compute_adherence``.
    """
    last = min(max(today, course.first), course.last)
    day = (last - course.first).days + 1
    n_done = sum(course.first <= each <= last for each in done)
    n_due = course.planned(course.first, last)
    percent = min(100.0 * n_done / n_due, 100.0) if day >= FIRST_ADHERENCE_DAY and n_due > 0 else None
    return Adherence(
        percent,
        None if percent is None else adherence_band(percent),
        n_done,
        n_due,
        day,
        (course.last - course.first).days + 1,
        course.first,
        last,
    )


def is_gap(before: date, after: date) -> bool:
    """Whether so many days lie between two sessions that no line is drawn from one to the other."""
    return (after - before).days >= GAP_DAYS
