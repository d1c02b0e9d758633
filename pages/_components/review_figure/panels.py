"""What is drawn: the muscles in their order, and what the viewer chose to see of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pages._components import words
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.emg.traces import ChannelTraces
from processing.recording import BoolArray


@dataclass(frozen=True, slots=True)
class Panel:
    """One muscle: what was measured and what was found."""

    traces: ChannelTraces
    analysis: ChannelAnalysis

    @property
    def length_s(self) -> float:
        """The moment of the last sample."""
        return (self.traces.raw_uv.size - 1) / self.traces.sampling_rate_hz

    @property
    def judged(self) -> bool:
        """Whether the signal can be trusted at all."""
        return self.analysis.quality.verdict != "not_judged"

    @property
    def name(self) -> str:
        """``Left``, ``Right`` or the channel's name."""
        return words.side_name(self.analysis.side, self.analysis.name)

    @property
    def tone(self) -> str:
        """The colour token of the side."""
        return f"@{self.analysis.side}" if self.analysis.side else "@other"


@dataclass(frozen=True, slots=True)
class Look:
    """What the viewer chose to see. ``window_s`` None means the whole recording; ``selected`` names a contraction."""

    window_s: IntervalS | None = None
    raw: bool = True
    game: bool = False
    same_scale: bool = True
    selected: tuple[str, int] | None = None
    target_percent_mvc: float = 75.0
    revision: str = "0"


def pair_panels(traces: Iterable[ChannelTraces], channels: Sequence[ChannelAnalysis]) -> tuple[Panel, ...]:
    """Bring traces and analyses of the same channel together: left above right above the rest."""
    by_name = {channel.name: channel for channel in channels}
    panels = [Panel(trace, by_name[trace.name]) for trace in traces if trace.name in by_name]
    rank = {"left": 0, "right": 1, None: 2}
    return tuple(sorted(panels, key=lambda panel: rank[panel.analysis.side]))


def recording_length_s(panels: Sequence[Panel]) -> float:
    """Return the moment of the last sample of all."""
    return max((panel.length_s for panel in panels), default=0.0)


def mask_samples(panel: Panel) -> BoolArray:
    """Return which samples were left out of the analysis."""
    mask: BoolArray = ~np.isfinite(panel.traces.raw_uv)
    rate = panel.traces.sampling_rate_hz
    for start, stop in panel.analysis.quality.masked_intervals_s:
        mask[max(0, int(np.floor(start * rate))) : max(0, int(np.ceil(stop * rate)))] = True
    return mask
