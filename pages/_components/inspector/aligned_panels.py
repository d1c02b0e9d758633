"""One muscle of the inspector: its envelope cut out at every contraction, on the scale that all muscles share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pages._components import not_judged, words
from pages._components.review_figure.panels import Panel
from processing.emg.aligned import AlignedContractions, align_at_onset
from processing.emg.parameters import SessionTargets
from processing.emg.results import Contraction, IntervalS

BEFORE_S, AFTER_END_S, LONGEST_S = 0.3, 0.3, 6.0
HEADROOM, TARGET_HEADROOM = 1.08, 1.6


@dataclass(frozen=True, slots=True)
class Muscle:
    """A panel of the review with its contractions laid over each other; ``targets`` are its own leg's."""

    panel: Panel
    targets: SessionTargets
    aligned: AlignedContractions

    @property
    def name(self) -> str:
        return self.panel.name

    @property
    def channel(self) -> str:
        return self.panel.analysis.name

    @property
    def judged(self) -> bool:
        return self.panel.judged

    @property
    def label(self) -> str:
        """The name with the mark that tells legs apart without colour."""
        return f"{words.side_mark(self.panel.analysis.side)} {self.panel.name}"

    @property
    def contractions(self) -> tuple[Contraction, ...]:
        return self.panel.analysis.contractions

    @property
    def tone(self) -> str:
        """The colour token of the side; grey where the channel is not judged."""
        return self.panel.tone if self.judged else "@game"

    @property
    def pale(self) -> str:
        """The colour token of a thin line or a band of the side."""
        return f"{self.panel.tone}_raw" if self.judged else "@faint"

    @property
    def not_judged(self) -> str:
        """Say that and why the channel is not judged."""
        return not_judged.reason_words(self.panel.analysis.quality)

    @property
    def target_uv(self) -> float | None:
        """The amplitude to reach; None where no assessable MVC is known or the channel is not judged."""
        mvc = self.panel.analysis.mvc
        if mvc is None or not mvc.assessable or not self.judged:
            return None
        return mvc.value_uv * self.targets.target_percent_mvc / 100


def shown_after_s(panels: Sequence[Panel], targets: SessionTargets) -> float:
    """Return how much is shown after each onset: the target and the longest contraction, within reason."""
    longest = max((c.duration_s for p in panels for c in p.analysis.contractions), default=0.0)
    return min(
        max(longest, targets.target_duration_s) + AFTER_END_S, max(LONGEST_S, targets.target_duration_s)
    )


def muscles_of(panels: Sequence[Panel], targets: SessionTargets) -> list[Muscle]:
    """Cut every panel's envelope out at its contractions, all for the same time."""
    after_s = shown_after_s(panels, targets)
    return [
        Muscle(panel, targets.for_side(panel.analysis.side), _aligned(panel, after_s)) for panel in panels
    ]


def _aligned(panel: Panel, after_s: float) -> AlignedContractions:
    return align_at_onset(
        panel.traces.rms_envelope_uv,
        [(c.onset_s, c.offset_s) for c in panel.analysis.contractions],
        sampling_rate_hz=panel.traces.sampling_rate_hz,
        before_s=BEFORE_S,
        after_s=after_s,
        masked_intervals_s=masked_s(panel),
    )


def masked_s(panel: Panel) -> tuple[IntervalS, ...]:
    """Return what was left out; of a channel that is not judged everything is shown, in grey."""
    return panel.analysis.quality.masked_intervals_s if panel.judged else ()


def limits_uv(muscles: Sequence[Muscle], *, same_scale: bool = True) -> list[float]:
    """Return the amplitude at the top of each muscle's small pictures: the same for all unless chosen otherwise.

    On one scale those that are not judged do not count.
    """
    if not same_scale:
        return [_limit_uv([muscle]) for muscle in muscles]
    counted = [m for m in muscles if m.judged and m.contractions] or [m for m in muscles if m.contractions]
    return [_limit_uv(counted)] * len(muscles)


def _limit_uv(muscles: Sequence[Muscle]) -> float:
    peaks = [float(np.nanmax(m.aligned.values)) for m in muscles if np.isfinite(m.aligned.values).any()]
    reach = max(peaks, default=1.0)
    targets = [m.target_uv for m in muscles if m.target_uv is not None]
    # A target far above everything measured would flatten the pictures; its label then says where it is.
    return HEADROOM * max([reach, *(t for t in targets if t <= TARGET_HEADROOM * reach)])
