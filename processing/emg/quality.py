"""Whether a channel can be trusted, and why, in words that a clinician understands."""

from __future__ import annotations

import numpy as np

from processing.emg.conditioning import ConditionedChannel
from processing.emg.detection import Detection
from processing.emg.grading import percent_of, places
from processing.emg.intervals import to_mask, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.per_second import Seconds, measure_seconds
from processing.emg.quality_contractions import (
    SignalToNoise,
    judge_activity,
    judge_contractions,
    signal_to_noise,
)
from processing.emg.quality_interference import (
    judge_drift,
    judge_looseness,
    judge_low_frequency,
    judge_mains,
    judge_movement,
)
from processing.emg.quality_losses import (
    judge_clipping,
    judge_duration,
    judge_flatness,
    judge_left_out,
    judge_losses,
    judge_missing,
    judge_spikes,
)
from processing.emg.results import ChannelQuality, QualityFinding, Verdict

_RANK: dict[Verdict, int] = {"good": 0, "doubtful": 1, "not_judged": 2}
# Findings whose places make a second doubtful; what is left out or clipped does so by itself.
_PLACED_KINDS = ("mains", "low_frequency", "movement", "drift")


def judge_channel(
    channel: ConditionedChannel,
    detection: Detection,
    *,
    mdf_hz: float | None,
    parameters: AnalysisParameters,
) -> ChannelQuality:
    """Return the verdict on a channel with everything that was measured for it.

    Parameters
    ----------
    channel : ConditionedChannel
        Filtered signal and masks.
    detection : Detection
        What was found in it.
    mdf_hz : float or None
        Median frequency over the contractions.
    parameters : AnalysisParameters
        Thresholds.

    Returns
    -------
    ChannelQuality
        The verdict is the worst of the findings'. ``findings`` holds the harmless ones too, ``reasons``
        only those that are not good. ``not_judged`` means: shown, but neither counted nor scored.
    """
    noise = signal_to_noise(channel, detection)
    seconds = measure_seconds(
        channel.bridged_v,
        channel.masked,
        sampling_rate_hz=channel.sampling_rate_hz,
        mains_hz=channel.mains_hz,
        below_hz=parameters.bandpass_low_hz,
    )
    findings = _findings(channel, detection, seconds, noise, mdf_hz, parameters)
    findings.sort(key=lambda finding: -_RANK[finding.verdict])
    return ChannelQuality(
        verdict=findings[0].verdict,
        reasons=tuple(f.reason for f in findings if f.verdict != "good"),
        findings=tuple(findings),
        snr_db=noise.snr_db,
        noise_uv=noise.noise_uv,
        masked_percent=percent_of(channel.masked),
        masked_intervals_s=places(true_runs(channel.masked), channel.sampling_rate_hz),
        seconds=_letters(channel, seconds, findings),
    )


def _findings(
    channel: ConditionedChannel,
    detection: Detection,
    seconds: Seconds,
    noise: SignalToNoise,
    mdf_hz: float | None,
    parameters: AnalysisParameters,
) -> list[QualityFinding]:
    """Return every finding; only one for a channel that holds no signal at all."""
    fs = channel.sampling_rate_hz
    if channel.gap.all():
        return [judge_missing(channel)]
    if channel.flat:
        return [judge_flatness(channel)]
    return [
        judge_duration(channel, parameters),
        *judge_losses(channel, parameters),
        judge_spikes(channel),
        judge_clipping(channel, parameters),
        judge_looseness(channel),
        judge_left_out(channel, parameters),
        judge_mains(channel, seconds, parameters),
        judge_low_frequency(channel, seconds, parameters),
        judge_movement(seconds, fs, parameters),
        judge_drift(seconds, fs, parameters),
        judge_activity(channel, detection, noise),
        *judge_contractions(detection, noise, mdf_hz, parameters),
    ]


def _letters(channel: ConditionedChannel, seconds: Seconds, findings: list[QualityFinding]) -> str:
    """Return the verdict on each whole second as a letter."""
    n_per_second, n_seconds = seconds.n_per_second, seconds.masked_percent.size
    doubtful = channel.masked | channel.at_rail
    fs = channel.sampling_rate_hz
    for finding in findings:
        if finding.verdict != "good" and finding.kind in _PLACED_KINDS:
            places = [(round(start * fs), round(stop * fs)) for start, stop in finding.intervals_s]
            doubtful |= to_mask(places, channel.masked.size)
    touched = doubtful[: n_seconds * n_per_second].reshape(n_seconds, n_per_second).any(axis=1)
    letters = np.where(seconds.masked_percent >= 50.0, "n", np.where(touched, "d", "g"))
    return "".join(letters.tolist())
