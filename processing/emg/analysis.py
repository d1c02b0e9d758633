"""The whole analysis: from a recording to contractions, measures and a verdict per channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from processing.emg.conditioning import ConditionedChannel, condition_channel
from processing.emg.detection import Detection, detect_contractions
from processing.emg.game import compare_with_game
from processing.emg.interference import decide_mains_hz
from processing.emg.measures import (
    channel_signals,
    fatigue_of,
    measure_contraction,
    measure_faint,
    overall_amplitude,
    overall_spectrum,
    temporal_of,
)
from processing.emg.parameters import AnalysisParameters, SessionTargets
from processing.emg.quality import judge_channel
from processing.emg.results import ChannelAnalysis, Mvc, RecordingAnalysis
from processing.emg.targets import choose_mvc, measure_against, session_peak
from processing.errors import InvalidParameterError
from processing.recording import ChannelInfo, FloatArray, Recording

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
    with watch.stage("quality"):
        mains_hz = decide_mains_hz(recording.emg_v, sampling_rate_hz=metadata.sampling_rate_hz)
    channels = tuple(
        analyse_channel(
            samples,
            info=info,
            sampling_rate_hz=metadata.sampling_rate_hz,
            parameters=parameters,
            targets=targets,
            mvc=choose_mvc(info.name, info.side, file_mvc_v=metadata.measures.mvc_v, given=mvc or {}),
            activated_v=recording.activated_v.get(info.name),
            mains_hz=mains_hz,
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
    mains_hz: float | None = None,
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
    mains_hz : float, optional
        The recording's mains frequency; decided from this channel alone where left out.

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
    targets = (targets or SessionTargets()).for_side(info.side)
    watch = watch or _Stopwatch()
    _check_samples(raw_v, info, sampling_rate_hz)
    with watch.stage("quality"):
        channel = condition_channel(
            raw_v, sampling_rate_hz=sampling_rate_hz, parameters=parameters, mains_hz=mains_hz
        )
    with watch.stage("detection"):
        detection = _detect(channel, mvc, parameters)
    with watch.stage("measures"):
        signals = channel_signals(channel, parameters)
        measured = [
            measure_contraction(interval, signals, over_noise_db=over_noise_db)
            for interval, over_noise_db in zip(detection.contractions, detection.over_noise_db, strict=True)
        ]
        mvc = mvc or session_peak([m.contraction for m in measured])
        overall = overall_spectrum(measured)
    with watch.stage("quality"):
        quality = judge_channel(channel, detection, mdf_hz=overall.mdf_hz, parameters=parameters)
    with watch.stage("measures"):
        return ChannelAnalysis(
            name=info.name,
            label=info.label,
            side=info.side,
            quality=quality,
            contractions=tuple(measure_against(m.contraction, targets=targets, mvc=mvc) for m in measured),
            faint=tuple(measure_faint(interval, signals) for interval in detection.faint),
            amplitude=overall_amplitude(measured, signals),
            spectrum=overall,
            fatigue=fatigue_of(measured, snr_db=quality.snr_db, parameters=parameters),
            mvc=mvc,
            faint_gate_uv=None if detection.gate_v is None else detection.gate_v * _UV,
            game=compare_with_game(
                activated_v, detection, sampling_rate_hz=sampling_rate_hz, parameters=parameters
            ),
            temporal=temporal_of(detection.contractions, signals),
        )


def _check_samples(raw_v: FloatArray, info: ChannelInfo, sampling_rate_hz: float) -> None:
    """Refuse what no filter can work on."""
    if not (np.isfinite(sampling_rate_hz) and sampling_rate_hz > 0):
        raise InvalidParameterError(
            f"The sampling rate of '{info.label}' is {sampling_rate_hz} Hz; it must be positive"
        )
    if raw_v.ndim != 1 or raw_v.size < 2:
        raise InvalidParameterError(
            f"Channel '{info.label}' has shape {raw_v.shape}; at least 2 samples in a row are needed"
        )


def _detect(channel: ConditionedChannel, mvc: Mvc | None, parameters: AnalysisParameters) -> Detection:
    """Return what is found in a channel; nothing in a flat one. An estimate from this very session is no MVC."""
    if channel.flat:
        return Detection((), (), (), None, None)
    mvc_v = mvc.value_uv / _UV if mvc is not None and mvc.assessable else None
    return detect_contractions(channel, parameters=parameters, mvc_v=mvc_v)
