"""Signs of fatigue over the contractions of a session: the slope of MDF, and Dimitrov's index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy

from processing.emg.results import Contraction, Fatigue
from processing.emg.spectrum import PowerSpectrum, spectral_moment

# The first and the last contractions that Dimitrov's index compares.
_N_REFERENCE = 3


def compute_fatigue(
    contractions: Sequence[Contraction],
    spectra: Sequence[PowerSpectrum | None],
    *,
    snr_db: float | None,
    min_contractions: int = 6,
    min_snr_db: float = 10.0,
) -> Fatigue:
    """Return the trend of the median frequency, or the reason why it is not given.

    Parameters
    ----------
    contractions : sequence of Contraction
        In order of time; those without MDF (too short) are left out.
    spectra : sequence of PowerSpectrum or None
        Of the same contractions.
    snr_db : float or None
        Signal-to-noise ratio of the channel.
    min_contractions, min_snr_db
        Below these the slope says nothing.

    Returns
    -------
    Fatigue
        ``mdf_slope_hz_per_contraction`` by ordinary least squares over the contraction's number, with the
        95 % interval of Student's t; ``r_squared`` is the share of variance that this line explains;
        ``mdf_slope_percent_per_min`` over time, relative to the fitted first value; ``fi_nsm5`` is the mean
        FInsm5 of the last three over that of the first three contractions (1: no change). ``n`` is the number
        of contractions that have an MDF.

    Notes
    -----
    Dimitrov's index was defined for one sustained or dynamic set [1]_; here contractions are short and
    separate.

    References
    ----------
    .. [1] Dimitrov GV et al. Med Sci Sports Exerc 2006;38(11):1971-9.
    """
    used = [
        (i, c, s) for i, (c, s) in enumerate(zip(contractions, spectra, strict=True)) if c.mdf_hz is not None
    ]
    n = len(used)
    if n < max(min_contractions, 3):
        return _hidden(n, f"only {n} contractions are long enough; {min_contractions} are needed")
    if snr_db is None or snr_db < min_snr_db:
        found = "unknown" if snr_db is None else f"{snr_db:.1f} dB"
        return _hidden(n, f"the signal-to-noise ratio is {found}; {min_snr_db:.0f} dB are needed")
    number = np.array([i for i, _, _ in used], dtype=np.float64)
    time_min = np.array([(c.onset_s + c.offset_s) / 120 for _, c, _ in used])
    mdf = np.array([c.mdf_hz for _, c, _ in used], dtype=np.float64)
    fit = scipy.stats.linregress(number, mdf)
    margin = float(scipy.stats.t.ppf(0.975, n - 2)) * float(fit.stderr)
    over_time = scipy.stats.linregress(time_min, mdf)
    start_hz = float(over_time.intercept + over_time.slope * time_min[0])
    indices = [fi_nsm5(s) for _, _, s in used if s is not None]
    return Fatigue(
        mdf_slope_hz_per_contraction=float(fit.slope),
        mdf_slope_percent_per_min=100 * float(over_time.slope) / start_hz if start_hz > 0 else None,
        ci95_low=float(fit.slope) - margin,
        ci95_high=float(fit.slope) + margin,
        n=n,
        fi_nsm5=float(np.mean(indices[-_N_REFERENCE:]) / np.mean(indices[:_N_REFERENCE])),
        reason=None,
        r_squared=float(fit.rvalue) ** 2,
    )


def fi_nsm5(spectrum: PowerSpectrum) -> float:
    """Return the ratio of the spectral moments of order -1 and 5."""
    return spectral_moment(spectrum, -1) / spectral_moment(spectrum, 5)


def _hidden(n: int, reason: str) -> Fatigue:
    """Return a result that only says why there is none."""
    return Fatigue(None, None, None, None, n, None, reason)
