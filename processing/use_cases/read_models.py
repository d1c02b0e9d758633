"""What the pages and the command line are shown: rows read from the database, typed, without vendor objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis, Verdict
from processing.errors import InvalidParameterError
from processing.recording import RecordingMetadata, Side
from processing.scoring.model import SessionScore

ProcessingStatus: TypeAlias = Literal["pending", "processing", "completed", "failed", "reprocessing"]

RUNNING: frozenset[ProcessingStatus] = frozenset({"pending", "processing", "reprocessing"})


@dataclass(frozen=True, slots=True)
class SideSummary:
    """One muscle of one session in the sessions table. ``n_good`` is None when intensity is not assessable."""

    side: Side | None
    channel: str
    verdict: Verdict
    reasons: tuple[str, ...]
    n_contractions: int
    n_good: int | None
    expected: int


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One row of the sessions table.

    ``score`` is None when it cannot be given; then ``score_low`` and ``score_high`` say what it could be, or are None
    too while there is no result. ``failure`` is a sentence for a clinician when ``status`` is ``failed``.
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

    @property
    def running(self) -> bool:
        """Whether a worker still has to finish something."""
        return self.status in RUNNING


@dataclass(frozen=True, slots=True)
class SessionFilters:
    """What the sessions table is narrowed to; None means everything."""

    patient_code: str | None = None
    statuses: tuple[ProcessingStatus, ...] = ()
    recorded_from: date | None = None
    recorded_until: date | None = None
    limit: int = 500


@dataclass(frozen=True, slots=True)
class SessionInputs:
    """What a person enters because no file holds it; None means not recorded."""

    targets: SessionTargets = field(default_factory=SessionTargets)
    mvc_left_uv: float | None = None
    mvc_right_uv: float | None = None
    perceived_effort_cr10: float | None = None
    bfr_percent_aop: float | None = None
    game_max_points: float | None = None

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
    """The newest result of a session: versioned facts, and how they came about."""

    version: int
    metadata: RecordingMetadata
    channels: tuple[ChannelAnalysis, ...]
    score: SessionScore
    parameters: Mapping[str, Any]
    pipeline_version: str
    file_sha256: str
    analysed_at: datetime


@dataclass(frozen=True, slots=True)
class SessionReview:
    """Everything the review page shows except the traces. ``result`` is None until one exists."""

    summary: SessionSummary
    object_version: str
    size_bytes: int | None
    inputs: SessionInputs
    result: SessionResult | None


@dataclass(frozen=True, slots=True)
class ParkedFile:
    """A file that arrived but became no session, and why."""

    object_name: str
    reason: str
    received_at: datetime


Access: TypeAlias = Literal["read", "export"]


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the audit log is narrowed to; None means everything. ``before_id`` continues after the last row shown."""

    table_name: str | None = None
    row_key: str | None = None
    actor: str | None = None
    before_id: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did. ``actor`` is None where a program acted by itself.

    ``before`` and ``after`` hold the columns that changed; both are None for what was only opened or exported.
    """

    entry_id: int
    at: datetime
    actor: str | None
    actor_name: str | None
    program: str
    action: Literal["insert", "update", "delete", "read", "export"]
    table_name: str
    row_key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str | None
    correlation_id: str | None
