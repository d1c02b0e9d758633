"""Findings on the contractions: whether anything rises out of the noise, how far, and how muscle-like it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.amplitude import rms
from processing.emg.conditioning import ConditionedChannel
from processing.emg.detection import Detection
from processing.emg.intervals import to_mask
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import QualityFinding, Verdict

# Below this median frequency a burst looks like movement or a poor contact rather than muscle (quadriceps:
# 50-120 Hz).
_LOW_MDF_HZ = 40.0
# A single faint burst shorter than this does not show that a muscle is there. Tuned.
_CHANCE_BURST_S = 0.5


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


def judge_activity(channel: ConditionedChannel, detection: Detection, noise: SignalToNoise) -> QualityFinding:
    """Return the finding on whether anything rises out of the noise at all.

    Parameters
    ----------
    channel : ConditionedChannel
        Filtered signal and masks.
    detection : Detection
        What was found in it.
    noise : SignalToNoise
        From :func:`signal_to_noise`.

    Returns
    -------
    QualityFinding
        ``not_judged`` for noise only, ``doubtful`` for faint bursts only.
    """
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


def judge_contractions(
    detection: Detection, noise: SignalToNoise, mdf_hz: float | None, parameters: AnalysisParameters
) -> list[QualityFinding]:
    """Return the findings on the contractions themselves: how far they stand out, how muscle-like they are.

    Parameters
    ----------
    detection : Detection
        What was found in it.
    noise : SignalToNoise
        From :func:`signal_to_noise`.
    mdf_hz : float or None
        Median frequency over the contractions.
    parameters : AnalysisParameters
        Thresholds.

    Returns
    -------
    list of QualityFinding
        Empty where there are no contractions.
    """
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
