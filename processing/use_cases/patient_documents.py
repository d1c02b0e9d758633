"""A patient's course as plain documents for programs: the timeline, and how well the protocol is kept.

Pseudonymised, days are counted from the patient's first session and no date is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from processing.scoring.attention import Strip
from processing.use_cases.cohort import TimelineSession
from processing.use_cases.document import to_plain
from processing.use_cases.patients import PatientSummary
from processing.use_cases.progress import Adherence, Progress


def patient_document(patient: PatientSummary, *, pseudonymised: bool) -> dict[str, Any]:
    """Return one patient of the list; who they are is never in it."""
    return {
        "code": patient.code,
        "site": patient.site,
        "n_sessions": patient.n_sessions,
        "n_failed": patient.n_failed,
        "assigned": patient.therapist_id is not None,
        "therapist": None if pseudonymised else patient.therapist_name,
        "last_session_at": None if pseudonymised else to_plain(patient.last_session_at),
        "has_prescription": patient.prescribed_from is not None,
        "prescribed_from": None if pseudonymised else to_plain(patient.prescribed_from),
        "mvc_left_on": None if pseudonymised else to_plain(patient.mvc_left_on),
        "mvc_right_on": None if pseudonymised else to_plain(patient.mvc_right_on),
    }


def timeline_document(progress: Progress, *, pseudonymised: bool) -> dict[str, Any]:
    """Return a patient's sessions, oldest first, with what is marked on their timeline."""
    timeline = progress.timeline
    first = timeline.sessions[0].at.date() if timeline.sessions else None
    return {
        "patient": timeline.patient_code,
        "site": timeline.site,
        "n_sessions": timeline.n_sessions,
        "sessions": [_session(progress, session, first, pseudonymised) for session in timeline.sessions],
        "reference_breaks": [
            {
                "session": timeline.sessions[each.position].session_code,
                "side": each.side,
                "kinds": list(each.kinds),
            }
            for each in progress.breaks
        ],
    }


def adherence_document(
    patient_code: str, adherence: Adherence | None, strip: Strip | None, *, on: date, pseudonymised: bool
) -> dict[str, Any]:
    """Return how much of what was due is done on a day, and the two weeks up to then."""
    first = None if adherence is None else adherence.first
    return {
        "patient": patient_code,
        "on": None if pseudonymised else on.isoformat(),
        "adherence": None if adherence is None else _adherence(adherence, pseudonymised),
        "strip": [] if strip is None else _strip(strip, first, pseudonymised),
    }


def newest_day(sessions: Sequence[TimelineSession]) -> date | None:
    """Return the day of a patient's newest session, None without any."""
    return max((session.at.date() for session in sessions), default=None)


def _session(
    progress: Progress, session: TimelineSession, first: date | None, pseudonymised: bool
) -> dict[str, Any]:
    marks = progress.marks_of(session)
    plain: dict[str, Any] = to_plain(session)
    return {
        "code": plain.pop("session_code"),
        **plain,
        "at": None if pseudonymised else session.moment.isoformat(),
        "study_day": None if first is None else (session.at.date() - first).days + 1,
        "copy_of": marks.copy_of,
        "hold_s": progress.hold_s_of(session),
        "n_notes": marks.n_notes if progress.may_read_notes else None,
    }


def _adherence(adherence: Adherence, pseudonymised: bool) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(adherence)
    return plain | {"first": None, "last": None} if pseudonymised else plain


def _strip(strip: Strip, first: date | None, pseudonymised: bool) -> list[dict[str, Any]]:
    days = []
    for each in strip.days:
        plain: dict[str, Any] = to_plain(each)
        del plain["day"]
        protocol_day = None if first is None or each.day < first else (each.day - first).days + 1
        days.append(
            {
                "date": None if pseudonymised else each.day.isoformat(),
                "protocol_day": protocol_day,
                **plain,
            }
        )
    return days
