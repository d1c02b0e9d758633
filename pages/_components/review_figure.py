"""The picture of a session: one panel per muscle on one time axis, as a plain plotly specification.

Pure: no Streamlit, no file, no state. Colours are tokens of ``palette.py``. Numbers are never computed from the
points drawn here; the points are real samples, chosen so that every extreme of the visible window is kept.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pages._components import words
from pages._components.words import CONTRACTION_CLASSES, ContractionClass
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.emg.traces import ChannelTraces, select_extrema
from processing.recording import FloatArray

Spec: TypeAlias = dict[str, Any]

# The real maximum of points per trace is the sum of these plus the first and the last sample: below 4000.
DETAIL_POINTS = 3400
ENVELOPE_POINTS = 1600
OUTLINE_POINTS = 200
OVERVIEW_POINTS = 600
NUMBER_ROOM = 0.024
RAW_HEADROOM = 2.2
MAX_NAMED_MASKS = 12

# Heights in pixels.
LEGEND, HEADING, STRIP, SIGNAL, GAP, TICKS, OVERVIEW, BOTTOM = 26, 22, 20, 182, 10, 46, 32, 4
MARGIN_LEFT, MARGIN_RIGHT = 62, 14


@dataclass(frozen=True, slots=True)
class Panel:
    """One muscle: what was measured and what was found."""

    traces: ChannelTraces
    analysis: ChannelAnalysis


@dataclass(frozen=True, slots=True)
class Look:
    """What the viewer chose to see. ``window_s`` None means the whole recording; ``selected`` names a contraction."""

    window_s: IntervalS | None = None
    raw: bool = True
    game: bool = False
    same_scale: bool = True
    selected: tuple[str, int] | None = None
    target_percent_mvc: float = 75.0
    revision: str = "0"


def pair_panels(traces: Iterable[ChannelTraces], channels: Sequence[ChannelAnalysis]) -> tuple[Panel, ...]:
    """Bring traces and analyses of the same channel together: left above right above the rest."""
    by_name = {channel.name: channel for channel in channels}
    panels = [Panel(trace, by_name[trace.name]) for trace in traces if trace.name in by_name]
    rank = {"left": 0, "right": 1, None: 2}
    return tuple(sorted(panels, key=lambda panel: rank[panel.analysis.side]))


def recording_length_s(panels: Sequence[Panel]) -> float:
    """Return the moment of the last sample."""
    return max(((p.traces.raw_uv.size - 1) / p.traces.sampling_rate_hz for p in panels), default=0.0)


def review_figure(panels: Sequence[Panel], look: Look) -> Spec:
    """Return data and layout of the stacked panels for the window that is looked at."""
    length_s = recording_length_s(panels)
    window = look.window_s or (0.0, length_s)
    rows = _Rows(len(panels))
    limits = _limits(panels, look)
    data: list[Spec] = list(_legend_entries(panels, look))
    layout = _layout(rows, window, length_s, look)
    for position, (panel, limit) in enumerate(zip(panels, limits, strict=True)):
        axes = rows.axes(position)
        low = -limit if look.raw else 0.0
        layout[_long(axes.signal)] = _signal_axis(rows.signal(position), low, limit)
        layout[_long(axes.strip)] = _hidden_axis(rows.strip(position), (0.0, 1.0))
        data += _panel_traces(panel, axes, (low, limit), window, look)
        layout["annotations"] += _panel_annotations(panel, position, axes, rows, window, limit, look)
        layout["shapes"] += _selection(panel, axes, (low, limit), look)
    data += _overview_traces(panels, rows)
    layout["shapes"] += _overview_window(rows, window, length_s)
    return {"data": data, "layout": layout}


def summary_sentence(panels: Sequence[Panel], look: Look) -> str:
    """Describe the picture for someone who cannot see it."""
    window = look.window_s or (0.0, recording_length_s(panels))
    described = [_panel_sentence(panel, window) for panel in panels]
    scale = "the same scale" if look.same_scale else "a scale of its own"
    return (
        f"EMG amplitude in microvolts from {window[0]:.1f} to {window[1]:.1f} seconds, "
        f"one panel per muscle on {scale}. " + " ".join(described)
    )


def _panel_sentence(panel: Panel, window: IntervalS) -> str:
    visible = [c for c in panel.analysis.contractions if c.offset_s > window[0] and c.onset_s < window[1]]
    counts = [
        f"{sum(words.contraction_class(c) is kind for c in visible)} {kind.word}"
        for kind in CONTRACTION_CLASSES
        if any(words.contraction_class(c) is kind for c in visible)
    ]
    name = words.side_name(panel.analysis.side, panel.analysis.name)
    quality = words.VERDICT_WORDS[panel.analysis.quality.verdict]
    found = f"{words.plural(len(visible), 'contraction')}" + (f" ({', '.join(counts)})" if counts else "")
    return f"{name}: {found}; signal {quality}."


# --- scale ---------------------------------------------------------------------------------------------------------


def robust_limit_uv(panel: Panel, *, raw: bool, target_percent_mvc: float) -> float | None:
    """Return the amplitude that the y axis must reach; None when nothing of the channel can be trusted.

    Only samples outside the masks count, so that a drop-out at the amplifier's rail does not squash the rest. The
    envelope always fits. Raw peaks fit up to RAW_HEADROOM times the envelope's largest value, so that a few of them do
    not flatten what is judged; ``beyond_scale_uv`` tells how far the others reach.
    """
    kept = ~mask_samples(panel)
    if panel.analysis.quality.verdict == "not_judged" or not kept.any():
        return None
    envelope = float(np.max(panel.traces.rms_envelope_uv[kept]))
    reach = envelope
    if raw:
        peak = float(np.max(np.abs(panel.traces.raw_uv[kept])))
        reach = max(envelope, min(peak, RAW_HEADROOM * envelope))
    mvc = panel.analysis.mvc
    target = mvc.value_uv * target_percent_mvc / 100 if mvc is not None else 0.0
    # A target far above everything measured would flatten the trace; its label then says where it is.
    return max(reach, min(target, 1.6 * reach)) * 1.06 or None


def beyond_scale_uv(panel: Panel, limit: float) -> float | None:
    """Return the largest raw amplitude outside the masks if it does not fit the y axis."""
    kept = ~mask_samples(panel)
    if panel.analysis.quality.verdict == "not_judged" or not kept.any():
        return None
    peak = float(np.max(np.abs(panel.traces.raw_uv[kept])))
    return peak if peak > limit else None


def _limits(panels: Sequence[Panel], look: Look) -> list[float]:
    own = [robust_limit_uv(p, raw=look.raw, target_percent_mvc=look.target_percent_mvc) for p in panels]
    known = [limit for limit in own if limit is not None]
    common = max(known, default=_fallback_limit(panels))
    return [common if look.same_scale or limit is None else limit for limit in own]


def _fallback_limit(panels: Sequence[Panel]) -> float:
    """Return a scale for recordings of which nothing can be trusted."""
    finite = [p.traces.raw_uv[np.isfinite(p.traces.raw_uv)] for p in panels]
    return max([1.0, *(float(np.quantile(np.abs(y), 0.99)) for y in finite if y.size)])


def mask_samples(panel: Panel) -> np.ndarray:
    """Return which samples were left out of the analysis."""
    mask = ~np.isfinite(panel.traces.raw_uv)
    for start, stop in panel.analysis.quality.masked_intervals_s:
        rate = panel.traces.sampling_rate_hz
        mask[max(0, int(np.floor(start * rate))) : max(0, int(np.ceil(stop * rate)))] = True
    return mask


# --- rows and axes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Axes:
    signal: str
    strip: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where each row stands, in fractions of the figure's height counted from below, as plotly wants it."""

    n_panels: int

    @property
    def height(self) -> int:
        return LEGEND + self.n_panels * (HEADING + STRIP + SIGNAL + GAP) + TICKS + OVERVIEW + BOTTOM

    def axes(self, position: int) -> _Axes:
        first = "y" if position == 0 else f"y{2 * position + 1}"
        return _Axes(first, f"y{2 * position + 2}")

    @property
    def overview_axis(self) -> str:
        return f"y{2 * self.n_panels + 1}"

    def _top(self, position: int) -> int:
        return LEGEND + position * (HEADING + STRIP + SIGNAL + GAP)

    def _domain(self, top: int, height: int) -> list[float]:
        return [max(0.0, 1 - (top + height) / self.height), 1 - top / self.height]

    def heading(self, position: int) -> float:
        return 1 - (self._top(position) + HEADING) / self.height

    def strip(self, position: int) -> list[float]:
        return self._domain(self._top(position) + HEADING, STRIP)

    def signal(self, position: int) -> list[float]:
        return self._domain(self._top(position) + HEADING + STRIP, SIGNAL)

    @property
    def overview(self) -> list[float]:
        return self._domain(self.height - OVERVIEW - BOTTOM, OVERVIEW)


def _long(axis: str) -> str:
    return f"{axis[0]}axis{axis[1:]}"


def _layout(rows: _Rows, window: IntervalS, length_s: float, look: Look) -> Spec:
    last = rows.axes(max(0, rows.n_panels - 1)).signal
    return {
        "height": rows.height,
        "margin": {"l": MARGIN_LEFT, "r": MARGIN_RIGHT, "t": 0, "b": 0},
        "uirevision": look.revision,
        "dragmode": "zoom",
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "top",
            "font": {"size": 12, "color": "@text"},
            "itemclick": False,
            "itemdoubleclick": False,
            "tracegroupgap": 0,
        },
        "xaxis": {
            "anchor": last,
            "range": list(window),
            "minallowed": 0,
            "maxallowed": length_s,
            "title": {"text": "Time (s)", "standoff": 4, "font": {"size": 12, "color": "@muted"}},
            "tickfont": {"size": 12, "color": "@muted"},
            "gridcolor": "@grid",
            "zeroline": False,
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": "@grid",
            "automargin": False,
            "hoverformat": ".2f",
        },
        "xaxis2": {
            "anchor": rows.overview_axis,
            "range": [0, length_s],
            "fixedrange": True,
            "visible": False,
        },
        _long(rows.overview_axis): _hidden_axis(rows.overview, (0.0, 1.0)),
        "annotations": [_overview_label(rows)],
        "shapes": [],
    }


def _signal_axis(domain: list[float], low: float, high: float) -> Spec:
    return {
        "domain": domain,
        "range": [low, high],
        "fixedrange": True,
        "title": {"text": "µV", "standoff": 2, "font": {"size": 12, "color": "@muted"}},
        "tickfont": {"size": 12, "color": "@muted"},
        "nticks": 6,
        "gridcolor": "@grid",
        "zerolinecolor": "@grid",
        "zerolinewidth": 1,
        "exponentformat": "none",
        "separatethousands": False,
        "automargin": False,
    }


def _hidden_axis(domain: list[float], extent: tuple[float, float]) -> Spec:
    return {"domain": domain, "range": list(extent), "fixedrange": True, "visible": False}


# --- traces of one panel -------------------------------------------------------------------------------------------


def _panel_traces(
    panel: Panel, axes: _Axes, extent: IntervalS, window: IntervalS, look: Look
) -> Iterator[Spec]:
    tone = _tone(panel)
    traces = panel.traces
    yield from _contraction_bands(panel, axes, extent)
    yield from _faint_marks(panel, axes)
    yield from _masks(panel, axes, extent)
    if look.raw:
        yield _line(
            traces.raw_uv,
            panel,
            window,
            DETAIL_POINTS,
            axes.signal,
            {"color": f"{tone}_raw", "width": 1},
            "raw",
        )
    if look.game and traces.activated_uv is not None:
        yield _line(
            traces.activated_uv,
            panel,
            window,
            ENVELOPE_POINTS,
            axes.signal,
            {"color": "@game", "width": 1.4, "dash": "dot"},
            "what the game saw",
        )
    yield _line(
        traces.rms_envelope_uv,
        panel,
        window,
        ENVELOPE_POINTS,
        axes.signal,
        {"color": tone, "width": 2.4},
        "RMS envelope",
    )
    yield from _target(panel, axes, window, look)
    yield from _ribbon(panel, axes)
    yield from _contraction_symbols(panel, axes, window)


def _tone(panel: Panel) -> str:
    return f"@{panel.analysis.side}" if panel.analysis.side else "@other"


def visible_indices(y: FloatArray, rate_hz: float, window: IntervalS, n_points: int) -> np.ndarray:
    """Choose the samples to draw: the extremes of the window, and a coarse outline beside it for panning."""
    n = y.size
    start = int(np.clip(np.floor(window[0] * rate_hz), 0, n))
    stop = int(np.clip(np.ceil(window[1] * rate_hz) + 1, start, n))
    parts = [
        _extrema(y, 0, start, OUTLINE_POINTS),
        _extrema(y, start, stop, n_points),
        _extrema(y, stop, n, OUTLINE_POINTS),
        np.asarray([0, n - 1] if n else [], dtype=np.int64),
    ]
    return np.unique(np.concatenate(parts))


def _extrema(y: FloatArray, start: int, stop: int, n_points: int) -> np.ndarray:
    if stop - start <= n_points:
        return np.arange(start, stop, dtype=np.int64)
    return np.asarray(select_extrema(y, start, stop, n_points), dtype=np.int64)


def _line(
    y: FloatArray, panel: Panel, window: IntervalS, n_points: int, axis: str, line: Spec, name: str
) -> Spec:
    rate = panel.traces.sampling_rate_hz
    indices = visible_indices(y, rate, window, n_points)
    side = words.side_name(panel.analysis.side, panel.analysis.name)
    hover: Spec = {"hoverinfo": "skip"}
    if name != "raw":
        hover = {"hovertemplate": f"{side}, {name}<br>%{{x:.2f}} s · %{{y:.3r}} µV<extra></extra>"}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{side} {name}",
        "meta": {"kind": name, "channel": panel.analysis.name},
        "x": _packed(indices / rate),
        "y": _packed(y[indices]),
        "xaxis": "x",
        "yaxis": axis,
        "line": line,
        "showlegend": False,
        **hover,
    }


def _packed(values: np.ndarray) -> Spec:
    data = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return {"dtype": "f4", "bdata": base64.b64encode(data).decode("ascii")}


def unpacked(values: Spec) -> np.ndarray:
    """Return the numbers of a packed array."""
    return np.frombuffer(base64.b64decode(values["bdata"]), dtype="<f4")


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


def _area(
    intervals: Sequence[IntervalS],
    extent: IntervalS,
    axis: str,
    fill: str,
    meta: Spec,
    line: Spec | None = None,
    **more: Any,
) -> Spec:
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
        "line": line or {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": meta,
        **more,
    }


def _contraction_bands(panel: Panel, axes: _Axes, extent: IntervalS) -> Iterator[Spec]:
    for kind in CONTRACTION_CLASSES:
        members = [c for c in panel.analysis.contractions if words.contraction_class(c) is kind]
        if members:
            yield _area(
                [(c.onset_s, c.offset_s) for c in members],
                extent,
                axes.signal,
                f"@{kind.key}_fill",
                {"kind": "band", "class": kind.key, "channel": panel.analysis.name},
                line={"width": 0.8, "color": f"@{kind.key}"},
                fillpattern=_pattern(kind),
            )


def _pattern(kind: ContractionClass) -> Spec:
    if not kind.pattern:
        return {"shape": ""}
    return {
        "shape": kind.pattern,
        "fillmode": "overlay",
        "fgcolor": f"@{kind.key}",
        "bgcolor": f"@{kind.key}_fill",
        "fgopacity": 0.35,
        "size": 9,
        "solidity": 0.12,
    }


def _faint_marks(panel: Panel, axes: _Axes) -> Iterator[Spec]:
    if panel.analysis.faint:
        intervals = [(f.onset_s, f.offset_s) for f in panel.analysis.faint]
        meta = {"kind": "faint", "channel": panel.analysis.name}
        yield _area(intervals, (0.38, 0.5), axes.strip, "@faint", meta)


def _masks(panel: Panel, axes: _Axes, extent: IntervalS) -> Iterator[Spec]:
    quality = panel.analysis.quality
    intervals = quality.masked_intervals_s
    if quality.verdict == "not_judged":
        intervals = ((0.0, (panel.traces.raw_uv.size - 1) / panel.traces.sampling_rate_hz),)
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
        yield _area(intervals, extent, axes.signal, "@mask_fill", meta, fillpattern=pattern)


def _ribbon(panel: Panel, axes: _Axes) -> Iterator[Spec]:
    """The strip of quality above a panel: plain where the signal is good, marked with the reason where it is not."""
    quality = panel.analysis.quality
    length = (panel.traces.raw_uv.size - 1) / panel.traces.sampling_rate_hz
    extent = (0.0, 0.24)
    base = {"good": "@ribbon_good", "doubtful": "@ribbon_good", "not_judged": "@ribbon_masked"}[
        quality.verdict
    ]
    meta = {"kind": "ribbon", "channel": panel.analysis.name}
    yield _area([(0.0, length)], extent, axes.strip, base, meta)
    notable = [(f, interval) for f in quality.findings if f.verdict != "good" for interval in f.intervals_s]
    masked = set(quality.masked_intervals_s)
    doubtful = [interval for _, interval in notable if interval not in masked]
    if doubtful:
        yield _area(doubtful, extent, axes.strip, "@ribbon_doubtful", {**meta, "kind": "ribbon_doubtful"})
    if masked:
        yield _area(sorted(masked), extent, axes.strip, "@ribbon_masked", {**meta, "kind": "ribbon_masked"})
        yield {
            "type": "scatter",
            "mode": "markers",
            "x": [(start + stop) / 2 for start, stop in sorted(masked)],
            "y": [0.2] * len(masked),
            "xaxis": "x",
            "yaxis": axes.strip,
            "marker": {"symbol": "triangle-down", "size": 8, "color": "@ribbon_masked"},
            "text": [mask_words(panel, interval) for interval in sorted(masked)],
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": False,
            "meta": {**meta, "kind": "mask_reason"},
        }


def mask_words(panel: Panel, interval: IntervalS) -> str:
    """Say what was left out, where and why."""
    reasons = {
        words.finding_name(finding)
        for finding in panel.analysis.quality.findings
        for start, stop in finding.intervals_s
        if start < interval[1] and stop > interval[0]
    }
    why = ", ".join(sorted(reasons)) or "signal not usable"
    return f"Left out, {interval[0]:.1f}–{interval[1]:.1f} s: {why}"


def _contraction_symbols(panel: Panel, axes: _Axes, window: IntervalS) -> Iterator[Spec]:
    contractions = panel.analysis.contractions
    labels = _symbol_labels(panel, window)
    for kind in CONTRACTION_CLASSES:
        members = [(i, c) for i, c in enumerate(contractions) if words.contraction_class(c) is kind]
        if not members:
            continue
        yield {
            "type": "scatter",
            "mode": "markers+text",
            "x": [(c.onset_s + c.offset_s) / 2 for _, c in members],
            "y": [0.72] * len(members),
            "xaxis": "x",
            "yaxis": axes.strip,
            "marker": _marker(kind),
            "text": [labels[i] for i, _ in members],
            "textposition": "middle right",
            "textfont": {"size": 11, "color": "@text"},
            "hovertext": [contraction_words(panel, i) for i, _ in members],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "cliponaxis": True,
            "showlegend": False,
            "meta": {"kind": "symbol", "class": kind.key, "channel": panel.analysis.name},
        }


def _symbol_labels(panel: Panel, window: IntervalS) -> list[str]:
    """Return each contraction's number where there is room for it, and the question mark of the doubtful ones."""
    centres = [(c.onset_s + c.offset_s) / 2 for c in panel.analysis.contractions]
    needed = NUMBER_ROOM * (window[1] - window[0])
    labels = []
    for i, c in enumerate(panel.analysis.contractions):
        room = centres[i + 1] - centres[i] >= needed if i + 1 < len(centres) else True
        # Never empty: plotly.js drops an empty label for good and would not draw the number after a zoom.
        labels.append(f"{i + 1 if room else ''}{' ?' if c.doubtful else ''}" or "\u00a0")
    return labels


def _marker(kind: ContractionClass) -> Spec:
    return {
        "symbol": kind.symbol,
        "size": 9,
        "color": f"@{kind.key}",
        "line": {"width": 2 if kind.symbol.endswith(("thin", "open")) else 0, "color": f"@{kind.key}"},
    }


def contraction_words(panel: Panel, index: int) -> str:
    """Describe one contraction in a few short lines."""
    c = panel.analysis.contractions[index]
    name = words.side_name(panel.analysis.side, panel.analysis.name)
    percent = "" if c.percent_mvc is None else f" = {words.number(c.percent_mvc, '% MVC')}"
    lines = [
        f"<b>{name} {index + 1}</b>: {words.contraction_class(c).word}",
        f"{c.onset_s:.1f}–{c.offset_s:.1f} s, held {words.number(c.duration_s, 's')}",
        f"plateau {words.number(c.plateau_uv, 'µV')}{percent}, peak {words.number(c.peak_uv, 'µV')}",
    ]
    if c.doubtful:
        lines.append(f"doubtful: {c.doubtful_reason or 'no reason given'}")
    return "<br>".join(lines)


def target_uv(panel: Panel, look: Look) -> float | None:
    """Return where the target line stands; None when there is no reference at all."""
    mvc = panel.analysis.mvc
    return None if mvc is None else mvc.value_uv * look.target_percent_mvc / 100


def _target(panel: Panel, axes: _Axes, window: IntervalS, look: Look) -> Iterator[Spec]:
    level = target_uv(panel, look)
    if level is None or panel.analysis.quality.verdict == "not_judged":
        return
    assessable = panel.analysis.mvc is not None and panel.analysis.mvc.assessable
    length = (panel.traces.raw_uv.size - 1) / panel.traces.sampling_rate_hz
    yield {
        "type": "scatter",
        "mode": "lines",
        "x": [0.0, length],
        "y": [level, level],
        "xaxis": "x",
        "yaxis": axes.signal,
        "line": {"color": "@text", "width": 1.6, "dash": "dash"}
        if assessable
        else {"color": "@muted", "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
        "showlegend": False,
        "meta": {"kind": "target", "channel": panel.analysis.name, "assessable": assessable},
    }


def target_words(panel: Panel, look: Look) -> str | None:
    """Return the target line's label, or the honest reason why it is only a hint."""
    level = target_uv(panel, look)
    if level is None or panel.analysis.mvc is None or panel.analysis.quality.verdict == "not_judged":
        return None
    percent = words.number(look.target_percent_mvc, "%")
    if panel.analysis.mvc.assessable:
        return f"{percent} MVC = {words.number(level, 'µV')}"
    return f"{percent} of session peak: intensity not assessable"


# --- words on the picture ------------------------------------------------------------------------------------------


def _panel_annotations(
    panel: Panel, position: int, axes: _Axes, rows: _Rows, window: IntervalS, limit: float, look: Look
) -> Iterator[Spec]:
    beyond = beyond_scale_uv(panel, limit) if look.raw else None
    yield _text(_heading(panel, beyond), 0, rows.heading(position), xanchor="left", yanchor="bottom", size=13)
    label = target_words(panel, look)
    if label is not None:
        above = (target_uv(panel, look) or 0.0) > limit
        text = f"╌╌ {label}" + (" (above the scale)" if above else "")
        yield _text(text, 1, rows.heading(position), xanchor="right", yanchor="bottom", size=12)
    yield from _mask_labels(panel, axes, window, limit)


def _heading(panel: Panel, beyond_uv: float | None) -> str:
    analysis = panel.analysis
    mark = words.side_mark(analysis.side)
    name = words.side_name(analysis.side, analysis.name)
    channel = f" · {analysis.name}" if analysis.side else ""
    quality = f"signal {words.VERDICT_WORDS[analysis.quality.verdict]}"
    if analysis.quality.snr_db is not None and analysis.quality.verdict != "not_judged":
        quality += f", {words.number(analysis.quality.snr_db, 'dB')} over the noise"
    reasons = _notable_words(analysis)
    heading = f"<b>{mark} {name}</b>{channel} · {quality}" + (f" · {reasons}" if reasons else "")
    return heading + (f" · raw peaks to {words.number(beyond_uv, 'µV')}" if beyond_uv else "")


def _notable_words(analysis: ChannelAnalysis) -> str:
    names: dict[str, int] = {}
    for finding in analysis.quality.findings:
        if finding.verdict != "good":
            names[words.finding_name(finding)] = len(finding.intervals_s)
    listed = [f"{count} × {name}" if count > 1 else name for name, count in names.items()]
    masked = analysis.quality.masked_percent
    if masked > 0:
        listed.append(f"{words.number(masked, '%')} left out")
    return ", ".join(listed[:4])


def _mask_labels(panel: Panel, axes: _Axes, window: IntervalS, limit: float) -> Iterator[Spec]:
    if panel.analysis.quality.verdict == "not_judged":
        reason = words.short_reason(panel.analysis.quality) or "signal not usable"
        middle = (window[0] + window[1]) / 2
        yield {**_mask_label(f"<b>not judged: {reason}</b>", middle, limit, axes), "yanchor": "top"}
        return
    width = window[1] - window[0]
    named = 0
    for interval in panel.analysis.quality.masked_intervals_s:
        start, stop = max(interval[0], window[0]), min(interval[1], window[1])
        if stop - start > 0.08 * width and named < MAX_NAMED_MASKS:
            named += 1
            why = mask_words(panel, interval).split(": ", 1)[1]
            yield _mask_label(f"left out: {why}", (start + stop) / 2, limit, axes)


def _mask_label(text: str, x: float, limit: float, axes: _Axes) -> Spec:
    return {
        **_text(text, x, limit * 0.97, size=12, color="@text"),
        "xref": "x",
        "yref": axes.signal,
        "xanchor": "center",
        "yanchor": "top",
        "bgcolor": "@paper",
        "opacity": 0.92,
        "borderpad": 2,
    }


def _text(text: str, x: float, y: float, *, size: int, color: str = "@text", **more: Any) -> Spec:
    font = {"size": size, "color": color}
    base = {"text": text, "x": x, "y": y, "xref": "paper", "yref": "paper", "showarrow": False, "font": font}
    return {**base, **more}


def _selection(panel: Panel, axes: _Axes, extent: IntervalS, look: Look) -> list[Spec]:
    if look.selected is None or look.selected[0] != panel.analysis.name:
        return []
    index = look.selected[1]
    if not 0 <= index < len(panel.analysis.contractions):
        return []
    chosen = panel.analysis.contractions[index]
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": axes.signal,
            "x0": chosen.onset_s,
            "x1": chosen.offset_s,
            "y0": extent[0],
            "y1": extent[1],
            "line": {"width": 2, "color": "@select"},
            "layer": "above",
        }
    ]


def _legend_entries(panels: Sequence[Panel], look: Look) -> Iterator[Spec]:
    """Entries without data: neutral in colour, since each panel draws the same thing in the colour of its side."""
    yield _entry("RMS envelope", {"mode": "lines", "line": {"color": "@text", "width": 2.6}})
    if look.raw:
        yield _entry("raw EMG", {"mode": "lines", "line": {"color": "@other_raw", "width": 2}})
    if look.game:
        yield _entry(
            "what the game saw", {"mode": "lines", "line": {"color": "@game", "width": 1.6, "dash": "dot"}}
        )
    judged = [c for p in panels for c in p.analysis.contractions]
    for kind in CONTRACTION_CLASSES:
        if any(words.contraction_class(c) is kind for c in judged):
            yield _entry(kind.word, {"mode": "markers", "marker": _marker(kind)})
    if any(p.analysis.faint for p in panels):
        marker = {"symbol": "line-ew", "size": 9, "line": {"width": 3, "color": "@faint"}, "color": "@faint"}
        yield _entry("faint activity", {"mode": "markers", "marker": marker})
    if any(p.analysis.quality.masked_intervals_s for p in panels):
        marker = {"symbol": "triangle-down", "size": 8, "color": "@ribbon_masked"}
        yield _entry("left out (hatched)", {"mode": "markers", "marker": marker})


def _entry(name: str, look: Spec) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "x": [None],
        "y": [None],
        "xaxis": "x",
        "yaxis": "y",
        "showlegend": True,
        "hoverinfo": "skip",
        "meta": {"kind": "legend"},
        **look,
    }


# --- the whole recording below -------------------------------------------------------------------------------------


def _overview_traces(panels: Sequence[Panel], rows: _Rows) -> Iterator[Spec]:
    """Both envelopes over the whole recording, each scaled to its row: a map, not a measure."""
    share = 1.0 / max(1, len(panels))
    for position, panel in enumerate(panels):
        y = panel.traces.rms_envelope_uv
        rate = panel.traces.sampling_rate_hz
        indices = np.unique(
            np.concatenate([_extrema(y, 0, y.size, OVERVIEW_POINTS), [0, max(0, y.size - 1)]])
        )
        kept = y[~mask_samples(panel)]
        top = float(kept.max()) if kept.size else float(y.max(initial=1.0))
        base = 1.0 - share * (position + 1)
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": _packed(indices / rate),
            "y": _packed(base + np.clip(y[indices] / (top or 1.0), 0, 1) * share * 0.9),
            "xaxis": "x2",
            "yaxis": rows.overview_axis,
            "line": {"width": 1, "color": _tone(panel)},
            "hoverinfo": "skip",
            "showlegend": False,
            "meta": {"kind": "overview", "channel": panel.analysis.name},
        }


def _overview_label(rows: _Rows) -> Spec:
    middle = sum(rows.overview) / 2
    text = _text("whole<br>recording", -0.004, middle, size=11, color="@muted")
    return {**text, "xanchor": "right", "yanchor": "middle", "align": "right"}


def _overview_window(rows: _Rows, window: IntervalS, length_s: float) -> list[Spec]:
    whole = window[0] <= 0 and window[1] >= length_s
    frame = {"type": "rect", "yref": rows.overview_axis, "y0": 0, "y1": 1, "xref": "x2", "layer": "below"}
    shapes = [{**frame, "x0": 0, "x1": length_s, "line": {"width": 1, "color": "@grid"}}]
    if not whole:
        marked = {"x0": window[0], "x1": window[1], "fillcolor": "@window_fill", "layer": "above"}
        shapes.append({**frame, **marked, "line": {"width": 1.5, "color": "@window"}})
    return shapes
