"""How far detections agree with the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.accuracy.detectors import Found, FoundInChannel
from benchmarks.accuracy.efforts import Array, Flags, TrueContraction
from benchmarks.accuracy.session import SAMPLING_RATE_HZ, Channel

MIN_OVERLAP: Final = 0.5
# A contraction of which this share was lost is not scored, whether found or not.
_UNSCORABLE_SHARE: Final = 0.5
# An edge this close to a lost part cannot be placed by anyone.
_EDGE_MARGIN_S: Final = 0.03


@dataclass(frozen=True, slots=True)
class Mistake:
    """One missed contraction or false detection; ``hint`` says what the detector did there instead."""

    kind: Literal["missed", "false"]
    start_s: float
    stop_s: float
    hint: str
    channel: int = 0
    snr_db: float = 0.0
    seed: int = 0


@dataclass(slots=True)
class Tally:
    """Counts and errors, added up over channels. Errors are in ms; positive is late."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    doubtful: int = 0
    doubtful_false: int = 0
    refused: int = 0
    channels: int = 0
    minutes: float = 0.0
    onset_ms: list[float] = field(default_factory=list)
    offset_ms: list[float] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where there is nothing to find."""
        if not self.hits + self.missed:
            return None
        return 2 * self.hits / (2 * self.hits + self.false + self.missed)

    @property
    def false_per_minute(self) -> float:
        """False detections per minute of signal."""
        return self.false / self.minutes if self.minutes else 0.0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name in ("hits", "false", "missed", "doubtful", "doubtful_false", "refused", "channels"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.minutes += other.minutes
        self.onset_ms += other.onset_ms
        self.offset_ms += other.offset_ms
        self.mistakes += other.mistakes


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


def score_channel(channel: Channel, found: FoundInChannel) -> Tally:
    """Return how the detections in one channel agree with its truth.

    Parameters
    ----------
    channel : Channel
        Truth and lost samples.
    found : FoundInChannel
        Detections; doubtful ones count like any other.

    Returns
    -------
    Tally

    Notes
    -----
    Detections and contractions are matched one to one so that as many pairs as possible overlap by at least
    half (intersection over union). Lost samples (drop-outs, saturation) count neither in intersection nor in
    union; a contraction that is mostly lost is taken out together with a detection that covers it; an edge
    beside a lost part has no error. A detection in a lost part at rest is false.
    """
    lost_before = np.concatenate([[0.0], np.cumsum(channel.lost)]) / SAMPLING_RATE_HZ
    truth = list(channel.truth)
    overlap = np.array([[_overlap(t, f, lost_before) for f in found.contractions] for t in truth])
    overlap = overlap.reshape(len(truth), len(found.contractions))
    pairs = [
        (int(i), int(j))
        for i, j in zip(
            *linear_sum_assignment(-np.where(overlap >= MIN_OVERLAP, 1 + overlap, 0)), strict=True
        )
        if overlap[i, j] >= MIN_OVERLAP
    ]
    unscorable = {i for i, t in enumerate(truth) if _lost_share(t, lost_before) > _UNSCORABLE_SHARE}
    matched = dict(pairs)
    excused = {matched[i] for i in unscorable if i in matched}
    excused |= {j for j, f in enumerate(found.contractions) for i in unscorable if _touch(truth[i], f)} - set(
        matched.values()
    )
    tally = Tally(channels=1, minutes=channel.raw_v.size / SAMPLING_RATE_HZ / 60, refused=int(found.refused))
    for i, j in pairs:
        if i not in unscorable:
            tally.hits += 1
            _add_edges(tally, truth[i], found.contractions[j], channel.lost)
    for i, contraction in enumerate(truth):
        if i not in matched and i not in unscorable:
            tally.missed += 1
            tally.mistakes.append(
                Mistake("missed", contraction.onset_s, contraction.offset_s, _instead(contraction, found))
            )
    for j, detection in enumerate(found.contractions):
        tally.doubtful += detection.doubtful is not None
        if j not in matched.values() and j not in excused:
            tally.false += 1
            tally.doubtful_false += detection.doubtful is not None
            hint = _why_false(detection, truth)
            tally.mistakes.append(Mistake("false", detection.onset_s, detection.offset_s, hint))
    return tally


def _overlap(truth: TrueContraction, found: Found, lost_before: Array) -> float:
    """Return intersection over union, lost samples left out."""
    start, stop = max(truth.onset_s, found.onset_s), min(truth.offset_s, found.offset_s)
    if stop <= start:
        return 0.0
    both = _usable_s(start, stop, lost_before)
    union = (
        _usable_s(truth.onset_s, truth.offset_s, lost_before)
        + _usable_s(found.onset_s, found.offset_s, lost_before)
        - both
    )
    return both / union if union > 0 else 0.0


def _usable_s(start_s: float, stop_s: float, lost_before: Array) -> float:
    at = np.interp([start_s, stop_s], np.arange(lost_before.size) / SAMPLING_RATE_HZ, lost_before)
    return stop_s - start_s - float(at[1] - at[0])


def _lost_share(truth: TrueContraction, lost_before: Array) -> float:
    length = truth.offset_s - truth.onset_s
    return 1.0 - _usable_s(truth.onset_s, truth.offset_s, lost_before) / length


def _touch(truth: TrueContraction, found: Found) -> bool:
    return truth.onset_s < found.offset_s and found.onset_s < truth.offset_s


def _add_edges(tally: Tally, truth: TrueContraction, found: Found, lost: Flags) -> None:
    for errors, true_s, found_s in (
        (tally.onset_ms, truth.onset_s, found.onset_s),
        (tally.offset_ms, truth.offset_s, found.offset_s),
    ):
        start = max(round((true_s - _EDGE_MARGIN_S) * SAMPLING_RATE_HZ), 0)
        stop = round((true_s + _EDGE_MARGIN_S) * SAMPLING_RATE_HZ)
        if not lost[start:stop].any():
            errors.append(1000 * (found_s - true_s))


def _instead(truth: TrueContraction, found: FoundInChannel) -> str:
    parts = [f"{f.onset_s:.2f}-{f.offset_s:.2f}" for f in found.contractions if _touch(truth, f)]
    faint = [f"{f.onset_s:.2f}-{f.offset_s:.2f}" for f in found.faint if _touch(truth, f)]
    words = []
    if parts:
        words.append("found " + ", ".join(parts))
    if faint:
        words.append("faint " + ", ".join(faint))
    return "; ".join(words) or "nothing there"


def _why_false(found: Found, truth: list[TrueContraction]) -> str:
    touched = [f"{t.onset_s:.2f}-{t.offset_s:.2f}" for t in truth if _touch(t, found)]
    return "over true " + ", ".join(touched) if touched else "at rest"
