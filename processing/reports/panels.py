"""The picture of one leg for print: envelope, contractions, what was left out, target; readable in grey."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from processing.emg.classes import contraction_kind
from processing.emg.results import ChannelAnalysis, IntervalS
from processing.emg.traces import ChannelTraces, select_extrema
from processing.language import gettext as _
from processing.language.quantities import number
from processing.recording import Side
from processing.reports import svg

GUTTER_MM = 10.0
RIGHT_MM = 1.5
SIGNS_MM = 4.6
RIBBON_MM = 2.4
AXIS_MM = 4.2
N_POINTS = 1600
_RAW_HEADROOM = 2.2
_TARGET_HEADROOM = 1.6
_MARGIN = 1.08
_INK: dict[Side | None, str] = {"left": "#00588F", "right": "#8F3E00", None: "#333333"}
_UNJUDGED_INK = "#8a8a8a"
_SECOND_LEVELS = {"g": (0.5, "#b8b8b8"), "d": (1.1, "#707070"), "n": (1.9, "#000000")}


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place of a picture, in millimetres from its left and top edge; ``x`` is where ``anchor`` lies."""

    x: float
    y: float
    text: str
    anchor: Literal["left", "center", "right"] = "left"
    size_pt: float = 7.0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One leg's picture: its SVG, without words, and the words on it."""

    width_mm: float
    height_mm: float
    picture: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How all panels of a report are drawn. ``top_uv`` is the amplitude at their upper edge."""

    width_mm: float
    height_mm: float
    length_s: float
    top_uv: float
    include_raw: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a moment and an amplitude lie on the paper."""

    look: Look

    @property
    def top(self) -> float:
        return SIGNS_MM + RIBBON_MM

    @property
    def height(self) -> float:
        return self.look.height_mm - self.top - AXIS_MM

    @property
    def width(self) -> float:
        return self.look.width_mm - GUTTER_MM - RIGHT_MM

    @property
    def bottom_uv(self) -> float:
        return -self.look.top_uv if self.look.include_raw else 0.0

    @property
    def levels(self) -> list[float]:
        most = 4 if self.height > 24 else 3
        return ticks(self.bottom_uv, self.look.top_uv, most + 3 if self.look.include_raw else most)

    def x(self, at_s: float) -> float:
        return GUTTER_MM + self.width * at_s / self.look.length_s

    def y(self, value_uv: float) -> float:
        share = (value_uv - self.bottom_uv) / (self.look.top_uv - self.bottom_uv)
        return self.top + self.height * (1 - share)


def top_of(
    pairs: Sequence[tuple[ChannelTraces, ChannelAnalysis]], targets_uv: Sequence[float | None], *, raw: bool
) -> float:
    """Return the amplitude in microvolts at the top of every panel: one scale for both legs.

    Only what is judged and not left out counts. The envelope always fits, raw peaks up to 2.2 times its largest value;
    a target far above everything measured does not flatten the signal, its label then says where it lies.
    """
    reached = [0.0]
    for (traces, analysis), target in zip(pairs, targets_uv, strict=True):
        kept = _kept(traces)
        if analysis.quality.verdict == "not_judged" or not kept.any():
            continue
        envelope = float(np.max(traces.rms_envelope_uv[kept]))
        reach = envelope
        if raw:
            reach = max(
                envelope, min(float(np.nanmax(np.abs(traces.raw_uv[kept]))), _RAW_HEADROOM * envelope)
            )
        reached.append(max(reach, min(target or 0.0, _TARGET_HEADROOM * reach)))
    if max(reached) > 0:
        return max(reached) * _MARGIN
    finite = [t.rms_envelope_uv[np.isfinite(t.rms_envelope_uv)] for t, _a in pairs]
    return max([1.0, *(float(np.quantile(y, 0.99)) for y in finite if y.size)])


def leg_panel(
    traces: ChannelTraces,
    analysis: ChannelAnalysis,
    look: Look,
    *,
    target_uv: float | None,
) -> Panel:
    """Return the picture of one leg.

    A channel that is not judged is drawn in grey, without its contractions; what a person rejected is hatched and
    crossed out.
    """
    frame = _Frame(look)
    judged = analysis.quality.verdict != "not_judged"
    ink = _INK[analysis.side] if judged else _UNJUDGED_INK
    inside = [*_bands(analysis, frame)] if judged else []
    inside += [*_masked(analysis, frame)]
    if look.include_raw:
        inside += [*_trace(traces, traces.raw_uv, frame, stroke="#a8a8a8", width=0.08)]
    inside += [*_trace(traces, traces.rms_envelope_uv, frame, stroke=ink, width=0.24)]
    labels = [*_axis_labels(frame)]
    shapes = [*_axes(frame, analysis.side), svg.clipped(*_window(frame), inside, key="plot")]
    if judged and target_uv is not None:
        shapes += _target(frame, target_uv)
    if judged:
        shapes += _signs(analysis, frame)
    else:
        middle = frame.y((look.top_uv + frame.bottom_uv) / 2) - 2.2
        labels.append(Label(frame.x(look.length_s / 2), middle, _("not judged"), "center", 11, bold=True))
    shapes += _ribbon(analysis, frame)
    picture = svg.document(look.width_mm, look.height_mm, shapes)
    return Panel(look.width_mm, look.height_mm, picture, tuple(labels))


def _window(frame: _Frame) -> tuple[float, float, float, float]:
    return GUTTER_MM, frame.top, frame.width, frame.height


def _kept(traces: ChannelTraces) -> NDArray[np.bool_]:
    kept = np.isfinite(traces.rms_envelope_uv) & np.isfinite(traces.raw_uv)
    for start, stop in traces.masked_intervals_s:
        kept[int(start * traces.sampling_rate_hz) : math.ceil(stop * traces.sampling_rate_hz)] = False
    return kept


def _kept_intervals(traces: ChannelTraces) -> Iterator[tuple[int, int]]:
    """Yield the stretches, in samples, that were not left out: a line is never drawn across what was."""
    n, rate, at = traces.rms_envelope_uv.size, traces.sampling_rate_hz, 0
    for start_s, stop_s in sorted(traces.masked_intervals_s):
        start, stop = int(start_s * rate), math.ceil(stop_s * rate)
        if start > at:
            yield at, min(start, n)
        at = max(at, stop)
    if at < n:
        yield at, n


def _trace(
    traces: ChannelTraces, values: NDArray[np.float32], frame: _Frame, *, stroke: str, width: float
) -> Iterator[str]:
    for start, stop in _kept_intervals(traces):
        share = max(4, round(N_POINTS * (stop - start) / values.size))
        chosen = select_extrema(values, start, stop, share)
        chosen = chosen[np.isfinite(values[chosen])]
        if chosen.size > 1:
            x = [frame.x(t) for t in chosen / traces.sampling_rate_hz]
            y = [frame.y(float(v)) for v in values[chosen]]
            yield svg.polyline(x, y, stroke=stroke, width=width)


def _bands(analysis: ChannelAnalysis, frame: _Frame) -> Iterator[str]:
    for contraction in analysis.contractions:
        yield _band(frame, (contraction.onset_s, contraction.offset_s), fill="#dfe3e6")
    for item in analysis.rejected:
        place = (item.contraction.onset_s, item.contraction.offset_s)
        yield _band(
            frame,
            place,
            fill="url(#rejected)",
            stroke="#444",
            stroke_width="0.15",
            stroke_dasharray="0.8 0.5",
        )


def _band(frame: _Frame, place: IntervalS, *, fill: str, **more: str) -> str:
    left, right = frame.x(place[0]), frame.x(place[1])
    return svg.rect(left, frame.top, max(0.25, right - left), frame.height, fill=fill, **more)


def _masked(analysis: ChannelAnalysis, frame: _Frame) -> Iterator[str]:
    for place in analysis.quality.masked_intervals_s:
        yield _band(frame, place, fill="url(#masked)")


def _signs(analysis: ChannelAnalysis, frame: _Frame) -> list[str]:
    """Return each contraction's sign above its band: its class, or crossed out where a person rejected it."""
    signs = [
        ((c.onset_s + c.offset_s) / 2, contraction_kind(c) if not c.doubtful else f"{contraction_kind(c)}?")
        for c in analysis.contractions
    ]
    signs += [((r.contraction.onset_s + r.contraction.offset_s) / 2, "rejected") for r in analysis.rejected]
    places = sorted(frame.x(at) for at, _kind in signs)
    nearest = min((b - a for a, b in pairwise(places)), default=10.0)
    r = min(0.95, max(0.5, nearest / 2.4))
    middle = SIGNS_MM - 1.5
    shapes = []
    for at, kind in signs:
        shapes.append(svg.glyph(kind.rstrip("?"), frame.x(at), middle, r))
        if kind.endswith("?"):  # a bar above the sign: doubtful
            x = frame.x(at)
            shapes.append(
                svg.line(x - r, middle - 1.9 * r, x + r, middle - 1.9 * r, stroke="#000", width=0.3)
            )
    return shapes


def _ribbon(analysis: ChannelAnalysis, frame: _Frame) -> list[str]:
    """Return the quality of each second: the higher and darker, the worse."""
    shapes, bottom = [], frame.top - 0.3
    seconds = analysis.quality.seconds
    start = 0
    for at in range(1, len(seconds) + 1):
        if at < len(seconds) and seconds[at] == seconds[start]:
            continue
        height, fill = _SECOND_LEVELS.get(seconds[start], _SECOND_LEVELS["g"])
        left, right = frame.x(start), frame.x(min(float(at), frame.look.length_s))
        shapes.append(svg.rect(left, bottom - height, max(0.1, right - left), height, fill=fill))
        start = at
    return shapes


def _target(frame: _Frame, target_uv: float) -> list[str]:
    """Return the line of the target; none where it lies above the scale."""
    if target_uv > frame.look.top_uv:
        return []
    y, right = frame.y(target_uv), frame.look.width_mm - RIGHT_MM
    return [svg.line(GUTTER_MM, y, right, y, stroke="#000", width=0.25, stroke_dasharray="1.8 1.1")]


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most ``most`` + 1 round numbers from ``low`` to ``high``, 1, 2 or 5 times a power of ten apart."""
    span = high - low
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [step * k for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _axes(frame: _Frame, side: Side | None) -> list[str]:
    left, right = GUTTER_MM, frame.look.width_mm - RIGHT_MM
    bottom = frame.top + frame.height
    shapes = [svg.line(left, bottom, right, bottom, stroke="#000", width=0.2)]
    dash = {"stroke_dasharray": "1.2 0.8"} if side == "right" else {}
    shapes.append(svg.line(left - 0.3, frame.top, left - 0.3, bottom, stroke="#000", width=0.6, **dash))
    for value in frame.levels:
        y = frame.y(value)
        if value > 0 or frame.look.include_raw:
            shapes.append(svg.line(left, y, right, y, stroke="#cccccc", width=0.1))
    for at in ticks(0.0, frame.look.length_s, 10):
        shapes.append(svg.line(frame.x(at), bottom, frame.x(at), bottom + 0.8, stroke="#000", width=0.2))
    return shapes


def _axis_labels(frame: _Frame) -> Iterator[Label]:
    bottom = frame.top + frame.height
    for value in frame.levels:
        yield Label(GUTTER_MM - 1.2, frame.y(value) - 1.2, number(value), "right", 6.5)
    yield Label(GUTTER_MM - 1.2, frame.top - 3.2, "µV", "right", 6.5, bold=True)
    last = ticks(0.0, frame.look.length_s, 10)
    for at in last:
        if frame.x(at) < frame.look.width_mm - RIGHT_MM - 4:
            yield Label(frame.x(at), bottom + 1.1, number(at), "center", 6.5)
    yield Label(frame.look.width_mm - RIGHT_MM, bottom + 1.1, "s", "right", 6.5, bold=True)
