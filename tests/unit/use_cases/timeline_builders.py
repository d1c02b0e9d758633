"""Sessions of a timeline, one line each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from processing.use_cases.cohort import LegSummary, PatientTimeline, TimelineSession
from processing.use_cases.mvc import MvcEntry, MvcMeasurement

START = datetime(2026, 3, 2, 10, 0)


def leg(good: int | None = 8, at_most: int | None = None, **changes: Any) -> LegSummary:
    """Return one leg; its MVC is the patient's unless something else is said."""
    values: dict[str, Any] = {
        "verdict": "good",
        "expected": 12,
        "found": 12,
        "held": good,
        "good": good,
        "good_at_most": good if at_most is None else at_most,
        "mean_hold_s": 2.1,
        "mvc_uv": 250.0,
        "mvc_source": "patient",
    }
    return LegSummary(**{**values, **changes})


def unjudged() -> LegSummary:
    """Return a leg whose signal cannot be trusted."""
    return LegSummary("not_judged", 12, 3, None, None, None, None, None, None)


def session(number: int, day: float = 0.0, **changes: Any) -> TimelineSession:
    """Return the patient's session of this number, so many days after the first."""
    values: dict[str, Any] = {
        "session_code": f"P001S{number:03d}",
        "at": START + timedelta(days=day),
        "status": "completed",
        "score": 70.0,
        "score_low": 70.0,
        "score_high": 70.0,
        "symmetry": 90.0,
        "effort_cr10": 5.0,
        "percent_aop": 50.0,
        "left": leg(),
        "right": leg(),
    }
    return TimelineSession(**{**values, **changes})


def failed(number: int, day: float = 0.0) -> TimelineSession:
    """Return a session whose file could not be read."""
    nothing = dict.fromkeys(
        ("score", "score_low", "score_high", "symmetry", "effort_cr10", "percent_aop", "left", "right")
    )
    return session(number, day, status="failed", **nothing)


def timeline(*sessions: TimelineSession, n_sessions: int | None = None) -> PatientTimeline:
    """Return the timeline of patient P001."""
    return PatientTimeline("P001", None, len(sessions) if n_sessions is None else n_sessions, tuple(sessions))


def measured(revision: int, day: float, value_uv: float = 250.0, **changes: Any) -> MvcEntry:
    """Return an entry of the left leg's MVC passport, so many days after the first session."""
    on: date = (START + timedelta(days=day)).date()
    measurement = MvcMeasurement(
        **{"side": "left", "value_uv": value_uv, "measured_on": on, **changes}  # type: ignore[arg-type]
    )
    return MvcEntry(revision, measurement, False, START, None)
