"""Analyses anew: what is tried, how it comes out, and what becomes of a run, described."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from processing.emg.results import Verdict
from processing.errors import InvalidParameterError
from processing.exports.model import utc
from processing.recording import Side
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.read_models import ProcessingStatus
from processing.use_cases.reprocessing import (
    MOST_SESSIONS,
    Candidate,
    Change,
    Digest,
    Outcome,
    Run,
    RunItem,
    RunState,
    Selection,
)
from processing.use_cases.scoring_configurations import scoring_from_plain, scoring_to_plain
from rest_api.values import Day, SettingName, SettingValue, Words


class Asked(BaseModel):
    """A body whose unknown members are refused: a misspelt one would otherwise be passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class Tried(Asked):
    """What is tried. What is left out stays as each session has it."""

    settings: dict[SettingName, SettingValue] | None = Field(
        default=None,
        max_length=200,
        description="Analysis settings that differ from the program's own, by name, as `min_contraction_s`.",
    )
    scoring: dict[str, Any] | None = Field(
        default=None, description="A whole scoring configuration, as `GET /scoring-configurations` shows it."
    )

    def candidate(self) -> Candidate:
        """Return what is tried; InvalidParameterError for a scoring configuration that is none."""
        scoring = None
        if self.scoring is not None:
            _check_members(self.scoring, scoring_to_plain(ScoringConfiguration()), "scoring")
            try:
                json.dumps(self.scoring, allow_nan=False)  # what is not a number is no weight
                scoring = scoring_from_plain(self.scoring)
            except (ValidationError, TypeError, ValueError) as exc:
                raise InvalidParameterError(
                    "scoring is no scoring configuration; one as GET /scoring-configurations shows it is expected."
                ) from exc
        return Candidate(self.settings, scoring)


class Reanalysis(Tried):
    """Nothing at all for a new result with the settings that the session has; settings or scoring for a dry run."""

    title: Words = Field(default="", max_length=200, description="What is tried, in a line.")


class SelectionModel(Asked):
    """Which sessions; what is left out narrows nothing."""

    session_codes: list[Words] = Field(default=[], max_length=MOST_SESSIONS)
    patient_codes: list[Words] = Field(default=[], max_length=MOST_SESSIONS)
    site: Words | None = Field(default=None, max_length=200)
    recorded_from: Day | None = None
    recorded_until: Day | None = None
    statuses: list[ProcessingStatus] = Field(default=["completed", "failed"], max_length=5)
    verdicts: list[Verdict] = Field(default=[], max_length=3, description="Asks for a leg with one of them.")

    def selection(self) -> Selection:
        """Return the selection."""
        return Selection(
            patient_codes=tuple(self.patient_codes),
            site=self.site,
            recorded_from=self.recorded_from,
            recorded_until=self.recorded_until,
            statuses=tuple(self.statuses),
            verdicts=tuple(self.verdicts),
            session_codes=tuple(self.session_codes),
        )


class NewRun(Tried):
    """A dry run on many sessions."""

    title: Words = Field(min_length=1, max_length=200, description="What is tried, in a line.")
    selection: SelectionModel = SelectionModel()


class Application(Asked):
    """Why the results of a run become those of its sessions."""

    reason: Words = Field(min_length=1, max_length=1000, description="One sentence, for the audit log.")


class LegModel(BaseModel):
    """One channel in numbers; counts are null where it is not judged."""

    channel: str
    side: Side | None
    verdict: Verdict
    expected: int | None = Field(description="Contractions that the targets expect.")
    found: int | None = Field(description="Contractions.")
    held: int | None = Field(description="Held for the target duration.")
    good: int | None = Field(description="Held and strong enough; null where no MVC says how strong.")


class DigestModel(BaseModel):
    """A result in a few numbers; without a score it lies between `low` and `high`."""

    pipeline_version: str
    score: float | None
    low: float
    high: float
    legs: list[LegModel]

    @classmethod
    def of(cls, digest: Digest | None) -> DigestModel | None:
        """Return the model of a digest."""
        return None if digest is None else cls(**asdict(digest))


class ItemModel(BaseModel):
    """How one session comes out."""

    session_code: str
    outcome: Outcome | None = Field(description="Null while it was not tried.")
    changes: list[Change] = Field(description="What of its grade changes.")
    before: DigestModel | None = Field(description="As it is shown now; null where it has no result.")
    after: DigestModel | None = Field(description="As it would be; null where it would have no result.")
    message: str | None = Field(description="Why it failed or was passed over, in English.")
    applied_version: int | None = Field(description="The result version that the application made.")
    apply_message: str | None = Field(description="Why it was not applied, in English.")

    @classmethod
    def of(cls, item: RunItem, *, pseudonymised: bool) -> ItemModel:
        """Return the model of an item; a sentence may quote the file's name, so a pseudonymised one has none."""
        return cls(
            session_code=item.session_code,
            outcome=item.outcome,
            changes=list(item.changes),
            before=DigestModel.of(item.before),
            after=DigestModel.of(item.after),
            message=_said(item.message, pseudonymised),
            applied_version=item.applied_version,
            apply_message=_said(item.apply_message, pseudonymised),
        )


class RunModel(BaseModel):
    """A dry run, and what was decided about it."""

    id: int
    title: str
    state: RunState
    settings: dict[str, SettingValue] | None
    scoring: dict[str, Any] | None
    selection: dict[str, Any]
    n_sessions: int = Field(description="Sessions of the run that still exist.")
    n_tried: int
    counts: dict[Outcome, int] = Field(description="How many sessions came out how.")
    n_applicable: int = Field(description="Sessions that the run has a new result for.")
    n_applied: int
    n_not_applied: int
    created_at: str | None
    created_by: str | None = Field(description="Null for researchers.")
    apply_reason: str | None = Field(description="Why it was applied; null for researchers.")

    @classmethod
    def of(cls, run: Run, *, pseudonymised: bool) -> RunModel:
        """Return the model of a run; pseudonymised without people, their reasons, and days of sessions."""
        days = ("recorded_from", "recorded_until") if pseudonymised else ()
        candidate, scoring = run.candidate, run.candidate.scoring
        counts: Mapping[Outcome, int] = run.counts
        return cls(
            id=run.run_id,
            title=run.title,
            state=run.state,
            settings=None if candidate.settings is None else dict(candidate.settings),
            scoring=None if scoring is None else asdict(scoring),
            selection={name: value for name, value in run.selection.items() if name not in days},
            n_sessions=run.n_items,
            n_tried=run.n_tried,
            counts=dict(counts),
            n_applicable=run.n_applicable,
            n_applied=run.n_applied,
            n_not_applied=run.n_not_applied,
            created_at=utc(run.created_at),
            created_by=None if pseudonymised else run.created_by,
            apply_reason=None if pseudonymised else run.apply_reason,
        )


class Queued(BaseModel):
    """Work that a worker will do."""

    session_code: str
    job_id: int | None = Field(description="The job of an analysis with the session's own settings.")
    run_id: int | None = Field(description="The dry run of other settings; apply it to keep its result.")


def _check_members(given: Any, pattern: Any, name: str) -> None:
    """Refuse what lacks a member of the pattern, or has another: the program's own value would stand in unseen.

    Raises
    ------
    InvalidParameterError
        Naming the first member that is missing, unknown or of another kind.
    """
    if isinstance(pattern, Mapping):
        if not isinstance(given, Mapping):
            raise InvalidParameterError(f"{name} is {_short(given)}; an object is expected.")
        unknown, missing = sorted(set(given) - set(pattern)), sorted(set(pattern) - set(given))
        if unknown:
            raise InvalidParameterError(
                f"{name} has no '{unknown[0][:60]}'; it has {', '.join(sorted(pattern))}."
            )
        if missing:
            raise InvalidParameterError(f"{name} lacks '{missing[0]}'; a whole one is expected.")
        for member, part in pattern.items():
            _check_members(given[member], part, f"{name}.{member}")
    elif isinstance(pattern, tuple):
        if not isinstance(given, list):
            raise InvalidParameterError(f"{name} is {_short(given)}; a list is expected.")
        for number, each in enumerate(given):
            _check_members(each, pattern[0], f"{name}.{number}")
    elif isinstance(pattern, float) and (isinstance(given, bool) or not isinstance(given, int | float)):
        raise InvalidParameterError(f"{name} is {_short(given)}; a number is expected.")


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]


def _said(message: str | None, pseudonymised: bool) -> str | None:
    return "Not told to those who work with pseudonyms only." if message and pseudonymised else message
