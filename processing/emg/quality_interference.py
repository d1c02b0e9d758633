"""Findings on what is not muscle: a loose sensor, mains, movement, drift."""

from __future__ import annotations

import numpy as np

from processing.emg.conditioning import ConditionedChannel
from processing.emg.grading import grade, percent_of, places, places_of_seconds, threshold_of
from processing.emg.interference import low_frequency_percent
from processing.emg.intervals import true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.per_second import Seconds
from processing.emg.results import QualityFinding, Verdict


def judge_looseness(channel: ConditionedChannel) -> QualityFinding:
    """Return the finding on seconds of huge low-frequency interference."""
    percent = percent_of(channel.loose)
    return QualityFinding(
        kind="loose_sensor",
        verdict="doubtful" if percent > 0 else "good",
        reason=f"Huge interference during {percent:.0f} % of the recording: the sensor was loose"
        if percent > 0
        else "No sign of a loose sensor",
        value=percent,
        threshold=0.0,
        unit="%",
        intervals_s=places(true_runs(channel.loose), channel.sampling_rate_hz),
    )


def judge_mains(
    channel: ConditionedChannel, seconds: Seconds, parameters: AnalysisParameters
) -> QualityFinding:
    """Return the finding on mains interference.

    Parameters
    ----------
    channel : ConditionedChannel
        Filtered signal and masks.
    seconds : Seconds
        What was measured in each whole second.
    parameters : AnalysisParameters
        Thresholds.

    Returns
    -------
    QualityFinding
        With the places where it holds.
    """
    percent = channel.mains_percent
    verdict = grade(percent, parameters.mains_doubtful_percent, parameters.mains_not_judged_percent)
    return QualityFinding(
        kind="mains",
        verdict=verdict,
        reason=f"{percent:.0f} % of the power is {channel.mains_hz:.0f} Hz mains interference",
        value=percent,
        threshold=threshold_of(
            verdict, parameters.mains_doubtful_percent, parameters.mains_not_judged_percent
        ),
        unit="%",
        intervals_s=places_of_seconds(
            seconds.mains_percent >= parameters.mains_doubtful_percent, seconds, channel.sampling_rate_hz
        )
        if verdict != "good"
        else (),
    )


def judge_low_frequency(
    channel: ConditionedChannel, seconds: Seconds, parameters: AnalysisParameters
) -> QualityFinding:
    """Return the finding on power below the EMG band, from movement or a loose sensor.

    Parameters
    ----------
    channel : ConditionedChannel
        Filtered signal and masks.
    seconds : Seconds
        What was measured in each whole second.
    parameters : AnalysisParameters
        Thresholds.

    Returns
    -------
    QualityFinding
        With the places where it holds.
    """
    percent = low_frequency_percent(
        channel.bridged_v, sampling_rate_hz=channel.sampling_rate_hz, below_hz=parameters.bandpass_low_hz
    )
    verdict: Verdict = "doubtful" if percent >= parameters.low_frequency_doubtful_percent else "good"
    return QualityFinding(
        kind="low_frequency",
        verdict=verdict,
        reason=f"{percent:.0f} % of the power lies below {parameters.bandpass_low_hz:g} Hz"
        + (": the cable or the sensor moved, or it sits loosely" if verdict != "good" else ""),
        value=percent,
        threshold=parameters.low_frequency_doubtful_percent,
        unit="%",
        intervals_s=places_of_seconds(
            seconds.low_percent >= parameters.low_frequency_doubtful_percent,
            seconds,
            channel.sampling_rate_hz,
        )
        if verdict != "good"
        else (),
    )


def judge_movement(
    seconds: Seconds, sampling_rate_hz: float, parameters: AnalysisParameters
) -> QualityFinding:
    """Return the finding on seconds that slow movement of cable, skin or sensor fills.

    Parameters
    ----------
    seconds : Seconds
        What was measured in each whole second.
    sampling_rate_hz : float
        Samples per second.
    parameters : AnalysisParameters
        Thresholds.

    Returns
    -------
    QualityFinding
        With the places where it holds.
    """
    typical_v = float(np.median(seconds.low_v)) if seconds.low_v.size else 0.0
    moved = (seconds.low_percent >= parameters.low_frequency_doubtful_percent) & (
        seconds.low_v > typical_v * 10 ** (parameters.movement_over_typical_db / 20)
    )
    percent = percent_of(moved)
    verdict: Verdict = "doubtful" if percent >= parameters.movement_doubtful_percent else "good"
    return QualityFinding(
        kind="movement",
        verdict=verdict,
        reason=f"{int(np.count_nonzero(moved))} of {moved.size} seconds are mostly movement below"
        f" {parameters.bandpass_low_hz:g} Hz"
        + (": the cable or the sensor was pulled there" if verdict != "good" else ""),
        value=percent,
        threshold=parameters.movement_doubtful_percent,
        unit="%",
        intervals_s=places_of_seconds(moved, seconds, sampling_rate_hz),
    )


def judge_drift(seconds: Seconds, sampling_rate_hz: float, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on how much the baseline moves from one second to the next.

    Parameters
    ----------
    seconds : Seconds
        What was measured in each whole second.
    sampling_rate_hz : float
        Samples per second.
    parameters : AnalysisParameters
        Thresholds.

    Returns
    -------
    QualityFinding
        With the places where it holds.
    """
    change_uv = 1e6 * np.abs(np.diff(seconds.baseline_v))
    most_uv = float(change_uv.max()) if change_uv.size else 0.0
    verdict: Verdict = "doubtful" if most_uv >= parameters.drift_doubtful_uv else "good"
    # The change lies in one of both seconds.
    both = np.zeros(seconds.baseline_v.size, dtype=np.bool_)
    both[1:] |= change_uv >= parameters.drift_doubtful_uv
    both[:-1] |= both[1:]
    return QualityFinding(
        kind="drift",
        verdict=verdict,
        reason=f"The baseline moves by up to {most_uv:.0f} uV within a second"
        + (": the contact of the sensor changed" if verdict != "good" else ", which filtering removes"),
        value=most_uv,
        threshold=parameters.drift_doubtful_uv,
        unit="uV",
        intervals_s=places_of_seconds(both, seconds, sampling_rate_hz),
    )
