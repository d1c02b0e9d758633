"""One muscle on the pages below the review: its analysis, its frequencies, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pages._components import not_judged, words
from processing.emg.results import ChannelAnalysis
from processing.emg.spectra import SpectralSource
from processing.use_cases.signal_details import ChannelDetails


@dataclass(frozen=True, slots=True)
class Muscle:
    """A channel's analysis with its samples and its frequencies."""

    analysis: ChannelAnalysis
    source: SpectralSource
    details: ChannelDetails

    @property
    def judged(self) -> bool:
        """Whether its numbers may be shown."""
        return self.analysis.quality.verdict != "not_judged"

    @property
    def name(self) -> str:
        """``Left``, ``Right`` or the channel's name."""
        return words.side_name(self.analysis.side, self.analysis.name)

    @property
    def label(self) -> str:
        """The name with the mark that tells legs apart without colour."""
        return f"{words.side_mark(self.analysis.side)} {self.name}"

    @property
    def tone(self) -> str:
        """The colour token of the side; grey where the channel is not judged."""
        if not self.judged:
            return "@game"
        return f"@{self.analysis.side}" if self.analysis.side else "@other"

    @property
    def pale(self) -> str:
        """The colour token of a thin line or a band of the side."""
        if not self.judged:
            return "@faint"
        return f"@{self.analysis.side}_raw" if self.analysis.side else "@other_raw"

    @property
    def not_judged(self) -> str:
        """Say that and why the channel is not judged."""
        return not_judged.reason_words(self.analysis.quality)


def muscles_of(
    channels: Sequence[ChannelAnalysis],
    sources: Iterable[SpectralSource],
    details: Iterable[ChannelDetails],
    leg: str | None = None,
) -> list[Muscle]:
    """Bring analyses, samples and frequencies of the same channel together: left, right, then the rest."""
    by_name = {source.name: source for source in sources}
    frequencies = {detail.name: detail for detail in details}
    rank = {"left": 0, "right": 1, None: 2}
    return sorted(
        [
            Muscle(channel, by_name[channel.name], frequencies[channel.name])
            for channel in channels
            if channel.name in by_name and channel.name in frequencies and leg in (None, channel.name)
        ],
        key=lambda muscle: rank[muscle.analysis.side],
    )
