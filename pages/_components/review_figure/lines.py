"""The signals themselves: real samples, few enough for a browser, with every extreme kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pages._components.review_figure.layout import Axes
from pages._components.review_figure.panels import UNIT_WORDS, Look, Panel
from pages._components.review_figure.primitives import Spec, packed
from processing.emg.results import IntervalS
from processing.emg.traces import select_extrema
from processing.language import gettext as _
from processing.language import mark as N_
from processing.recording import FloatArray

# The real maximum of points per trace is the sum of these plus the first and the last sample: below 4000.
DETAIL_POINTS = 3400
ENVELOPE_POINTS = 1600
OUTLINE_POINTS = 200

RAW, ENVELOPE, GAME = "raw", N_("RMS envelope"), N_("what the game saw")


def signal_lines(panel: Panel, axes: Axes, window: IntervalS, look: Look) -> Iterator[Spec]:
    """Yield the raw signal, what the game saw, and on top of them the envelope."""
    traces = panel.traces
    if look.raw:
        style: Spec = {"color": f"{panel.tone}_raw", "width": 1}
        yield _line(RAW, traces.raw_uv, panel, window, DETAIL_POINTS, axes.signal, style)
    if look.game and traces.activated_uv is not None:
        style = {"color": "@game", "width": 1.4, "dash": "dot"}
        yield _line(GAME, traces.activated_uv, panel, window, ENVELOPE_POINTS, axes.signal, style)
    style = {"color": panel.tone, "width": 2.4}
    yield _line(ENVELOPE, traces.rms_envelope_uv, panel, window, ENVELOPE_POINTS, axes.signal, style)


def _line(
    kind: str, y: FloatArray, panel: Panel, window: IntervalS, n_points: int, axis: str, style: Spec
) -> Spec:
    rate = panel.traces.sampling_rate_hz
    indices = visible_indices(y, rate, window, n_points)
    values = y[indices]
    if kind == ENVELOPE:
        # What was left out has no amplitude, least of all one of zero: the line breaks there.
        values = np.where(_left_out(indices / rate, panel.traces.masked_intervals_s), np.nan, values)
    hover: Spec = {"hoverinfo": "skip"}
    if kind != RAW:
        unit = _(UNIT_WORDS[panel.unit])
        said = f"{panel.drawn_name}, {_(kind)}<br>%{{x:.2f}} s · %{{y:.3r}} {unit}<extra></extra>"
        hover = {"hovertemplate": said}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{panel.name} {kind}",
        "meta": {"kind": kind, "channel": panel.analysis.name, "line": True},
        "x": packed(indices / rate),
        "y": packed(values),
        "xaxis": "x",
        "yaxis": axis,
        "line": style,
        "showlegend": False,
        **hover,
    }


def _left_out(at_s: FloatArray, intervals_s: Iterable[IntervalS]) -> np.ndarray:
    """Return which moments lie in one of the intervals, their ends excluded."""
    inside = np.zeros(at_s.size, dtype=bool)
    for start, stop in intervals_s:
        inside |= (at_s >= start) & (at_s < stop)
    return inside


def visible_indices(y: FloatArray, rate_hz: float, window: IntervalS, n_points: int) -> np.ndarray:
    """Choose the samples to draw: the extremes of the window, and a coarse outline beside it for panning."""
    n = y.size
    start = int(np.clip(np.floor(window[0] * rate_hz), 0, n))
    stop = int(np.clip(np.ceil(window[1] * rate_hz) + 1, start, n))
    parts = [
        extrema(y, 0, start, OUTLINE_POINTS),
        extrema(y, start, stop, n_points),
        extrema(y, stop, n, OUTLINE_POINTS),
        np.asarray([0, n - 1] if n else [], dtype=np.int64),
    ]
    return np.unique(np.concatenate(parts))


def extrema(y: FloatArray, start: int, stop: int, n_points: int) -> np.ndarray:
    """Return at most ``n_points`` samples of a stretch, its extremes among them."""
    if stop - start <= n_points:
        return np.arange(start, stop, dtype=np.int64)
    return np.asarray(select_extrema(y, start, stop, n_points), dtype=np.int64)
