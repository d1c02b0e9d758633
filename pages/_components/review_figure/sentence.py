"""The picture in words, for someone who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

from pages._components import classes, words
from pages._components.review_figure.panels import Look, Panel, recording_length_s
from processing.emg.results import IntervalS


def summary_sentence(panels: Sequence[Panel], look: Look) -> str:
    """Describe what the picture shows of the window that is looked at."""
    window = look.window_s or (0.0, recording_length_s(panels))
    described = [_panel_sentence(panel, window) for panel in panels]
    scale = "the same scale" if look.same_scale else "a scale of its own"
    return (
        f"EMG amplitude in microvolts from {window[0]:.1f} to {window[1]:.1f} seconds, "
        f"one panel per muscle on {scale}. " + " ".join(described)
    )


def _panel_sentence(panel: Panel, window: IntervalS) -> str:
    visible = [c for c in panel.analysis.contractions if c.offset_s > window[0] and c.onset_s < window[1]]
    kinds = [classes.contraction_class(c) for c in visible]
    counts = [f"{kinds.count(kind)} {kind.word}" for kind in classes.CONTRACTION_CLASSES if kind in kinds]
    quality = words.VERDICT_WORDS[panel.analysis.quality.verdict]
    found = words.plural(len(visible), "contraction") + (f" ({', '.join(counts)})" if counts else "")
    return f"{panel.name}: {found}; signal {quality}."
