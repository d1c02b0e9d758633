"""The few plotly objects that everything in the picture is made of."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from processing.emg.results import IntervalS

Spec: TypeAlias = dict[str, Any]


def packed(values: np.ndarray) -> Spec:
    """Return an array the way plotly.js reads it fastest."""
    data = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return {"dtype": "f4", "bdata": base64.b64encode(data).decode("ascii")}


def unpacked(values: Spec) -> np.ndarray:
    """Return the numbers of a packed array."""
    return np.frombuffer(base64.b64decode(values["bdata"]), dtype="<f4")


def area(
    intervals: Iterable[IntervalS], extent: IntervalS, axis: str, fill: str, meta: Spec, **more: Any
) -> Spec:
    """Return filled rectangles over some intervals of time, between two heights, as one trace."""
    x, y = _boxes(intervals, *extent)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "xaxis": "x",
        "yaxis": axis,
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": meta,
        **more,
    }


def _boxes(
    intervals: Iterable[IntervalS], low: float, high: float
) -> tuple[list[float | None], list[float | None]]:
    """Return the outlines of rectangles, one after the other, parted by gaps."""
    x: list[float | None] = []
    y: list[float | None] = []
    for start, stop in intervals:
        x += [start, start, stop, stop, start, None]
        y += [low, high, high, low, low, None]
    return x, y


def points(
    x: Sequence[float], y: float, axis: str, meta: Spec, *, mode: str = "markers", **more: Any
) -> Spec:
    """Return symbols or words on one height, as one trace."""
    return {
        "type": "scatter",
        "mode": mode,
        "x": list(x),
        "y": [y] * len(x),
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "meta": meta,
        **more,
    }


def text(content: str, x: float, y: float, *, size: int, color: str = "@text", **more: Any) -> Spec:
    """Return words on the picture, placed in fractions of it unless ``more`` names axes."""
    font = {"size": size, "color": color}
    base = {"text": content, "x": x, "y": y, "xref": "paper", "yref": "paper"}
    return {**base, "showarrow": False, "font": font, **more}
