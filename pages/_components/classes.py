"""The classes of contractions that every picture and table uses, and how many contractions were good."""

from __future__ import annotations

from dataclasses import dataclass

from processing.emg.results import ChannelAnalysis, Contraction


@dataclass(frozen=True, slots=True)
class ContractionClass:
    """How a contraction did against both targets: its word, plotting symbol and fill pattern."""

    key: str
    word: str
    symbol: str
    glyph: str
    pattern: str

    @property
    def short(self) -> str:
        """The word without what the table's other columns say."""
        return self.word.split(";")[0].split(":")[0]


GOOD = ContractionClass("good", "good: strong and held", "circle", "●", "")
INTENSITY_ONLY = ContractionClass("intensity_only", "strong, not held", "triangle-up", "▲", "|")
DURATION_ONLY = ContractionClass("duration_only", "held, not strong", "square", "■", "-")
NEITHER = ContractionClass("neither", "neither", "x-thin", "✕", ".")
HELD_UNKNOWN = ContractionClass("held_unknown", "held; intensity not assessable", "square-open", "□", "-")
SHORT_UNKNOWN = ContractionClass(
    "short_unknown", "not held; intensity not assessable", "circle-open", "○", ""
)

CONTRACTION_CLASSES = (GOOD, INTENSITY_ONLY, DURATION_ONLY, NEITHER, HELD_UNKNOWN, SHORT_UNKNOWN)


def contraction_class(contraction: Contraction) -> ContractionClass:
    """Sort a contraction into the classes that every picture and table uses."""
    if contraction.meets_intensity is None:
        return HELD_UNKNOWN if contraction.meets_duration else SHORT_UNKNOWN
    if contraction.meets_intensity:
        return GOOD if contraction.meets_duration else INTENSITY_ONLY
    return DURATION_ONLY if contraction.meets_duration else NEITHER


@dataclass(frozen=True, slots=True)
class GoodCount:
    """How many contractions of a muscle were good: a number, or the range it lies in."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


def good_count(channel: ChannelAnalysis) -> GoodCount | None:
    """Count the good contractions; None when the channel is not judged.

    Without an MVC a contraction that was held may or may not have been strong enough: that is the range.
    """
    if channel.quality.verdict == "not_judged":
        return None
    classes = [contraction_class(contraction) for contraction in channel.contractions]
    certain = classes.count(GOOD)
    return GoodCount(certain, certain + classes.count(HELD_UNKNOWN))
