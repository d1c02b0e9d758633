"""EMG as it looks in the clinic: bursts of band-limited noise over a floor with a little mains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processing.demo.plans import DROPOUT_SAMPLES, DROPOUT_V, MusclePlan, SessionPlan

Samples = NDArray[np.float64]

SAMPLING_RATE_HZ: Final = 990.0
_REST_S: Final = 3.0
_PAUSE_RANGE_S: Final = (2.2, 4.2)
_RAMP_RANGE_S: Final = (0.15, 0.40)
_LOW_HZ: Final = 60.0
_HIGH_HZ: Final = 120.0
_ONLINE_WINDOW: Final = 100
_CALIBRATION_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class SessionSignals:
    """Both muscles in volts and the game's own envelopes, each of shape (2, n_samples): left, right."""

    emg_v: Samples
    activated_v: Samples


def synthesise_session(
    plan: SessionPlan, rng: np.random.Generator, *, samples_per_frame: int
) -> SessionSignals:
    """Return the signals of one session: 3 s of rest, then contractions, whole frames, 60 s at least."""
    muscles = (plan.left, plan.right)
    bursts = [_schedule(muscle, rng) for muscle in muscles]
    last_s = max(offset for schedule in bursts for _, offset, _ in schedule)
    n_frames = int(max(60.0, last_s + _REST_S) * SAMPLING_RATE_HZ) // samples_per_frame
    emg_v = np.stack(
        [
            _muscle_signal(muscle, schedule, n_frames * samples_per_frame, rng)
            for muscle, schedule in zip(muscles, bursts, strict=True)
        ]
    )
    return SessionSignals(emg_v=emg_v, activated_v=np.stack([online_envelope(channel) for channel in emg_v]))


def online_envelope(emg_v: Samples) -> Samples:
    """Return what the game's own detector writes.

    The causal mean of 100 absolute differences where that exceeds a threshold, else exactly 0. The
    threshold is mean plus 3 standard deviations over the first 2 s, which are rest.
    """
    steps = np.abs(np.diff(emg_v, prepend=emg_v[:1]))
    summed = np.cumsum(np.concatenate([np.zeros(_ONLINE_WINDOW), steps]))
    mean = (summed[_ONLINE_WINDOW:] - summed[:-_ONLINE_WINDOW]) / _ONLINE_WINDOW
    rest = mean[_ONLINE_WINDOW : int(_CALIBRATION_S * SAMPLING_RATE_HZ)]
    return np.where(mean > rest.mean() + 3.0 * rest.std(), mean, 0.0)


def _schedule(muscle: MusclePlan, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Return onset, offset (seconds) and plateau (microvolts) of each contraction."""
    bursts = []
    onset = _REST_S + rng.uniform(0.0, 0.8)
    for _ in range(muscle.n_contractions):
        offset = onset + rng.uniform(*muscle.hold_range_s)
        bursts.append((onset, offset, muscle.mvc_uv * rng.uniform(*muscle.effort_range)))
        onset = offset + rng.uniform(*_PAUSE_RANGE_S)
    return bursts


def _muscle_signal(
    muscle: MusclePlan, bursts: list[tuple[float, float, float]], n_samples: int, rng: np.random.Generator
) -> Samples:
    time_s = np.arange(n_samples) / SAMPLING_RATE_HZ
    signal_uv = muscle.noise_uv * rng.standard_normal(n_samples) + muscle.offset_uv
    signal_uv += 0.3 * muscle.noise_uv * np.sin(2 * np.pi * 0.07 * time_s + rng.uniform(0, 2 * np.pi))
    for harmonic, share in ((1, 1.0), (3, 0.3)):
        phase = rng.uniform(0, 2 * np.pi)
        signal_uv += share * muscle.mains_uv * np.sin(2 * np.pi * 50.0 * harmonic * time_s + phase)
    for position, (onset, offset, plateau_uv) in enumerate(bursts):
        tired = 1.0 - muscle.fatigue * position / max(len(bursts) - 1, 1)
        start, stop = round(onset * SAMPLING_RATE_HZ), round(offset * SAMPLING_RATE_HZ)
        signal_uv[start:stop] += plateau_uv * _burst(stop - start, tired, rng)
    signal_v = signal_uv * 1e-6
    for block in range(muscle.n_dropouts):
        start = round((block + rng.uniform(0.3, 0.7)) * n_samples / muscle.n_dropouts)
        signal_v[start : start + DROPOUT_SAMPLES] = DROPOUT_V
    return signal_v


def _burst(n_samples: int, spectrum_share: float, rng: np.random.Generator) -> Samples:
    """Return one contraction of plateau RMS 1: smooth rise and fall, a plateau that is never quite steady."""
    frequency_hz = np.fft.rfftfreq(n_samples, 1.0 / SAMPLING_RATE_HZ)
    low_hz, high_hz = _LOW_HZ * spectrum_share, _HIGH_HZ * spectrum_share
    # Stulen and De Luca 1981: the spectrum of surface EMG by two corner frequencies.
    gain = high_hz**2 * frequency_hz / (np.hypot(frequency_hz, low_hz) * (frequency_hz**2 + high_hz**2))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(n_samples)) * gain, n_samples)
    time_s = np.arange(n_samples) / SAMPLING_RATE_HZ
    ramp_s = rng.uniform(*_RAMP_RANGE_S)
    rise = np.clip(np.minimum(time_s, time_s[-1] - time_s) / ramp_s, 0.0, 1.0)
    tremor = 1.0 + 0.08 * np.sin(2 * np.pi * rng.uniform(0.8, 2.0) * time_s + rng.uniform(0, 2 * np.pi))
    return np.asarray(noise / noise.std() * np.sin(0.5 * np.pi * rise) ** 2 * tremor)
