"""The line that a contraction has to reach, or the hint that stands for it where no MVC is known."""

from __future__ import annotations

from collections.abc import Iterator

from pages._components import words
from pages._components.review_figure.layout import Axes
from pages._components.review_figure.panels import Look, Panel
from pages._components.review_figure.primitives import Spec
from processing.language import gettext as _


def target_uv(panel: Panel, look: Look) -> float | None:
    """Return where the target line stands, in the panel's unit; None when there is no reference at all."""
    mvc = panel.analysis.mvc
    if mvc is None or not panel.judged:
        return None
    return mvc.value_uv * panel.per_uv * look.target_percent(panel.analysis.side) / 100


def target_line(panel: Panel, axes: Axes, look: Look) -> Iterator[Spec]:
    """Yield the line: bold and dashed for an MVC, thin and dotted for the session's own peak."""
    level = target_uv(panel, look)
    if level is None:
        return
    assessable = _assessable(panel)
    style = {"color": "@text", "width": 1.6, "dash": "dash"}
    hint = {"color": "@muted", "width": 1, "dash": "dot"}
    yield {
        "type": "scatter",
        "mode": "lines",
        "x": [0.0, panel.length_s],
        "y": [level, level],
        "xaxis": "x",
        "yaxis": axes.signal,
        "line": style if assessable else hint,
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": {"kind": "target", "channel": panel.analysis.name, "assessable": assessable},
    }


def target_words(panel: Panel, look: Look) -> str | None:
    """Return the target line's label, or the honest reason why it is only a hint."""
    level = target_uv(panel, look)
    if level is None:
        return None
    percent = words.number(look.target_percent(panel.analysis.side), "%")
    if _assessable(panel):
        said = _("╌╌ target {percent} MVC = {amplitude}")
        return said.format(percent=percent, amplitude=words.number(level / panel.per_uv, "µV"))
    return _("┄┄ {percent} of session peak: no MVC known").format(percent=percent)


def _assessable(panel: Panel) -> bool:
    return panel.analysis.mvc is not None and panel.analysis.mvc.assessable
