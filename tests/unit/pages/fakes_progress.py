"""A patient's timeline and the comparison of two sessions, answered from the reviews in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from processing.errors import NotFoundError
from processing.use_cases.cohort import LegSummary, PatientTimeline, TimelineSession
from processing.use_cases.comparison import LegMeasures, SessionComparison, compare_sessions, measures_of
from processing.use_cases.progress import Progress, patient_progress
from processing.use_cases.read_models import SessionReview

if TYPE_CHECKING:
    from tests.unit.pages.fakes import FakeServices


@dataclass
class FakeProgress:
    """What ``services.progress`` answers; ``prepared`` goes before what the reviews say."""

    services: FakeServices
    prepared: dict[str, Progress] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def of_patient(self, patient_code: str, *, today: date, limit: int = 1000) -> Progress:
        self.services._answer()
        if patient_code in self.prepared:
            return self.prepared[patient_code]
        return patient_progress(
            self.timeline(patient_code), passport=(), prescriptions=(), marks={}, today=today
        )

    def timeline(self, patient_code: str) -> PatientTimeline:
        if patient_code in self.prepared:
            return self.prepared[patient_code].timeline
        reviews = [r for r in self.services.reviews.values() if r.summary.patient_code == patient_code]
        if not reviews:
            raise NotFoundError(f"There is no patient '{patient_code}'.")
        return PatientTimeline(patient_code, None, len(reviews), tuple(_session(r) for r in reviews))

    def compare(self, a_code: str, b_code: str) -> SessionComparison:
        return compare_sessions(self.services.load_review(a_code), self.services.load_review(b_code))

    def record_opened(self, patient_code: str) -> None:
        self.opened.append(patient_code)


def _session(review: SessionReview) -> TimelineSession:
    summary, measures = review.summary, measures_of(review)
    return TimelineSession(
        summary.session_code,
        summary.recorded_at or summary.received_at,
        summary.status,
        summary.score,
        summary.score_low,
        summary.score_high,
        measures.symmetry,
        measures.effort_cr10,
        measures.percent_aop,
        _leg(review, measures.leg("left")),
        _leg(review, measures.leg("right")),
    )


def _leg(review: SessionReview, measures: LegMeasures) -> LegSummary | None:
    channels = () if review.result is None else review.result.channels
    channel = next((c for c in channels if c.side == measures.side), None)
    if channel is None:
        return None
    mvc = channel.mvc if measures.judged else None
    values: dict[str, Any] = {
        "verdict": channel.quality.verdict,
        "expected": measures.expected,
        "found": len(channel.contractions),
        "held": sum(c.meets_duration for c in channel.contractions) if measures.judged else None,
        "good": None if measures.good is None else int(measures.good[0]),
        "good_at_most": None if measures.good is None else int(measures.good[1]),
        "mean_hold_s": measures.mean_hold_s,
        "mvc_uv": None if mvc is None else mvc.value_uv,
        "mvc_source": None if mvc is None else mvc.source,
    }
    return LegSummary(**values)
