"""Scoring rules and runs in memory, for the pages Settings and Research."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from processing.emg.results import Verdict
from processing.errors import EditConflictError, NotFoundError
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.reprocessing import (
    Candidate,
    Digest,
    LegDigest,
    Outcome,
    ResultVersion,
    Run,
    RunItem,
    Selection,
)
from processing.use_cases.scoring_configurations import (
    ConfigurationChoice,
    ScoringRules,
    StoredConfiguration,
)
from processing.version import PIPELINE_VERSION

AT = datetime(2025, 3, 10, 12, 1, tzinfo=UTC)


@dataclass
class FakeScoring:
    """The trial's configuration, and what is added to it."""

    stored: list[StoredConfiguration] = field(
        default_factory=lambda: [
            StoredConfiguration(1, "trial", 1, ScoringConfiguration(), True, None, AT, 12)
        ]
    )
    choice: ConfigurationChoice = field(default_factory=lambda: ConfigurationChoice(0, None))
    added: list[tuple[str, ScoringConfiguration, int]] = field(default_factory=list)
    chosen: list[tuple[int, str, int]] = field(default_factory=list)
    refusal: Exception | None = None

    def rules(self) -> ScoringRules:
        return ScoringRules(tuple(reversed(self.stored)), self.choice)

    def add(self, name: str, configuration: ScoringConfiguration, *, expected_version: int) -> int:
        if self.refusal:
            raise self.refusal
        self.added.append((name, configuration, expected_version))
        number = len(self.stored) + 1
        self.stored.append(
            StoredConfiguration(number, name, expected_version + 1, configuration, False, "Ann", AT)
        )
        return number

    def choose(self, configuration_id: int, *, reason: str, expected_revision: int) -> None:
        if expected_revision != self.choice.revision:
            raise EditConflictError("Somebody else chose a configuration meanwhile.")
        self.chosen.append((configuration_id, reason, expected_revision))
        self.choice = ConfigurationChoice(expected_revision + 1, configuration_id, reason, "Ann", AT)


def make_leg(side: Any, found: int | None = 12, good: int | None = 9, verdict: Verdict = "good") -> LegDigest:
    """Return one leg with as many held as good."""
    return LegDigest(f"CH {side}", side, verdict, 12, found, found and min(found, 9), good)


def make_digest(score: float | None = 80.0, found: int = 12, low: float = 40.0) -> Digest:
    """Return a result of two legs."""
    ends = (low, 90.0) if score is None else (score, score)
    return Digest(PIPELINE_VERSION, score, *ends, (make_leg("left", found), make_leg("right")))


def make_items() -> list[RunItem]:
    """Return a session of each outcome."""
    rows: list[tuple[Outcome, Digest | None, Digest | None, str | None]] = [
        ("same", make_digest(), make_digest(), None),
        ("changed", make_digest(), make_digest(72.5, 10), None),
        ("changed", make_digest(None), make_digest(None, 10, 35.0), None),
        ("newly_fails", make_digest(), None, "The recording lasts 3.2 s; at least 5 s are needed."),
        ("newly_read", None, make_digest(), None),
    ]
    return [
        RunItem(n, f"id-{n}", f"P001S00{n}", outcome, (), before, after, message, 1)
        for n, (outcome, before, after, message) in enumerate(rows, start=1)
    ]


def make_run(items: Sequence[RunItem] | None = None, **changes: Any) -> Run:
    """Return a run of these sessions that nobody decided on yet."""
    items = make_items() if items is None else items
    counts: dict[Outcome, int] = {}
    for item in items:
        if item.outcome is not None:
            counts[item.outcome] = counts.get(item.outcome, 0) + 1
    run = Run(
        run_id=7,
        title="Longer efforts",
        candidate=Candidate({"min_contraction_s": 1.5}),
        selection={"patient_codes": ["P001"]},
        n_items=len(items),
        created_by="Ann",
        created_at=AT,
        counts=counts,
    )
    return replace(run, **changes)


@dataclass
class FakeResearch:
    """One run, and what was asked."""

    the_run: Run | None = None
    the_items: list[RunItem] = field(default_factory=make_items)
    found: int = 5
    started: list[tuple[str, Candidate, Selection]] = field(default_factory=list)
    applied: list[tuple[int, str]] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    refusal: Exception | None = None
    the_versions: list[ResultVersion] = field(default_factory=list)

    def sites(self) -> list[str]:
        return ["Leuven"]

    def count(self, selection: Selection) -> int:
        return 1 if selection.patient_codes else self.found

    def start(self, title: str, candidate: Candidate, selection: Selection) -> int:
        self.started.append((title, candidate, selection))
        self.the_run = make_run(title=title, candidate=candidate)
        return 7

    def runs(self) -> list[Run]:
        return [self.the_run] if self.the_run else []

    def run(self, run_id: int) -> Run:
        if self.the_run is None or run_id != self.the_run.run_id:
            raise NotFoundError(f"There is no run {run_id}.")
        return self.the_run

    def items(self, run_id: int, outcomes: Sequence[Outcome] | None = None) -> list[RunItem]:
        return self.the_items

    def cancel(self, run_id: int) -> bool:
        self.cancelled.append(run_id)
        self.the_run = replace(self.run(run_id), cancelled_at=AT)
        return True

    def apply(self, run_id: int, reason: str) -> None:
        if self.refusal:
            raise self.refusal
        self.applied.append((run_id, reason))
        run = self.run(run_id)
        self.the_run = replace(
            run, apply_requested_at=AT, apply_reason=reason, applied_by="Ann", n_applied=run.n_applicable
        )

    def versions(self, session_code: str) -> list[ResultVersion]:
        if not self.the_versions:
            raise NotFoundError(f"Session '{session_code}' has no result that may be seen.")
        return self.the_versions
