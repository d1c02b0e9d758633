"""The situations that a detector must get right, each as a plan for one channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from benchmarks.accuracy import canvas as faults
from benchmarks.accuracy.canvas import Artefact
from benchmarks.accuracy.efforts import Array, Effort

_CALIBRATION_S: Final = 3.0
_USUAL_SNRS_DB: Final = (10.0, 20.0, 30.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens on one channel. ``noise_profile`` maps time to the floor's relative level."""

    efforts: tuple[Effort, ...]
    duration_s: float
    artefacts: tuple[Artefact, ...] = ()
    slowing: float = 0.0
    noise_profile: Callable[[Array], Array] | None = None
    flat_uv: float | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A kind of session; ``snrs_db`` are plateau RMS over the floor's RMS from 20 to 450 Hz, one channel each.

    ``silent`` situations hold no contraction: false positives a minute are what counts. ``plan`` is told the
    channel's position, by which some choose a variant.
    """

    name: str
    snrs_db: tuple[float, ...]
    plan: Callable[[np.random.Generator, int], Scene]
    kind: Literal["active", "silent"] = "active"


def _row(
    rng: np.random.Generator,
    n: int,
    *,
    hold_s: tuple[float, float] = (1.0, 3.0),
    ramp_s: tuple[float, float] = (0.05, 0.25),
    pause_s: tuple[float, float] = (1.2, 3.0),
    levels: tuple[float, ...] | None = None,
    level_range: tuple[float, float] = (0.7, 1.0),
    dips: float = 0.0,
) -> tuple[Effort, ...]:
    """Return efforts one after the other, after 3 s of rest."""
    efforts: list[Effort] = []
    at = _CALIBRATION_S + float(rng.uniform(0.0, 1.0))
    for k in range(n):
        effort = Effort(
            start_s=at,
            rise_s=float(rng.uniform(*ramp_s)),
            hold_s=float(rng.uniform(*hold_s)),
            fall_s=float(rng.uniform(*ramp_s)),
            level=levels[k % len(levels)] if levels else float(rng.uniform(*level_range)),
            form="cosine" if rng.random() < 0.5 else "linear",
            tremor_hz=float(rng.uniform(5.0, 8.0)),
            dips=dips,
        )
        efforts.append(effort)
        at = effort.stop_s + float(rng.uniform(*pause_s))
    return tuple(efforts)


def _scene(efforts: tuple[Effort, ...], *artefacts: Artefact, slowing: float = 0.0) -> Scene:
    """Return a scene that ends 2 s after the last effort."""
    return Scene(efforts, efforts[-1].stop_s + 2.0, artefacts, slowing=slowing)


def _clean(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12))


def _weak_beside_strong(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12, levels=(1.0, 0.2, 0.9, 0.3)))


def _one_spike(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12), faults.spikes(1))


def _clipping(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12), faults.clipped(1.5))


def _saturation(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12, pause_s=(2.2, 4.0)), faults.saturation_bursts(6))


def _drift(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12), faults.drift_and_offset)


def _mains(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12), faults.mains(0.7))


def _tremor(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 10, hold_s=(1.5, 3.5), dips=0.85))


def _neighbours(rng: np.random.Generator, _: int) -> Scene:
    """Pairs and triples whose 10 % crossings lie 300 ms apart."""
    efforts: list[Effort] = []
    at = _CALIBRATION_S
    for group in range(5):
        for _k in range(2 + group % 2):
            rise_s, fall_s = rng.uniform(0.03, 0.10, 2)
            hold_s = float(rng.uniform(0.5, 1.5))
            level = float(rng.uniform(0.7, 1.0))
            effort = Effort(at, float(rise_s), hold_s, float(fall_s), level=level)
            efforts.append(effort)
            # Linear ramps: a tenth of each lies outside the crossings; at most 20 ms of the gap.
            at = effort.stop_s + 0.300 - 0.1 * float(fall_s) - 0.005
        at += float(rng.uniform(1.5, 3.0))
    return _scene(tuple(efforts))


def _long_holds(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 6, hold_s=(10.0, 14.6), pause_s=(4.0, 8.0)))


def _noisy(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12))


def _fatigue(rng: np.random.Generator, variant: int) -> Scene:
    """Twenty equal holds: the spectrum sinks by 40 %, amplitude grows, or falls to two fifths."""
    last = 1.4 if variant % 2 == 0 else 0.4
    levels = tuple(float(v) / max(last, 1.0) for v in np.linspace(1.0, last, 20))
    return _scene(_row(rng, 20, hold_s=(1.8, 2.6), levels=levels), slowing=0.4)


def _dropouts(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12, pause_s=(1.6, 3.0)), faults.dropouts(6))


def _short_bursts(rng: np.random.Generator, _: int) -> Scene:
    """Bursts of 0.2 to 0.7 s as the game evokes, with twitches of 3 to 6 % between them that do not count."""
    efforts: list[Effort] = []
    at = _CALIBRATION_S
    for _k in range(24):
        rise_s, fall_s = (float(v) for v in rng.uniform(0.03, 0.12, 2))
        hold_s = float(rng.uniform(0.2, 0.7)) - 0.8 * (rise_s + fall_s)
        efforts.append(Effort(at, rise_s, max(hold_s, 0.03), fall_s, level=float(rng.uniform(0.5, 1.0))))
        pause_s = float(rng.uniform(0.9, 2.5))
        if rng.random() < 0.4:
            twitch_s = efforts[-1].stop_s + 0.35
            level = float(rng.uniform(0.03, 0.06))
            efforts.append(Effort(twitch_s, 0.03, 0.1, 0.05, level=level, counted=False))
        at = efforts[-1].stop_s + pause_s
    return _scene(tuple(efforts))


def _slow_ramps(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 10, ramp_s=(0.6, 1.5), hold_s=(1.0, 2.5), pause_s=(1.5, 3.0)))


def _heart(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12), faults.heart_beat(0.5))


def _changing_noise(rng: np.random.Generator, variant: int) -> Scene:
    """The floor steps up by 6 dB half-way, or rises slowly; the SNR is that of the louder part."""
    scene = _scene(_row(rng, 14))
    middle, last = 0.5 * scene.duration_s, scene.duration_s

    def profile(time_s: Array) -> Array:
        if variant % 2 == 0:
            return np.where(time_s < middle, 0.5, 1.0)
        return np.asarray(np.interp(time_s, [0.0, last], [0.33, 1.0]))

    return Scene(scene.efforts, scene.duration_s, noise_profile=profile)


def _movement(rng: np.random.Generator, _: int) -> Scene:
    return _scene(_row(rng, 12, pause_s=(1.8, 3.5)), faults.movement(8))


def _silent(rng: np.random.Generator, _: int) -> Scene:
    return Scene((), 150.0)


def _dead(rng: np.random.Generator, variant: int) -> Scene:
    """A constant: zero, the value that drop-outs have, or some offset."""
    return Scene((), 150.0, flat_uv=(0.0, faults.DROPOUT_UV, -12.6)[variant % 3])


def _mains_only(rng: np.random.Generator, variant: int) -> Scene:
    return Scene((), 150.0, (faults.mains((0.01, 0.1, 1.0)[variant % 3]),))


SITUATIONS: Final = (
    Situation("clean", _USUAL_SNRS_DB, _clean),
    Situation("weak beside strong", (20.0, 25.0, 30.0), _weak_beside_strong),
    Situation("one huge spike", _USUAL_SNRS_DB, _one_spike),
    Situation("clipping", _USUAL_SNRS_DB, _clipping),
    Situation("saturation bursts", _USUAL_SNRS_DB, _saturation),
    Situation("drift and offset", _USUAL_SNRS_DB, _drift),
    Situation("strong mains", _USUAL_SNRS_DB, _mains),
    Situation("tremor dips", _USUAL_SNRS_DB, _tremor),
    Situation("neighbours 300 ms", _USUAL_SNRS_DB, _neighbours),
    Situation("holds of 10-15 s", _USUAL_SNRS_DB, _long_holds),
    Situation("SNR 6 dB", (6.0, 6.0), _noisy),
    Situation("SNR 3 dB", (3.0, 3.0), _noisy),
    Situation("fatigue", _USUAL_SNRS_DB, _fatigue),
    Situation("drop-outs", _USUAL_SNRS_DB, _dropouts),
    Situation("short bursts", (20.0, 30.0, 40.0), _short_bursts),
    Situation("slow ramps", _USUAL_SNRS_DB, _slow_ramps),
    Situation("heart beat", _USUAL_SNRS_DB, _heart),
    Situation("changing noise", _USUAL_SNRS_DB, _changing_noise),
    Situation("movement at rest", _USUAL_SNRS_DB, _movement),
    Situation("silent", (20.0, 40.0), _silent, "silent"),
    Situation("dead", (20.0, 20.0, 20.0), _dead, "silent"),
    Situation("noise and mains", (40.0, 40.0, 40.0), _mains_only, "silent"),
)
