"""The whole analysis: from a recording to contractions, measures and a verdict per channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from processing.emg.amplitude import mav, plateau, rms
from processing.emg.conditioning import ConditionedChannel, condition_channel
from processing.emg.detection import Detection, detect_contractions
from processing.emg.envelope import rms_envelope
from processing.emg.fatigue import compute_fatigue
from processing.emg.game import compare_with_game
from processing.emg.intervals import Interval, to_mask
from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.emg.quality import judge_channel
from processing.emg.results import (
    Amplitude,
    ChannelAnalysis,
    Contraction,
    FaintActivity,
    Mvc,
    RecordingAnalysis,
    Spectrum,
)
from processing.emg.spectrum import (
    PowerSpectrum,
    average_psd,
    compute_mdf,
    compute_mnf,
    compute_psd,
    unmasked,
)
from processing.emg.targets import choose_mvc, measure_against, session_peak
from processing.emg.temporal import temporal_statistics
from processing.errors import InvalidParameterError
from processing.recording import BoolArray, ChannelInfo, FloatArray, Recording

_UV = 1e6


@dataclass(slots=True)
class _Stopwatch:
    """Adds up the milliseconds of each stage over the channels."""

    timings_ms: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("quality", "detection", "measures"), 0.0)
    )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        start = perf_counter()
        yield
        self.timings_ms[name] += 1e3 * (perf_counter() - start)


def analyse_recording(
    recording: Recording,
    *,
    parameters: AnalysisParameters | None = None,
    targets: SessionTargets | None = None,
    mvc: Mapping[str, Mvc] | None = None,
) -> RecordingAnalysis:
    """Return the analysis of every channel of a recording.

    Parameters
    ----------
    recording : Recording
        Samples in volts.
    parameters : AnalysisParameters, optional
        Settings; the defaults where left out.
    targets : SessionTargets, optional
        What was prescribed; the trial's protocol where left out.
    mvc : mapping of str to Mvc, optional
        Reference amplitudes known from elsewhere, by channel name or by side. A value in the file goes first.

    Returns
    -------
    RecordingAnalysis
        Channels in the recording's order.

    Raises
    ------
    InvalidParameterError
        If the sampling rate leaves no EMG band.
    """
    parameters = parameters or AnalysisParameters()
    targets = targets or SessionTargets()
    metadata = recording.metadata
    watch = _Stopwatch()
    channels = tuple(
        analyse_channel(
            samples,
            info=info,
            sampling_rate_hz=metadata.sampling_rate_hz,
            parameters=parameters,
            targets=targets,
            mvc=choose_mvc(info.name, info.side, file_mvc_v=metadata.measures.mvc_v, given=mvc or {}),
            activated_v=recording.activated_v.get(info.name),
            watch=watch,
        )
        for info, samples in zip(metadata.channels, recording.emg_v, strict=True)
    )
    return RecordingAnalysis(
        channels=channels, targets=targets, parameters=parameters, timings_ms=watch.timings_ms
    )


def analyse_channel(
    raw_v: FloatArray,
    *,
    info: ChannelInfo,
    sampling_rate_hz: float,
    parameters: AnalysisParameters | None = None,
    targets: SessionTargets | None = None,
    mvc: Mvc | None = None,
    activated_v: FloatArray | None = None,
    watch: _Stopwatch | None = None,
) -> ChannelAnalysis:
    """Return the analysis of one channel.

    Parameters
    ----------
    raw_v : ndarray of float, shape (n_samples,)
        Raw EMG in volts; may hold NaN.
    info : ChannelInfo
        Its name and side.
    sampling_rate_hz : float
        Samples per second.
    parameters, targets
        See :func:`analyse_recording`.
    mvc : Mvc, optional
        The muscle's reference amplitude. Without it the session's own peak stands in, and intensity is not
        judged.
    activated_v : ndarray of float, shape (n_samples,), optional
        What the game's own detector put out, for comparison only.

    Returns
    -------
    ChannelAnalysis
        A channel whose verdict is ``not_judged`` still lists what was found in it.

    Raises
    ------
    InvalidParameterError
        If the sampling rate is not positive, leaves no EMG band, or the channel holds no samples.
    """
    parameters = parameters or AnalysisParameters()
    targets = targets or SessionTargets()
    watch = watch or _Stopwatch()
    if not (np.isfinite(sampling_rate_hz) and sampling_rate_hz > 0):
        raise InvalidParameterError(
            f"The sampling rate of '{info.label}' is {sampling_rate_hz} Hz; it must be positive"
        )
    if raw_v.ndim != 1 or raw_v.size < 2:
        raise InvalidParameterError(
            f"Channel '{info.label}' has shape {raw_v.shape}; at least 2 samples in a row are needed"
        )
    with watch.stage("quality"):
        channel = condition_channel(raw_v, sampling_rate_hz=sampling_rate_hz, parameters=parameters)
    with watch.stage("detection"):
        mvc_v = mvc.value_uv / _UV if mvc is not None and mvc.assessable else None
        detection = (
            Detection((), (), (), None, None)
            if channel.flat
            else detect_contractions(channel, parameters=parameters, mvc_v=mvc_v)
        )
    with watch.stage("measures"):
        envelope = _envelope(channel, parameters)
        spectra = [_spectrum_of(interval, channel, parameters) for interval in detection.contractions]
        contractions = tuple(
            _measure(interval, spectrum, over_noise_db, channel, envelope, parameters)
            for interval, spectrum, over_noise_db in zip(
                detection.contractions, spectra, detection.over_noise_db, strict=True
            )
        )
        mvc = mvc or session_peak(contractions)
        contractions = tuple(measure_against(c, targets=targets, mvc=mvc) for c in contractions)
        overall = _overall_spectrum(spectra, detection.contractions)
    with watch.stage("quality"):
        quality = judge_channel(channel, detection, mdf_hz=overall.mdf_hz, parameters=parameters)
    with watch.stage("measures"):
        return ChannelAnalysis(
            name=info.name,
            label=info.label,
            side=info.side,
            quality=quality,
            contractions=contractions,
            faint=tuple(_measure_faint(interval, channel, envelope) for interval in detection.faint),
            amplitude=_overall_amplitude(contractions, detection.contractions, channel),
            spectrum=overall,
            fatigue=compute_fatigue(
                contractions,
                spectra,
                snr_db=quality.snr_db,
                min_contractions=parameters.fatigue_min_contractions,
                min_snr_db=parameters.fatigue_min_snr_db,
            ),
            mvc=mvc,
            faint_gate_uv=None if detection.gate_v is None else detection.gate_v * _UV,
            game=compare_with_game(
                activated_v, detection, sampling_rate_hz=sampling_rate_hz, parameters=parameters
            ),
            temporal=temporal_statistics(
                channel.filtered_v,
                channel.masked,
                detection.contractions,
                sampling_rate_hz=sampling_rate_hz,
                window_s=parameters.temporal_window_s,
                overlap=parameters.temporal_overlap_percent / 100,
            ),
        )


def _envelope(channel: ConditionedChannel, parameters: AnalysisParameters) -> FloatArray:
    """Return the RMS envelope; zeros where the channel is shorter than the window."""
    if parameters.envelope_window_s * channel.sampling_rate_hz > channel.masked.size:
        return np.zeros(channel.masked.size)
    return rms_envelope(
        channel.filtered_v,
        sampling_rate_hz=channel.sampling_rate_hz,
        window_s=parameters.envelope_window_s,
        masked=channel.masked,
    )


def _measure(
    interval: Interval,
    spectrum: PowerSpectrum | None,
    over_noise_db: float,
    channel: ConditionedChannel,
    envelope_v: FloatArray,
    parameters: AnalysisParameters,
) -> Contraction:
    """Return the measures of one contraction; its targets are applied later."""
    fs = channel.sampling_rate_hz
    start, stop = interval
    part = envelope_v[start:stop][~channel.masked[start:stop]]
    reason = _doubt(interval, over_noise_db, channel, parameters)
    return Contraction(
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


def _doubt(
    interval: Interval, over_noise_db: float, channel: ConditionedChannel, parameters: AnalysisParameters
) -> str | None:
    """Return why a contraction cannot be trusted entirely, None where it can."""
    start, stop = interval
    fs = channel.sampling_rate_hz
    n_near = round(0.050 * fs)
    reasons = []
    if channel.masked[max(start - n_near, 0) : stop + n_near].any():
        reasons.append("touches a part that is left out")
    if channel.at_rail[start:stop].any():
        reasons.append("clipped")
    if over_noise_db < parameters.doubtful_below_db:
        reasons.append(f"hardly stands out of the noise ({over_noise_db:.0f} dB)")
    if start == 0:
        reasons.append("had begun before the recording did")
    if stop == channel.masked.size:
        reasons.append("lasts beyond the end of the recording")
    if (stop - start) / fs > parameters.max_contraction_s:
        reasons.append(f"longer than {parameters.max_contraction_s:g} s")
    return "; ".join(reasons) or None


def _measure_faint(interval: Interval, channel: ConditionedChannel, envelope_v: FloatArray) -> FaintActivity:
    """Return the measures of one stretch of faint activity."""
    fs = channel.sampling_rate_hz
    start, stop = interval
    part = envelope_v[start:stop]
    return FaintActivity(
        onset_s=start / fs,
        offset_s=stop / fs,
        duration_s=(stop - start) / fs,
        peak_uv=_UV * float(part.max()),
        mean_uv=_UV * float(part.mean()),
    )


def _spectrum_of(
    interval: Interval, channel: ConditionedChannel, parameters: AnalysisParameters
) -> PowerSpectrum | None:
    """Return the spectrum of one contraction without what is masked in it."""
    part = slice(*interval)
    return compute_psd(
        unmasked(channel.filtered_v[part], channel.masked[part]),
        sampling_rate_hz=channel.sampling_rate_hz,
        segment_s=parameters.welch_segment_s,
        min_duration_s=parameters.min_spectrum_s,
        low_hz=parameters.bandpass_low_hz,
        high_hz=parameters.bandpass_high_hz,
    )


def _overall_spectrum(spectra: list[PowerSpectrum | None], intervals: tuple[Interval, ...]) -> Spectrum:
    """Return mean and median frequency of all contractions together, each weighing by its length."""
    known = [(s, stop - start) for s, (start, stop) in zip(spectra, intervals, strict=True) if s is not None]
    mean = average_psd([s for s, _ in known], [float(length) for _, length in known])
    if mean is None:
        return Spectrum(None, None)
    return Spectrum(mnf_hz=compute_mnf(mean), mdf_hz=compute_mdf(mean))


def _overall_amplitude(
    contractions: tuple[Contraction, ...], intervals: tuple[Interval, ...], channel: ConditionedChannel
) -> Amplitude:
    """Return the amplitude of all contractions together."""
    if not contractions:
        return Amplitude(None, None, None, None, 0.0)
    inside: BoolArray = to_mask(list(intervals), channel.masked.size) & ~channel.masked
    samples = channel.filtered_v[inside]
    return Amplitude(
        rms_uv=_UV * rms(samples),
        mav_uv=_UV * mav(samples),
        peak_uv=max(c.peak_uv for c in contractions),
        plateau_uv=float(np.median([c.plateau_uv for c in contractions])),
        time_under_tension_s=sum(c.duration_s for c in contractions),
    )
