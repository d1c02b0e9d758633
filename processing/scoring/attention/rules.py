"""The five rules. Each looks at one patient's own sessions; what is missing neither raises an alert nor hides one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from processing.recording import Side
from processing.scoring.attention.course import least_planned_days
from processing.scoring.attention.model import (
    Alert,
    Assessment,
    FewerGood,
    HighEffort,
    LegLost,
    Limits,
    Missed,
    PatientFacts,
    QualityLost,
    RuleName,
    SessionFacts,
    Unchecked,
    UnreadableFiles,
    WhyUnchecked,
)

_SIDES: tuple[Side, ...] = ("left", "right")
_Said = Alert | WhyUnchecked | None


def assess(facts: PatientFacts, limits: Limits | None = None) -> Assessment:
    """Return the alerts of a patient in order of need, and the rules that could not be applied.

    Parameters
    ----------
    facts : PatientFacts
    limits : Limits, optional
        The thresholds; those of the clinic's rules by default.
    """
    limits = limits or Limits()
    alerts: list[Alert] = []
    unchecked: list[Unchecked] = []
    for name, rule in _RULES.items():
        said = rule(facts, limits)
        if isinstance(said, str):
            unchecked.append(Unchecked(name, said))
        elif said is not None:
            alerts.append(said)
    return Assessment(tuple(alerts), tuple(unchecked))


def find_missed(facts: PatientFacts, limits: Limits) -> Missed | WhyUnchecked | None:
    """Return how many planned training days in a row are missed for certain, once there are too many.

    Only whole days count, so not today; and only days of the course. A file that waits or could not be read is a sign
    of a session, so it ends the row.
    """
    course = facts.course
    if course is None or facts.last_seen is None:
        return "no_session"
    if facts.today > course.last:
        return "plan_ended"
    first = max(facts.last_seen + timedelta(days=1), course.first)
    n_days = max(0, (facts.today - first).days)
    n_missed = least_planned_days(n_days)
    if n_missed < limits.missed_in_a_row:
        return None
    return Missed(n_missed, n_days, facts.last_seen)


def find_quality_lost(facts: PatientFacts, _limits: Limits) -> QualityLost | WhyUnchecked | None:
    """Return the legs that have no judged signal now and had one before, however long that lasts.

    A recording that has a channel of the other leg only counts like one whose signal is not judged: an unplugged
    sensor leaves either behind. A recording whose channels name no leg at all says nothing.
    """
    newest = list(islice(_analysed(facts.sessions), 2))
    if len(newest) < 2:
        return "too_few_sessions" if newest else "no_verdict"
    lost = []
    for side in _SIDES:
        found = ((n, s) for n, s in enumerate(_analysed(facts.sessions)) if _judged(s, side))
        n_lost, judged = next(found, (0, newest[0]))
        if n_lost:  # not the newest one, and not never
            lost.append(LegLost(side, n_lost, judged.at, absent=newest[0].leg(side) is None))
    return QualityLost(tuple(lost)) if lost else None


def find_fewer_good(facts: PatientFacts, limits: Limits) -> FewerGood | WhyUnchecked | None:
    """Return the fall of the good contractions against the patient's own last sessions, where it is too deep.

    Compared are sessions in which the same number was asked for, leg by leg: a lighter prescription is no decline.
    """
    analysed = _analysed(facts.sessions)
    now = next(analysed, None)
    if now is None:
        return "no_session"
    sides = tuple(side for side in _SIDES if now.good(side) is not None)
    if not sides:
        return "good_not_known"
    alike = list(
        islice((session for session in analysed if _comparable(now, session, sides)), limits.n_baseline)
    )
    if len(alike) < limits.n_baseline:
        return "too_few_sessions"
    good = sum(now.good(side) or 0 for side in sides)
    baseline = sum(session.good(side) or 0 for session in alike for side in sides) / len(alike)
    # Compared without dividing, so that a fall of exactly the limit is not one by rounding.
    if 100.0 * (baseline - good) <= limits.fewer_good_percent * baseline + 1e-9:
        return None
    return FewerGood(good, baseline, len(alike), sides, now.at)


def find_high_effort(facts: PatientFacts, limits: Limits) -> HighEffort | WhyUnchecked | None:
    """Return the newest perceived effort that was recorded within the last training day, where it is high."""
    last_day = list(islice(_analysed(facts.sessions), limits.effort_lookback))
    newest = next((s for s in last_day if s.effort_cr10 is not None), None)
    if newest is None or newest.effort_cr10 is None:
        return "not_recorded" if last_day else "no_session"
    if newest.effort_cr10 < limits.high_effort_cr10:
        return None
    recorded = [s.effort_cr10 for s in _analysed(facts.sessions) if s.effort_cr10 is not None]
    earlier = recorded[1 : 1 + limits.n_baseline]
    mean = sum(earlier) / len(earlier) if earlier else None
    return HighEffort(newest.effort_cr10, newest.at, mean, len(earlier))


def find_unreadable(facts: PatientFacts, _limits: Limits) -> UnreadableFiles | None:
    """Return the files that could not be read and that nobody put aside."""
    return facts.unreadable


# In order of need: who does not come, whose data are lost, who declines, who toils.
_RULES: dict[RuleName, Callable[[PatientFacts, Limits], _Said]] = {
    "missed": find_missed,
    "quality": find_quality_lost,
    "unreadable": find_unreadable,
    "fewer_good": find_fewer_good,
    "effort": find_high_effort,
}


def _analysed(sessions: Iterable[SessionFacts]) -> Iterator[SessionFacts]:
    """Yield those with a result, newest first; one by one, because few of them decide."""
    return (session for session in sessions if session.outcome == "analysed")


def _judged(session: SessionFacts, side: Side) -> bool:
    leg = session.leg(side)
    return leg is not None and leg.verdict != "not_judged"


def _comparable(now: SessionFacts, earlier: SessionFacts, sides: Sequence[Side]) -> bool:
    for side in sides:
        leg, own = earlier.leg(side), now.leg(side)
        if leg is None or own is None or leg.good is None or leg.expected != own.expected:
            return False
    return True
