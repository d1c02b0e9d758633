"""Whether a channel can be trusted, and why, in words that a clinician understands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.amplitude import rms
from processing.emg.conditioning import ConditionedChannel
from processing.emg.detection import Detection
from processing.emg.interference import low_frequency_percent
from processing.emg.intervals import Interval, at_most, merge_close, to_mask, to_seconds, true_runs
from processing.emg.parameters import AnalysisParameters
from processing.emg.per_second import Seconds, measure_seconds
from processing.emg.results import ChannelQuality, IntervalS, QualityFinding, Verdict
from processing.recording import BoolArray

_RANK: dict[Verdict, int] = {"good": 0, "doubtful": 1, "not_judged": 2}
# Clipped peaks come in clusters: shown as one interval up to this distance.
_CLIPPING_CLUSTER_S = 0.5
# Below this median frequency a burst looks like movement or a poor contact rather than muscle (quadriceps:
# 50-120 Hz).
_LOW_MDF_HZ = 40.0
# A single faint burst shorter than this does not show that a muscle is there. Tuned.
_CHANCE_BURST_S = 0.5
# No more places than this are stored for a finding.
_MOST_PLACES = 60
# Findings whose places make a second doubtful; what is left out or clipped does so by itself.
_PLACED_KINDS = ("mains", "low_frequency", "movement", "drift")


@dataclass(frozen=True, slots=True)
class SignalToNoise:
    """Amplitude of the contractions over that of the rest; None where one of them is missing."""

    snr_db: float | None
    noise_uv: float | None


def signal_to_noise(channel: ConditionedChannel, detection: Detection) -> SignalToNoise:
    """Return the RMS amplitude of the contractions over that of the rest, in dB.

    The rest is everything outside contractions, faint activity, interference and masks. ``noise_uv`` is its
    RMS. The noise is part of the contractions too and its power is subtracted from theirs.
    """
    n_samples = channel.masked.size
    active = to_mask([*detection.contractions, *detection.faint, *detection.interference], n_samples)
    rest = channel.filtered_v[~active & ~channel.masked]
    inside = channel.filtered_v[to_mask(list(detection.contractions), n_samples) & ~channel.masked]
    noise_v = rms(rest)
    noise_uv = 1e6 * noise_v if rest.size and noise_v > 0 else None
    if noise_uv is None or not inside.size:
        return SignalToNoise(None, noise_uv)
    signal_power = max(rms(inside) ** 2 - noise_v**2, 1e-3 * noise_v**2)
    return SignalToNoise(10 * float(np.log10(signal_power / noise_v**2)), noise_uv)


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
    if channel.gap.all():
        findings = [_no_samples(channel)]
    elif channel.flat:
        findings = [_flat(channel)]
    else:
        findings = [
            _too_short(channel, parameters),
            *_lost(channel, parameters),
            _spikes(channel),
            _clipping(channel, parameters),
            _loose(channel),
            _masked(channel, parameters),
            _mains(channel, seconds, parameters),
            _low_frequency(channel, seconds, parameters),
            _movement(seconds, channel.sampling_rate_hz, parameters),
            _drift(seconds, channel.sampling_rate_hz, parameters),
            _bursts(channel, detection, noise),
        ]
        findings += _contractions_quality(detection, noise, mdf_hz, parameters)
    findings.sort(key=lambda finding: -_RANK[finding.verdict])
    return ChannelQuality(
        verdict=findings[0].verdict,
        reasons=tuple(f.reason for f in findings if f.verdict != "good"),
        findings=tuple(findings),
        snr_db=noise.snr_db,
        noise_uv=noise.noise_uv,
        masked_percent=_percent(channel.masked),
        masked_intervals_s=_places(true_runs(channel.masked), channel.sampling_rate_hz),
        seconds=_letters(channel, seconds, findings),
    )


def _places(intervals: list[Interval], sampling_rate_hz: float) -> tuple[IntervalS, ...]:
    """Return intervals in seconds, the closest ones made one where they are too many to store."""
    return to_seconds(at_most(intervals, _MOST_PLACES), sampling_rate_hz)


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


def _no_samples(channel: ConditionedChannel) -> QualityFinding:
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


def _flat(channel: ConditionedChannel) -> QualityFinding:
    """Return the finding on a channel without a live signal."""
    values = channel.bridged_v[~channel.gap]
    n_distinct = int(np.unique(values).size)
    return QualityFinding(
        kind="flat",
        verdict="not_judged",
        reason=f"The channel is flat: {n_distinct} distinct value{'s' * (n_distinct != 1)} in"
        f" {channel.masked.size} samples. The sensor was off or not connected",
        value=_percent(channel.gap | channel.dropout),
        threshold=95.0,
        unit="%",
        intervals_s=_places(true_runs(channel.masked), channel.sampling_rate_hz),
    )


def _too_short(channel: ConditionedChannel, parameters: AnalysisParameters) -> QualityFinding:
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


def _lost(channel: ConditionedChannel, parameters: AnalysisParameters) -> list[QualityFinding]:
    """Return the findings on samples that were never recorded."""
    findings = []
    for kind, flags, words in (
        ("dropout", channel.dropout, "drop-out"),
        ("gap", channel.gap, "gap"),
    ):
        runs = true_runs(flags)
        percent = _percent(flags)
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
                intervals_s=_places(runs, channel.sampling_rate_hz),
            )
        )
    return findings


def _spikes(channel: ConditionedChannel) -> QualityFinding:
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
        intervals_s=_places(runs, channel.sampling_rate_hz),
    )


def _clipping(channel: ConditionedChannel, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on samples at the rails of the converter."""
    percent = _percent(channel.at_rail)
    verdict = _grade(percent, parameters.clipping_doubtful_percent, parameters.clipping_not_judged_percent)
    clusters = merge_close(true_runs(channel.at_rail), round(_CLIPPING_CLUSTER_S * channel.sampling_rate_hz))
    n_clipped = int(np.count_nonzero(channel.at_rail))
    return QualityFinding(
        kind="clipping",
        verdict=verdict,
        reason=f"{n_clipped} samples ({percent:.2f} %) are clipped"
        + (": the true amplitude was higher than the sensor could record" if verdict != "good" else ""),
        value=percent,
        threshold=_threshold(
            verdict, parameters.clipping_doubtful_percent, parameters.clipping_not_judged_percent
        ),
        unit="%",
        intervals_s=_places(clusters, channel.sampling_rate_hz) if verdict != "good" else (),
    )


def _loose(channel: ConditionedChannel) -> QualityFinding:
    """Return the finding on seconds of huge low-frequency interference."""
    percent = _percent(channel.loose)
    return QualityFinding(
        kind="loose_sensor",
        verdict="doubtful" if percent > 0 else "good",
        reason=f"Huge interference during {percent:.0f} % of the recording: the sensor was loose"
        if percent > 0
        else "No sign of a loose sensor",
        value=percent,
        threshold=0.0,
        unit="%",
        intervals_s=_places(true_runs(channel.loose), channel.sampling_rate_hz),
    )


def _masked(channel: ConditionedChannel, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on how much had to be left out in all."""
    percent = _percent(channel.masked)
    too_much = percent >= parameters.masked_not_judged_percent
    return QualityFinding(
        kind="masked",
        verdict="not_judged" if too_much else "good",
        reason=f"{percent:.1f} % of the recording is left out" + (": too little remains" if too_much else ""),
        value=percent,
        threshold=parameters.masked_not_judged_percent,
        unit="%",
    )


def _mains(channel: ConditionedChannel, seconds: Seconds, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on mains interference."""
    percent = channel.mains_percent
    verdict = _grade(percent, parameters.mains_doubtful_percent, parameters.mains_not_judged_percent)
    return QualityFinding(
        kind="mains",
        verdict=verdict,
        reason=f"{percent:.0f} % of the power is {channel.mains_hz:.0f} Hz mains interference",
        value=percent,
        threshold=_threshold(verdict, parameters.mains_doubtful_percent, parameters.mains_not_judged_percent),
        unit="%",
        intervals_s=_seconds_of(
            seconds.mains_percent >= parameters.mains_doubtful_percent, seconds, channel.sampling_rate_hz
        )
        if verdict != "good"
        else (),
    )


def _seconds_of(flags: BoolArray, seconds: Seconds, sampling_rate_hz: float) -> tuple[IntervalS, ...]:
    """Return flagged seconds as intervals."""
    return _places(seconds.intervals(flags), sampling_rate_hz)


def _low_frequency(
    channel: ConditionedChannel, seconds: Seconds, parameters: AnalysisParameters
) -> QualityFinding:
    """Return the finding on power below the EMG band, from movement or a loose sensor."""
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
        intervals_s=_seconds_of(
            seconds.low_percent >= parameters.low_frequency_doubtful_percent,
            seconds,
            channel.sampling_rate_hz,
        )
        if verdict != "good"
        else (),
    )


def _movement(seconds: Seconds, sampling_rate_hz: float, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on seconds that slow movement of cable, skin or sensor fills."""
    typical_v = float(np.median(seconds.low_v)) if seconds.low_v.size else 0.0
    moved = (seconds.low_percent >= parameters.low_frequency_doubtful_percent) & (
        seconds.low_v > typical_v * 10 ** (parameters.movement_over_typical_db / 20)
    )
    percent = _percent(moved)
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
        intervals_s=_seconds_of(moved, seconds, sampling_rate_hz),
    )


def _drift(seconds: Seconds, sampling_rate_hz: float, parameters: AnalysisParameters) -> QualityFinding:
    """Return the finding on how much the baseline moves from one second to the next."""
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
        intervals_s=_seconds_of(both, seconds, sampling_rate_hz),
    )


def _bursts(channel: ConditionedChannel, detection: Detection, noise: SignalToNoise) -> QualityFinding:
    """Return the finding on whether anything rises out of the noise at all."""
    n_contractions, n_faint = len(detection.contractions), len(detection.faint)
    level = "" if noise.noise_uv is None else f" of {noise.noise_uv:.3g} uV"
    verdict: Verdict = "good"
    reason = f"{n_contractions} contractions and {n_faint} faint bursts stand out of the noise"
    faint_s = sum(stop - start for start, stop in detection.faint) / channel.sampling_rate_hz
    # One short burst among so many windows may be chance.
    chance = n_faint <= 1 and faint_s < _CHANCE_BURST_S
    if not n_contractions and not chance:
        verdict = "doubtful"
        reason = f"No contraction, only {n_faint} faint burst{'s' * (n_faint != 1)} over a noise level{level}"
    elif not n_contractions:
        verdict = "not_judged"
        reason = (
            f"Noise only: {'hardly a' if n_faint else 'no'} burst stands out of the level{level}."
            " The sensor may be off, or the muscle"
            " never contracted or never rested"
        )
    return QualityFinding(
        kind="activity",
        verdict=verdict,
        reason=reason,
        value=float(n_contractions),
        threshold=1.0,
        unit="count",
    )


def _contractions_quality(
    detection: Detection, noise: SignalToNoise, mdf_hz: float | None, parameters: AnalysisParameters
) -> list[QualityFinding]:
    """Return the findings on the contractions themselves; none where there are none."""
    findings: list[QualityFinding] = []
    if not detection.contractions:
        return findings
    if noise.snr_db is not None:
        weak = noise.snr_db < parameters.snr_doubtful_db
        findings.append(
            QualityFinding(
                kind="snr",
                verdict="doubtful" if weak else "good",
                reason=f"The contractions stand {noise.snr_db:.0f} dB over the noise"
                + (": a weak signal, some may be missed" if weak else ""),
                value=noise.snr_db,
                threshold=parameters.snr_doubtful_db,
                unit="dB",
            )
        )
    if mdf_hz is not None:
        slow = mdf_hz < _LOW_MDF_HZ
        findings.append(
            QualityFinding(
                kind="low_median_frequency",
                verdict="doubtful" if slow else "good",
                reason=f"The median frequency of the contractions is {mdf_hz:.0f} Hz"
                + (": they look like movement or a poor contact rather than muscle" if slow else ""),
                value=mdf_hz,
                threshold=_LOW_MDF_HZ,
                unit="Hz",
            )
        )
    return findings


def _grade(value: float, doubtful: float, not_judged: float) -> Verdict:
    """Return the verdict on a share that is better the smaller it is."""
    if value >= not_judged:
        return "not_judged"
    return "doubtful" if value >= doubtful else "good"


def _threshold(verdict: Verdict, doubtful: float, not_judged: float) -> float:
    """Return the threshold that decided, or the next one to be crossed."""
    return not_judged if verdict == "not_judged" else doubtful


def _percent(flags: BoolArray) -> float:
    """Return the share of true samples in percent."""
    return 100 * float(np.count_nonzero(flags)) / flags.size if flags.size else 0.0
