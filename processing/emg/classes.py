"""How a contraction did against both targets, and how many were good: one count for pages, reports and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processing.emg.results import ChannelAnalysis, Contraction

ContractionKind: TypeAlias = Literal[
    "good", "intensity_only", "duration_only", "neither", "held_unknown", "short_unknown"
]


@dataclass(frozen=True, slots=True)
class GoodCount:
    """How many contractions of a muscle were good: a number, or the range it lies in."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


def contraction_kind(contraction: Contraction) -> ContractionKind:
    """Return which targets a contraction met; where no MVC is known, its intensity is."""
    if contraction.meets_intensity is None:
        return "held_unknown" if contraction.meets_duration else "short_unknown"
    if contraction.meets_intensity:
        return "good" if contraction.meets_duration else "intensity_only"
    return "duration_only" if contraction.meets_duration else "neither"


def good_count(channel: ChannelAnalysis) -> GoodCount | None:
    """Count the good contractions; None when the channel is not judged.

    Without an MVC a contraction that was held may or may not have been strong enough: that is the range.
    """
    if channel.quality.verdict == "not_judged":
        return None
    kinds = [contraction_kind(contraction) for contraction in channel.contractions]
    certain = kinds.count("good")
    return GoodCount(certain, certain + kinds.count("held_unknown"))
