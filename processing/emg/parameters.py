"""Every setting of the analysis, with its unit, default and source."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite

from processing.errors import InvalidParameterError
from processing.recording import Side


@dataclass(frozen=True, slots=True)
class SessionTargets:
    """What was prescribed: the yardstick for each contraction of one session.

    The first three hold for every channel; the last two hold instead of them on the right where that leg was
    prescribed something else. :meth:`for_side` says what holds for one muscle.
    """

    expected_contractions: int = 12
    target_percent_mvc: float = 75.0
    target_duration_s: float = 2.0
    right_expected_contractions: int | None = None
    right_target_percent_mvc: float | None = None

    def __post_init__(self) -> None:
        """Refuse targets that no contraction could be measured against."""
        for name in ("expected_contractions", "right_expected_contractions"):
            count = getattr(self, name)
            if count is not None and count < 1:
                raise InvalidParameterError(f"{name} is {count}; at least 1 is needed")
        for name in ("target_percent_mvc", "target_duration_s", "right_target_percent_mvc"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise InvalidParameterError(f"{name} is {value}; a positive number is needed")
        if self.right_expected_contractions == self.expected_contractions:
            object.__setattr__(self, "right_expected_contractions", None)  # one way to say one thing
        if self.right_target_percent_mvc == self.target_percent_mvc:
            object.__setattr__(self, "right_target_percent_mvc", None)

    def for_side(self, side: Side | None) -> SessionTargets:
        """Return what holds for one muscle, with nothing left that holds for another."""
        if side != "right":
            return SessionTargets(self.expected_contractions, self.target_percent_mvc, self.target_duration_s)
        return SessionTargets(
            self.expected_contractions
            if self.right_expected_contractions is None
            else self.right_expected_contractions,
            self.target_percent_mvc
            if self.right_target_percent_mvc is None
            else self.right_target_percent_mvc,
            self.target_duration_s,
        )


@dataclass(frozen=True, slots=True)
class AnalysisParameters:
    """Settings of the signal analysis; a snapshot of it is stored with each result.

    "Tuned" in a comment means: chosen on recordings of this game and on generated signals, for want of a value in
    the literature.
    """

    # --- filtering and envelope
    # ------------------------------------------------------------------------------- ISEK/SENIAM surface
    # EMG band; 20 Hz corner: De Luca 2010. The upper corner is kept below 0.95 Nyquist.
    bandpass_low_hz: float = 20.0
    bandpass_high_hz: float = 450.0
    bandpass_order: int = 4
    # Off by default: EMG has real power at the mains frequency. 50 or 60 switches it on for the measures.
    mains_notch_hz: float | None = None
    # Quality factor of the notch (optional one and the detector's own): 50 / 8 = 6 Hz wide, rings for 50
    # ms. Tuned.
    mains_notch_q: float = 8.0
    # Merletti & Farina; CEDE amplitude matrix: 50-100 ms, centred.
    envelope_window_s: float = 0.100

    # --- quality: what is masked
    # ------------------------------------------------------------------------------ Lost packets repeat one
    # value (270 samples in real files); live EMG never repeats 20 ms of it. Tuned.
    dropout_min_s: float = 0.020
    # Samples beside a masked interval that are not trusted either. Tuned.
    mask_guard_s: float = 0.010
    # A lone peak of at most this width ...
    spike_max_width_s: float = 0.020
    # ... that holds most of the energy around it, and rises this many times above the next strongest peaks.
    # Tuned.
    spike_ratio: float = 3.0
    # Share of samples at the rails, in half a second, from which that half second is unusable. Tuned.
    clipping_mask_percent: float = 40.0
    # A second counts as loose-sensor interference when this share of its power lies below 60 Hz ... Tuned.
    loose_low_power_percent: float = 85.0
    # ... and its RMS amplitude is beyond what a muscle reaches with so little power above 60 Hz. Tuned.
    loose_amplitude_uv: float = 500.0

    # --- quality: verdicts (percent of samples, of power or of time; tuned on real recordings)
    # --------------------
    dropout_doubtful_percent: float = 0.0
    masked_not_judged_percent: float = 30.0
    clipping_doubtful_percent: float = 0.01
    clipping_not_judged_percent: float = 10.0
    mains_doubtful_percent: float = 25.0
    mains_not_judged_percent: float = 90.0
    low_frequency_doubtful_percent: float = 50.0
    # A second holds movement when most of its power lies below the EMG band, this many dB above the typical
    # second's; the share of such seconds from which the channel is doubtful.
    movement_over_typical_db: float = 10.0
    movement_doubtful_percent: float = 5.0
    # Change of the baseline from one second to the next that is worth a word (the rails lie at 5500 uV).
    drift_doubtful_uv: float = 1000.0
    snr_doubtful_db: float = 10.0
    min_recording_s: float = 5.0

    # --- detection
    # -------------------------------------------------------------------------------------------- Power in
    # short bins against a slowly varying noise floor; double threshold after Bonato 1998. Values tuned.
    detection_window_s: float = 0.050
    noise_floor_window_s: float = 20.0
    noise_floor_percentile: float = 20.0
    noise_floor_max_rise_db: float = 12.0
    onset_over_floor_db: float = 6.0
    offset_over_floor_db: float = 3.5
    # Noise alone exceeds the thresholds in one window with these probabilities, whatever its bandwidth.
    # Tuned.
    onset_false_alarm: float = 1e-7
    offset_false_alarm: float = 1e-2
    # A contraction stands this far over the onset threshold, unless it lasts: else it is faint. Tuned.
    short_margin_db: float = 4.0
    short_below_s: float = 0.500
    # Every event stands this far over the quieter of its two sides: noise that swells slowly does not. Tuned.
    min_contrast_db: float = 6.0
    contrast_window_s: float = 0.300
    # Merge first, then drop: the trial's convention.
    merge_gap_s: float = 0.200
    min_contraction_s: float = 0.100
    # A twitch of one motor unit is over in some 20 ms: its energy sits in less time than a contraction's, whatever
    # its edges say. Neither is it a contraction, nor does it bridge the gap between two. Tuned.
    min_effective_s: float = 0.060
    # Over-long contractions are flagged, never chopped. Tuned.
    max_contraction_s: float = 15.0
    # Below this share of MVC, or else of the strong contractions' plateau, activity is faint. Trial's
    # convention.
    faint_percent: float = 10.0
    # Onset and offset: where amplitude crosses this share of the contraction's own plateau. Trial's
    # convention.
    edge_percent: float = 10.0
    edge_window_s: float = 0.030
    # Sustained activity: a hidden Markov model on the power of bins this long ... Tuned.
    sustained_bin_s: float = 0.025
    # ... whose state changes with probability exp(-cost) a bin. Tuned.
    sustained_switch_cost: float = 10.0
    # What it finds lasts at least this long ...
    sustained_min_s: float = 0.300
    # ... and its power steps by this much within a second of both of its ends. Tuned.
    sustained_step_db: float = 2.0
    # Its extent holds for events whose plateau lies no further than this over the floor: a tenth of a plateau
    # lies inside the noise there. Tuned.
    weak_below_db: float = 16.0
    # It is parted where its power falls from within the first to below the second of these under its own level.
    # Tuned; tremor dips that are shorter than the merging gap do not part it.
    pause_full_db: float = 5.0
    pause_rest_db: float = 10.0
    # A contraction whose plateau, noise included, lies less than this over the floor is doubtful. Tuned.
    doubtful_below_db: float = 6.0
    # Below this share of power outside the mains lines an event is interference, not EMG. Tuned.
    min_broadband_percent: float = 25.0

    # --- spectrum and fatigue
    # --------------------------------------------------------------------------------- Merletti & Farina:
    # 0.25-1 s epochs; short, because contractions of this game last 0.2-0.7 s.
    welch_segment_s: float = 0.250
    min_spectrum_s: float = 0.125
    fatigue_min_contractions: int = 6
    # Temporal statistics: windows of a second that overlap by half (issue 3).
    temporal_window_s: float = 1.0
    temporal_overlap_percent: float = 50.0
    fatigue_min_snr_db: float = 10.0

    def __post_init__(self) -> None:
        """Refuse values outside what makes sense, whichever edge they came through."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name == "mains_notch_hz":
                continue
            if not isfinite(value) or value < 0:
                raise InvalidParameterError(
                    f"{field.name} is {value}; a finite number of at least 0 is needed"
                )
        _require_positive(self)
        if self.bandpass_low_hz >= self.bandpass_high_hz:
            raise InvalidParameterError(
                f"bandpass_low_hz is {self.bandpass_low_hz}; it must lie below bandpass_high_hz"
                f" ({self.bandpass_high_hz})"
            )
        if self.temporal_overlap_percent >= 100:
            raise InvalidParameterError(
                f"temporal_overlap_percent is {self.temporal_overlap_percent}; it must lie below 100"
            )
        if self.offset_over_floor_db > self.onset_over_floor_db:
            raise InvalidParameterError(
                f"offset_over_floor_db is {self.offset_over_floor_db}; hysteresis needs it at or below"
                f" onset_over_floor_db ({self.onset_over_floor_db})"
            )


_POSITIVE = (
    "bandpass_low_hz",
    "bandpass_order",
    "mains_notch_q",
    "envelope_window_s",
    "dropout_min_s",
    "spike_max_width_s",
    "detection_window_s",
    "noise_floor_window_s",
    "edge_window_s",
    "sustained_bin_s",
    "temporal_window_s",
    "welch_segment_s",
    "min_contraction_s",
)


def _require_positive(parameters: AnalysisParameters) -> None:
    """Refuse zero where a window or an order of zero means nothing."""
    for name in _POSITIVE:
        if getattr(parameters, name) <= 0:
            raise InvalidParameterError(f"{name} is {getattr(parameters, name)}; a positive number is needed")
