"""The picture in words, for someone who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import classes, counted, words
from pages._components.review_figure.panels import Look, Panel, recording_length_s
from processing.emg.results import IntervalS
from processing.language import gettext as _


def summary_sentence(panels: Sequence[Panel], look: Look) -> str:
    """Describe what the picture shows of the window that is looked at."""
    window = look.window_s or (0.0, recording_length_s(panels))
    described = [_panel_sentence(panel, window) for panel in panels]
    if look.same_scale:
        said = _(
            "EMG amplitude in microvolts from {start} to {end} seconds, one panel per muscle on the same scale."
        )
    else:
        said = _(
            "EMG amplitude in microvolts from {start} to {end} seconds, one panel per muscle on a scale of its own."
        )
    said = said.format(start=words.fixed(window[0], 1), end=words.fixed(window[1], 1))
    return " ".join([said, *described])


def _panel_sentence(panel: Panel, window: IntervalS) -> str:
    visible = [c for c in panel.analysis.contractions if c.offset_s > window[0] and c.onset_s < window[1]]
    kinds = [classes.contraction_class(c) for c in visible]
    counts = [f"{kinds.count(kind)} {kind.word}" for kind in classes.CONTRACTION_CLASSES if kind in kinds]
    found = counted.contractions(len(visible)) + (f" ({', '.join(counts)})" if counts else "")
    said = _("{panel}: {found}; signal {verdict}.")
    verdict = words.verdict_word(panel.analysis.quality.verdict)
    return said.format(panel=panel.name, found=found, verdict=verdict)
