"""The words on the picture: whose panel it is, whether to trust it, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from pages._components import words
from pages._components.review_figure.layout import Axes, Rows
from pages._components.review_figure.masks import mask_labels
from pages._components.review_figure.panels import UNIT_WORDS, Look, Panel
from pages._components.review_figure.primitives import Spec, text
from pages._components.review_figure.scale import beyond_scale_uv
from pages._components.review_figure.target import target_uv, target_words
from processing.emg.results import IntervalS
from processing.language import gettext as _

# With less room only the leg's name, and then only its mark, fits beside its target; the rest stands above the picture.
NARROW_PX, NARROWEST_PX = 460, 300


def panel_words(
    panel: Panel, position: int, axes: Axes, rows: Rows, window: IntervalS, limit: float, look: Look
) -> Iterator[Spec]:
    """Yield the heading at the left, the target at the right, and what is said inside the panel."""
    foot = rows.heading(position)
    beyond = beyond_scale_uv(panel, limit) if look.raw else None
    yield text(heading(panel, beyond, look), 0, foot, xanchor="left", yanchor="bottom", size=13)
    label = target_words(panel, look)
    if label is not None:
        if (target_uv(panel, look) or 0.0) > limit:
            label = _("{target} (above the scale)").format(target=label)
        yield text(label, 1, foot, xanchor="right", yanchor="bottom", size=12)
    yield from mask_labels(panel, axes, window, limit)


def heading(panel: Panel, beyond: float | None, look: Look) -> str:
    """Say whose panel this is, whether to trust it and what does not fit; short, for the target stands beside it."""
    analysis = panel.analysis
    if look.width_px < NARROWEST_PX:
        return f"<b>{words.side_mark(analysis.side)}</b>"
    if look.width_px < NARROW_PX:
        return f"<b>{words.side_mark(analysis.side)} {panel.drawn_name}</b>"
    channel = f" · {escape(analysis.name, quote=False)}" if analysis.side else ""
    said = [f"<b>{words.side_mark(analysis.side)} {panel.drawn_name}</b>{channel}"]
    said.append(_("signal {verdict}").format(verdict=words.verdict_word(analysis.quality.verdict)))
    if beyond:
        amplitude = words.number(beyond, _(UNIT_WORDS[panel.unit]))
        said.append(_("raw peaks to {amplitude}").format(amplitude=amplitude))
    if look.unit != panel.unit:
        said.append(_("no MVC known, so in µV"))
    return " · ".join(said)
