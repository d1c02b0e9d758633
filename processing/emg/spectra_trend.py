"""The line through the median frequencies of a session's contractions, with the band in which it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from processing.errors import InvalidParameterError
from processing.recording import FloatArray

_LEAST = 3


@dataclass(frozen=True, slots=True, eq=False)
class TrendLine:
    """A least-squares line; ``x``, ``fitted``, ``band_low`` and ``band_high`` have shape (n_points,).

    ``slope_low`` and ``slope_high`` bound the slope, the band bounds the line itself, both with the confidence that was
    asked for.
    """

    slope: float
    slope_low: float
    slope_high: float
    x: FloatArray
    fitted: FloatArray
    band_low: FloatArray
    band_high: FloatArray

    @property
    def direction(self) -> int:
        """Return -1 or 1 where the interval of the slope leaves no doubt about its sign, else 0."""
        if self.slope_high < 0:
            return -1
        return 1 if self.slope_low > 0 else 0


def fit_trend(x: FloatArray, y: FloatArray, *, confidence: float = 0.95, n_points: int = 41) -> TrendLine:
    """Return the ordinary least-squares line through some points.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        At least three points with different ``x``.
    confidence : float
        Of both intervals, by Student's t with n - 2 degrees of freedom.
    n_points : int
        Points at which the line is returned, from the least to the greatest ``x``.

    Returns
    -------
    TrendLine

    Raises
    ------
    InvalidParameterError
        If there are fewer than three points, or all at one ``x``.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.size < _LEAST or x.size != y.size or np.ptp(x) == 0:
        raise InvalidParameterError(
            f"A line needs {_LEAST} points apart from each other; {x.size} were given"
        )
    fit = scipy.stats.linregress(x, y)
    slope, intercept = float(fit.slope), float(fit.intercept)
    t = float(scipy.stats.t.ppf(0.5 + confidence / 2, x.size - 2))
    residuals = y - (intercept + slope * x)
    spread = float(np.sqrt(np.sum(residuals**2) / (x.size - 2)))
    grid = np.linspace(float(x.min()), float(x.max()), n_points)
    fitted = intercept + slope * grid
    distance = (grid - x.mean()) ** 2 / float(np.sum((x - x.mean()) ** 2))
    margin = t * spread * np.sqrt(1 / x.size + distance)
    slope_margin = t * float(fit.stderr)
    return TrendLine(
        slope, slope - slope_margin, slope + slope_margin, grid, fitted, fitted - margin, fitted + margin
    )
