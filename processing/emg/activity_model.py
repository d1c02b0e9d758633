"""Activity as a hidden Markov model with two states, rest and activity, on the power of short bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from processing.recording import BoolArray, FloatArray

# Levels over the noise floor that activity may have in a bin, dB.
_LEVELS_DB = np.array([2.0, 3.0, 4.5, 6.0, 8.0, 10.0, 13.0, 17.0, 22.0, 28.0, 35.0, 45.0])
_MOST_RATIO = 1e6
# No single bin weighs more than this, in nats: a spike or a twitch is no activity that lasts.
_MOST_EVIDENCE = 6.0
# Levels hold for some tenths of a second: how many bins are asked which level is likely, how much they are
# believed, and what remains for all levels alike. Tuned.
_STICKY_BINS = 13
_STICKY_TRUST = 0.5
_STICKY_SHARE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class BinnedPower:
    """Mean power of consecutive bins; arrays have shape (n_bins,).

    ``known`` is False where less than half of a bin is usable. Samples that fill no bin at the end are left out.
    """

    power_v2: FloatArray
    known: BoolArray
    n_per_bin: int


def bin_power(emg_v: FloatArray, usable: BoolArray, *, n_per_bin: int) -> BinnedPower:
    """Return the mean power of consecutive bins over their usable samples.

    Parameters
    ----------
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts.
    usable : ndarray of bool, shape (n_samples,)
        Samples that may be looked at.
    n_per_bin : int
        Samples in a bin.

    Returns
    -------
    BinnedPower
        Power 0 where nothing in a bin is usable.
    """
    n_bins = emg_v.size // n_per_bin
    part = slice(0, n_bins * n_per_bin)
    counts = np.count_nonzero(usable[part].reshape(n_bins, n_per_bin), axis=1)
    energy = np.where(usable[part], emg_v[part], 0.0).reshape(n_bins, n_per_bin)
    power = np.einsum("ij,ij->i", energy, energy) / np.maximum(counts, 1)
    return BinnedPower(power, 2 * counts >= n_per_bin, n_per_bin)


def activity_evidence(ratio: FloatArray, known: BoolArray, *, degrees: float) -> FloatArray:
    """Return by how much activity of any level explains each bin better than noise does.

    Parameters
    ----------
    ratio : ndarray of float, shape (n_bins,)
        Power over the mean power of the noise.
    known : ndarray of bool, shape (n_bins,)
        Bins that say something; the others' evidence is 0.
    degrees : float
        Degrees of freedom of the power of noise in one bin.

    Returns
    -------
    evidence : ndarray of float, shape (n_bins,)
        Log-likelihood of activity minus that of noise, in nats, at most 6.

    Notes
    -----
    Power follows a chi-square distribution scaled by its level. The level of activity is unknown: likelihoods
    are averaged over a grid of levels, weighted by what the neighbouring bins make of each.
    """
    each = np.where(known[:, np.newaxis], _log_ratios(ratio, _LEVELS_DB, degrees), 0.0)
    nearby = scipy.ndimage.uniform_filter1d(each, _STICKY_BINS, axis=0, mode="nearest")
    nearby = _STICKY_TRUST * _STICKY_BINS * nearby
    weight = np.exp(nearby - nearby.max(axis=1, keepdims=True))
    weight *= _STICKY_SHARE / weight.sum(axis=1, keepdims=True)
    weight += (1 - _STICKY_SHARE) / _LEVELS_DB.size
    evidence = _log_sum_exp(each + np.log(weight))
    return np.where(known, np.minimum(evidence, _MOST_EVIDENCE), 0.0)


def fullness_evidence(
    ratio: FloatArray,
    known: BoolArray,
    level_db: FloatArray,
    *,
    degrees: float,
    full_db: float = 5.0,
    pause_db: float = 10.0,
) -> FloatArray:
    """Return by how much each bin is better explained at the level of the activity around it than by a pause.

    Parameters
    ----------
    ratio, known
        As for :func:`activity_evidence`.
    level_db : ndarray of float, shape (n_bins,)
        Level of the activity that each bin may belong to, dB over the mean power of the noise.
    degrees : float
        As for :func:`activity_evidence`.
    full_db : float
        Activity lies at most this far below that level, dB.
    pause_db : float
        A pause is noise, or lies at least this far below that level, dB.

    Returns
    -------
    evidence : ndarray of float, shape (n_bins,)
        In nats, between -6 and 6; 0 for unknown bins.
    """
    grid_db = np.concatenate(([0.0], _LEVELS_DB))
    each = _log_ratios(ratio, grid_db, degrees)
    below_db = grid_db - level_db[:, np.newaxis]
    full = (below_db >= -full_db) & (grid_db > 0)
    full[:, -1] |= ~full.any(axis=1)
    pause = (below_db <= -pause_db) | (grid_db == 0)
    evidence = _log_sum_exp(np.where(full, each, -np.inf)) - _log_sum_exp(np.where(pause, each, -np.inf))
    return np.where(known, np.clip(evidence, -_MOST_EVIDENCE, _MOST_EVIDENCE), 0.0)


def most_likely_states(evidence: FloatArray, *, switch_cost: float) -> BoolArray:
    """Return where the likeliest path through two states is active (Viterbi's path).

    Parameters
    ----------
    evidence : ndarray of float, shape (n_bins,)
        Log-likelihood of activity minus that of rest.
    switch_cost : float
        What each change of state costs: minus the logarithm of its probability.

    Returns
    -------
    active : ndarray of bool, shape (n_bins,)

    Notes
    -----
    The advantage of being active over being at rest obeys ``d[t] = clip(d[t-1], -cost, cost) + evidence[t]``.
    Such steps composed are again of that form, so all are found in log2(n) vectorised rounds; the advantage
    from the past and that from the future together decide [1]_.

    References
    ----------
    .. [1] Forney GD. The Viterbi algorithm. Proc IEEE 1973;61(3):268-78.
    """
    past = _advantage(evidence, switch_cost)
    future = _advantage(evidence[::-1], switch_cost)[::-1] - evidence
    return np.asarray(past + future > 0)


def _advantage(evidence: FloatArray, cost: float) -> FloatArray:
    """Return the advantage of activity at each bin given everything up to it."""
    shift = np.array(evidence, dtype=np.float64)
    low, high = shift - cost, shift + cost
    # Before the first bin both states are equally likely.
    low[:1] = high[:1] = shift[:1]
    step = 1
    while step < shift.size:
        # Each function clip(x + shift, low, high) after the one that ends where it begins.
        earlier, later = slice(0, shift.size - step), slice(step, shift.size)
        new_low = np.clip(low[earlier] + shift[later], low[later], high[later])
        new_high = np.clip(high[earlier] + shift[later], low[later], high[later])
        new_shift = shift[earlier] + shift[later]
        low[later], high[later], shift[later] = new_low, new_high, new_shift
        step *= 2
    return low


def _log_ratios(ratio: FloatArray, levels_db: FloatArray, degrees: float) -> FloatArray:
    """Return the log-likelihood of each level minus that of noise, shape (n_bins, n_levels)."""
    gain = 10 ** (levels_db / 10)
    bounded = np.minimum(ratio, _MOST_RATIO)[:, np.newaxis]
    log_ratios: FloatArray = degrees / 2 * (bounded * (1 - 1 / gain) - np.log(gain))
    return log_ratios


def _log_sum_exp(each: FloatArray) -> FloatArray:
    """Return the logarithm of the sum of exponentials over the last axis."""
    most = each.max(axis=1, keepdims=True)
    total: FloatArray = most[:, 0] + np.log(np.exp(each - most).sum(axis=1))
    return total
