"""The classes of contractions that every picture and table uses, and how many contractions were good."""

from __future__ import annotations

from dataclasses import dataclass

from processing.emg.classes import GoodCount, contraction_kind, good_count
from processing.emg.results import Contraction
from processing.language import gettext as _
from processing.language import mark as N_
from processing.language import pgettext

__all__ = [
    "CONTRACTION_CLASSES",
    "ContractionClass",
    "GoodCount",
    "contraction_class",
    "good_count",
]


@dataclass(frozen=True, slots=True)
class ContractionClass:
    """How a contraction did against both targets: its word, plotting symbol and fill pattern."""

    key: str
    english: str
    symbol: str
    glyph: str
    pattern: str

    @property
    def word(self) -> str:
        """What it is called."""
        return _(self.english)

    @property
    def short(self) -> str:
        """The word without what the table's other columns say."""
        short = {
            "good": pgettext("contraction", "good"),
            "held_unknown": pgettext("contraction", "held"),
            "short_unknown": pgettext("contraction", "not held"),
        }
        return short.get(self.key) or self.word


GOOD = ContractionClass("good", N_("good: strong and held"), "circle", "●", "")
INTENSITY_ONLY = ContractionClass("intensity_only", N_("strong, not held"), "triangle-up", "▲", "|")
DURATION_ONLY = ContractionClass("duration_only", N_("held, not strong"), "square", "■", "-")
NEITHER = ContractionClass("neither", N_("neither"), "diamond", "◆", ".")
HELD_UNKNOWN = ContractionClass("held_unknown", N_("held; intensity not assessable"), "square-open", "□", "-")
SHORT_UNKNOWN = ContractionClass(
    "short_unknown", N_("not held; intensity not assessable"), "circle-open", "○", ""
)

CONTRACTION_CLASSES = (GOOD, INTENSITY_ONLY, DURATION_ONLY, NEITHER, HELD_UNKNOWN, SHORT_UNKNOWN)
_BY_KEY = {kind.key: kind for kind in CONTRACTION_CLASSES}


def contraction_class(contraction: Contraction) -> ContractionClass:
    """Sort a contraction into the classes that every picture and table uses."""
    return _BY_KEY[contraction_kind(contraction)]
