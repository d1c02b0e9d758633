"""What the pages and the command line are shown: rows read from the database, typed, without vendor objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from processing.emg.corrections import LogEntry
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Verdict
from processing.errors import InvalidParameterError
from processing.recording import RecordingMetadata, Side
from processing.scoring.configuration import ScoringConfiguration
from processing.scoring.model import SessionScore
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.prescriptions import Prescription

ProcessingStatus: TypeAlias = Literal["pending", "processing", "completed", "failed", "reprocessing"]

RUNNING: frozenset[ProcessingStatus] = frozenset({"pending", "processing", "reprocessing"})


@dataclass(frozen=True, slots=True)
class SideSummary:
    """One muscle of one session in the sessions table.

    ``n_good`` is None where it is not known: the channel is not judged, or a contraction was held while no MVC says how
    strong it was. ``good_at_least`` and ``good_at_most`` are then the range that it lies in, None for a channel that is
    not judged. ``n_held`` counts the contractions that were held long enough.
    """

    side: Side | None
    channel: str
    verdict: Verdict
    reasons: tuple[str, ...]
    n_contractions: int
    n_good: int | None
    expected: int
    n_held: int | None = None
    good_at_least: int | None = None
    good_at_most: int | None = None


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One row of the sessions table.

    ``score`` is None when it cannot be given; then ``score_low`` and ``score_high`` say what it could be, or are None
    too while there is no result. ``failure`` is a sentence for a clinician when ``status`` is ``failed``.
    ``duplicate_of`` is the earliest session of the same bytes, among those that the viewer may see.
    """

    session_id: str
    session_code: str
    patient_code: str
    object_name: str
    status: ProcessingStatus
    received_at: datetime
    recorded_at: datetime | None
    duration_s: float | None
    sides: tuple[SideSummary, ...]
    score: float | None
    score_low: float | None
    score_high: float | None
    failure: str | None
    duplicate_of: str | None = None

    @property
    def running(self) -> bool:
        """Whether a worker still has to finish something."""
        return self.status in RUNNING

    @property
    def names_a_leg(self) -> bool:
        """Whether at least one channel is known to belong to a leg: without any there is nothing to score."""
        return any(side.side is not None for side in self.sides)


@dataclass(frozen=True, slots=True)
class SessionFilters:
    """What the sessions table is narrowed to; None means everything."""

    patient_code: str | None = None
    statuses: tuple[ProcessingStatus, ...] = ()
    recorded_from: date | None = None
    recorded_until: date | None = None
    limit: int = 500


TargetsSource: TypeAlias = Literal["default", "prescription", "session"]


@dataclass(frozen=True, slots=True)
class Entered:
    """When a value was entered, and by whom; ``by`` is None where that is not known or not to be seen."""

    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class SessionInputs:
    """What a person enters because no file holds it; None means not recorded.

    ``targets`` is what the session is measured against. The MVC values are those entered for this session alone;
    ``patient_mvc_left`` and ``patient_mvc_right`` are the patient's, valid on the session's day, and count where a
    session has none of its own. ``prescription`` is the patient's on that day. ``entered`` says, by the field's
    name, since when a value stands and who entered it. ``day`` is the session's, for what holds from a day on;
    ``day_of_arrival`` says that it is when the file arrived, because the recording names no date. ``scoring`` is what
    the session is scored with: what its newest result was, else what new analyses take.
    """

    targets: SessionTargets = field(default_factory=SessionTargets)
    mvc_left_uv: float | None = None
    mvc_right_uv: float | None = None
    perceived_effort_cr10: float | None = None
    bfr_percent_aop: float | None = None
    game_max_points: float | None = None
    scoring: ScoringConfiguration = field(default_factory=ScoringConfiguration)
    prescription: Prescription | None = None
    patient_mvc_left: MvcMeasurement | None = None
    patient_mvc_right: MvcMeasurement | None = None
    entered: Mapping[str, Entered] = field(default_factory=dict, compare=False)
    day: date | None = field(default=None, compare=False)
    day_of_arrival: bool = field(default=False, compare=False)

    @property
    def standing_targets(self) -> SessionTargets:
        """Return what the session is measured against unless somebody changes it for this session alone."""
        return SessionTargets() if self.prescription is None else self.prescription.targets

    @property
    def targets_source(self) -> TargetsSource:
        """Return where the targets come from: the trial's default, a prescription, or this session alone."""
        if self.targets != self.standing_targets:
            return "session"
        return "default" if self.prescription is None else "prescription"

    def __post_init__(self) -> None:
        """Refuse values that nobody can have measured."""
        for name, (what, low, high) in _PLAUSIBLE.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise InvalidParameterError(f"{what} is {value:g}; expected {low:g} to {high:g}.")


_PLAUSIBLE = {
    "mvc_left_uv": ("The left MVC", 1.0, 20_000.0),
    "mvc_right_uv": ("The right MVC", 1.0, 20_000.0),
    "perceived_effort_cr10": ("The perceived effort (CR10)", 0.0, 10.0),
    "bfr_percent_aop": ("The cuff pressure in % AOP", 0.0, 150.0),
    "game_max_points": ("The maximum of game points", 1.0, 1e9),
}


@dataclass(frozen=True, slots=True)
class SessionResult:
    """One result of a session, as a rule the newest: versioned facts, and how they came about.

    ``scoring`` names the stored configuration that it was scored with, None where no stored one is known.
    ``changed_settings`` are those that were not the program's own, and ``reprocessing_run`` is the number of the run
    whose application made this version.
    """

    version: int
    metadata: RecordingMetadata
    channels: tuple[ChannelAnalysis, ...]
    score: SessionScore
    parameters: Mapping[str, Any]
    pipeline_version: str
    file_sha256: str
    analysed_at: datetime
    scoring: str | None = None
    changed_settings: Mapping[str, Any] = field(default_factory=dict)
    reprocessing_run: int | None = None


@dataclass(frozen=True, slots=True)
class SessionCorrections:
    """The log of a session's corrections as one viewer sees it.

    ``revision`` is what the viewer must have seen to add to it. ``unmatched`` are edits that hold but found no
    contraction in this result. ``undo`` and ``redo`` are what the viewer's next step back or forward is about.
    """

    revision: int = 0
    log: tuple[LogEntry, ...] = ()
    unmatched: tuple[LogEntry, ...] = ()
    undo: LogEntry | None = None
    redo: LogEntry | None = None


@dataclass(frozen=True, slots=True)
class SessionReview:
    """Everything the review page shows except the traces. ``result`` is None until one exists.

    ``correlation_id`` is what the logs call the newest analysis by.
    """

    summary: SessionSummary
    object_version: str
    size_bytes: int | None
    inputs: SessionInputs
    result: SessionResult | None
    corrections: SessionCorrections = SessionCorrections()
    correlation_id: str | None = None
    object_missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParkedFile:
    """A file that arrived but became no session, and why."""

    object_name: str
    reason: str
    received_at: datetime


Access: TypeAlias = Literal["read", "export"]
AuditAction: TypeAlias = Literal["insert", "update", "delete", "read", "export"]


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the audit log is narrowed to; None means everything. ``before_id`` continues after the last row shown.

    ``about`` is a session's or a patient's code; a patient's includes their sessions. The days are those of UTC, both
    included. ``without_reads`` leaves out what was only opened.
    """

    table_name: str | None = None
    row_key: str | None = None
    actor: str | None = None
    action: AuditAction | None = None
    without_reads: bool = False
    about: str | None = None
    on_or_after: date | None = None
    on_or_before: date | None = None
    before_id: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did. ``actor`` is None where a program acted by itself.

    ``before`` and ``after`` hold the columns that changed; both are None for what was only opened or exported.
    ``subject`` is the code of the session or patient, or the name of the account, that ``row_key`` leads to; None
    where that is gone.
    """

    entry_id: int
    at: datetime
    actor: str | None
    actor_name: str | None
    program: str
    action: AuditAction
    table_name: str
    row_key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str | None
    correlation_id: str | None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPerson:
    """Somebody whose doings the audit log can be narrowed to."""

    user_id: str
    name: str | None
    role: str
