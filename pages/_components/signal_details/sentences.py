"""What the pictures of the signal's details show, in sentences for those who read or cannot see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pages._components import words
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.emg.spectra_time import Spectrogram
from processing.emg.spectra_trend import TrendLine
from processing.use_cases.signal_details import ChannelDetails, Part

if TYPE_CHECKING:
    from pages._components.signal_details.muscles import Muscle

PART_WORDS: dict[Part, str] = {
    "contractions": "in the contractions",
    "window": "in the visible window",
    "whole": "in the whole recording",
}
# Findings that answer "is it muscle?" with a no or a maybe, in order of weight.
NOT_MUSCLE = {
    "loose_sensor": "looks like a loose sensor",
    "low_frequency": "movement or a loose sensor below the EMG band",
    "low_median_frequency": "power so low in frequency looks like movement",
    "mains": "mains hum stands out",
    "movement": "movement in places",
    "snr": "hardly above the noise",
}


def page_title(muscles: Sequence[Muscle]) -> str:
    """Answer the page's question for each leg in a few words."""
    if not muscles:
        return "No EMG channel to explain."
    verdicts = [_verdict(muscle) for muscle in muscles]
    if len(muscles) == 2 and verdicts[0] == verdicts[1] and all(muscle.judged for muscle in muscles):
        return f"Both {'legs' if all(m.analysis.side for m in muscles) else 'channels'}{verdicts[0]}."
    return " ".join(f"{muscle.name}{verdict}." for muscle, verdict in zip(muscles, verdicts, strict=True))


def _verdict(muscle: Muscle) -> str:
    if not muscle.judged:
        return f" {muscle.not_judged}"
    if not muscle.analysis.contractions:
        return ": no contraction to explain"
    return f": {_muscle_words(muscle)}; {_fatigue_words(muscle.details.trend)}"


def _muscle_words(muscle: Muscle) -> str:
    kinds = {finding.kind for finding in muscle.analysis.quality.findings if finding.verdict != "good"}
    doubts = [said for kind, said in NOT_MUSCLE.items() if kind in kinds]
    return doubts[0] if doubts else "frequencies typical of muscle"


def _fatigue_words(trend: TrendLine | None) -> str:
    if trend is None:
        return "no fatigue trend can be given"
    return {
        -1: "median frequency falls, as with fatigue",
        0: "no clear change of the median frequency",
        1: "median frequency rises, which is no sign of fatigue",
    }[trend.direction]


def hertz(value: float | None) -> str:
    """Return a frequency in whole hertz: finer than that no spectrum of a short contraction tells it."""
    return words.fixed(value, 0, "Hz", missing="—")


def share(percent: float) -> str:
    """Return a share of the power, to a tenth of a percent while it is small."""
    if percent < 0.1:
        return f"under 0.1{words.THIN}%"
    return words.fixed(percent, 1 if percent < 9.95 else 0, "%")


def slope_words(trend: TrendLine) -> str:
    """Return the slope with its interval."""
    low, high = _signed(trend.slope_low), _signed(trend.slope_high)
    return f"{_signed(trend.slope)}{words.THIN}Hz per contraction (95 % CI {low} to {high})"


def _signed(value: float) -> str:
    rounded = words.fixed(value, 2)
    return rounded if rounded.startswith("−") or float(f"{value:.2f}") == 0 else f"+{rounded}"


def why_no_trend(details: ChannelDetails, analysis: ChannelAnalysis) -> str:
    """Say what a fatigue trend needs and what there is."""
    snr = analysis.quality.snr_db
    found = "SNR not measurable" if snr is None else f"SNR {words.decibels(snr)}"
    return (
        f"Fatigue trend needs at least {details.least_contractions} accepted contractions with SNR ≥ "
        f"{details.least_snr_db:.0f}{words.THIN}dB; you have {details.fatigue.n}, {found}."
    )


def spectrum_sentence(muscles: Sequence[Muscle]) -> str:
    """Say where the power of each muscle lies and how much of it is mains."""
    return " ".join(_spectrum_words(muscle) for muscle in muscles)


def _spectrum_words(muscle: Muscle) -> str:
    if not muscle.judged:
        return f"{muscle.name} {muscle.not_judged}."
    details = muscle.details
    mdf, mains = details.frequencies.mdf_hz, details.mains_percent
    if mdf is None:
        return f"{muscle.name}: nothing {PART_WORDS[details.part]} is long enough for a spectrum."
    said = f"{muscle.name}: half of the power {PART_WORDS[details.part]} lies below {hertz(mdf)}"
    if mains is None:
        return f"{said}; the window is too short to measure mains."
    where = "window's" if details.part == "window" else "recording's"
    if mains < 1:
        return f"{said}; mains holds less than 1 % of the {where} power."
    strongest = max(details.mains, key=lambda line: line.share_percent)
    return (
        f"{said}; mains holds {share(mains)} of the {where} power, most of it at "
        f"{strongest.frequency_hz:.0f}{words.THIN}Hz."
    )


def trend_sentence(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle how the median frequency changes, or why that is not told."""
    return " ".join(_trend_words(muscle) for muscle in muscles)


def _trend_words(muscle: Muscle) -> str:
    if not muscle.judged:
        return f"{muscle.name} {muscle.not_judged}."
    trend = muscle.details.trend
    if trend is None:
        return f"{muscle.name}: {why_no_trend(muscle.details, muscle.analysis)}"
    return f"{muscle.name}: {_fatigue_words(trend)}, {slope_words(trend)}."


def spectrogram_sentence(
    muscles: Sequence[Muscle], spectrograms: Mapping[str, Spectrogram], window_s: IntervalS
) -> str:
    """Say when in the visible window each muscle was loudest, and at which frequency."""
    parts = []
    for muscle in muscles:
        loudest = _loudest(muscle, spectrograms[muscle.analysis.name], window_s)
        if not muscle.judged:
            parts.append(f"{muscle.name} {muscle.not_judged}.")
        elif loudest is not None:
            moment, frequency = loudest
            parts.append(f"{muscle.name}: strongest at {moment:.1f}{words.THIN}s, around {hertz(frequency)}.")
    return " ".join(parts)


def _loudest(muscle: Muscle, found: Spectrogram, window_s: IntervalS) -> tuple[float, float] | None:
    """Return moment and frequency of the greatest power in the EMG band of the window, masks aside."""
    low, high = muscle.details.band_hz
    rows = np.flatnonzero((found.frequency_hz >= low) & (found.frequency_hz <= high))
    columns = (found.time_s >= window_s[0]) & (found.time_s <= window_s[1])
    for start, stop in muscle.analysis.quality.masked_intervals_s:
        columns &= (found.time_s < start - 0.125) | (found.time_s > stop + 0.125)
    kept = np.flatnonzero(columns)
    if not rows.size or not kept.size:
        return None
    part = found.level_db[np.ix_(rows, kept)]
    row, column = np.unravel_index(int(np.argmax(part)), part.shape)
    return float(found.time_s[kept[column]]), float(found.frequency_hz[rows[row]])
