"""Sessions, versions and patients as documents; the routes answer plain values that these describe."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.recording import ChannelInfo, ClockCheck, GameInfo, RecordedMeasures, Side
from processing.scoring.model import SessionScore
from processing.use_cases.cohort import LegSummary
from rest_api.models.sessions import Status

_DATE = "; null for researchers."


class RecordingModel(BaseModel):
    """What the file says about itself, as in `analyze --json`."""

    sampling_rate_hz: float = Field(description="Samples per second.")
    n_samples: int
    duration_s: float
    recorded_at: str | None = Field(description="The tablet's local time without a zone" + _DATE)
    clock_check: ClockCheck = Field(description="Whether rate and the game's clock agree.")
    game: GameInfo = Field(description="What the game wrote; nobody's name or number for researchers.")
    measures: RecordedMeasures = Field(
        description="Clinical values that some files hold; MVC in volts by channel."
    )
    channels: list[ChannelInfo] = Field(description="The EMG channels as the file declares them.")
    notices: list[str] = Field(description="Sentences about oddities, in English; empty for researchers.")


class FileModel(BaseModel):
    """The file that a result describes."""

    sha256: str


class ResultModel(BaseModel):
    """One version of a session's result. `_s` are seconds, `_uv` microvolts, `_hz` hertz, `_db` decibels."""

    version: int = Field(description="Counts from 1; every analysis adds one.")
    analysed_at: str | None = Field(description="UTC" + _DATE)
    pipeline_version: str = Field(description="The version of the analysis that made it.")
    file: FileModel
    recording: RecordingModel
    channels: list[ChannelAnalysis] = Field(
        description="As in `analyze --json`; with what people corrected, where they did."
    )
    scores: SessionScore = Field(description="The score and its parts; 0 to 100.")
    scoring: str | None = Field(
        description="The scoring configuration, such as `trial v1`; null if not a stored one."
    )
    parameters: dict[str, Any] = Field(description="Every setting of the analysis; names end in the unit.")
    changed_settings: dict[str, Any] = Field(description="Those that are not the program's own.")
    reprocessing_run: int | None = Field(description="The research run that made it, if one did.")


class SessionVersion(ResultModel):
    """One version of a session's result."""

    code: str = Field(description="The session.")


class PatientMvc(BaseModel):
    """A reference amplitude of a patient that held on the session's day."""

    value_uv: float = Field(description="Microvolts.")
    same_electrodes: bool | None
    measured_on: str | None = Field(description="A day" + _DATE)
    posture: str | None = Field(description="As entered" + _DATE)
    electrode_placement: str | None = Field(description="As entered" + _DATE)
    method: str | None = Field(description="As entered" + _DATE)
    note: str | None = Field(description="As entered; null for those who may not read it.")


class PrescriptionModel(BaseModel):
    """What was prescribed from a day on; null where nothing was prescribed about it."""

    valid_from: str | None = Field(description="A day" + _DATE)
    expected_left: int = Field(description="Contractions of the left leg in one session.")
    expected_right: int = Field(description="Contractions of the right leg in one session.")
    percent_mvc_left: float = Field(description="Target intensity in % MVC.")
    percent_mvc_right: float = Field(description="Target intensity in % MVC.")
    hold_s: float = Field(description="Target duration in seconds.")
    sets: int | None = Field(description="Games in a training day.")
    reps: int | None = Field(description="Contractions in a game.")
    rest_s: float | None = Field(description="Seconds between games.")
    pressure_percent_aop: float | None = Field(description="The cuff, in % of arterial occlusion pressure.")
    protocol_days: int | None = Field(description="Length of the protocol in days.")


class EnteredModel(BaseModel):
    """When a value was entered, and by whom."""

    at: str = Field(description="UTC.")
    by: str | None = Field(description="A name; null where it is not known or not to be seen.")


class InputsModel(BaseModel):
    """What people entered because no file holds it; null is not recorded."""

    targets: SessionTargets = Field(description="What the session is measured against.")
    targets_source: Literal["default", "prescription", "session"]
    mvc_left_uv: float | None = Field(description="Entered for this session alone, in microvolts.")
    mvc_right_uv: float | None = Field(description="Entered for this session alone, in microvolts.")
    perceived_effort_cr10: float | None = Field(description="Borg CR10, 0 to 10.")
    bfr_percent_aop: float | None = Field(description="Cuff pressure in % AOP.")
    game_max_points: float | None
    patient_mvc_left: PatientMvc | None
    patient_mvc_right: PatientMvc | None
    prescription: PrescriptionModel | None
    day: str | None = Field(description="The session's day" + _DATE)
    day_of_arrival: bool = Field(
        description="Whether that is when the file arrived, for want of a date in it."
    )
    entered: dict[str, EnteredModel] = Field(description="By field; empty for researchers.")


class CorrectionModel(BaseModel):
    """A change of a detected contraction, in seconds from the beginning."""

    channel: str
    kind: Literal["accept", "reject", "move", "split", "merge", "add"]
    onset_s: float
    offset_s: float
    new_onset_s: float | None
    new_offset_s: float | None
    at_s: float | None
    reason: str | None = Field(description="In the person's words" + _DATE)


class CorrectionEntry(BaseModel):
    """One entry of a session's log of corrections."""

    revision: int
    action: Literal["edit", "undo", "redo"]
    correction: CorrectionModel | None = Field(description="Of an `edit`.")
    target: int | None = Field(description="The revision that an `undo` or `redo` is about.")
    by: str | None = Field(description="A name" + _DATE)
    at: str | None = Field(description="UTC" + _DATE)
    holds: bool = Field(description="Whether it counts: an edit that nobody took back.")
    unmatched: bool = Field(description="Whether it holds but finds no contraction in this result.")


class CorrectionsModel(BaseModel):
    """What people changed about the detected contractions."""

    revision: int
    log: list[CorrectionEntry]


class SessionDocument(BaseModel):
    """Everything that is known about a session but its signals and notes."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Literal["ghostly-emg/session/1"] = Field(alias="schema")
    code: str
    patient: str
    number: int = Field(description="Counts the patient's sessions from 1, in order of time.")
    study_day: int = Field(description="1 on the day of the patient's first session.")
    pseudonymised: bool = Field(description="Whether dates, free text and names were left out.")
    status: Status
    received_at: str | None = Field(description="UTC" + _DATE)
    recorded_at: str | None = Field(description="The tablet's local time without a zone" + _DATE)
    duration_s: float | None
    object: str | None = Field(description="The file's name in the bucket" + _DATE)
    size_bytes: int | None
    object_missing: bool = Field(description="Whether the file is no longer in the bucket.")
    duplicate_of: str | None = Field(description="The earliest session of the same bytes.")
    failure: str | None = Field(description="Why there is no result, in English.")
    result: ResultModel | None = Field(description="The newest version; null without any.")
    inputs: InputsModel
    corrections: CorrectionsModel


class VersionModel(BaseModel):
    """A version of a session's result in short."""

    version: int
    newest: bool
    analysed_at: str | None = Field(description="UTC" + _DATE)
    pipeline_version: str
    file_sha256: str
    scoring: str | None
    changed_settings: dict[str, Any]
    reprocessing_run: int | None
    applied_by: str | None = Field(description="Who applied the research run" + _DATE)
    reason: str | None = Field(description="What they said" + _DATE)
    score: float | None


class VersionList(BaseModel):
    """All versions of a session's result, newest first."""

    code: str
    versions: list[VersionModel]


class PatientModel(BaseModel):
    """A patient by code; who they are is not in this API."""

    code: str
    site: str | None
    n_sessions: int
    n_failed: int = Field(description="Sessions whose file could not be analysed.")
    assigned: bool = Field(description="Whether a therapist treats them.")
    therapist: str | None = Field(description="A name; null where it is not to be seen" + _DATE)
    last_session_at: str | None = Field(description="Local time" + _DATE)
    has_prescription: bool
    prescribed_from: str | None = Field(description="A day" + _DATE)
    mvc_left_on: str | None = Field(description="Day of the newest measurement" + _DATE)
    mvc_right_on: str | None = Field(description="Day of the newest measurement" + _DATE)


class PatientList(BaseModel):
    """The patients whom the caller may see, by code."""

    patients: list[PatientModel]


class TimelineSessionModel(BaseModel):
    """One session of a timeline."""

    code: str
    at: str | None = Field(
        description="The tablet's local time, or the arrival in UTC if `of_arrival`" + _DATE
    )
    of_arrival: bool
    study_day: int | None = Field(description="1 on the day of the first session.")
    status: Status
    score: float | None
    score_low: float | None
    score_high: float | None
    symmetry: float | None = Field(description="0 to 100.")
    effort_cr10: float | None
    percent_aop: float | None
    left: LegSummary | None
    right: LegSummary | None
    copy_of: str | None = Field(description="The session that holds the same recording already.")
    hold_s: float = Field(description="Target duration in seconds.")
    n_notes: int | None = Field(description="Notes; null for those who may not read them.")


class ReferenceBreakModel(BaseModel):
    """A change of a leg's reference amplitude: percentages before and after do not compare."""

    session: str
    side: Side
    kinds: list[str]


class Timeline(BaseModel):
    """A patient's sessions, oldest first."""

    patient: str
    site: str | None
    n_sessions: int
    sessions: list[TimelineSessionModel]
    reference_breaks: list[ReferenceBreakModel]


class AdherenceModel(BaseModel):
    """How much of what was due was done."""

    percent: float | None = Field(description="0 to 100; null before the third day.")
    band: str | None
    n_done: int = Field(description="Sessions done; copies and unreadable files do not count.")
    n_due: float = Field(description="Sessions due, on average five days in seven.")
    day: int = Field(description="Day of the protocol.")
    protocol_days: int
    first: str | None = Field(description="The protocol's first day" + _DATE)
    last: str | None = Field(description="The day that this is about" + _DATE)


class StripDay(BaseModel):
    """One day."""

    date: str | None = Field(description="The day" + _DATE)
    protocol_day: int | None = Field(description="1 on the protocol's first day; null before it.")
    n_done: int = Field(description="Sessions recorded.")
    n_unread: int = Field(description="Files that could not be read.")
    games: int = Field(description="Games of a training day.")
    planned: bool = Field(description="Whether the day belongs to the protocol.")
    past: bool = Field(description="Whether the day is over.")


class AdherenceDocument(BaseModel):
    """How well a patient keeps to the protocol."""

    patient: str
    on: str | None = Field(description="The day it was worked out for" + _DATE)
    adherence: AdherenceModel | None = Field(description="Null without a session to count from.")
    strip: list[StripDay] = Field(description="Two weeks, oldest day first.")


class ScoringModel(BaseModel):
    """One version of a scoring configuration; it is never changed."""

    id: int
    name: str
    version: int
    current: bool = Field(description="Whether new analyses take it.")
    protected: bool = Field(description="Whether it is the trial's own.")
    created_at: str = Field(description="UTC.")
    created_by: str | None = Field(description="A name; null where it is not known" + _DATE)
    n_sessions: int = Field(description="Sessions, of those the caller may see, that are scored with it.")
    configuration: dict[str, Any] = Field(description="Weights, bands and limits.")


class ScoringList(BaseModel):
    """Every scoring configuration, newest first."""

    scoring_configurations: list[ScoringModel]
