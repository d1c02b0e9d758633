"""Services without a database or files: synthetic sessions in every state that a page has to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np

from processing.emg.parameters import SessionTargets
from processing.emg.results import (
    Amplitude,
    ChannelAnalysis,
    ChannelQuality,
    Contraction,
    FaintActivity,
    Fatigue,
    IntervalS,
    Mvc,
    QualityFinding,
    Spectrum,
    Verdict,
)
from processing.emg.traces import ChannelTraces
from processing.errors import (
    DatabaseUnavailableError,
    EditConflictError,
    NotFoundError,
    TruncatedRecordingError,
)
from processing.recording import (
    ChannelInfo,
    ClockCheck,
    GameInfo,
    RecordedMeasures,
    RecordingMetadata,
    Side,
)
from processing.scoring.model import MuscleScore, ScorePart, SessionScore
from processing.settings import Settings
from processing.use_cases.ingest_types import IngestOutcome
from processing.use_cases.notes import SessionNotes
from processing.use_cases.profile import ViewerProfile
from processing.use_cases.read_models import (
    ParkedFile,
    ProcessingStatus,
    SessionFilters,
    SessionInputs,
    SessionResult,
    SessionReview,
    SessionSummary,
    SideSummary,
)
from processing.use_cases.session_pages import SessionPage, SessionPlace
from tests.unit.pages.fake_signals import FakeSignalDetails
from tests.unit.pages.fakes_attention import FakeAttention
from tests.unit.pages.fakes_corrections import FakeCorrections
from tests.unit.pages.fakes_earlier import FakeEarlier
from tests.unit.pages.fakes_exports import FakeExports
from tests.unit.pages.fakes_inbox import FakeInbox, FakeSideMap
from tests.unit.pages.fakes_progress import FakeProgress
from tests.unit.pages.fakes_reports import FakeReports

RATE_HZ = 990.0
LENGTH_S = 60.0
RECORDED = datetime(2025, 3, 10, 11, 50)
RECEIVED = datetime(2025, 3, 10, 12, 1, tzinfo=UTC)
TARGETS = SessionTargets(expected_contractions=4)
DROPOUT: IntervalS = (30.0, 30.27)


def make_contraction(onset_s: float, duration_s: float = 2.5, **changes: Any) -> Contraction:
    """Return a contraction of 200 µV; without further words it is good."""
    values: dict[str, Any] = {
        "onset_s": onset_s,
        "offset_s": onset_s + duration_s,
        "duration_s": duration_s,
        "peak_uv": 260.4,
        "mean_uv": 181.2,
        "plateau_uv": 203.7,
        "mnf_hz": 92.3,
        "mdf_hz": 81.4,
        "percent_mvc": 81.5,
        "meets_intensity": True,
        "meets_duration": duration_s >= TARGETS.target_duration_s,
    }
    return Contraction(**{**values, **changes})


FOUR_KINDS = (
    make_contraction(5.0),
    make_contraction(15.0, 0.6),
    make_contraction(25.0, percent_mvc=48.0, meets_intensity=False, plateau_uv=120.0),
    make_contraction(
        40.0,
        0.5,
        percent_mvc=31.0,
        meets_intensity=False,
        plateau_uv=77.0,
        doubtful=True,
        doubtful_reason="two bursts close together",
    ),
)


def without_mvc(contractions: Sequence[Contraction]) -> tuple[Contraction, ...]:
    """Return the same contractions where no MVC is known."""
    return tuple(replace(c, percent_mvc=None, meets_intensity=None) for c in contractions)


def make_quality(
    verdict: Verdict = "good", findings: Sequence[QualityFinding] = (), masked: Sequence[IntervalS] = ()
) -> ChannelQuality:
    """Return a quality whose reasons are those of its findings."""
    return ChannelQuality(
        verdict=verdict,
        reasons=tuple(finding.reason for finding in findings),
        findings=tuple(findings),
        snr_db=33.6 if verdict != "not_judged" else None,
        noise_uv=3.4,
        masked_percent=100 * sum(stop - start for start, stop in masked) / LENGTH_S,
        masked_intervals_s=tuple(masked),
    )


DROPOUT_FINDING = QualityFinding(
    "dropout", "doubtful", "1 drop-out: the sensor sent the same value 270 times", 0.45, 0.0, "%", (DROPOUT,)
)
LOOSE_FINDING = QualityFinding(
    "loose_sensor",
    "not_judged",
    "96 % of the power lies below 20 Hz: the sensor moved or was loose",
    96.0,
    40.0,
    "%",
)


def make_channel(
    side: Side | None, contractions: Sequence[Contraction] = FOUR_KINDS, **changes: Any
) -> ChannelAnalysis:
    """Return one muscle's analysis; left is CH1."""
    values: dict[str, Any] = {
        "name": "CH1" if side == "left" else "CH2",
        "label": "CH1 Raw" if side == "left" else "CH2 Raw",
        "side": side,
        "quality": make_quality(),
        "contractions": tuple(contractions),
        "faint": (FaintActivity(10.0, 10.6, 0.6, 14.0, 9.0), FaintActivity(48.0, 48.4, 0.4, 12.0, 8.0)),
        "amplitude": Amplitude(181.0, 140.0, 260.0, 204.0, 6.1),
        "spectrum": Spectrum(92.3, 81.4),
        "fatigue": Fatigue(None, None, None, None, len(contractions), None, "needs at least 6 contractions"),
        "mvc": Mvc(250.0, "patient"),
    }
    return ChannelAnalysis(**{**values, **changes})


def make_traces(channel: ChannelAnalysis, *, seed: int = 1, length_s: float = LENGTH_S) -> ChannelTraces:
    """Return noise with a burst for each contraction and the amplifier's rail in each masked interval."""
    rng = np.random.default_rng(seed)
    n = int(length_s * RATE_HZ)
    time_s = np.arange(n) / RATE_HZ
    amplitude = np.full(n, 3.0)
    for burst in (*channel.contractions, *channel.faint):
        level = burst.plateau_uv if isinstance(burst, Contraction) else burst.peak_uv
        rise = np.clip((time_s - burst.onset_s) / 0.08, 0, 1) * np.clip(
            (burst.offset_s - time_s) / 0.08, 0, 1
        )
        amplitude += level * rise
    raw = (amplitude * rng.standard_normal(n)).astype(np.float32)
    for start, stop in channel.quality.masked_intervals_s:
        raw[int(start * RATE_HZ) : int(stop * RATE_HZ)] = -5500.0
    ripple = 1 + 0.06 * np.convolve(rng.standard_normal(n), np.ones(80) / 80, "same") * 9
    envelope = (amplitude * ripple).astype(np.float32)
    activated = np.where(envelope > 30, 0.3 * envelope, 0).astype(np.float32)
    return build_traces(channel, raw, envelope, activated)


def build_traces(
    channel: ChannelAnalysis, raw: np.ndarray, envelope: np.ndarray, activated: np.ndarray | None
) -> ChannelTraces:
    """Return the traces of one channel, whatever further fields the type has."""
    return ChannelTraces(
        name=channel.name,
        side=channel.side,
        raw_uv=raw,
        rms_envelope_uv=envelope,
        activated_uv=activated,
        sampling_rate_hz=RATE_HZ,
        masked_intervals_s=channel.quality.masked_intervals_s,
        filtered_uv=raw,
    )


def make_part(name: str, points: float | None, *, weight: float = 0.25) -> ScorePart:
    """Return one part of a score; without points it is missing and could bring anything."""
    if points is None:
        return ScorePart(name, weight, None, None, 0.0, 100 * weight, "not recorded")
    return ScorePart(name, weight, points / weight, points, points, points, None)


def make_score_of(
    parts: Sequence[ScorePart], *, low: float | None = None, high: float | None = None
) -> SessionScore:
    """Return the score that its parts add up to, with the range it could lie in."""
    total = sum(part.points or 0.0 for part in parts)
    muscle = MuscleScore(4, 1, TARGETS.expected_contractions, 1.0, 0.5, 0.5, 66.7, 66.7, 66.7)
    return SessionScore(
        total=total,
        low=total if low is None else low,
        high=total if high is None else high,
        left=muscle,
        right=muscle,
        compliance=None,
        symmetry=None,
        effort=None,
        game=None,
        gate="not_measured",
        parts=tuple(parts),
        notes=("Cuff pressure was not measured: no gate was applied.",),
    )


def make_score() -> SessionScore:
    """Return a score of 71.2 in which everything that counts is known."""
    parts = [
        make_part("compliance", 29.165, weight=0.5),
        make_part("symmetry", 17.035),
        make_part("effort", 25.0),
    ]
    return make_score_of([*parts, make_part("game", None)])


def make_score_without_effort() -> SessionScore:
    """Return a score of 61.6 whose effort was not recorded: it could lie between 46 and 71."""
    parts = [make_part("compliance", 38.9, weight=2 / 3), make_part("symmetry", 22.7, weight=1 / 3)]
    return make_score_of([*parts, make_part("effort", None), make_part("game", None)], low=46.2, high=71.2)


def make_score_not_assessable() -> SessionScore:
    """Return what is left of a score where compliance cannot be assessed: a range."""
    compliance = ScorePart("compliance", 0.5, None, None, 16.7, 33.4, "left no MVC is known, right no MVC")
    parts = [compliance, make_part("symmetry", None), make_part("effort", 25.0)]
    muscle = MuscleScore(4, None, TARGETS.expected_contractions, 1.0, None, 0.5, None, 33.3, 66.7, "no MVC")
    score = make_score_of(parts, low=17.0, high=84.0)
    return replace(score, total=None, left=muscle, right=muscle)


def make_metadata(
    channels: Sequence[ChannelAnalysis], measures: RecordedMeasures | None = None
) -> RecordingMetadata:
    """Return what a GHOSTLY file says about itself."""
    infos = tuple(
        ChannelInfo(c.name, c.label, i, c.side, "V", True, 1.0, i + 2) for i, c in enumerate(channels)
    )
    clock = ClockCheck(
        RATE_HZ, 59.0, LENGTH_S, 1000.0, False, "Declared 990 Hz; the duration suggests 1000 Hz."
    )
    return RecordingMetadata(
        sampling_rate_hz=RATE_HZ,
        n_samples=int(LENGTH_S * RATE_HZ),
        duration_s=LENGTH_S,
        channels=infos,
        analog_labels=("CH1 Raw", "CH2 Raw", "CH1 activated", "CH2 activated"),
        recorded_at=RECORDED,
        clock_check=clock,
        game=GameInfo("Ghostly", 3, 1480.0, "OpenFeasyo.Android", "Default", None, None),
        measures=measures or RecordedMeasures(),
        notices=(
            "The file does not name a unit; volt is assumed.",
            "The player's name is the game's default.",
        ),
    )


def make_review(
    code: str = "P001S001",
    *,
    status: ProcessingStatus = "completed",
    channels: Sequence[ChannelAnalysis] | None = None,
    score: SessionScore | None = None,
    inputs: SessionInputs | None = None,
    failure: str | None = None,
    object_version: str = "v1",
    measures: RecordedMeasures | None = None,
) -> SessionReview:
    """Return a session's review; only a completed one has a result."""
    found = tuple(channels) if channels is not None else (make_channel("left"), make_channel("right"))
    finished = status in ("completed", "reprocessing")
    result_score = score or make_score()
    summary = SessionSummary(
        session_id=f"id-{code}",
        session_code=code,
        patient_code=code[:4],
        object_name=f"{code[:4]}/Ghostly_Emg_20250310_11-50-16-0578.c3d",
        status=status,
        received_at=RECEIVED,
        recorded_at=RECORDED,
        duration_s=LENGTH_S if finished else None,
        sides=tuple(_side_summary(channel) for channel in found) if finished else (),
        score=result_score.total if finished else None,
        score_low=result_score.low if finished else None,
        score_high=result_score.high if finished else None,
        failure=failure,
    )
    result = SessionResult(
        version=2,
        metadata=make_metadata(found, measures),
        channels=found,
        score=result_score,
        parameters={"bandpass_low_hz": 20.0, "bandpass_high_hz": 450.0, "envelope_window_s": 0.1},
        pipeline_version="0.1.0",
        file_sha256="9f2c" * 16,
        analysed_at=RECEIVED,
    )
    return SessionReview(
        summary=summary,
        object_version=object_version,
        size_bytes=1_103_152,
        inputs=inputs or SessionInputs(targets=TARGETS),
        result=result if finished else None,
    )


def _side_summary(channel: ChannelAnalysis) -> SideSummary:
    judged = channel.quality.verdict != "not_judged"
    held = sum(c.meets_duration for c in channel.contractions)
    good = sum(bool(c.meets_intensity) and c.meets_duration for c in channel.contractions)
    most = sum(c.meets_intensity is not False and c.meets_duration for c in channel.contractions)
    return SideSummary(
        side=channel.side,
        channel=channel.name,
        verdict=channel.quality.verdict,
        reasons=channel.quality.reasons,
        n_contractions=len(channel.contractions),
        n_good=good if judged and good == most else None,
        expected=TARGETS.expected_contractions,
        n_held=held if judged else None,
        good_at_least=good if judged else None,
        good_at_most=most if judged else None,
    )


@dataclass
class FakeNotes:
    """Notes that nobody wrote yet."""

    may_read: bool = True

    def of_session(self, _session_code: str) -> SessionNotes:
        return SessionNotes((), self.may_read, self.may_read, False)

    def add(self, _session_code: str, _text: str, *, at_s: float | None = None) -> str:
        return f"note at {at_s}"


@dataclass
class FakeServices:
    """What the pages call, answered from a few reviews in memory."""

    reviews: dict[str, SessionReview] = field(default_factory=dict)
    parked: list[ParkedFile] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    broken: Exception | None = None
    traces_error: Exception | None = None
    traces_of: Callable[[SessionReview], tuple[ChannelTraces, ...]] | None = None
    saved_inputs: list[tuple[str, SessionInputs]] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    uploads: list[tuple[str, str, bytes]] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    maps_tried: list[Any] = field(default_factory=list)
    asked: list[SessionFilters] = field(default_factory=list)
    profile: ViewerProfile | None = None
    opened: list[tuple[str, str]] = field(default_factory=list)
    notes: FakeNotes = field(default_factory=FakeNotes)

    side_map: FakeSideMap = field(default_factory=FakeSideMap)
    inbox: FakeInbox = field(init=False)
    exports: FakeExports = field(init=False)
    reports: FakeReports = field(init=False)
    attention: FakeAttention = field(init=False)
    corrections: FakeCorrections = field(init=False)
    earlier: FakeEarlier = field(default_factory=FakeEarlier)
    progress: FakeProgress = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = FakeInbox(self)
        self.exports = FakeExports(self)
        self.reports = FakeReports(self)
        self.attention = FakeAttention(self)
        self.corrections = FakeCorrections(self.reviews)
        self.progress = FakeProgress(self)

    def for_viewer(self, _identity: Any) -> FakeServices:
        return self

    @property
    def signal_details(self) -> FakeSignalDetails:
        return FakeSignalDetails(self.load_traces)

    def viewer_profile(self) -> ViewerProfile | None:
        return self.profile

    def record_access(self, action: str, session_code: str, *, reason: str | None = None) -> None:
        self.opened.append((action, session_code))

    def _answer(self) -> None:
        if self.broken is not None:
            raise self.broken

    def list_sessions(self, filters: SessionFilters) -> list[SessionSummary]:
        self._answer()
        self.asked.append(filters)
        return [
            review.summary
            for review in self.reviews.values()
            if filters.patient_code in (None, review.summary.patient_code)
            and (not filters.statuses or review.summary.status in filters.statuses)
        ]

    def page_of_sessions(self, filters: SessionFilters, place: SessionPlace | None = None) -> SessionPage:
        # A place's id is here the number of the session that stands behind it.
        found, start = self.list_sessions(filters), 0 if place is None else place.session_id.int
        start = max(0, start - filters.limit) if place is not None and place.newer else start
        stop = start + filters.limit
        return SessionPage(
            tuple(found[start:stop]),
            newer=SessionPlace(RECORDED, UUID(int=start), newer=True) if start else None,
            older=SessionPlace(RECORDED, UUID(int=stop)) if stop < len(found) else None,
        )

    def list_patient_codes(self) -> list[str]:
        self._answer()
        return sorted({review.summary.patient_code for review in self.reviews.values()})

    def list_parked_files(self) -> list[ParkedFile]:
        self._answer()
        return self.parked

    def load_review(self, session_code: str) -> SessionReview:
        self._answer()
        if session_code not in self.reviews:
            raise NotFoundError(f"There is no session '{session_code}'.")
        return self.reviews[session_code]

    def inputs_revision(self, session_code: str) -> int | None:
        return 1 + sum(code == session_code for code, _ in self.saved_inputs)

    def save_inputs(
        self, session_code: str, inputs: SessionInputs, *, expected_revision: int | None = None
    ) -> None:
        if expected_revision not in (None, self.inputs_revision(session_code)):
            raise EditConflictError("Somebody else changed these values meanwhile.")
        self.saved_inputs.append((session_code, inputs))
        self.reviews[session_code] = replace(self.reviews[session_code], inputs=inputs)

    def retry_session(self, session_code: str) -> None:
        self.retried.append(session_code)
        review = self.reviews[session_code]
        summary = replace(review.summary, status="pending", failure=None)
        self.reviews[session_code] = replace(review, summary=summary)

    def load_traces(self, review: SessionReview) -> tuple[ChannelTraces, ...]:
        if self.traces_error is not None:
            raise self.traces_error
        if self.traces_of is not None:
            return self.traces_of(review)
        assert review.result is not None
        return tuple(make_traces(channel, seed=i) for i, channel in enumerate(review.result.channels))

    def analyse_file(self, file_name: str, data: bytes, *, channel_map: Any = None) -> Any:
        self.looked_at.append(file_name)
        self.maps_tried.append(channel_map)
        if not data.startswith(b"good"):
            raise TruncatedRecordingError(
                f"'{file_name}' ends after {len(data)} bytes; its header promises 900."
            )
        channels = tuple(
            replace(make_channel(side, without_mvc(FOUR_KINDS)), mvc=Mvc(210.0, "session_peak"))
            for side in (channel_map or {"CH1 Raw": "left", "CH2 Raw": "right"}).values()
        )
        return SimpleNamespace(
            metadata=make_metadata(channels),
            channels=channels,
            score=make_score_not_assessable(),
            sha256="ab" * 32,
            size_bytes=len(data),
        )

    def draw_file(self, _file_name: str, data: bytes, *, channel_map: Any = None) -> Any:
        sides = (channel_map or {"CH1 Raw": "left", "CH2 Raw": "right"}).values()
        return tuple(make_traces(make_channel(side), seed=i) for i, side in enumerate(sides))

    def save_upload(
        self, patient_code: str, file_name: str, data: bytes, *, channel_map: Any = None
    ) -> IngestOutcome:
        if not data.startswith(b"good"):
            raise TruncatedRecordingError(
                f"'{file_name}' ends after {len(data)} bytes; its header promises 900."
            )
        self.uploads.append((patient_code, file_name, data))
        code = f"{patient_code}S{len(self.uploads):03d}"
        self.reviews[code] = make_review(code, status="pending")
        return IngestOutcome(True, "accepted", None, code, f"id-{code}", "pending", len(self.uploads))


def make_foreign_review(code: str = "P004S001") -> SessionReview:
    """Return a laboratory's recording of three muscles that name no leg; the score knows nothing of them."""
    channels = [
        make_channel(
            None,
            without_mvc(FOUR_KINDS),
            name=f"voltage.EMG{n}",
            label=f"voltage.EMG{n}",
            mvc=Mvc(210.0, "session_peak"),
        )
        for n in (1, 2, 3)
    ]
    score = replace(make_score_not_assessable(), low=5.0, high=100.0)
    return make_review(code, channels=channels, score=score)


def every_state() -> dict[str, SessionReview]:
    """Return one session in each state that the list and the review have to show."""
    noisy = make_channel("left", quality=make_quality("doubtful", [DROPOUT_FINDING], [DROPOUT]))
    loose = make_channel("right", (), quality=make_quality("not_judged", [LOOSE_FINDING]), mvc=None)
    no_mvc = [
        make_channel(side, without_mvc(FOUR_KINDS), mvc=Mvc(210.0, "session_peak"))
        for side in ("left", "right")
    ]
    reviews = [
        make_review("P001S001", score=make_score()),
        make_review("P001S002", channels=[noisy, make_channel("right")], score=make_score_without_effort()),
        make_review("P001S003", channels=[make_channel("left"), loose], score=make_score_not_assessable()),
        make_review("P002S001", channels=no_mvc, score=make_score_not_assessable()),
        make_review("P002S002", status="processing"),
        make_review("P002S003", status="pending"),
        make_review(
            "P003S001",
            status="failed",
            failure="The file is shorter than its own header promises: 512 bytes found, 1 103 152 expected.",
        ),
        make_foreign_review(),
    ]
    return {review.summary.session_code: review for review in reviews}


def database_away() -> FakeServices:
    """Return services whose database does not answer."""
    return FakeServices(broken=DatabaseUnavailableError("The database did not answer within 2 s."))


def opener(services: FakeServices) -> Callable[..., Any]:
    """Return what takes the place of ``processing.services.open_services``."""

    @contextmanager
    def open_services(_settings: Settings, **_options: Any) -> Iterator[FakeServices]:
        yield services

    return open_services
