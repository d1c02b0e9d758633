"""Numbers that stay legible: symbols that touch share one, as ``3–7``, and no two numbers overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages._components.review_figure.layout import NOMINAL_WIDTH
from processing.emg.results import Contraction, IntervalS

CHARACTER, BETWEEN = 6.2, 4.0  # pixels that one figure takes, and between two labels
SYMBOL = 11.0


@dataclass(frozen=True, slots=True)
class Label:
    """A number or a run of numbers, and the moment it stands at."""

    x: float
    text: str


def visible_middles(contractions: Sequence[Contraction], window: IntervalS) -> list[float]:
    """Return the middle of each contraction, or of the part of it that the window shows."""
    middles = []
    for c in contractions:
        start, stop = max(c.onset_s, window[0]), min(c.offset_s, window[1])
        start, stop = (start, stop) if start < stop else (c.onset_s, c.offset_s)
        middles.append((start + stop) / 2)
    return middles


def crowded(middles: Sequence[float], window: IntervalS, width_px: float = NOMINAL_WIDTH) -> list[bool]:
    """Return which symbols touch a neighbour."""
    runs = _touching(middles, SYMBOL / _pixels_per_second(window, width_px))
    return [last > first for first, last in runs for _ in range(first, last + 1)]


def label_places(
    middles: Sequence[float],
    doubtful: Sequence[bool],
    window: IntervalS,
    width_px: float = NOMINAL_WIDTH,
) -> list[Label]:
    """Return the labels in order of time, no two of which overlap.

    Symbols that touch share a label. Where there is still no room, labels are left out as on an axis: the doubtful
    and the shared ones stay, since they cannot be counted out from their neighbours.
    """
    scale = _pixels_per_second(window, width_px)
    runs = [_Run(first, last, middles, doubtful) for first, last in _touching(middles, SYMBOL / scale)]
    kept: list[_Run] = []
    for run in sorted(runs, key=lambda run: (not run.doubtful, run.first == run.last, run.first)):
        if all(run.apart_from(other, scale) for other in kept):
            kept.append(run)
    return [Label(run.middle, run.text) for run in sorted(kept, key=lambda run: run.first)]


def _touching(middles: Sequence[float], room: float) -> list[tuple[int, int]]:
    """Return the first and last of each run of symbols that touch."""
    runs: list[tuple[int, int]] = []
    for index, middle in enumerate(middles):
        if runs and middle - middles[index - 1] < room:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


@dataclass(frozen=True, slots=True)
class _Run:
    first: int
    last: int
    middles: Sequence[float]
    marks: Sequence[bool]

    @property
    def doubtful(self) -> bool:
        return any(self.marks[self.first : self.last + 1])

    @property
    def middle(self) -> float:
        return (self.middles[self.first] + self.middles[self.last]) / 2

    @property
    def text(self) -> str:
        number = f"{self.first + 1}" if self.first == self.last else f"{self.first + 1}–{self.last + 1}"
        return f"{number} ?" if self.doubtful else number

    def apart_from(self, other: _Run, scale: float) -> bool:
        needed = CHARACTER * (len(self.text) + len(other.text)) / 2 + BETWEEN
        return abs(self.middle - other.middle) * scale >= needed


def _pixels_per_second(window: IntervalS, width_px: float) -> float:
    return width_px / max(1e-6, window[1] - window[0])
