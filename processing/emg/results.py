"""What the analysis of a recording says; plain values only, so that it fits in a database row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.recording import Side

Verdict: TypeAlias = Literal["good", "doubtful", "not_judged"]
IntervalS: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One thing noticed about a channel: how much of it, against which threshold, where, and in words."""

    kind: str
    verdict: Verdict
    reason: str
    value: float
    threshold: float
    unit: str
    intervals_s: tuple[IntervalS, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelQuality:
    """Whether a channel can be trusted. ``snr_db`` is None when there is nothing to compare the noise with.

    ``masked_intervals_s`` were left out of detection and measures; ``masked_percent`` is their share of the
    recording. ``seconds`` has one letter for each whole second: ``g`` good, ``d`` doubtful (something in it is
    left out, clipped, mains or movement), ``n`` not judged (half of it or more is left out).
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    findings: tuple[QualityFinding, ...]
    snr_db: float | None
    noise_uv: float | None
    masked_percent: float
    masked_intervals_s: tuple[IntervalS, ...]
    seconds: str = ""


@dataclass(frozen=True, slots=True)
class Contraction:
    """One contraction, onset included and offset excluded.

    ``percent_mvc`` and ``meets_intensity`` are None where no MVC is known: intensity is then not assessable.
    ``meets_intensity`` compares the plateau (``plateau_uv``) with the target.
    """

    onset_s: float
    offset_s: float
    duration_s: float
    peak_uv: float
    mean_uv: float
    plateau_uv: float
    mnf_hz: float | None
    mdf_hz: float | None
    percent_mvc: float | None
    meets_intensity: bool | None
    meets_duration: bool
    doubtful: bool = False
    doubtful_reason: str | None = None


@dataclass(frozen=True, slots=True)
class FaintActivity:
    """Activity above the noise but too weak, or too much of a twitch, to count as a contraction."""

    onset_s: float
    offset_s: float
    duration_s: float
    peak_uv: float
    mean_uv: float


@dataclass(frozen=True, slots=True)
class Amplitude:
    """Amplitude over the accepted contractions, in microvolts; None when there are none."""

    rms_uv: float | None
    mav_uv: float | None
    peak_uv: float | None
    plateau_uv: float | None
    time_under_tension_s: float


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Mean and median frequency over the accepted contractions; None when too little signal."""

    mnf_hz: float | None
    mdf_hz: float | None


@dataclass(frozen=True, slots=True)
class Fatigue:
    """Slope of MDF over contractions with its 95 % interval; ``reason`` says why it is not given.

    ``r_squared`` is the share of the variance of MDF that the line over the contractions explains.
    """

    mdf_slope_hz_per_contraction: float | None
    mdf_slope_percent_per_min: float | None
    ci95_low: float | None
    ci95_high: float | None
    n: int
    fi_nsm5: float | None
    reason: str | None
    r_squared: float | None = None


@dataclass(frozen=True, slots=True)
class TemporalStatistics:
    """How steady RMS amplitude is over windows of a second that overlap by half.

    The first three describe all windows of the recording, those named ``active`` the windows that lie in
    contractions for at least half of their length. Coefficients of variation are SD over mean in percent. None
    where there are fewer than two windows.
    """

    window_s: float
    overlap_percent: float
    n_windows: int
    n_active_windows: int
    rms_mean_uv: float | None
    rms_sd_uv: float | None
    rms_cv_percent: float | None
    active_rms_mean_uv: float | None
    active_rms_sd_uv: float | None
    active_rms_cv_percent: float | None


@dataclass(frozen=True, slots=True)
class Mvc:
    """The reference amplitude of a muscle and where it comes from.

    ``source`` is ``file``, ``session`` (entered for this session), ``patient`` (the patient's, valid on its day) or
    ``session_peak``. All but the last make intensity assessable.
    """

    value_uv: float
    source: Literal["file", "session", "patient", "session_peak"]

    @property
    def assessable(self) -> bool:
        """Whether contractions may be judged against this value."""
        return self.source != "session_peak"


@dataclass(frozen=True, slots=True)
class GameDetection:
    """What the game's own online detector saw, merged and pruned by the rules for contractions.

    ``n_shared`` of its activations overlap one of our contractions; the detector is shown, it never decides.
    """

    n_activations: int
    n_shared: int


CorrectionKind: TypeAlias = Literal["accept", "reject", "move", "split", "merge", "add"]


@dataclass(frozen=True, slots=True)
class CorrectionMark:
    """What a person last decided about a contraction.

    ``revision`` names the entry of the session's log of corrections; ``by`` is the person's name as the viewer may
    know it, None where it is not known.
    """

    kind: CorrectionKind
    revision: int
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedContraction:
    """A contraction that a person refused: it is shown hatched and counts for nothing."""

    contraction: Contraction
    mark: CorrectionMark


@dataclass(frozen=True, slots=True)
class ChannelCorrections:
    """What people changed about a channel's contractions, beside those that now count.

    ``marks`` has one entry for each of the channel's ``contractions``: None where nobody touched it. ``rejected``
    is in order of time and may overlap what counts. Where ``as_detected`` is true, the recording was not there to
    measure, so RMS, MAV, spectrum, fatigue and the temporal statistics are still those of all that was detected.
    ``n_detected`` is how many contractions the detector found.
    """

    rejected: tuple[RejectedContraction, ...]
    marks: tuple[CorrectionMark | None, ...]
    n_detected: int
    as_detected: bool = False


@dataclass(frozen=True, slots=True)
class ChannelAnalysis:
    """Everything known about one channel of one recording.

    ``faint_gate_uv`` is the amplitude below which activity was called faint; ``game`` what the game's own
    detector saw, None where the file does not hold it; ``temporal`` is None in results of pipeline 0.1.0.
    ``corrections`` is None where nobody corrected this channel; else ``contractions`` and all measures are the
    corrected ones, and the pictures find what was rejected in it.
    """

    name: str
    label: str
    side: Side | None
    quality: ChannelQuality
    contractions: tuple[Contraction, ...]
    faint: tuple[FaintActivity, ...]
    amplitude: Amplitude
    spectrum: Spectrum
    fatigue: Fatigue
    mvc: Mvc | None
    faint_gate_uv: float | None = None
    game: GameDetection | None = None
    temporal: TemporalStatistics | None = None
    corrections: ChannelCorrections | None = None

    @property
    def rejected(self) -> tuple[RejectedContraction, ...]:
        """What people rejected in this channel, in order of time."""
        return () if self.corrections is None else self.corrections.rejected

    def mark_of(self, index: int) -> CorrectionMark | None:
        """Return what a person last decided about a contraction that counts, None for nothing."""
        return None if self.corrections is None else self.corrections.marks[index]


@dataclass(frozen=True, slots=True)
class RecordingAnalysis:
    """The analysis of every channel, in the recording's order, with what it was measured against.

    ``timings_ms`` holds ``quality``, ``detection`` and ``measures``, summed over the channels.
    """

    channels: tuple[ChannelAnalysis, ...]
    targets: SessionTargets
    parameters: AnalysisParameters
    timings_ms: dict[str, float]

    def channel_of(self, side: Side) -> ChannelAnalysis | None:
        """Return the channel of a side, None where there is none."""
        return next((channel for channel in self.channels if channel.side == side), None)
