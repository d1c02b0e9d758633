"""What is drawn: the muscles in their order, and what the viewer chose to see of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal, TypeAlias

import numpy as np

from pages._components import words
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.emg.traces import ChannelTraces
from processing.language import mark as N_
from processing.recording import BoolArray, Side

Unit: TypeAlias = Literal["uv", "mvc"]
UNIT_WORDS: dict[Unit, str] = {"uv": "µV", "mvc": N_("% MVC")}


@dataclass(frozen=True, slots=True)
class Panel:
    """One muscle: what was measured and what was found.

    The traces are in ``unit``, of which one microvolt is ``per_uv``.
    """

    traces: ChannelTraces
    analysis: ChannelAnalysis
    unit: Unit = "uv"
    per_uv: float = 1.0

    @property
    def length_s(self) -> float:
        """The moment of the last sample."""
        return (self.traces.raw_uv.size - 1) / self.traces.sampling_rate_hz

    @property
    def judged(self) -> bool:
        """Whether the signal can be trusted at all."""
        return self.analysis.quality.verdict != "not_judged"

    @property
    def percent_mvc_per_uv(self) -> float | None:
        """What one microvolt is in percent of the MVC; None where no assessable MVC is known."""
        mvc = self.analysis.mvc
        return None if mvc is None or not mvc.assessable or mvc.value_uv <= 0 else 100 / mvc.value_uv

    @property
    def name(self) -> str:
        """``Left``, ``Right`` or the channel's name."""
        return words.side_name(self.analysis.side, self.analysis.name)

    @property
    def drawn_name(self) -> str:
        """The name as plotly draws it as it stands: plotly takes some HTML, and a file may call a channel anything."""
        return escape(self.name, quote=False)

    @property
    def tone(self) -> str:
        """The colour token of the side."""
        return f"@{self.analysis.side}" if self.analysis.side else "@other"


@dataclass(frozen=True, slots=True)
class Look:
    """What the viewer chose to see, and on how many pixels.

    ``window_s`` None means the whole recording; ``selected`` names a contraction. Amplitudes are drawn ``gain`` times
    as tall as fits.
    """

    window_s: IntervalS | None = None
    raw: bool = True
    game: bool = False
    same_scale: bool = True
    selected: tuple[str, int] | None = None
    target_percent_mvc: float = 75.0
    right_target_percent_mvc: float | None = None
    revision: str = "0"
    unit: Unit = "uv"
    width_px: float = 1060.0
    gain: float = 1.0

    def target_percent(self, side: Side | None) -> float:
        """Return the target intensity of one leg in % MVC."""
        own = self.right_target_percent_mvc if side == "right" else None
        return self.target_percent_mvc if own is None else own


def pair_panels(traces: Iterable[ChannelTraces], channels: Sequence[ChannelAnalysis]) -> tuple[Panel, ...]:
    """Bring traces and analyses of the same channel together: left above right above the rest."""
    by_name = {channel.name: channel for channel in channels}
    panels = [Panel(trace, by_name[trace.name]) for trace in traces if trace.name in by_name]
    rank = {"left": 0, "right": 1, None: 2}
    return tuple(sorted(panels, key=lambda panel: rank[panel.analysis.side]))


def in_unit(panel: Panel, unit: Unit) -> Panel:
    """Return the panel in % MVC where that was chosen and an assessable MVC is known, else as it is."""
    factor = panel.percent_mvc_per_uv
    if unit == "uv" or panel.unit == "mvc" or factor is None:
        return panel
    traces = panel.traces
    activated = None if traces.activated_uv is None else traces.activated_uv * np.float32(factor)
    scaled = replace(
        traces,
        raw_uv=traces.raw_uv * np.float32(factor),
        rms_envelope_uv=traces.rms_envelope_uv * np.float32(factor),
        activated_uv=activated,
    )
    return Panel(scaled, panel.analysis, "mvc", factor)


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
