"""Findings on what is missing: no samples, a flat channel, a short recording, drop-outs, gaps, spikes, clipping."""

from __future__ import annotations

import numpy as np

from processing.emg.conditioning import ConditionedChannel
from processing.emg.grading import grade, percent_of, places, threshold_of
from processing.emg.intervals import merge_close, to_seconds, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import QualityFinding

# Clipped peaks come in clusters: shown as one interval up to this distance.
_CLIPPING_CLUSTER_S = 0.5


def judge_missing(channel: ConditionedChannel) -> QualityFinding:
    """Return the finding on a channel of nothing but missing values."""
    return QualityFinding(
        kind="no_samples",
        verdict="not_judged",
        reason=f"The channel holds no sample: all {channel.gap.size} values are missing",
        value=100.0,
        threshold=0.0,
        unit="%",
        intervals_s=to_seconds([(0, channel.gap.size)], channel.sampling_rate_hz),
    )


def judge_flatness(channel: ConditionedChannel) -> QualityFinding:
    """Return the finding on a channel without a live signal."""
    values = channel.bridged_v[~channel.gap]
    n_distinct = int(np.unique(values).size)
    return QualityFinding(
        kind="flat",
        verdict="not_judged",
        reason=f"The channel is flat: {n_distinct} distinct value{'s' * (n_distinct != 1)} in"
        f" {channel.masked.size} samples. The sensor was off or not connected",
        value=percent_of(channel.gap | channel.dropout),
        threshold=95.0,
        unit="%",
        intervals_s=places(true_runs(channel.masked), channel.sampling_rate_hz),
    )


def judge_duration(channel: ConditionedChannel, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on the length of the recording."""
    duration_s = channel.masked.size / channel.sampling_rate_hz
    short = duration_s < parameters.min_recording_s
    return QualityFinding(
        kind="duration",
        verdict="not_judged" if short else "good",
        reason=f"The recording lasts {duration_s:.1f} s"
        + (f"; {parameters.min_recording_s:g} s are needed to tell contractions from noise" if short else ""),
        value=duration_s,
        threshold=parameters.min_recording_s,
        unit="s",
    )


def judge_losses(channel: ConditionedChannel, parameters: AnalysisParameters) -> list[QualityFinding]:
    """Return the findings on samples that were never recorded."""
    findings = []
    for kind, flags, words in (
        ("dropout", channel.dropout, "drop-out"),
        ("gap", channel.gap, "gap"),
    ):
        runs = true_runs(flags)
        percent = percent_of(flags)
        if kind == "gap" and not runs:
            continue
        plural = "s" if len(runs) != 1 else ""
        reason = f"{len(runs)} {words}{plural}"
        if runs:
            seconds = np.count_nonzero(flags) / channel.sampling_rate_hz
            reason += f" ({seconds:.2f} s, {percent:.1f} % of the recording): the signal was lost there"
        findings.append(
            QualityFinding(
                kind=kind,
                verdict="doubtful" if percent > parameters.dropout_doubtful_percent else "good",
                reason=reason,
                value=percent,
                threshold=parameters.dropout_doubtful_percent,
                unit="%",
                intervals_s=places(runs, channel.sampling_rate_hz),
            )
        )
    return findings


def judge_spikes(channel: ConditionedChannel) -> QualityFinding:
    """Return the finding on lone peaks far above everything else."""
    runs = true_runs(channel.spike)
    plural = "s" if len(runs) != 1 else ""
    return QualityFinding(
        kind="spike",
        verdict="doubtful" if runs else "good",
        reason=f"{len(runs)} spike{plural} far above all contractions" + (", left out" if runs else ""),
        value=float(len(runs)),
        threshold=0.0,
        unit="count",
        intervals_s=places(runs, channel.sampling_rate_hz),
    )


def judge_clipping(channel: ConditionedChannel, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on samples at the rails of the converter."""
    percent = percent_of(channel.at_rail)
    verdict = grade(percent, parameters.clipping_doubtful_percent, parameters.clipping_not_judged_percent)
    clusters = merge_close(true_runs(channel.at_rail), round(_CLIPPING_CLUSTER_S * channel.sampling_rate_hz))
    n_clipped = int(np.count_nonzero(channel.at_rail))
    return QualityFinding(
        kind="clipping",
        verdict=verdict,
        reason=f"{n_clipped} samples ({percent:.2f} %) are clipped"
        + (": the true amplitude was higher than the sensor could record" if verdict != "good" else ""),
        value=percent,
        threshold=threshold_of(
            verdict, parameters.clipping_doubtful_percent, parameters.clipping_not_judged_percent
        ),
        unit="%",
        intervals_s=places(clusters, channel.sampling_rate_hz) if verdict != "good" else (),
    )


def judge_left_out(channel: ConditionedChannel, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on how much had to be left out in all."""
    percent = percent_of(channel.masked)
    too_much = percent >= parameters.masked_not_judged_percent
    return QualityFinding(
        kind="masked",
        verdict="not_judged" if too_much else "good",
        reason=f"{percent:.1f} % of the recording is left out" + (": too little remains" if too_much else ""),
        value=percent,
        threshold=parameters.masked_not_judged_percent,
        unit="%",
    )
