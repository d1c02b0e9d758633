"""The words on the picture: whose panel it is, whether to trust it, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from pages._components import words
from pages._components.review_figure.layout import Axes, Rows
from pages._components.review_figure.masks import mask_labels
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec, text
from pages._components.review_figure.scale import beyond_scale_uv
from pages._components.review_figure.target import target_uv, target_words
from processing.emg.results import IntervalS

MAX_REASONS = 2


def panel_words(
    panel: Panel, position: int, axes: Axes, rows: Rows, window: IntervalS, limit: float, look: Look
) -> Iterator[Spec]:
    """Yield the heading at the left, the target at the right, and what is said inside the panel."""
    foot = rows.heading(position)
    beyond = beyond_scale_uv(panel, limit) if look.raw else None
    yield text(heading(panel, beyond), 0, foot, xanchor="left", yanchor="bottom", size=13)
    label = target_words(panel, look)
    if label is not None:
        above = " (above the scale)" if (target_uv(panel, look) or 0.0) > limit else ""
        yield text(label + above, 1, foot, xanchor="right", yanchor="bottom", size=12)
    yield from mask_labels(panel, axes, window, limit)


def heading(panel: Panel, beyond_uv: float | None) -> str:
    """Say whose panel this is, whether to trust it and what does not fit; short, for the target stands beside it."""
    analysis = panel.analysis
    channel = f" · {analysis.name}" if analysis.side else ""
    reasons = _reasons(panel)
    said = f"<b>{words.side_mark(analysis.side)} {panel.name}</b>{channel}"
    said += f" · signal {words.VERDICT_WORDS[analysis.quality.verdict]}" + (f": {reasons}" if reasons else "")
    return said + (f" · raw peaks to {words.number(beyond_uv, 'µV')}" if beyond_uv else "")


def _reasons(panel: Panel) -> str:
    """Name what counts most; the section on quality below the picture names everything."""
    counts: dict[str, int] = {}
    for finding in panel.analysis.quality.findings:
        if finding.verdict != "good":
            counts[words.finding_name(finding)] = len(finding.intervals_s)
    listed = [f"{count} × {name}" if count > 1 else name for name, count in counts.items()]
    rest = len(listed) - MAX_REASONS
    return ", ".join(listed[:MAX_REASONS]) + (f" and {rest} more" if rest > 0 else "")
