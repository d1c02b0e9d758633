"""Onset and offset to some milliseconds: ramps between noise and plateau fitted to the power around an edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from processing.emg.activity_model import BinnedPower, bin_power
from processing.emg.amplitude import plateau
from processing.emg.intervals import Interval
from processing.emg.strength import ActivityLevels
from processing.recording import BoolArray, FloatArray

_BIN_S = 0.004
# Ramps from steps to slow efforts, each length as likely as the others.
_RAMPS_S = np.geomspace(0.008, 2.0, 14)
# The fit is anchored where amplitude first reaches this share of the plateau ...
_ANCHOR_SHARE = 0.6
# ... give or take this much and this share of the ramp, and looks this far beyond.
_ANCHOR_PLAY_S = 0.048
_ANCHOR_PLAY_RAMPS = 0.2
_BEYOND_S = 0.060
_N_SHIFTS = 13
# Degrees of freedom of EMG power a second: twice its effective bandwidth of some 150 Hz.
_DEGREES_PER_S = 300.0
# Below this share of the plateau everything counts as noise: the ringing of filters, twitches. Tuned.
_BLUR = 0.06
# Further out than this from the edge as detected, nothing may exceed so many times the noise: another twitch
# does not belong to this edge. Tuned.
_FAR_S = 0.050
_FAR_RATIO = 2.0
# Contractions closer to the noise than this share of its power are fitted as if they were not.
_LEAST_SNR = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Ramps:
    """Hypotheses about an edge, in the order of their crossing.

    ``power_share`` is power as a share of the plateau's, shape (n_ramps, n_bins); ``crossing_s`` the time of the
    crossing after the anchor, shape (n_ramps,). The anchor lies ``n_before`` bins after the first bin.
    """

    power_share: FloatArray
    crossing_s: FloatArray
    n_before: int


@dataclass(frozen=True, slots=True, eq=False)
class _Edge:
    """What one edge is fitted on; time runs towards the plateau. Arrays have shape (n_bins,)."""

    ratio: FloatArray
    known: BoolArray
    snr: float
    anchor: int


def fit_edges(
    events: Sequence[Interval], emg_v: FloatArray, levels: ActivityLevels, *, edge_share: float = 0.10
) -> list[Interval]:
    """Return events with onset and offset where amplitude crosses a share of their plateau.

    Parameters
    ----------
    events : sequence of (start, stop)
        Ordered, disjoint, with edges as the detector's windows have smeared them.
    emg_v : ndarray of float, shape (n_samples,)
        Band-passed EMG in volts, without mains.
    levels : ActivityLevels
        Envelope, noise floor and what is usable.
    edge_share : float
        Share of the plateau that marks an edge.

    Returns
    -------
    list of (onset, offset)
        One for each event, ordered, disjoint, half-open.

    Notes
    -----
    Amplitude rises linearly from nothing to the plateau; when it begins and how long it takes are unknown. The
    power of EMG in a bin of 4 ms is taken as chi-square with the expected power as its scale, which gives each
    ramp a likelihood; the median of the crossing's distribution over all ramps is returned. Unlike a threshold on
    an envelope it is not smeared by any window, and it finds crossings that lie under the noise.
    """
    if not events:
        return []
    fs = levels.sampling_rate_hz
    n_per_bin = max(round(_BIN_S * fs), 1)
    ramps = _ramps(n_per_bin / fs, edge_share)
    binned = bin_power(emg_v, levels.usable, n_per_bin=n_per_bin)
    edges: list[_Edge] = []
    for i, event in enumerate(events):
        before = events[i - 1][1] if i else 0
        after = events[i + 1][0] if i + 1 < len(events) else emg_v.size
        edges += _edges_of(event, (before, after), binned, levels, ramps)
    shift = np.round(fs * _crossings_s(edges, ramps, n_per_bin / fs)).astype(int)
    fitted: list[Interval] = []
    for i, event in enumerate(events):
        onset = max(edges[2 * i].anchor + int(shift[2 * i]), fitted[-1][1] if fitted else 0)
        last = events[i + 1][0] if i + 1 < len(events) else emg_v.size
        offset = min(edges[2 * i + 1].anchor - int(shift[2 * i + 1]), last)
        fitted.append((onset, offset) if offset - onset >= n_per_bin else event)
    return fitted


@lru_cache(maxsize=4)
def _ramps(bin_s: float, edge_share: float) -> _Ramps:
    """Return every ramp that is tried."""
    reach_s = _RAMPS_S[-1] * (_ANCHOR_SHARE + _ANCHOR_PLAY_RAMPS) + _ANCHOR_PLAY_S
    n_before = int(np.ceil(reach_s / bin_s))
    time_s = (np.arange(-n_before, round(_BEYOND_S / bin_s)) + 0.5) * bin_s
    length_s = np.repeat(_RAMPS_S, _N_SHIFTS)
    play = np.tile(np.linspace(-1.0, 1.0, _N_SHIFTS), _RAMPS_S.size)
    start_s = play * (_ANCHOR_PLAY_S + _ANCHOR_PLAY_RAMPS * length_s) - _ANCHOR_SHARE * length_s
    share = np.clip((time_s - start_s[:, np.newaxis]) / length_s[:, np.newaxis], 0.0, 1.0)
    crossing_s = start_s + edge_share * length_s
    order = np.argsort(crossing_s)
    return _Ramps(share[order] ** 2, crossing_s[order], n_before)


def _edges_of(
    event: Interval, neighbours: Interval, binned: BinnedPower, levels: ActivityLevels, ramps: _Ramps
) -> tuple[_Edge, _Edge]:
    """Return both edges of an event; power beyond the neighbours' edges is not known."""
    start, stop = event
    envelope = levels.envelope_v[start:stop]
    level = plateau(envelope)
    noise = max(float(levels.rms_noise_v[(start + stop) // 2]), _BLUR * level, float(np.finfo(float).tiny))
    snr = max((level / noise) ** 2 - 1.0, _LEAST_SNR)
    high = np.flatnonzero(envelope >= noise * np.sqrt(1.0 + _ANCHOR_SHARE**2 * snr))
    first, last = (start + int(high[0]), start + int(high[-1]) + 1) if high.size else event
    n_per_bin, n_far = binned.n_per_bin, round(_FAR_S * levels.sampling_rate_hz)
    steps = np.arange(ramps.power_share.shape[1]) - ramps.n_before

    def edge(anchor: int, index: NDArray[np.intp], allowed: BoolArray, far: BoolArray) -> _Edge:
        inside = (index >= 0) & (index < binned.power_v2.size)
        index = np.clip(index, 0, binned.power_v2.size - 1)
        ratio = binned.power_v2[index] / noise**2
        ratio = np.where(far, np.minimum(ratio, _FAR_RATIO), ratio)
        return _Edge(ratio, inside & allowed & binned.known[index], snr, anchor)

    rise, fall = round(first / n_per_bin) + steps, round(last / n_per_bin) - 1 - steps
    return (
        edge(
            round(first / n_per_bin) * n_per_bin,
            rise,
            rise * n_per_bin >= neighbours[0],
            rise * n_per_bin < start - n_far,
        ),
        edge(
            round(last / n_per_bin) * n_per_bin,
            fall,
            (fall + 1) * n_per_bin <= neighbours[1],
            fall * n_per_bin > stop + n_far,
        ),
    )


def _crossings_s(edges: Sequence[_Edge], ramps: _Ramps, bin_s: float) -> FloatArray:
    """Return the median of each crossing over all ramps, seconds after the anchor; SNR to the nearest dB."""
    ratio = np.array([edge.ratio for edge in edges])
    known = np.array([edge.known for edge in edges], dtype=np.float64)
    snr_db = np.round(10 * np.log10([edge.snr for edge in edges]))
    crossings = np.empty(len(edges))
    for step in np.unique(snr_db):
        chosen = np.flatnonzero(snr_db == step)
        expected = 1.0 + 10 ** (step / 10) * ramps.power_share
        # Not as products of matrices: for so small ones BLAS spends more on its threads than on the sums.
        evidence = np.einsum("ij,kj->ik", ratio[chosen] * known[chosen], 1 - 1 / expected)
        evidence -= np.einsum("ij,kj->ik", known[chosen], np.log(expected))
        evidence *= _DEGREES_PER_S * bin_s / 2
        likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
        total = np.cumsum(likelihood, axis=1)
        crossings[chosen] = ramps.crossing_s[np.argmax(total >= 0.5 * total[:, -1:], axis=1)]
    return crossings
