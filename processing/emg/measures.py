"""What is measured in contractions whose edges are known, whoever found them: the detector or a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processing.emg.amplitude import mav, plateau, rms
from processing.emg.conditioning import ConditionedChannel, condition_channel
from processing.emg.envelope import rms_envelope
from processing.emg.fatigue import compute_fatigue
from processing.emg.intervals import Interval, to_mask
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import (
    Amplitude,
    Contraction,
    FaintActivity,
    Fatigue,
    Spectrum,
    TemporalStatistics,
)
from processing.emg.spectrum import (
    PowerSpectrum,
    average_psd,
    compute_mdf,
    compute_mnf,
    compute_psd,
    unmasked,
)
from processing.emg.temporal import temporal_statistics
from processing.recording import BoolArray, FloatArray, Recording

_UV = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class ChannelSignals:
    """What contractions of one channel are measured on; arrays have shape (n_samples,).

    ``filtered_v`` is the EMG band in volts, ``envelope_v`` its RMS envelope, ``masked`` what is left out and
    ``at_rail`` the clipped samples. ``parameters`` are the settings that they were made with.
    """

    sampling_rate_hz: float
    filtered_v: FloatArray
    envelope_v: FloatArray
    masked: BoolArray
    at_rail: BoolArray
    parameters: AnalysisParameters

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(a.nbytes for a in (self.filtered_v, self.envelope_v, self.masked, self.at_rail))


@dataclass(frozen=True, slots=True)
class MeasuredContraction:
    """A contraction, its samples (onset included, offset excluded) and its spectrum, None where too short."""

    contraction: Contraction
    interval: Interval
    spectrum: PowerSpectrum | None


def channel_signals(channel: ConditionedChannel, parameters: AnalysisParameters) -> ChannelSignals:
    """Return what is measured on; the envelope is zero where the channel is shorter than its window."""
    n_samples = channel.masked.size
    if parameters.envelope_window_s * channel.sampling_rate_hz > n_samples:
        envelope: FloatArray = np.zeros(n_samples)
    else:
        envelope = rms_envelope(
            channel.filtered_v,
            sampling_rate_hz=channel.sampling_rate_hz,
            window_s=parameters.envelope_window_s,
            masked=channel.masked,
        )
    return ChannelSignals(
        sampling_rate_hz=channel.sampling_rate_hz,
        filtered_v=channel.filtered_v,
        envelope_v=envelope,
        masked=channel.masked,
        at_rail=channel.at_rail,
        parameters=parameters,
    )


def recording_signals(recording: Recording, parameters: AnalysisParameters) -> dict[str, ChannelSignals]:
    """Return what contractions are measured on, by channel, conditioned as the analysis does it."""
    fs = recording.metadata.sampling_rate_hz
    return {
        info.name: channel_signals(
            condition_channel(raw_v, sampling_rate_hz=fs, parameters=parameters), parameters
        )
        for info, raw_v in zip(recording.metadata.channels, recording.emg_v, strict=True)
    }


def measure_contraction(
    interval: Interval, signals: ChannelSignals, *, over_noise_db: float | None = None
) -> MeasuredContraction:
    """Return the measures of one contraction; targets are applied later.

    Parameters
    ----------
    interval : tuple of int
        Onset and offset in samples, half-open; not everything in it may be masked.
    signals : ChannelSignals
        What is measured on.
    over_noise_db : float, optional
        How far the plateau lies over the noise floor, where the detector knows it.

    Returns
    -------
    MeasuredContraction
        Amplitudes are those of the envelope without what is masked.
    """
    fs = signals.sampling_rate_hz
    start, stop = interval
    part = signals.envelope_v[start:stop][~signals.masked[start:stop]]
    spectrum = spectrum_of(interval, signals)
    reason = _doubt(interval, over_noise_db, signals)
    contraction = Contraction(
        onset_s=start / fs,
        offset_s=stop / fs,
        duration_s=(stop - start) / fs,
        peak_uv=_UV * float(part.max()),
        mean_uv=_UV * float(part.mean()),
        plateau_uv=_UV * plateau(part),
        mnf_hz=None if spectrum is None else compute_mnf(spectrum),
        mdf_hz=None if spectrum is None else compute_mdf(spectrum),
        percent_mvc=None,
        meets_intensity=None,
        meets_duration=False,
        doubtful=reason is not None,
        doubtful_reason=reason,
    )
    return MeasuredContraction(contraction, interval, spectrum)


def measure_faint(interval: Interval, signals: ChannelSignals) -> FaintActivity:
    """Return the measures of one stretch of faint activity."""
    fs = signals.sampling_rate_hz
    start, stop = interval
    part = signals.envelope_v[start:stop]
    return FaintActivity(
        onset_s=start / fs,
        offset_s=stop / fs,
        duration_s=(stop - start) / fs,
        peak_uv=_UV * float(part.max()),
        mean_uv=_UV * float(part.mean()),
    )


def spectrum_of(interval: Interval, signals: ChannelSignals) -> PowerSpectrum | None:
    """Return the spectrum of one contraction without what is masked in it; None where too little is left."""
    part = slice(*interval)
    parameters = signals.parameters
    return compute_psd(
        unmasked(signals.filtered_v[part], signals.masked[part]),
        sampling_rate_hz=signals.sampling_rate_hz,
        segment_s=parameters.welch_segment_s,
        min_duration_s=parameters.min_spectrum_s,
        low_hz=parameters.bandpass_low_hz,
        high_hz=parameters.bandpass_high_hz,
    )


def overall_spectrum(measured: Sequence[MeasuredContraction]) -> Spectrum:
    """Return mean and median frequency of all contractions together, each weighing by its length."""
    known = [(m.spectrum, m.interval[1] - m.interval[0]) for m in measured if m.spectrum is not None]
    mean = average_psd([s for s, _ in known], [float(length) for _, length in known])
    if mean is None:
        return Spectrum(None, None)
    return Spectrum(mnf_hz=compute_mnf(mean), mdf_hz=compute_mdf(mean))


def overall_amplitude(measured: Sequence[MeasuredContraction], signals: ChannelSignals) -> Amplitude:
    """Return the amplitude of all contractions together."""
    if not measured:
        return Amplitude(None, None, None, None, 0.0)
    inside: BoolArray = to_mask([m.interval for m in measured], signals.masked.size) & ~signals.masked
    samples = signals.filtered_v[inside]
    contractions = [m.contraction for m in measured]
    return Amplitude(
        rms_uv=_UV * rms(samples),
        mav_uv=_UV * mav(samples),
        peak_uv=max(c.peak_uv for c in contractions),
        plateau_uv=float(np.median([c.plateau_uv for c in contractions])),
        time_under_tension_s=sum(c.duration_s for c in contractions),
    )


def fatigue_of(
    measured: Sequence[MeasuredContraction], *, snr_db: float | None, parameters: AnalysisParameters
) -> Fatigue:
    """Return the trend of the median frequency over contractions.

    Parameters
    ----------
    measured : sequence of MeasuredContraction
        In order of time.
    snr_db : float or None
        Signal-to-noise ratio of the channel.
    parameters : AnalysisParameters
        How many contractions, and which ratio, a trend needs.

    Returns
    -------
    Fatigue
        Or the reason why there is none.
    """
    return compute_fatigue(
        [m.contraction for m in measured],
        [m.spectrum for m in measured],
        snr_db=snr_db,
        min_contractions=parameters.fatigue_min_contractions,
        min_snr_db=parameters.fatigue_min_snr_db,
    )


def temporal_of(intervals: Sequence[Interval], signals: ChannelSignals) -> TemporalStatistics:
    """Return how steady the RMS amplitude is over the recording, and inside the contractions."""
    return temporal_statistics(
        signals.filtered_v,
        signals.masked,
        tuple(intervals),
        sampling_rate_hz=signals.sampling_rate_hz,
        window_s=signals.parameters.temporal_window_s,
        overlap=signals.parameters.temporal_overlap_percent / 100,
    )


def _doubt(interval: Interval, over_noise_db: float | None, signals: ChannelSignals) -> str | None:
    """Return why a contraction cannot be trusted entirely, None where it can."""
    start, stop = interval
    fs, parameters = signals.sampling_rate_hz, signals.parameters
    n_near = round(0.050 * fs)
    reasons = []
    if signals.masked[max(start - n_near, 0) : stop + n_near].any():
        reasons.append("touches a part that is left out")
    if signals.at_rail[start:stop].any():
        reasons.append("clipped")
    if over_noise_db is not None and over_noise_db < parameters.doubtful_below_db:
        reasons.append(f"hardly stands out of the noise ({over_noise_db:.0f} dB)")
    if start == 0:
        reasons.append("had begun before the recording did")
    if stop == signals.masked.size:
        reasons.append("lasts beyond the end of the recording")
    if (stop - start) / fs > parameters.max_contraction_s:
        reasons.append(f"longer than {parameters.max_contraction_s:g} s")
    return "; ".join(reasons) or None
