"""What each setting of the analysis is called, its unit and what it does; in the order of the analysis."""

from __future__ import annotations

from dataclasses import dataclass, fields

from processing.emg.parameters import AnalysisParameters
from processing.language import mark as N_

FILTERS = N_("Filters and envelope")
MASKS = N_("Quality: what is left out")
VERDICTS = N_("Quality: verdicts")
DETECTION = N_("Contractions")
EDGES = N_("Starts, ends and what is faint")
SPECTRA = N_("Spectrum and fatigue")
GROUPS = (FILTERS, MASKS, VERDICTS, DETECTION, EDGES, SPECTRA)

_UNITS = {"_hz": "Hz", "_s": "s", "_db": "dB", "_uv": "µV", "_percent": "%"}


@dataclass(frozen=True, slots=True)
class ParameterWords:
    """One setting in words; ``group``, ``name`` and ``meaning`` are keys of the catalogues."""

    key: str
    group: str
    name: str
    meaning: str

    @property
    def unit(self) -> str:
        """Return the unit, empty for a plain number."""
        return next((unit for suffix, unit in _UNITS.items() if self.key.endswith(suffix)), "")

    @property
    def own(self) -> float | int | None:
        """Return the program's own value; None where it is switched off."""
        value: float | int | None = getattr(_OWN, self.key)
        return value

    @property
    def whole(self) -> bool:
        """Whether it counts something."""
        return isinstance(self.own, int)


_OWN = AnalysisParameters()

# fmt: off
_DESCRIBED = {
    FILTERS: (
        ("bandpass_low_hz", N_("Band-pass, lower corner"),
         N_("Slower signal is movement of cables and skin.")),
        ("bandpass_high_hz", N_("Band-pass, upper corner"),
         N_("Kept below 0.95 of half the sampling rate.")),
        ("bandpass_order", N_("Band-pass, order"),
         N_("Of the Butterworth filter, run forwards and backwards.")),
        ("mains_notch_hz", N_("Mains notch"),
         N_("Off unless set: EMG has real power at the mains frequency.")),
        ("mains_notch_q", N_("Mains notch, quality factor"),
         N_("Higher is narrower.")),
        ("envelope_window_s", N_("RMS envelope, window"),
         N_("Centred; 0.05 to 0.1 s in the literature.")),
    ),
    MASKS: (
        ("dropout_min_s", N_("Lost packets, shortest"),
         N_("One value repeated for this long is lost data.")),
        ("mask_guard_s", N_("Guard beside what is left out"),
         N_("Not trusted either, on both sides.")),
        ("spike_max_width_s", N_("Spike, widest"),
         N_("A lone peak of at most this width may be a spike.")),
        ("spike_ratio", N_("Spike, height"),
         N_("Times the next strongest peaks.")),
        ("clipping_mask_percent", N_("Clipping, left out from"),
         N_("Share of half a second that lies at the rails.")),
        ("loose_low_power_percent", N_("Loose sensor, power below 60 Hz"),
         N_("Share of a second's power from which it may be a loose sensor.")),
        ("loose_amplitude_uv", N_("Loose sensor, amplitude"),
         N_("And beyond what a muscle reaches with so little power above 60 Hz.")),
    ),
    VERDICTS: (
        ("dropout_doubtful_percent", N_("Lost packets, doubtful above"),
         N_("Share of the samples.")),
        ("masked_not_judged_percent", N_("Left out, not judged above"),
         N_("Share of the recording.")),
        ("clipping_doubtful_percent", N_("Clipping, doubtful above"),
         N_("Share of the samples.")),
        ("clipping_not_judged_percent", N_("Clipping, not judged above"),
         N_("Share of the samples.")),
        ("mains_doubtful_percent", N_("Mains, doubtful above"),
         N_("Share of the power.")),
        ("mains_not_judged_percent", N_("Mains, not judged above"),
         N_("Share of the power.")),
        ("low_frequency_doubtful_percent", N_("Power below the EMG band, doubtful above"),
         N_("Share of the power.")),
        ("movement_over_typical_db", N_("Movement, over a typical second"),
         N_("How far a second's slow power stands out.")),
        ("movement_doubtful_percent", N_("Movement, doubtful above"),
         N_("Share of the seconds.")),
        ("drift_doubtful_uv", N_("Drift, doubtful above"),
         N_("Change of the baseline from one second to the next.")),
        ("snr_doubtful_db", N_("Signal to noise, doubtful below"),
         N_("Of contractions over rest.")),
        ("min_recording_s", N_("Shortest recording"),
         N_("A shorter one is not judged.")),
    ),
    DETECTION: (
        ("detection_window_s", N_("Detection, window"),
         N_("Power is compared with the noise floor in windows this long.")),
        ("noise_floor_window_s", N_("Noise floor, window"),
         N_("How slowly the floor follows the recording.")),
        ("noise_floor_percentile", N_("Noise floor, quantile"),
         N_("Of the power within that window, in percent.")),
        ("noise_floor_max_rise_db", N_("Noise floor, highest rise"),
         N_("Over the quietest part of the recording.")),
        ("onset_over_floor_db", N_("Start, over the floor"),
         N_("The upper of two thresholds.")),
        ("offset_over_floor_db", N_("End, over the floor"),
         N_("The lower of two thresholds.")),
        ("onset_false_alarm", N_("Start, chance by noise alone"),
         N_("Probability for each window.")),
        ("offset_false_alarm", N_("End, chance by noise alone"),
         N_("Probability for each window.")),
        ("short_margin_db", N_("Short effort, margin"),
         N_("How far over the threshold a short effort must stand.")),
        ("short_below_s", N_("Short effort, shorter than"),
         N_("What needs that margin.")),
        ("min_contrast_db", N_("Contrast with its surroundings"),
         N_("Over the quieter of its two sides.")),
        ("contrast_window_s", N_("Contrast, window"),
         N_("How far beside it the surroundings reach.")),
        ("merge_gap_s", N_("Gap that is bridged"),
         N_("Shorter gaps do not part a contraction.")),
        ("min_contraction_s", N_("Shortest contraction"),
         N_("After gaps were bridged.")),
        ("min_effective_s", N_("Shortest effective time"),
         N_("A twitch of one motor unit is over sooner.")),
        ("max_contraction_s", N_("Longest contraction"),
         N_("A longer one is called doubtful, never cut.")),
        ("doubtful_below_db", N_("Doubtful below, over the floor"),
         N_("A contraction that hardly stands over the noise.")),
        ("min_broadband_percent", N_("Power outside the mains lines"),
         N_("Less than this is interference, not EMG.")),
    ),
    EDGES: (
        ("faint_percent", N_("Faint below"),
         N_("Of the MVC, or else of the strong contractions; what is faint is not counted.")),
        ("edge_percent", N_("Start and end at"),
         N_("Share of the contraction's own plateau.")),
        ("edge_window_s", N_("Start and end, window"),
         N_("Smoothing where they are looked for.")),
        ("sustained_bin_s", N_("Sustained effort, bin"),
         N_("Of the model that finds long efforts.")),
        ("sustained_switch_cost", N_("Sustained effort, cost of a switch"),
         N_("Higher finds fewer, longer efforts.")),
        ("sustained_min_s", N_("Sustained effort, shortest"),
         N_("What that model finds lasts at least this long.")),
        ("sustained_step_db", N_("Sustained effort, step at its ends"),
         N_("How much the power changes within a second.")),
        ("weak_below_db", N_("Weak effort, over the floor"),
         N_("Below this, the model's ends are taken.")),
        ("pause_full_db", N_("Pause, from within"),
         N_("An effort is parted where its power falls from this ...")),
        ("pause_rest_db", N_("Pause, to below"),
         N_("... to below this under its own level.")),
    ),
    SPECTRA: (
        ("welch_segment_s", N_("Spectrum, segment"),
         N_("Welch's method; short, because efforts are short.")),
        ("min_spectrum_s", N_("Spectrum, shortest effort"),
         N_("A shorter one gets no median frequency.")),
        ("fatigue_min_contractions", N_("Fatigue trend, fewest contractions"),
         N_("With fewer there is no trend.")),
        ("temporal_window_s", N_("Statistics over time, window"),
         N_("Of the moving means.")),
        ("temporal_overlap_percent", N_("Statistics over time, overlap"),
         N_("Of neighbouring windows.")),
        ("fatigue_min_snr_db", N_("Fatigue trend, signal to noise"),
         N_("Below this there is no trend.")),
    ),
}
# fmt: on

PARAMETERS = tuple(
    ParameterWords(key, group, name, meaning)
    for group, described in _DESCRIBED.items()
    for key, name, meaning in described
)
BY_KEY = {each.key: each for each in PARAMETERS}


def undescribed() -> set[str]:
    """Return the settings that no words here describe, and words for settings that do not exist."""
    return {field.name for field in fields(AnalysisParameters)} ^ set(BY_KEY)
