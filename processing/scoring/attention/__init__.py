"""Who needs somebody, and why: a plan in days, at most five rules on a patient's own baseline, and what they found."""

from processing.scoring.attention.course import (
    LONE_DAY_GAP_DAYS,
    TRIAL_DAYS,
    Course,
    PlannedFrom,
    find_course,
    least_planned_days,
)
from processing.scoring.attention.model import (
    RULES,
    Alert,
    Assessment,
    FewerGood,
    HighEffort,
    LegFacts,
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
from processing.scoring.attention.rules import assess
from processing.scoring.attention.strip import DayOfStrip, Strip, make_strip

__all__ = [
    "LONE_DAY_GAP_DAYS",
    "RULES",
    "TRIAL_DAYS",
    "Alert",
    "Assessment",
    "Course",
    "DayOfStrip",
    "FewerGood",
    "HighEffort",
    "LegFacts",
    "LegLost",
    "Limits",
    "Missed",
    "PatientFacts",
    "PlannedFrom",
    "QualityLost",
    "RuleName",
    "SessionFacts",
    "Strip",
    "Unchecked",
    "UnreadableFiles",
    "WhyUnchecked",
    "assess",
    "find_course",
    "least_planned_days",
    "make_strip",
]
