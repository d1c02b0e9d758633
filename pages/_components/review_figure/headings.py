"""The words on the picture: whose panel it is, whether to trust it, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from pages._components import words
from pages._components.review_figure.layout import Axes, Rows
from pages._components.review_figure.masks import mask_labels
from pages._components.review_figure.panels import UNIT_WORDS, Look, Panel
from pages._components.review_figure.primitives import Spec, text
from pages._components.review_figure.scale import beyond_scale_uv
from pages._components.review_figure.target import target_uv, target_words
from processing.emg.results import IntervalS


def panel_words(
    panel: Panel, position: int, axes: Axes, rows: Rows, window: IntervalS, limit: float, look: Look
) -> Iterator[Spec]:
    """Yield the heading at the left, the target at the right, and what is said inside the panel."""
    foot = rows.heading(position)
    beyond = beyond_scale_uv(panel, limit) if look.raw else None
    yield text(heading(panel, beyond, look), 0, foot, xanchor="left", yanchor="bottom", size=13)
    label = target_words(panel, look)
    if label is not None:
        above = " (above the scale)" if (target_uv(panel, look) or 0.0) > limit else ""
        yield text(label + above, 1, foot, xanchor="right", yanchor="bottom", size=12)
    yield from mask_labels(panel, axes, window, limit)


def heading(panel: Panel, beyond: float | None, look: Look) -> str:
    """Say whose panel this is, whether to trust it and what does not fit; short, for the target stands beside it."""
    analysis = panel.analysis
    channel = f" · {analysis.name}" if analysis.side else ""
    said = f"<b>{words.side_mark(analysis.side)} {panel.name}</b>{channel}"
    said += f" · signal {words.VERDICT_WORDS[analysis.quality.verdict]}"
    said += f" · raw peaks to {words.number(beyond, UNIT_WORDS[panel.unit])}" if beyond else ""
    return said + (" · no MVC known, so in µV" if look.unit != panel.unit else "")
