"""Generator A: band-limited noise with a physiological spectrum, shaped by an amplitude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.accuracy.efforts import Array, Effort, TrueContraction, true_contraction
from benchmarks.accuracy.muscle import Muscle

LOW_HZ: Final = 60.0
HIGH_HZ: Final = 120.0


def contract(
    efforts: Sequence[Effort],
    time_s: Array,
    rng: np.random.Generator,
    *,
    plateau_uv: float,
    slowing: float = 0.0,
) -> Muscle:
    """Return the EMG of efforts as noise times amplitude.

    Parameters
    ----------
    efforts : sequence of Effort
        They do not overlap.
    time_s : ndarray of float, shape (n_samples,)
        Evenly spaced.
    rng : numpy Generator
        Everything random.
    plateau_uv : float
        RMS amplitude of an effort of level 1.
    slowing : float
        Share by which the spectrum has sunk at the end of the session.

    Returns
    -------
    Muscle

    References
    ----------
    .. [1] Stulen FB, De Luca CJ. IEEE Trans Biomed Eng 1981;28(7):515-23 (the spectrum's shape).
    """
    fs = 1.0 / float(time_s[1] - time_s[0])
    fresh = carrier(rng, time_s.size, sampling_rate_hz=fs)
    if slowing:
        tired = carrier(rng, time_s.size, sampling_rate_hz=fs, scale=1.0 - slowing)
        share = np.linspace(0.0, 1.0, time_s.size)
        fresh = np.sqrt(1.0 - share) * fresh + np.sqrt(share) * tired
    amplitude = np.zeros_like(time_s)
    truth: list[TrueContraction] = []
    for effort in efforts:
        own = plateau_uv * effort.level * effort.shape(time_s)
        amplitude = np.maximum(amplitude, own)
        if effort.counted:
            truth.append(true_contraction(own, time_s, effort))
    return Muscle(emg_uv=amplitude * fresh, amplitude_uv=amplitude, truth=tuple(truth))


def carrier(
    rng: np.random.Generator, n_samples: int, *, sampling_rate_hz: float, scale: float = 1.0
) -> Array:
    """Return noise of unit RMS with Stulen and De Luca's spectrum; ``scale`` moves it along the frequency axis."""
    frequency_hz = np.fft.rfftfreq(n_samples, 1.0 / sampling_rate_hz)
    low, high = scale * LOW_HZ, scale * HIGH_HZ
    gain = high**2 * frequency_hz / (np.hypot(frequency_hz, low) * (frequency_hz**2 + high**2))
    shaped = np.fft.irfft(np.fft.rfft(rng.standard_normal(n_samples)) * gain, n_samples)
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)))
