"""Which of a patient's earlier sessions may be compared with this one, leg by leg."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isclose

from processing.emg.results import ChannelAnalysis
from processing.recording import Side
from processing.reports.model import ReportSource
from processing.use_cases.cohort import LegSummary


@dataclass(frozen=True, slots=True)
class Earlier:
    """Good contractions of an earlier session; None for a leg that cannot be compared."""

    day: date
    left: int | None
    expected_left: int | None
    right: int | None
    expected_right: int | None


def comparable_sessions(source: ReportSource) -> list[Earlier]:
    """Return the earlier sessions of which at least one leg can be compared, oldest first.

    A leg can be compared where both sessions know how many contractions were good, as many were expected, and the same
    MVC says what is strong: after a new measurement, or without any, a different count may mean nothing.
    """
    found = []
    for session in source.earlier:
        left = _good(session.left, _channel(source, "left"), source, "left")
        right = _good(session.right, _channel(source, "right"), source, "right")
        if left is None and right is None:
            continue
        expected = [None if leg is None else leg.expected for leg in (session.left, session.right)]
        found.append(Earlier(session.at.date(), left, expected[0], right, expected[1]))
    return found


def _channel(source: ReportSource, side: Side) -> ChannelAnalysis | None:
    result = source.review.result
    return None if result is None else next((c for c in result.channels if c.side == side), None)


def _good(
    before: LegSummary | None, now: ChannelAnalysis | None, source: ReportSource, side: Side
) -> int | None:
    if before is None or now is None or now.quality.verdict == "not_judged" or before.verdict == "not_judged":
        return None
    if before.good is None or before.good != before.good_at_most:
        return None
    if before.expected != source.review.inputs.targets.for_side(side).expected_contractions:
        return None
    if (
        now.mvc is None
        or not now.mvc.assessable
        or before.mvc_uv is None
        or before.mvc_source == "session_peak"
    ):
        return None
    return before.good if isclose(before.mvc_uv, now.mvc.value_uv, rel_tol=1e-3) else None
