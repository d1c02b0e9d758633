"""The contractions of one leg in both sessions, laid over each other at their onset or reduced to their shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pages._components.inspector.aligned_panels import BEFORE_S, masked_s, shown_after_s
from pages._components.review_figure.panels import Panel, in_unit, pair_panels
from processing.emg.aligned import AlignedContractions, QuartileBand, align_at_onset, quartile_band
from processing.emg.shape import normalised_shapes
from processing.emg.traces import ChannelTraces
from processing.recording import Side
from processing.use_cases.comparison import SessionComparison
from processing.use_cases.read_models import SessionReview

LEAST = 3

Load: TypeAlias = Callable[[SessionReview], tuple[ChannelTraces, ...]]
BothPanels: TypeAlias = tuple[dict[Side, Panel], dict[Side, Panel]]


@dataclass(frozen=True, slots=True)
class Repetitions:
    """One leg of one session: how many contractions there are, and the middle of them; None where too few."""

    session_code: str
    n: int
    band: QuartileBand | None


@dataclass(frozen=True, slots=True)
class LegPair:
    """One leg of A and B; both None where that leg is not judged in both."""

    side: Side
    a: Repetitions | None
    b: Repetitions | None

    @property
    def bands(self) -> list[QuartileBand]:
        """What there is to draw."""
        return [each.band for each in (self.a, self.b) if each is not None and each.band is not None]


def panels_of(review: SessionReview, load: Load) -> dict[Side, Panel]:
    """Return the judged legs of a session with their traces."""
    if review.result is None:
        return {}
    panels = pair_panels(load(review), review.result.channels)
    found: dict[Side, Panel] = {}
    for panel in panels:
        side = panel.analysis.side
        if side is not None and panel.judged and side not in found:
            found[side] = panel
    return found


def at_onset(compared: SessionComparison, panels: BothPanels, side: Side) -> LegPair:
    """Return a leg's envelopes cut out at every onset, both sessions for the same time and in the same unit."""
    unit = "mvc" if compared.in_percent_mvc else "uv"
    pair = [each.get(side) for each in panels]
    if pair[0] is None or pair[1] is None:
        return LegPair(side, None, None)
    reviews = (compared.a, compared.b)
    after_s = max(
        shown_after_s([panel], review.inputs.targets)
        for panel, review in zip(pair, reviews, strict=True)
        if panel
    )
    found = []
    for panel, review in zip(pair, reviews, strict=True):
        assert panel is not None
        scaled = in_unit(panel, unit)  # type: ignore[arg-type]
        aligned = align_at_onset(
            scaled.traces.rms_envelope_uv,
            [(c.onset_s, c.offset_s) for c in panel.analysis.contractions],
            sampling_rate_hz=panel.traces.sampling_rate_hz,
            before_s=BEFORE_S,
            after_s=after_s,
            masked_intervals_s=masked_s(panel),
        )
        found.append(_repetitions(review, panel, aligned))
    return LegPair(side, *found)


def shapes(compared: SessionComparison, panels: BothPanels, side: Side) -> LegPair:
    """Return a leg's contractions in percent of their own length and peak: comparable whatever the electrodes."""
    pair = [each.get(side) for each in panels]
    if pair[0] is None or pair[1] is None:
        return LegPair(side, None, None)
    found = []
    for panel, review in zip(pair, (compared.a, compared.b), strict=True):
        assert panel is not None
        aligned = normalised_shapes(
            panel.traces.rms_envelope_uv,
            [(c.onset_s, c.offset_s) for c in panel.analysis.contractions],
            sampling_rate_hz=panel.traces.sampling_rate_hz,
            masked_intervals_s=masked_s(panel),
        )
        found.append(_repetitions(review, panel, aligned))
    return LegPair(side, *found)


def _repetitions(review: SessionReview, panel: Panel, aligned: AlignedContractions) -> Repetitions:
    n = len(panel.analysis.contractions)
    band = quartile_band(aligned, least=LEAST) if n >= LEAST else None
    if band is not None and not np.isfinite(band.median).any():
        band = None
    return Repetitions(review.summary.session_code, n, band)
