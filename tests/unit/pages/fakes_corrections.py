"""Corrections without a database: the real log and the real edges on reviews in memory, measured without a signal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from processing.emg.corrections import Correction
from processing.emg.corrections_apply import room_for
from processing.emg.corrections_candidates import Candidate, likeliest_doubles, likeliest_misses
from processing.emg.measures import ChannelSignals
from processing.emg.results import ChannelAnalysis
from processing.use_cases.corrections import (
    Change,
    apply_log,
    check_entry,
    next_entry,
    shown_intervals,
    view_of,
    with_people,
)
from processing.use_cases.read_models import SessionReview

ME = "a7c4c2f6-0000-4000-8000-000000000001"


@dataclass
class FakeCorrections:
    """What ``Services.corrections`` does, for one person who looks at reviews in memory."""

    reviews: dict[str, SessionReview]
    signals: dict[str, ChannelSignals] | None = None
    refuse: Exception | None = None
    saved: list[Change] = field(default_factory=list)
    detected: dict[str, tuple[ChannelAnalysis, ...]] = field(default_factory=dict)

    def prepare(self, _review: SessionReview) -> None:
        """Nothing is read ahead."""

    def save(self, review: SessionReview, change: Change) -> None:
        if self.refuse is not None:
            raise self.refuse
        code, result = review.summary.session_code, review.result
        assert result is not None
        detected = self.detected.setdefault(code, result.channels)
        entry = next_entry(change, review.corrections.log, author=ME, seen=review.corrections.revision)
        entry = replace(entry, author_name="Dr Peeters")
        check_entry(entry, review.corrections.log, detected, length_s=result.metadata.duration_s)
        log = (*review.corrections.log, entry)
        after = apply_log(result, detected, log, inputs=review.inputs, signals=self.signals)
        self.saved.append(change)
        self.reviews[code] = replace(
            review,
            result=replace(result, channels=with_people(after.channels, log), score=after.score),
            corrections=view_of(log, detected, author=ME, length_s=result.metadata.duration_s),
        )

    def fitted(self, review: SessionReview, change: Correction) -> Correction:
        channels: Any = review.result and review.result.channels
        channel = next(c for c in channels if c.name == change.channel)
        return room_for(shown_intervals(channel), change, length_s=60.0)

    def candidates(self, review: SessionReview) -> dict[str, tuple[Candidate, ...]]:
        assert review.result is not None
        return {
            c.name: (*likeliest_misses(c, length_s=60.0), *likeliest_doubles(c))
            for c in review.result.channels
        }
