"""What a synthetic muscle is told to do: efforts with a rise, a hold and a fall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

# Onset and offset lie where amplitude crosses this share of the plateau.
EDGE_SHARE: Final = 0.10


@dataclass(frozen=True, slots=True)
class Effort:
    """One effort; ``level`` is its plateau's share of the session's strongest contractions.

    ``counted`` is False for faint activity, which must not be counted as a contraction. ``dips`` is the share
    of the plateau that tremor takes away at ``tremor_hz``, ``drift`` the relative change of amplitude from the
    start of the hold to its end.
    """

    start_s: float
    rise_s: float
    hold_s: float
    fall_s: float
    level: float = 1.0
    counted: bool = True
    form: Literal["linear", "cosine"] = "linear"
    tremor_hz: float = 6.0
    dips: float = 0.0
    drift: float = 0.0

    @property
    def stop_s(self) -> float:
        """When the fall has ended."""
        return self.start_s + self.rise_s + self.hold_s + self.fall_s

    def shape(self, time_s: Array) -> Array:
        """Return the effort over time as a share of its plateau, shape (n_samples,)."""
        knots = np.cumsum([self.start_s, self.rise_s, self.hold_s, self.fall_s])
        shape = np.interp(time_s, knots, [0.0, 1.0, 1.0, 0.0], left=0.0, right=0.0)
        if self.form == "cosine":
            shape = 0.5 - 0.5 * np.cos(np.pi * shape)
        holding = np.clip((time_s - knots[1]) / max(self.hold_s, 1e-9), 0.0, 1.0)
        # Tremor begins and ends within the hold, a whole number of dips: the edges stay where they are.
        n_dips = max(round(self.tremor_hz * self.hold_s), 1)
        shape = shape * (1.0 - self.dips * (0.5 - 0.5 * np.cos(2 * np.pi * n_dips * holding)))
        return np.asarray(shape * (1.0 + self.drift * (holding - 0.5)))


@dataclass(frozen=True, slots=True)
class TrueContraction:
    """A contraction as it really was, in seconds; ``plateau_uv`` is the RMS amplitude that it held."""

    onset_s: float
    offset_s: float
    plateau_uv: float


def true_contraction(amplitude_uv: Array, time_s: Array, effort: Effort) -> TrueContraction:
    """Return where the expected amplitude of one effort crosses 10 % of its plateau, between samples too.

    Parameters
    ----------
    amplitude_uv : ndarray of float, shape (n_samples,)
        Expected RMS amplitude of this effort alone.
    time_s : ndarray of float, shape (n_samples,)
        Time of each sample.
    effort : Effort
        What was asked for; its plateau is read in the hold, as the median.

    Returns
    -------
    TrueContraction
    """
    hold = (time_s >= effort.start_s + effort.rise_s) & (time_s <= effort.stop_s - effort.fall_s)
    plateau = float(np.median(amplitude_uv[hold])) if hold.any() else float(amplitude_uv.max())
    edge = EDGE_SHARE * plateau
    above = np.flatnonzero(amplitude_uv >= edge)
    first, last = int(above[0]), int(above[-1])
    return TrueContraction(
        onset_s=_crossing(amplitude_uv, time_s, first - 1, first, edge),
        offset_s=_crossing(amplitude_uv, time_s, last, last + 1, edge),
        plateau_uv=plateau,
    )


def _crossing(amplitude_uv: Array, time_s: Array, left: int, right: int, edge: float) -> float:
    """Return the moment between two neighbouring samples at which the amplitude equals ``edge``."""
    if left < 0 or right >= time_s.size:
        return float(time_s[max(left, 0)] if right >= time_s.size else time_s[right])
    share = (edge - amplitude_uv[left]) / (amplitude_uv[right] - amplitude_uv[left])
    return float(time_s[left] + share * (time_s[right] - time_s[left]))
