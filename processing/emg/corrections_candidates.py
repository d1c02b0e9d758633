"""Where a prescribed contraction may have been missed, and which one may be half of another: for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from processing.emg.intervals import Interval, merge_close, true_runs
from processing.emg.measures import ChannelSignals, measure_faint
from processing.emg.results import ChannelAnalysis, FaintActivity, IntervalS

# Below the detector's threshold: this many times the noise, for this long. Wide on purpose, a person looks at each.
_OVER_NOISE = 2.0
_MIN_S = 0.15
_JOIN_S = 0.2
# How much strength, length and place in the rhythm of the session say. A judgement, not measured.
_WEIGHTS = (0.5, 0.2, 0.3)
# Two contractions are suspiciously close where their gap is below this share of the usual one.
_CLOSE = 0.35
_MIN_FOR_RHYTHM = 4
_MIN_FOR_GAPS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A likely miss, or the second half of a likely double; seconds and microvolts.

    ``usual_peak_uv`` is the median of the contractions that count, None where there are none. ``gap_s`` lies between
    its neighbours' onsets (miss) or after the contraction before it (double), ``usual_gap_s`` is the median of these;
    both are None where there are too few contractions for a rhythm. ``faint`` says that the detector saw it and found
    it too weak; else it lies below the detector's threshold.
    """

    kind: Literal["miss", "double"]
    onset_s: float
    offset_s: float
    likelihood: float
    peak_uv: float
    usual_peak_uv: float | None
    gap_s: float | None
    usual_gap_s: float | None
    faint: bool = False


def likeliest_misses(
    channel: ChannelAnalysis, *, length_s: float, signals: ChannelSignals | None = None, most: int = 2
) -> tuple[Candidate, ...]:
    """Return the stretches that most look like contractions that were not counted.

    Parameters
    ----------
    channel : ChannelAnalysis
        What counts, and what the detector found too faint.
    length_s : float
        Length of the recording.
    signals : ChannelSignals, optional
        With it, activity below the detector's threshold is looked for as well.
    most : int
        How many to return.

    Returns
    -------
    tuple of Candidate
        The likeliest first. ``likelihood`` (0 to 1) weighs strength and length against the contractions that count,
        and whether the place leaves a regular rhythm; it orders, and is no probability. What a person rejected is
        not proposed again.
    """
    known = [(c.onset_s, c.offset_s) for c in channel.contractions]
    refused = [(r.contraction.onset_s, r.contraction.offset_s) for r in channel.rejected]
    faint = [f for f in channel.faint if _apart((f.onset_s, f.offset_s), [*known, *refused])]
    found = [(f, True) for f in faint]
    if signals is not None:
        taken = [*known, *refused, *((f.onset_s, f.offset_s) for f in channel.faint)]
        found += [(f, False) for f in _below_threshold(channel, signals, taken)]
    candidates = [_miss(activity, is_faint, channel, length_s) for activity, is_faint in found]
    return tuple(sorted(candidates, key=lambda c: -c.likelihood)[:most])


def likeliest_doubles(channel: ChannelAnalysis, *, most: int = 1) -> tuple[Candidate, ...]:
    """Return the contractions that follow so closely that they may be the second half of the one before."""
    gaps = [later.onset_s - earlier.offset_s for earlier, later in pairwise(channel.contractions)]
    if len(gaps) < _MIN_FOR_RHYTHM - 1:
        return ()
    usual = float(np.median(gaps))
    close = sorted((gap, i + 1) for i, gap in enumerate(gaps) if gap < _CLOSE * usual)
    return tuple(
        Candidate(
            kind="double",
            onset_s=channel.contractions[i].onset_s,
            offset_s=channel.contractions[i].offset_s,
            likelihood=1.0 - gap / usual,
            peak_uv=channel.contractions[i].peak_uv,
            usual_peak_uv=_usual_peak(channel),
            gap_s=gap,
            usual_gap_s=usual,
        )
        for gap, i in close[:most]
    )


def _below_threshold(
    channel: ChannelAnalysis, signals: ChannelSignals, taken: Sequence[IntervalS]
) -> list[FaintActivity]:
    """Return stretches clearly over the noise that the detector did not call anything."""
    noise_uv = channel.quality.noise_uv
    if noise_uv is None or noise_uv <= 0:
        return []
    fs = signals.sampling_rate_hz
    above = (signals.envelope_v > _OVER_NOISE * noise_uv * 1e-6) & ~signals.masked
    runs = [
        run for run in merge_close(true_runs(above), round(_JOIN_S * fs)) if run[1] - run[0] >= _MIN_S * fs
    ]
    return [
        measure_faint(run, signals)
        for run in runs
        if _apart(_seconds(run, fs), taken) and _usable(run, signals)
    ]


def _usable(run: Interval, signals: ChannelSignals) -> bool:
    return not signals.masked[slice(*run)].any()


def _seconds(run: Interval, sampling_rate_hz: float) -> IntervalS:
    return run[0] / sampling_rate_hz, run[1] / sampling_rate_hz


def _apart(interval: IntervalS, others: Sequence[IntervalS]) -> bool:
    """Whether an interval overlaps none of the others."""
    return all(interval[1] <= start or stop <= interval[0] for start, stop in others)


def _miss(activity: FaintActivity, faint: bool, channel: ChannelAnalysis, length_s: float) -> Candidate:
    """Return a stretch of activity with how much it looks like a contraction of this session."""
    contractions = channel.contractions
    usual_peak = _usual_peak(channel)
    strength = min(activity.peak_uv / usual_peak, 1.0) if usual_peak else 0.5
    length = 0.5
    if contractions:
        usual = float(np.median([c.duration_s for c in contractions]))
        length = min(activity.duration_s, usual) / max(activity.duration_s, usual)
    gap, usual_gap = _gap_around(activity, channel, length_s)
    rhythm = 0.5 if gap is None or not usual_gap else float(np.clip(gap / usual_gap - 1.0, 0.0, 1.0))
    return Candidate(
        kind="miss",
        onset_s=activity.onset_s,
        offset_s=activity.offset_s,
        likelihood=float(np.dot(_WEIGHTS, (strength, length, rhythm))),
        peak_uv=activity.peak_uv,
        usual_peak_uv=usual_peak,
        gap_s=gap,
        usual_gap_s=usual_gap,
        faint=faint,
    )


def _gap_around(
    activity: FaintActivity, channel: ChannelAnalysis, length_s: float
) -> tuple[float | None, float | None]:
    """Return the time between the onsets before and after a stretch, and the usual time between two."""
    onsets = [c.onset_s for c in channel.contractions]
    if len(onsets) < _MIN_FOR_GAPS:
        return None, None
    before = max((onset for onset in onsets if onset <= activity.onset_s), default=0.0)
    after = min((onset for onset in onsets if onset > activity.onset_s), default=length_s)
    return after - before, float(np.median(np.diff(onsets)))


def _usual_peak(channel: ChannelAnalysis) -> float | None:
    if not channel.contractions:
        return None
    return float(np.median([c.peak_uv for c in channel.contractions]))
