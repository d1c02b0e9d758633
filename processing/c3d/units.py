"""Volts: from a unit that the file names, or else from the size of the samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

VOLTS_PER_UNIT: Final = {"V": 1.0, "mV": 1e-3, "uV": 1e-6}
# Surface EMG peaks lie between about 30 uV and 30 mV; each limit is where one unit's range ends.
_LARGEST_IN_VOLTS: Final = 0.05
_LARGEST_IN_MILLIVOLTS: Final = 20.0
# Every n-th sample tells the size as well as all of them.
_ENOUGH_SAMPLES: Final = 20_000

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
        ``V``, ``mV`` or ``uV``, from the 99.9th centile of the distance from each channel's median, in the
        channel where it is largest: spikes and an offset do not count, and one weak channel does not mislead.
    """
    if values.size == 0:
        return "V"
    sample = values[:, :: max(1, values.shape[1] // _ENOUGH_SAMPLES)]
    sample = sample[~np.isnan(sample).all(axis=1)]
    if sample.size == 0:
        return "V"
    distances = np.abs(sample - np.nanmedian(sample, axis=1, keepdims=True))
    largest = float(np.max(np.nanquantile(distances, 0.999, axis=1)))
    if largest <= _LARGEST_IN_VOLTS:
        return "V"
    return "mV" if largest <= _LARGEST_IN_MILLIVOLTS else "uV"
