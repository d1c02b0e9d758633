"""Generator B: action potentials of motor units that an excitation recruits.

It shares no formula with generator A: the signal is a sum of single potentials, its spectrum follows from
their shapes, its amplitude from how many units fire how often, and rise and fall are steps of recruitment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.accuracy.efforts import Array, Effort, TrueContraction, true_contraction
from benchmarks.accuracy.muscle import Muscle

_N_UNITS: Final = 120
# The last unit is recruited at this excitation; thresholds span this range (Fuglevand 1993).
_LAST_RECRUITED: Final = 0.60
_THRESHOLD_RANGE: Final = 30.0
# Small units are many, large ones few: exponential sizes over this range.
_SIZE_RANGE: Final = 30.0
_LOWEST_RATE_HZ: Final = 8.0
_PEAK_RATES_HZ: Final = (35.0, 25.0)
_RATE_SPAN: Final = 0.40
# Coefficient of variation of the intervals between discharges.
_JITTER: Final = 0.20
# The strongest contractions of a session use this much of the excitation there is.
_STRONG_EXCITATION: Final = 0.75
_REACH_S: Final = 0.030


@dataclass(frozen=True, slots=True)
class MotorUnit:
    """One motor unit; ``width_s`` scales its potential, ``weights`` and ``delays_s`` make it polyphasic.

    ``propagating`` units have the asymmetric shape of a travelling tripole, the others a Hermite function of
    the given ``order``.
    """

    threshold: float
    peak_rate_hz: float
    size: float
    width_s: float
    propagating: bool
    order: int
    weights: tuple[float, ...]
    delays_s: tuple[float, ...]

    def rate_hz(self, excitation: Array) -> Array:
        """Return the expected discharges per second."""
        climb = (self.peak_rate_hz - _LOWEST_RATE_HZ) * (excitation - self.threshold) / _RATE_SPAN
        rate = np.minimum(_LOWEST_RATE_HZ + climb, self.peak_rate_hz)
        return np.where(excitation >= self.threshold, rate, 0.0)

    def potential(self, time_s: Array) -> Array:
        """Return the potential around a discharge at time 0, in arbitrary units."""
        parts = [
            weight * _wave((time_s - delay) / self.width_s, propagating=self.propagating, order=self.order)
            for weight, delay in zip(self.weights, self.delays_s, strict=True)
        ]
        return np.asarray(self.size * np.sum(parts, axis=0))

    def energy(self) -> float:
        """Return the integral of the squared potential over time."""
        fine_s = np.arange(-_REACH_S, _REACH_S, 1e-5)
        return float(np.sum(self.potential(fine_s) ** 2) * 1e-5)


def contract(
    efforts: Sequence[Effort],
    time_s: Array,
    rng: np.random.Generator,
    *,
    plateau_uv: float,
    slowing: float = 0.0,
) -> Muscle:
    """Return the EMG of efforts as the sum of motor unit potentials.

    Parameters
    ----------
    efforts, time_s, rng, plateau_uv, slowing
        As for generator A. An effort shapes the excitation; amplitude follows from it.

    Returns
    -------
    Muscle
        The expected amplitude comes from Campbell's theorem: its square is the sum over units of rate times
        energy of the potential.

    Notes
    -----
    Discharges are a gamma renewal process on the time scale on which the unit's rate is 1, so the expected
    rate is exact at every moment. Excitation holds slow common drive of 4 % as in real muscle.

    References
    ----------
    .. [1] Fuglevand AJ et al. J Neurophysiol 1993;70(6):2470-88.
    .. [2] Rosenfalck P. Acta Physiol Scand Suppl 1969;321:1-168.
    """
    units = make_units(rng)
    energies = np.array([unit.energy() for unit in units])
    grid = np.linspace(0.0, 1.0, 2001)
    power = np.sum([e * unit.rate_hz(grid) for unit, e in zip(units, energies, strict=True)], axis=0)
    curve = np.sqrt(power)
    strong = float(np.interp(_STRONG_EXCITATION, grid, curve))
    stretch = 1.0 / (1.0 - slowing * np.linspace(0.0, 1.0, time_s.size))
    drive = _common_drive(rng, time_s)
    excitation = np.zeros_like(time_s)
    amplitude = np.zeros_like(time_s)
    truth: list[TrueContraction] = []
    for effort in efforts:
        # The excitation whose amplitude is the wanted share of the strongest one's.
        held = float(np.interp(effort.level * strong, curve, grid))
        own = np.minimum(held * effort.shape(time_s) * drive, 1.0)
        own_uv = plateau_uv / strong * np.interp(own, grid, curve) * np.sqrt(stretch)
        excitation = np.maximum(excitation, own)
        amplitude = np.maximum(amplitude, own_uv)
        if effort.counted:
            truth.append(true_contraction(own_uv, time_s, effort))
    emg = np.sum([_train(unit, excitation, time_s, stretch, rng) for unit in units], axis=0)
    return Muscle(emg_uv=plateau_uv / strong * emg, amplitude_uv=amplitude, truth=tuple(truth))


def make_units(rng: np.random.Generator) -> list[MotorUnit]:
    """Return the motor units of one muscle, small and early ones first."""
    units = []
    for position in np.linspace(0.0, 1.0, _N_UNITS):
        n_parts = int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
        weights = np.concatenate([[1.0], rng.uniform(-0.6, 0.6, n_parts - 1)])
        delays_s = np.concatenate([[0.0], rng.uniform(0.002, 0.006, n_parts - 1)])
        # How near the fibres are to the electrode decides as much as how many they are.
        nearness = rng.lognormal(0.0, 0.4)
        propagating = bool(rng.random() < 0.5)
        units.append(
            MotorUnit(
                threshold=_LAST_RECRUITED * _THRESHOLD_RANGE ** (position - 1.0),
                peak_rate_hz=float(np.interp(position, [0.0, 1.0], _PEAK_RATES_HZ)),
                size=float(_SIZE_RANGE**position * nearness * rng.choice([-1.0, 1.0])),
                width_s=float(rng.uniform(0.0012, 0.0022) if propagating else rng.uniform(0.0020, 0.0036)),
                propagating=propagating,
                order=int(rng.integers(1, 4)),
                weights=tuple(map(float, weights)),
                delays_s=tuple(map(float, delays_s)),
            )
        )
    return units


def discharge_times(unit: MotorUnit, excitation: Array, time_s: Array, rng: np.random.Generator) -> Array:
    """Return when one unit fires, in seconds."""
    step_s = float(time_s[1] - time_s[0])
    expected = np.concatenate([[0.0], np.cumsum(unit.rate_hz(excitation)[1:] * step_s)])
    n_most = int(expected[-1] * 1.5) + 20
    shape = 1.0 / _JITTER**2
    intervals = rng.gamma(shape, 1.0 / shape, n_most)
    counts = np.cumsum(intervals) - rng.uniform(0.0, 1.0)
    counts = counts[(counts > 0.0) & (counts < expected[-1])]
    return np.asarray(np.interp(counts, expected, time_s))


def _train(
    unit: MotorUnit, excitation: Array, time_s: Array, stretch: Array, rng: np.random.Generator
) -> Array:
    """Return the potentials of one unit, each at its exact moment between samples."""
    times_s = discharge_times(unit, excitation, time_s, rng)
    step_s = float(time_s[1] - time_s[0])
    reach = round(_REACH_S / step_s)
    centres = np.round(times_s / step_s).astype(int)
    samples = centres[:, np.newaxis] + np.arange(-reach, reach + 1)
    wider = np.interp(times_s, time_s, stretch)[:, np.newaxis]
    values = unit.potential((samples * step_s - times_s[:, np.newaxis]) / wider)
    inside = (samples >= 0) & (samples < time_s.size)
    return np.bincount(samples[inside], weights=values[inside], minlength=time_s.size).astype(np.float64)


def _wave(u: Array, *, propagating: bool, order: int) -> Array:
    """Return a tripole's potential (second derivative of Rosenfalck's action potential) or a Hermite function."""
    if propagating:
        z = np.clip(u + 3.0, 0.0, None)
        return np.asarray((6.0 * z - 6.0 * z**2 + z**3) * np.exp(-z))
    polynomial = {1: 2.0 * u, 2: 4.0 * u**2 - 2.0, 3: 8.0 * u**3 - 12.0 * u}[order]
    norm = {1: 2.0, 2: 4.0, 3: 9.8}[order]
    return np.asarray(polynomial / norm * np.exp(-(u**2) / 2.0))


def _common_drive(rng: np.random.Generator, time_s: Array) -> Array:
    """Return slow fluctuations around 1, below some 2 Hz."""
    fs = 1.0 / float(time_s[1] - time_s[0])
    spectrum = np.fft.rfft(rng.standard_normal(time_s.size))
    spectrum *= np.exp(-((np.fft.rfftfreq(time_s.size, 1.0 / fs) / 1.5) ** 2))
    slow = np.fft.irfft(spectrum, time_s.size)
    return np.asarray(1.0 + 0.04 * slow / slow.std())
