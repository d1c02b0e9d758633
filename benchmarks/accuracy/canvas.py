"""One channel while it is being made, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from scipy import signal as dsp

from benchmarks.accuracy.efforts import Array, Effort, Flags

RAIL_UV: Final = 5480.0
DROPOUT_UV: Final = -5500.0
DROPOUT_SAMPLES: Final = 270
LSB_UV: Final = 0.168


@dataclass(slots=True, eq=False)
class Canvas:
    """A channel in microvolts, shape (n_samples,); ``lost`` marks samples that say nothing about the muscle.

    ``noise_uv`` is the RMS of the floor between 20 and 450 Hz, ``plateau_uv`` that of a contraction of level 1.
    """

    signal_uv: Array
    lost: Flags
    time_s: Array
    efforts: tuple[Effort, ...]
    plateau_uv: float
    noise_uv: float
    rng: np.random.Generator

    @property
    def sampling_rate_hz(self) -> float:
        """Samples per second."""
        return 1.0 / float(self.time_s[1] - self.time_s[0])

    def rests_s(self, *, margin_s: float = 0.4) -> list[tuple[float, float]]:
        """Return the pauses between efforts, after the 2 s at the start in which a detector may calibrate."""
        edges = [2.0]
        for effort in self.efforts:
            edges += [effort.start_s, effort.stop_s]
        edges.append(float(self.time_s[-1]))
        pauses = [(a + margin_s, b - margin_s) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return [(a, b) for a, b in pauses if b - a > 0.2]

    def moment_at_rest(self, length_s: float) -> float:
        """Return a random moment from which a pause lasts at least ``length_s``; the longest pause's if none."""
        pauses = self.rests_s()
        fitting = [(a, b) for a, b in pauses if b - a >= length_s]
        start, stop = (
            fitting[int(self.rng.integers(len(fitting)))]
            if fitting
            else max(pauses, key=lambda pause: pause[1] - pause[0])
        )
        return float(self.rng.uniform(start, max(stop - length_s, start)))

    def moment_inside(self, length_s: float) -> float:
        """Return a random moment from which an effort's hold lasts at least ``length_s``."""
        effort = self.efforts[int(self.rng.integers(len(self.efforts)))]
        first = effort.start_s + effort.rise_s
        return float(self.rng.uniform(first, max(first + effort.hold_s - length_s, first)))

    def samples(self, start_s: float, length_s: float) -> slice:
        """Return the samples of a stretch."""
        start = round(start_s * self.sampling_rate_hz)
        return slice(start, start + round(length_s * self.sampling_rate_hz))


Artefact: TypeAlias = Callable[[Canvas], None]


def white_floor(canvas: Canvas, profile: Array) -> None:
    """Add white Gaussian noise of ``noise_uv`` in the EMG band, times a profile."""
    noise = canvas.rng.standard_normal(canvas.time_s.size)
    in_band = (450.0 - 20.0) / (canvas.sampling_rate_hz / 2)
    canvas.signal_uv += canvas.noise_uv / np.sqrt(in_band) * profile * noise


def coloured_floor(canvas: Canvas, profile: Array) -> None:
    """Add noise as electrodes have it: half of its power falls as 1/f, and its tails are heavier than Gauss's."""
    n = canvas.time_s.size
    frequency_hz = np.fft.rfftfreq(n, 1.0 / canvas.sampling_rate_hz)
    band = (frequency_hz >= 20.0) & (frequency_hz <= 450.0)
    pink = np.zeros(frequency_hz.size)
    pink[1:] = 1.0 / np.maximum(frequency_hz[1:], 2.0)
    flat = np.ones(frequency_hz.size)
    power = pink / pink[band].sum() + flat / flat[band].sum()
    heavy = canvas.rng.standard_t(6.0, n) / np.sqrt(6.0 / 4.0)
    noise = np.fft.irfft(np.fft.rfft(heavy) * np.sqrt(power), n)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    in_band = np.sqrt(2.0 * spectrum[band].sum()) / n
    canvas.signal_uv += canvas.noise_uv * profile * noise / in_band


def spikes(count: int, *, ratio: float = 20.0) -> Artefact:
    """Add spikes of one to three samples, ``ratio`` times a plateau, at rest or in a contraction."""

    def add(canvas: Canvas) -> None:
        for number in range(count):
            where = canvas.moment_at_rest(0.1) if number % 2 == 0 else canvas.moment_inside(0.1)
            start = round(where * canvas.sampling_rate_hz)
            width = int(canvas.rng.integers(1, 4))
            canvas.signal_uv[start : start + width] += ratio * canvas.plateau_uv * canvas.rng.choice([-1, 1])

    return add


def clipped(share: float) -> Artefact:
    """Clip at ``share`` times the RMS of a plateau."""

    def clip(canvas: Canvas) -> None:
        rail = share * canvas.plateau_uv
        np.clip(canvas.signal_uv, -rail, rail, out=canvas.signal_uv)

    return clip


def saturation_bursts(count: int) -> Artefact:
    """Let 50 Hz swing between the rails for 0.3 to 1 s, every third time inside a contraction."""

    def swing(canvas: Canvas) -> None:
        for number in range(count):
            length_s = float(canvas.rng.uniform(0.3, 1.0))
            inside = number % 3 == 2
            start_s = canvas.moment_inside(length_s) if inside else canvas.moment_at_rest(length_s)
            part = canvas.samples(start_s, length_s)
            phase = canvas.rng.uniform(0, 2 * np.pi)
            canvas.signal_uv[part] += 3 * RAIL_UV * np.sin(2 * np.pi * 50.0 * canvas.time_s[part] + phase)
            canvas.lost[part] = True

    return swing


def drift_and_offset(canvas: Canvas) -> None:
    """Add a baseline that wanders by millivolts below 0.5 Hz, and a constant."""
    for frequency_hz in (0.03, 0.11, 0.4):
        phase = canvas.rng.uniform(0, 2 * np.pi)
        size = canvas.rng.uniform(1.0, 3.0) * canvas.plateau_uv
        canvas.signal_uv += size * np.sin(2 * np.pi * frequency_hz * canvas.time_s + phase)
    canvas.signal_uv += canvas.rng.choice([-1, 1]) * 5 * canvas.plateau_uv


def mains(ratio: float) -> Artefact:
    """Add 50 Hz with odd harmonics; the fundamental's RMS is ``ratio`` times a plateau and swells slowly."""

    def hum(canvas: Canvas) -> None:
        frequency_hz = 50.0 + canvas.rng.uniform(-0.05, 0.05)
        swell = 1.0 + 0.15 * np.sin(2 * np.pi * 0.05 * canvas.time_s + canvas.rng.uniform(0, 2 * np.pi))
        for harmonic, share in ((1, 1.0), (2, 0.1), (3, 0.35), (5, 0.15), (7, 0.08)):
            phase = canvas.rng.uniform(0, 2 * np.pi)
            wave = np.sin(2 * np.pi * frequency_hz * harmonic * canvas.time_s + phase)
            canvas.signal_uv += np.sqrt(2) * ratio * canvas.plateau_uv * share * swell * wave

    return hum


def dropouts(count: int) -> Artefact:
    """Replace blocks of 270 samples by -5.5 mV, every other one inside a contraction."""

    def drop(canvas: Canvas) -> None:
        length_s = DROPOUT_SAMPLES / canvas.sampling_rate_hz
        for number in range(count):
            inside = number % 2 == 0
            start_s = canvas.moment_inside(length_s) if inside else canvas.moment_at_rest(length_s)
            part = canvas.samples(start_s, length_s)
            canvas.signal_uv[part] = DROPOUT_UV
            canvas.lost[part] = True

    return drop


def heart_beat(ratio: float) -> Artefact:
    """Add QRS complexes at 55 to 95 a minute whose peak is ``ratio`` times the RMS of a plateau."""

    def beat(canvas: Canvas) -> None:
        per_s = canvas.rng.uniform(55, 95) / 60
        moment_s = float(canvas.rng.uniform(0, 1))
        while moment_s < canvas.time_s[-1]:
            u = canvas.time_s - moment_s
            qrs = (
                -0.15 * np.exp(-(((u + 0.025) / 0.008) ** 2))
                + np.exp(-((u / 0.010) ** 2))
                - 0.3 * np.exp(-(((u - 0.025) / 0.010) ** 2))
                + 0.2 * np.exp(-(((u - 0.25) / 0.05) ** 2))
            )
            canvas.signal_uv += ratio * canvas.plateau_uv * qrs
            moment_s += float(canvas.rng.normal(1.0, 0.04)) / per_s

    return beat


def movement(count: int) -> Artefact:
    """Add slow bumps, as a pulled cable gives: 0.2 to 0.6 s, 3 to 8 times a plateau, at rest."""

    def bump(canvas: Canvas) -> None:
        for _ in range(count):
            length_s = float(canvas.rng.uniform(0.2, 0.6))
            part = canvas.samples(canvas.moment_at_rest(length_s), length_s)
            n = canvas.signal_uv[part].size
            noise = canvas.rng.standard_normal(n + 400)
            wobble = dsp.sosfiltfilt(
                dsp.butter(4, 8.0, "lowpass", fs=canvas.sampling_rate_hz, output="sos"), noise
            )[200 : 200 + n]
            wobble *= np.hanning(n)
            size = canvas.rng.uniform(3, 8) * canvas.plateau_uv
            canvas.signal_uv[part] += size * wobble / np.abs(wobble).max()

    return bump


def converted(canvas: Canvas) -> Array:
    """Return the channel as the converter stores it: in steps, between its rails; drop-outs lie below them."""
    stepped = np.clip(LSB_UV * np.round(canvas.signal_uv / LSB_UV), -RAIL_UV, RAIL_UV)
    stepped[canvas.signal_uv == DROPOUT_UV] = DROPOUT_UV
    return np.asarray(stepped)
