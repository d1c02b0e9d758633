"""What was left out or cannot be trusted: hatching, and the reason in words."""

from __future__ import annotations

from collections.abc import Iterator

from pages._components import not_judged, words
from pages._components.review_figure.layout import Axes
from pages._components.review_figure.panels import Panel
from pages._components.review_figure.primitives import Spec, area, text
from processing.emg.results import IntervalS
from processing.language import gettext as _

NAMED_SHARE, MAX_NAMED = 0.08, 12


def mask_hatching(panel: Panel, axes: Axes, extent: IntervalS) -> Iterator[Spec]:
    """Yield the hatching over what was left out: everything where the channel is not judged."""
    intervals = panel.analysis.quality.masked_intervals_s if panel.judged else ((0.0, panel.length_s),)
    if intervals:
        meta = {"kind": "masked", "channel": panel.analysis.name}
        pattern = {
            "shape": "/",
            "fillmode": "overlay",
            "fgcolor": "@mask",
            "bgcolor": "@mask_fill",
            "fgopacity": 0.45,
            "size": 8,
            "solidity": 0.16,
        }
        yield area(intervals, extent, axes.signal, "@mask_fill", meta, fillpattern=pattern)


def mask_words(panel: Panel, interval: IntervalS) -> str:
    """Say what was left out, where and why."""
    said = _("Left out, {span}: {reason}")
    return said.format(span=words.span(*interval), reason=_mask_reason(panel, interval))


def _mask_reason(panel: Panel, interval: IntervalS) -> str:
    reasons = {
        words.finding_name(finding)
        for finding in panel.analysis.quality.findings
        for start, stop in finding.intervals_s
        if start < interval[1] and stop > interval[0]
    }
    return ", ".join(sorted(reasons)) or _("signal not usable")


def mask_labels(panel: Panel, axes: Axes, window: IntervalS, limit: float) -> Iterator[Spec]:
    """Yield the reasons as words on the picture, where a stretch is wide enough to carry them."""
    if not panel.judged:
        reason = not_judged.reason_words(panel.analysis.quality)
        yield _label(f"<b>{reason}</b>", (window[0] + window[1]) / 2, limit, axes)
        return
    width = window[1] - window[0]
    visible = [
        (interval, max(interval[0], window[0]), min(interval[1], window[1]))
        for interval in panel.analysis.quality.masked_intervals_s
    ]
    wide = [(interval, (a + b) / 2) for interval, a, b in visible if b - a > NAMED_SHARE * width]
    for interval, middle in wide[:MAX_NAMED]:
        said = _("left out: {reason}").format(reason=_mask_reason(panel, interval))
        yield _label(said, middle, limit, axes)


def _label(content: str, x: float, limit: float, axes: Axes) -> Spec:
    return text(
        content,
        x,
        limit * 0.97,
        size=12,
        xref="x",
        yref=axes.signal,
        xanchor="center",
        yanchor="top",
        bgcolor="@paper",
        opacity=0.92,
        borderpad=2,
    )
