"""From raw samples to the band-passed signal and the mask that everything after it works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.filters import bandpass, remove_mains
from processing.emg.interference import decide_mains_hz, find_loose_seconds, mains_share_percent
from processing.emg.intervals import true_runs, widen
from processing.emg.masking import (
    bridge,
    find_dropouts,
    find_gaps,
    find_rail_samples,
    find_rail_seconds,
    find_spikes,
)
from processing.emg.parameters import AnalysisParameters
from processing.recording import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ConditionedChannel:
    """One channel ready for detection; all arrays have shape (n_samples,).

    ``bridged_v`` is the raw signal with masked intervals replaced by straight lines, ``filtered_v`` its EMG
    band (and without mains, if that is asked for): what amplitudes are measured on. ``detection_v`` never
    holds mains. ``masked`` covers all that is left out; ``gap``, ``dropout``, ``spike``, ``rail`` and
    ``loose`` say why. ``at_rail`` are single samples at the rails, masked or not.
    """

    sampling_rate_hz: float
    bridged_v: FloatArray
    filtered_v: FloatArray
    detection_v: FloatArray
    masked: BoolArray
    gap: BoolArray
    dropout: BoolArray
    spike: BoolArray
    rail: BoolArray
    loose: BoolArray
    at_rail: BoolArray
    mains_hz: float
    mains_percent: float

    @property
    def flat(self) -> bool:
        """Whether hardly anything but repeated values is left."""
        n_unusable = int(np.count_nonzero(self.gap | self.dropout))
        silent = not self.masked.all() and not np.any(self.filtered_v)
        return n_unusable > 0.95 * self.masked.size or silent


def condition_channel(
    raw_v: FloatArray,
    *,
    sampling_rate_hz: float,
    parameters: AnalysisParameters,
    mains_hz: float | None = None,
) -> ConditionedChannel:
    """Find what is not muscle, bridge it, and filter the rest.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in volts; may hold NaN.
    sampling_rate_hz : float
        Samples per second.
    parameters : AnalysisParameters
        Settings.
    mains_hz : float, optional
        The recording's, from ``decide_mains_hz``; without it the channel is taken for the whole recording.

    Returns
    -------
    ConditionedChannel

    Raises
    ------
    InvalidParameterError
        If the sampling rate leaves no EMG band.
    """
    raw = np.asarray(raw_v, dtype=np.float64)
    faults = _find_faults(raw, sampling_rate_hz, parameters)
    bridged = bridge(raw, faults.masked, sampling_rate_hz=sampling_rate_hz)
    if mains_hz is None:
        mains_hz = decide_mains_hz(raw[np.newaxis], sampling_rate_hz=sampling_rate_hz)
    mains_percent = mains_share_percent(
        bridged, faults.masked, sampling_rate_hz=sampling_rate_hz, mains_hz=mains_hz
    )
    filtered = _emg_band(bridged, sampling_rate_hz, parameters)
    detection = remove_mains(
        filtered, sampling_rate_hz=sampling_rate_hz, mains_hz=mains_hz, q=parameters.mains_notch_q
    )
    return ConditionedChannel(
        sampling_rate_hz=sampling_rate_hz,
        bridged_v=bridged,
        filtered_v=filtered,
        detection_v=detection,
        masked=faults.masked,
        gap=faults.gap,
        dropout=faults.dropout,
        spike=faults.spike,
        rail=faults.rail,
        loose=faults.loose,
        at_rail=faults.at_rail,
        mains_hz=mains_hz,
        mains_percent=mains_percent,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Faults:
    """What is not muscle, by kind, and all of it together with its guards; arrays of shape (n_samples,)."""

    gap: BoolArray
    dropout: BoolArray
    spike: BoolArray
    rail: BoolArray
    loose: BoolArray
    at_rail: BoolArray
    masked: BoolArray


def _find_faults(raw_v: FloatArray, sampling_rate_hz: float, parameters: AnalysisParameters) -> _Faults:
    """Return what has to be left out; what was lost is bridged first, or its edges would look like spikes."""
    gap = find_gaps(raw_v)
    dropout = find_dropouts(raw_v, sampling_rate_hz=sampling_rate_hz, min_duration_s=parameters.dropout_min_s)
    n_guard = round(parameters.mask_guard_s * sampling_rate_hz)
    lost = widen(gap | dropout, n_guard)
    bridged = bridge(raw_v, lost, sampling_rate_hz=sampling_rate_hz)
    spike = find_spikes(
        bridged,
        sampling_rate_hz=sampling_rate_hz,
        max_width_s=parameters.spike_max_width_s,
        ratio=parameters.spike_ratio,
    )
    at_rail = find_rail_samples(raw_v, ~(gap | dropout | spike))
    rail = find_rail_seconds(
        at_rail, sampling_rate_hz=sampling_rate_hz, min_percent=parameters.clipping_mask_percent
    )
    loose = find_loose_seconds(
        bridged,
        lost | spike,
        sampling_rate_hz=sampling_rate_hz,
        low_power_percent=parameters.loose_low_power_percent,
        min_amplitude_v=parameters.loose_amplitude_uv * 1e-6,
    )
    masked = lost | widen(spike | rail | loose, n_guard)
    return _Faults(gap, dropout, spike, rail, loose, at_rail, masked)


def _emg_band(bridged_v: FloatArray, sampling_rate_hz: float, parameters: AnalysisParameters) -> FloatArray:
    """Return the EMG band, without mains where that is asked for."""
    filtered = bandpass(
        bridged_v,
        sampling_rate_hz=sampling_rate_hz,
        low_hz=parameters.bandpass_low_hz,
        high_hz=parameters.bandpass_high_hz,
        order=parameters.bandpass_order,
    )
    if not parameters.mains_notch_hz:
        return filtered
    return remove_mains(
        filtered,
        sampling_rate_hz=sampling_rate_hz,
        mains_hz=parameters.mains_notch_hz,
        q=parameters.mains_notch_q,
    )


def masked_intervals_s(channel: ConditionedChannel) -> tuple[tuple[float, float], ...]:
    """Return what is left out, in seconds."""
    fs = channel.sampling_rate_hz
    return tuple((start / fs, stop / fs) for start, stop in true_runs(channel.masked))
