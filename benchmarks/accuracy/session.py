"""Sessions: situations rendered by a generator and written as C3D."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from benchmarks.accuracy import canvas, motor_units, noise_model
from benchmarks.accuracy.canvas import Canvas
from benchmarks.accuracy.efforts import Array, Flags, TrueContraction
from benchmarks.accuracy.situations import Scene, Situation
from tests.builders import make_c3d

Generator: TypeAlias = Literal["noise", "motor units"]

GENERATORS: Final[tuple[Generator, ...]] = ("noise", "motor units")
SAMPLING_RATE_HZ: Final = 990.0
PLATEAU_UV: Final = 200.0
_SAMPLES_PER_FRAME: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One channel with its truth; ``lost`` samples are drop-outs or saturated, shape (n_samples,)."""

    raw_v: Array
    lost: Flags
    truth: tuple[TrueContraction, ...]
    snr_db: float


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Several channels of one situation in one file."""

    situation: Situation
    generator: Generator
    seed: int
    channels: tuple[Channel, ...]
    c3d: bytes


def make_session(situation: Situation, generator: Generator, seed: int) -> Session:
    """Return one session; the same one for the same arguments.

    Parameters
    ----------
    situation : Situation
        Each of its SNRs becomes a channel with contractions of its own.
    generator : {"noise", "motor units"}
        Which model makes the EMG and the floor.
    seed : int
        Everything random comes from it.
    """
    name = zlib.crc32(f"{situation.name}/{generator}".encode())
    rngs = [np.random.default_rng([seed, name, k]) for k in range(len(situation.snrs_db))]
    scenes = [situation.plan(rng, k) for k, rng in enumerate(rngs)]
    # All channels of a file are equally long; the shorter plans end with more rest.
    n_frames = int(max(scene.duration_s for scene in scenes) * SAMPLING_RATE_HZ / _SAMPLES_PER_FRAME)
    time_s = np.arange(n_frames * _SAMPLES_PER_FRAME) / SAMPLING_RATE_HZ
    channels = [
        _make_channel(scene, generator, snr_db, time_s, rng)
        for scene, snr_db, rng in zip(scenes, situation.snrs_db, rngs, strict=True)
    ]
    values = np.vstack([channel.raw_v for channel in channels])
    labels = [f"CH{k + 1} Raw" for k in range(len(channels))]
    # The file holds 32-bit floats: every detector sees what the file says.
    stored = values.astype(np.float32).astype(np.float64)
    return Session(
        situation=situation,
        generator=generator,
        seed=seed,
        channels=tuple(
            Channel(raw, channel.lost, channel.truth, channel.snr_db)
            for raw, channel in zip(stored, channels, strict=True)
        ),
        c3d=make_c3d(labels=labels, values=values, sampling_rate_hz=SAMPLING_RATE_HZ),
    )


def _make_channel(
    scene: Scene, generator: Generator, snr_db: float, time_s: Array, rng: np.random.Generator
) -> Channel:
    n_samples = time_s.size
    if scene.flat_uv is not None:
        flat = np.full(n_samples, scene.flat_uv * 1e-6)
        return Channel(flat, np.zeros(n_samples, dtype=np.bool_), (), snr_db)
    model = noise_model.contract if generator == "noise" else motor_units.contract
    muscle = model(scene.efforts, time_s, rng, plateau_uv=PLATEAU_UV, slowing=scene.slowing)
    made = Canvas(
        signal_uv=muscle.emg_uv,
        lost=np.zeros(n_samples, dtype=np.bool_),
        time_s=time_s,
        efforts=scene.efforts,
        plateau_uv=PLATEAU_UV,
        noise_uv=PLATEAU_UV / 10 ** (snr_db / 20),
        rng=rng,
    )
    _add_floor(made, scene, generator)
    for artefact in scene.artefacts:
        artefact(made)
    return Channel(canvas.converted(made) * 1e-6, made.lost, muscle.truth, snr_db)


def _add_floor(made: Canvas, scene: Scene, generator: Generator) -> None:
    """Add the noise floor; the generators' floors differ too."""
    profile = scene.noise_profile(made.time_s) if scene.noise_profile else np.ones_like(made.time_s)
    floor = canvas.white_floor if generator == "noise" else canvas.coloured_floor
    floor(made, profile)
