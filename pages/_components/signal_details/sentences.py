"""What the pictures of the signal's details show, in sentences for those who read or cannot see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pages._components import words
from pages._components.differences import signed
from pages._components.not_judged import reason_sentence
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.emg.spectra_mains import MainsLine
from processing.emg.spectra_time import Spectrogram
from processing.emg.spectra_trend import TrendLine
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.signal_details import ChannelDetails, Part

if TYPE_CHECKING:
    from pages._components.signal_details.muscles import Muscle

PART_WORDS: dict[Part, str] = {
    "contractions": N_("in the contractions"),
    "window": N_("in the visible window"),
    "whole": N_("in the whole recording"),
}
# Findings that answer "is it muscle?" with a no or a maybe, in order of weight.
NOT_MUSCLE = {
    "loose_sensor": N_("looks like a loose sensor"),
    "low_frequency": N_("movement or a loose sensor below the EMG band"),
    "low_median_frequency": N_("power so low in frequency looks like movement"),
    "mains": N_("mains hum stands out"),
    "movement": N_("movement in places"),
    "snr": N_("hardly above the noise"),
}
_TREND_WORDS = {
    -1: N_("median frequency falls, as with fatigue"),
    0: N_("no clear change of the median frequency"),
    1: N_("median frequency rises, which is no sign of fatigue"),
}


def page_title(muscles: Sequence[Muscle]) -> str:
    """Answer the page's question for each leg in a few words."""
    if not muscles:
        return _("No EMG channel to explain.")
    if len(muscles) == 2 and all(muscle.judged for muscle in muscles):
        both = _("Both legs") if all(m.analysis.side for m in muscles) else _("Both channels")
        said = {_verdict(muscle, both) for muscle in muscles}
        if len(said) == 1:
            return said.pop()
    return " ".join(_verdict(muscle, muscle.name) for muscle in muscles)


def _verdict(muscle: Muscle, name: str) -> str:
    if not muscle.judged:
        return reason_sentence(name, muscle.analysis.quality)
    if not muscle.analysis.contractions:
        return _("{name}: no contraction to explain.").format(name=name)
    said = _("{name}: {signal}; {trend}.")
    return said.format(name=name, signal=_muscle_words(muscle), trend=_fatigue_words(muscle.details.trend))


def _muscle_words(muscle: Muscle) -> str:
    kinds = {finding.kind for finding in muscle.analysis.quality.findings if finding.verdict != "good"}
    doubts = [said for kind, said in NOT_MUSCLE.items() if kind in kinds]
    return _(doubts[0]) if doubts else _("frequencies typical of muscle")


def _fatigue_words(trend: TrendLine | None) -> str:
    return _("no fatigue trend can be given") if trend is None else _(_TREND_WORDS[trend.direction])


def hertz(value: float | None) -> str:
    """Return a frequency in whole hertz: finer than that no spectrum of a short contraction tells it."""
    return words.fixed(value, 0, "Hz", missing="—")


def share(percent: float) -> str:
    """Return a share of the power, to a tenth of a percent while it is small."""
    if percent < 0.1:
        return _("under {percent}").format(percent=words.fixed(0.1, 1, "%"))
    return words.fixed(percent, 1 if percent < 9.95 else 0, "%")


def mains_words(line: MainsLine) -> str:
    """Return a mains line's frequency and its share of the power."""
    return _("{frequency}: {share}").format(
        frequency=words.fixed(line.frequency_hz, 0, "Hz"), share=share(line.share_percent)
    )


def slope_words(trend: TrendLine) -> str:
    """Return the slope with its interval."""
    return _("{slope} per contraction (95 % CI {low} to {high})").format(
        slope=f"{signed(trend.slope, 2)}{words.THIN}Hz",
        low=signed(trend.slope_low, 2),
        high=signed(trend.slope_high, 2),
    )


def why_no_trend(details: ChannelDetails, analysis: ChannelAnalysis) -> str:
    """Say what a fatigue trend needs and what there is."""
    snr = analysis.quality.snr_db
    found = _("SNR not measurable") if snr is None else _("SNR {snr}").format(snr=words.decibels(snr))
    return _(
        "Fatigue trend needs at least {least} accepted contractions with SNR ≥ {least_snr}; you have {n}, {snr}."
    ).format(
        least=details.least_contractions,
        least_snr=words.fixed(details.least_snr_db, 0, "dB"),
        n=details.fatigue.n,
        snr=found,
    )


def spectrum_sentence(muscles: Sequence[Muscle]) -> str:
    """Say where the power of each muscle lies and how much of it is mains."""
    return " ".join(_spectrum_words(muscle) for muscle in muscles)


def _spectrum_words(muscle: Muscle) -> str:
    if not muscle.judged:
        return reason_sentence(muscle.name, muscle.analysis.quality)
    details, part = muscle.details, _(PART_WORDS[muscle.details.part])
    mdf = details.frequencies.mdf_hz
    if mdf is None:
        return _("{name}: nothing {part} is long enough for a spectrum.").format(name=muscle.name, part=part)
    return _("{name}: half of the power {part} lies below {frequency}; {mains}.").format(
        name=muscle.name, part=part, frequency=hertz(mdf), mains=_mains_words(details)
    )


def _mains_words(details: ChannelDetails) -> str:
    """Say how much of the power mains holds, as the end of a sentence."""
    mains, of_window = details.mains_percent, details.part == "window"
    if mains is None:
        return _("the window is too short to measure mains")
    if mains < 1:
        return (
            _("mains holds less than 1 % of the window's power")
            if of_window
            else _("mains holds less than 1 % of the recording's power")
        )
    strongest = max(details.mains, key=lambda line: line.share_percent)
    said = (
        _("mains holds {share} of the window's power, most of it at {frequency}")
        if of_window
        else _("mains holds {share} of the recording's power, most of it at {frequency}")
    )
    return said.format(share=share(mains), frequency=words.fixed(strongest.frequency_hz, 0, "Hz"))


def trend_sentence(muscles: Sequence[Muscle]) -> str:
    """Say for each muscle how the median frequency changes, or why that is not told."""
    return " ".join(_trend_words(muscle) for muscle in muscles)


def _trend_words(muscle: Muscle) -> str:
    if not muscle.judged:
        return reason_sentence(muscle.name, muscle.analysis.quality)
    trend = muscle.details.trend
    if trend is None:
        why = why_no_trend(muscle.details, muscle.analysis)
        return _("{name}: {sentence}").format(name=muscle.name, sentence=why)
    return _("{name}: {trend}, {slope}.").format(
        name=muscle.name, trend=_fatigue_words(trend), slope=slope_words(trend)
    )


def spectrogram_sentence(
    muscles: Sequence[Muscle], spectrograms: Mapping[str, Spectrogram], window_s: IntervalS
) -> str:
    """Say when in the visible window each muscle was loudest, and at which frequency."""
    parts = []
    for muscle in muscles:
        loudest = _loudest(muscle, spectrograms[muscle.analysis.name], window_s)
        if not muscle.judged:
            parts.append(reason_sentence(muscle.name, muscle.analysis.quality))
        elif loudest is not None:
            moment, frequency = words.fixed(loudest[0], 1, "s"), hertz(loudest[1])
            said = _("{name}: strongest at {moment}, around {frequency}.")
            parts.append(said.format(name=muscle.name, moment=moment, frequency=frequency))
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
