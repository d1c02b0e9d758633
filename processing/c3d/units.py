"""Volts: from a unit that the file names, or else from the size of the samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

VOLTS_PER_UNIT: Final = {"V": 1.0, "mV": 1e-3, "uV": 1e-6}
# Surface EMG peaks lie between about 30 uV and 30 mV; each limit is where one unit's range ends.
_LARGEST_IN_VOLTS: Final = 0.05
_LARGEST_IN_MILLIVOLTS: Final = 20.0
# Equal parts of a recording, and the centile of their peaks that counts: damage or spikes in three parts do not.
_PARTS: Final = 100
_PEAK_CENTILE: Final = 97.0
_ENOUGH_SAMPLES: Final = 5_000

_SPELLINGS: Final = {
    "v": "V",
    "volt": "V",
    "volts": "V",
    "mv": "mV",
    "millivolt": "mV",
    "millivolts": "mV",
    "uv": "uV",
    "\u00b5v": "uV",  # micro sign
    "\u03bcv": "uV",  # Greek mu, which looks the same
    "microvolt": "uV",
    "microvolts": "uV",
}


def parse_unit(text: str) -> str | None:
    """Return ``V``, ``mV`` or ``uV`` for a unit as files spell it, or None where it is not one of volts."""
    return _SPELLINGS.get(text.strip().lower())


def guess_unit(values: NDArray[np.float32]) -> str:
    """Return the unit in which samples of surface EMG would be this large.

    Parameters
    ----------
    values : ndarray of float32, shape (n_channels, n_samples)
        As stored, in the unknown unit.

    Returns
    -------
    unit : str
        ``V``, ``mV`` or ``uV``, from the largest distance to the channel's median in each hundredth of the
        recording: the 97th centile of these, in the channel where it is largest. So neither an offset, nor spikes or
        damage in a few places, nor one weak channel misleads, and four short contractions suffice.
    """
    # Every n-th sample tells the resting level as well as all of them.
    sparse = values[:, :: max(1, values.shape[1] // _ENOUGH_SAMPLES)]
    known = ~np.isnan(sparse).all(axis=1)
    if not sparse.size or not known.any():
        return "V"
    rest = np.nanmedian(sparse[known], axis=1, keepdims=True)
    some = values[known]
    starts = np.linspace(0, some.shape[1], min(_PARTS, some.shape[1]), endpoint=False).astype(np.intp)
    highest, lowest = np.fmax.reduceat(some, starts, axis=1), np.fmin.reduceat(some, starts, axis=1)
    peaks = np.nan_to_num(np.maximum(highest - rest, rest - lowest), nan=0.0)
    largest = float(np.max(np.percentile(peaks, _PEAK_CENTILE, axis=1, method="lower")))
    if largest <= _LARGEST_IN_VOLTS:
        return "V"
    return "mV" if largest <= _LARGEST_IN_MILLIVOLTS else "uV"
