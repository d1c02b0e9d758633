"""Recordings with known contractions, one line each: the set-up of every test that needs a signal.

Ground truth: a contraction's onset and offset are where its amplitude crosses 10 % of its plateau.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from processing.recording import (
    ChannelInfo,
    ClockCheck,
    GameInfo,
    RecordedMeasures,
    Recording,
    RecordingMetadata,
    Side,
)

Array: TypeAlias = NDArray[np.float64]
Burst: TypeAlias = tuple[float, float] | tuple[float, float, float]
Contractions: TypeAlias = Sequence[Burst] | Sequence[Sequence[Burst]]

DROPOUT_SAMPLES = 270
DROPOUT_V = -5.5e-3


def make_recording(
    *,
    contractions_s: Contractions = ((1.0, 2.5),),
    duration_s: float = 20.0,
    sampling_rate_hz: float = 990.0,
    amplitude_uv: float | Sequence[float] = 200.0,
    noise_uv: float | Sequence[float] = 3.0,
    n_channels: int = 2,
    seed: int = 0,
    ramp_s: float = 0.05,
    mains_uv: float | Sequence[float] = 0.0,
    offset_uv: float | Sequence[float] = 0.0,
    dropouts_s: Sequence[float] | Sequence[Sequence[float]] = (),
    clip_uv: float | None = None,
    high_hz: float | Sequence[float] = 120.0,
    activated: bool = False,
    measures: RecordedMeasures | None = None,
) -> Recording:
    """Return a recording whose contractions are known to the sample.

    Parameters
    ----------
    contractions_s : sequence of (onset, offset) or (onset, offset, plateau RMS in microvolts)
        In seconds. One flat sequence gives every channel the same contractions; a sequence of sequences gives
        each channel its own.
    duration_s, sampling_rate_hz : float
        Length and rate.
    amplitude_uv, noise_uv : float or one per channel
        RMS of the plateau (where a contraction does not state its own) and of the white floor, in microvolts.
    n_channels : int
        ``CH1`` is left, ``CH2`` right, further ones have no side.
    seed : int
        Everything random comes from it.
    ramp_s : float
        Linear rise and fall, from 0 to the plateau; the onset lies at 10 % of it.
    mains_uv, offset_uv : float or one per channel
        Peak of a 50 Hz sine, and a constant, in microvolts.
    dropouts_s : sequence of float, or one sequence per channel
        Starts of blocks of 270 samples at -5.5 mV. A flat sequence is for the first channel.
    clip_uv : float, optional
        Rails, in microvolts.
    high_hz : float or one per channel
        Upper corner of the EMG spectrum (Stulen and De Luca's shape); lower values model fatigue.
    activated : bool
        Whether to add the game's own envelope (mean of 100 absolute differences, no gate).
    measures : RecordedMeasures, optional
        Clinical values "in the file".
    """
    n_samples = round(duration_s * sampling_rate_hz)
    plans = _per_channel_contractions(contractions_s, n_channels)
    drops = _per_channel_dropouts(dropouts_s, n_channels)
    amplitudes, noises = _each(amplitude_uv, n_channels), _each(noise_uv, n_channels)
    mains, offsets, highs = (
        _each(mains_uv, n_channels),
        _each(offset_uv, n_channels),
        _each(high_hz, n_channels),
    )
    time_s = np.arange(n_samples) / sampling_rate_hz
    rng = np.random.default_rng(seed)
    emg_v = np.empty((n_channels, n_samples))
    for i in range(n_channels):
        carrier = emg_carrier(rng, n_samples, sampling_rate_hz=sampling_rate_hz, high_hz=highs[i])
        amplitude = amplitude_profile_uv(plans[i], time_s, plateau_uv=amplitudes[i], ramp_s=ramp_s)
        signal_uv = amplitude * carrier + noises[i] * rng.standard_normal(n_samples)
        signal_uv += mains[i] * np.sin(2 * np.pi * 50.0 * time_s) + offsets[i]
        if clip_uv is not None:
            signal_uv = np.clip(signal_uv, -clip_uv, clip_uv)
        emg_v[i] = signal_uv * 1e-6
        for start_s in drops[i]:
            start = round(start_s * sampling_rate_hz)
            emg_v[i, start : start + DROPOUT_SAMPLES] = DROPOUT_V
    metadata = make_metadata(
        n_channels=n_channels,
        n_samples=n_samples,
        sampling_rate_hz=sampling_rate_hz,
        activated=activated,
        measures=measures,
    )
    online = (
        {c.name: _online_envelope(emg_v[k]) for k, c in enumerate(metadata.channels)} if activated else {}
    )
    return Recording(metadata=metadata, emg_v=emg_v.astype(np.float32), activated_v=online)


def make_metadata(
    *,
    n_channels: int = 2,
    n_samples: int = 19_800,
    sampling_rate_hz: float = 990.0,
    activated: bool = False,
    measures: RecordedMeasures | None = None,
) -> RecordingMetadata:
    """Return what the header of a GHOSTLY file with these counts would say."""
    sides: list[Side | None] = ["left", "right"]
    channels = tuple(
        ChannelInfo(
            name=f"CH{i + 1}",
            label=f"CH{i + 1} Raw",
            index=i,
            side=sides[i] if i < len(sides) else None,
            unit="V",
            unit_assumed=True,
            volts_per_unit=1.0,
            activated_index=n_channels + i if activated else None,
        )
        for i in range(n_channels)
    )
    labels = [c.label for c in channels]
    if activated:
        labels += [f"{c.name} activated" for c in channels]
    duration_s = n_samples / sampling_rate_hz
    return RecordingMetadata(
        sampling_rate_hz=sampling_rate_hz,
        n_samples=n_samples,
        duration_s=duration_s,
        channels=channels,
        analog_labels=tuple(labels),
        recorded_at=None,
        clock_check=ClockCheck(
            declared_rate_hz=sampling_rate_hz,
            declared_duration_s=None,
            samples_duration_s=duration_s,
            suggested_rate_hz=None,
            consistent=None,
            message="The file does not hold a duration.",
        ),
        game=GameInfo(),
        measures=measures if measures is not None else RecordedMeasures(),
    )


def emg_carrier(
    rng: np.random.Generator,
    n_samples: int,
    *,
    sampling_rate_hz: float,
    low_hz: float = 60.0,
    high_hz: float = 120.0,
) -> Array:
    """Return noise of unit RMS with Stulen and De Luca's (1981) EMG spectrum."""
    freq = np.fft.rfftfreq(n_samples, 1.0 / sampling_rate_hz)
    gain = high_hz**2 * freq / (np.sqrt(freq**2 + low_hz**2) * (freq**2 + high_hz**2))
    shaped = np.fft.irfft(np.fft.rfft(rng.standard_normal(n_samples)) * gain, n_samples)
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)))


def amplitude_profile_uv(plan: Sequence[Burst], time_s: Array, *, plateau_uv: float, ramp_s: float) -> Array:
    """Return the amplitude in microvolts, shape (n_samples,); onsets are at 10 % of each plateau."""
    profile = np.zeros_like(time_s)
    lead = 0.1 * ramp_s
    for onset, offset, *own in plan:
        knots = [onset - lead, onset - lead + ramp_s, offset + lead - ramp_s, offset + lead]
        if knots[2] < knots[1]:
            raise ValueError(f"Contraction {onset}-{offset} s is shorter than two ramps of {ramp_s} s")
        height = own[0] if own else plateau_uv
        profile = np.maximum(
            profile, height * np.interp(time_s, knots, [0.0, 1.0, 1.0, 0.0], left=0.0, right=0.0)
        )
    return profile


def make_c3d(
    *,
    recording: Recording | None = None,
    labels: Sequence[str] | None = None,
    values: NDArray[Any] | None = None,
    units: Sequence[str] = (),
    parameters: dict[str, dict[str, Any]] | None = None,
    n_points: int = 1,
    point_rate_hz: float = 33.0,
    sampling_rate_hz: float = 990.0,
    **recording_arguments: Any,
) -> bytes:
    """Return a C3D file's bytes, written by ezc3d.

    Without ``values`` the analog channels are those of ``recording`` (or of ``make_recording(activated=True,
    **recording_arguments)``): each raw channel, then each activated one, labelled as GHOSTLY does. With
    ``values`` of shape (n_channels, n_samples) and ``labels`` any other laboratory's file can be made.
    ``parameters`` maps group -> name -> value. Samples beyond the last whole frame are left out.
    """
    import ezc3d

    if values is None:
        arguments = {"activated": True, "sampling_rate_hz": sampling_rate_hz} | recording_arguments
        recording = recording if recording is not None else make_recording(**arguments)
        sampling_rate_hz = recording.metadata.sampling_rate_hz
        values = np.vstack([recording.emg_v, *recording.activated_v.values()])
        labels = labels if labels is not None else recording.metadata.analog_labels
    per_frame = round(sampling_rate_hz / point_rate_hz)
    n_frames = values.shape[1] // per_frame
    names = list(labels) if labels is not None else [f"CH{i + 1} Raw" for i in range(len(values))]
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [point_rate_hz]
    file["parameters"]["ANALOG"]["RATE"]["value"] = [per_frame * point_rate_hz]
    file["parameters"]["POINT"]["LABELS"]["value"] = [
        "PlayerPosition",
        *(f"P{i}" for i in range(1, n_points)),
    ][:n_points]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = names
    if units:
        file["parameters"]["ANALOG"]["UNITS"]["value"] = list(units)
    points = np.ones((4, n_points, n_frames))
    file["data"]["points"] = points
    file["data"]["analogs"] = np.asarray(values[:, : n_frames * per_frame], dtype=np.float64)[np.newaxis]
    for group, entries in (parameters or {}).items():
        for name, value in entries.items():
            file.add_parameter(group, name, value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.c3d"
        file.write(str(path))
        return path.read_bytes()


def _per_channel_contractions(plan: Contractions, n_channels: int) -> list[Sequence[Burst]]:
    items: list[Any] = list(plan)
    if all(len(item) in (2, 3) and not isinstance(item[0], Sequence) for item in items):
        return [items] * n_channels
    if len(items) != n_channels:
        raise ValueError(f"{len(items)} lists of contractions for {n_channels} channels")
    return items


def _per_channel_dropouts(drops: Sequence[Any], n_channels: int) -> list[Sequence[float]]:
    if not drops or not isinstance(drops[0], Sequence):
        return [list(drops)] + [[]] * (n_channels - 1)
    if len(drops) != n_channels:
        raise ValueError(f"{len(drops)} lists of drop-outs for {n_channels} channels")
    return list(drops)


def _each(value: float | Sequence[float], n_channels: int) -> list[float]:
    if isinstance(value, int | float):
        return [float(value)] * n_channels
    if len(value) != n_channels:
        raise ValueError(f"{len(value)} values for {n_channels} channels")
    return [float(v) for v in value]


def _online_envelope(emg_v: Array) -> Array:
    steps = np.abs(np.diff(emg_v, prepend=emg_v[:1]))
    summed = np.cumsum(np.concatenate([np.zeros(100), steps]))
    return np.asarray((summed[100:] - summed[:-100]) / 100.0, dtype=np.float32)
