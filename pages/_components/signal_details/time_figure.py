"""The signal as recorded, and under it how its frequencies change, on one time axis."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pages._components import words
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.lines import visible_indices
from pages._components.review_figure.primitives import Spec, area, packed, text
from pages._components.signal_details.grid import LEFT, RIGHT, axis, legend_line
from pages._components.signal_details.muscles import Muscle
from processing.emg.results import IntervalS
from processing.emg.spectra_time import Spectrogram
from processing.language import gettext as _

HEADING, MARKS, TRACE, BETWEEN, PICTURE, GAP, TOP, BOTTOM = 26, 10, 88, 4, 150, 14, 2, 46
POINTS = 3000
RANGE_DB = 45
HIGHEST_HZ = 500.0
# The amplitude axis must show contractions; a few spikes beyond it are cut off there and said so.
AMPLITUDE_QUANTILE, HEADROOM = 0.9995, 1.25


@dataclass(frozen=True, slots=True)
class Rows:
    """Where trace and spectrogram of each muscle stand, in fractions of the figure counted from below."""

    n_muscles: int

    @property
    def height(self) -> int:
        """The whole figure in pixels."""
        return TOP + self.n_muscles * self._each + BOTTOM

    @property
    def _each(self) -> int:
        return HEADING + MARKS + TRACE + BETWEEN + PICTURE + GAP

    def heading(self, position: int) -> float:
        """Return the foot of a muscle's heading."""
        return 1 - (TOP + position * self._each + HEADING) / self.height

    def extent(self, position: int, row: str) -> list[float]:
        """Return the vertical extent of ``marks``, ``trace`` or ``picture`` of a muscle."""
        above = {"marks": 0, "trace": MARKS, "picture": MARKS + TRACE + BETWEEN}[row]
        tall = {"marks": MARKS, "trace": TRACE, "picture": PICTURE}[row]
        top = TOP + position * self._each + HEADING + above
        return [max(0.0, 1 - (top + tall) / self.height), 1 - top / self.height]

    def axes(self, position: int) -> tuple[str, str, str]:
        """Return the names of the vertical axes of marks, trace and picture."""
        first = 3 * position + 1
        return ("y" if first == 1 else f"y{first}"), f"y{first + 1}", f"y{first + 2}"


def time_figure(
    muscles: Sequence[Muscle],
    spectrograms: Mapping[str, Spectrogram],
    window_s: IntervalS,
    *,
    revision: str = "0",
) -> Spec:
    """Return data and layout: for each muscle its contractions, its signal and its spectrogram."""
    rows = Rows(len(muscles))
    layout = _layout(muscles, rows, window_s, revision)
    data: list[Spec] = []
    levels = level_range(muscles, spectrograms)
    for position, muscle in enumerate(muscles):
        marks, trace, picture = rows.axes(position)
        limit = amplitude_limit_uv(muscles if muscle.judged else [muscle])
        top_hz = min(HIGHEST_HZ, muscle.source.sampling_rate_hz / 2)
        layout |= _axes(rows, position, limit, top_hz)
        foot = rows.heading(position)
        layout["annotations"].append(
            text(heading(muscle, limit), 0, foot, size=13, xanchor="left", yanchor="bottom")
        )
        found = spectrograms[muscle.analysis.name]
        own = levels if muscle.judged else level_range([muscle], spectrograms)
        bar = rows.extent(position, "picture") if muscle.judged else None
        data += _contractions(muscle, marks)
        data += [_trace(muscle, trace, window_s), _picture(muscle, found, picture, own, bar)]
        data += _left_out(muscle, trace, picture, limit, top_hz)
    legend = [
        legend_line(_("as recorded"), "@other", 1),
        legend_line(_("contractions"), "@other", 6),
        {"kind": "hatch", "label": _("left out"), "color": "@mask"},
    ]
    return {"data": data, "layout": layout, "legend": legend}


def _layout(muscles: Sequence[Muscle], rows: Rows, window_s: IntervalS, revision: str) -> Spec:
    """Return the layout without the muscles' own axes."""
    return {
        "height": rows.height,
        "margin": {"l": LEFT, "r": RIGHT + 60, "t": 0, "b": 0},
        "uirevision": revision,
        "dragmode": "zoom",
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": axis(
            _("Time (s)"),
            [0.0, 1.0],
            rows.axes(len(muscles) - 1)[2],
            range=list(window_s),
            fixedrange=False,
            minallowed=0,
            maxallowed=max(muscle.source.length_s for muscle in muscles),
            ticks="outside",
            ticklen=4,
            tickcolor="@grid",
            hoverformat=".2f",
        ),
        "annotations": [],
        "shapes": [],
    }


def _axes(rows: Rows, position: int, limit_uv: float, top_hz: float) -> Spec:
    """Return the vertical axes of one muscle."""
    marks, trace, picture = rows.axes(position)
    places = {name: rows.extent(position, name) for name in ("marks", "trace", "picture")}
    return {
        long_name(marks): {"domain": places["marks"], "range": [0, 1], "fixedrange": True, "visible": False},
        long_name(trace): axis("µV", places["trace"], "x", range=[-limit_uv, limit_uv], nticks=4),
        long_name(picture): axis(
            _("Frequency (Hz)"), places["picture"], "x", range=[0, top_hz], dtick=100, showgrid=False
        ),
    }


def heading(muscle: Muscle, limit_uv: float) -> str:
    """Say whose rows these are, whether to trust them and what does not fit."""
    said = f"<b>{muscle.label}</b> · {_('as recorded, its frequencies below')}"
    if not muscle.judged:
        return f"{said} · {muscle.not_judged}"
    peak = float(np.max(np.abs(muscle.source.recorded_uv[~muscle.source.masked]), initial=0.0))
    if peak <= limit_uv:
        return said
    return f"{said} · {_('peaks to {amplitude}').format(amplitude=words.number(peak, 'µV'))}"


def amplitude_limit_uv(muscles: Sequence[Muscle]) -> float:
    """Return the amplitude at the top of every trace, the same for all that are judged."""
    limits = []
    for muscle in [m for m in muscles if m.judged] or list(muscles):
        kept = np.abs(muscle.source.recorded_uv[~muscle.source.masked])
        if kept.size:
            limits.append(HEADROOM * float(np.quantile(kept, AMPLITUDE_QUANTILE)))
    return max([1.0, *limits])


def level_range(muscles: Sequence[Muscle], spectrograms: Mapping[str, Spectrogram]) -> tuple[float, float]:
    """Return the levels at both ends of the colours, in decibels, the same for all that are judged."""
    counted = [m for m in muscles if m.judged] or list(muscles)
    tops, floors = [], []
    for muscle in counted:
        found = spectrograms[muscle.analysis.name]
        low, high = muscle.details.band_hz
        inside = found.level_db[(found.frequency_hz >= low) & (found.frequency_hz <= high)]
        if inside.size:
            tops.append(float(np.quantile(inside, 0.999)))
            floors.append(float(np.quantile(inside, 0.3)))
    top = max(tops, default=0.0)
    return max(min(floors, default=top - RANGE_DB), top - RANGE_DB), max(top, min(floors, default=top) + 1)


def _contractions(muscle: Muscle, axis_name: str) -> Iterator[Spec]:
    spans = [(c.onset_s, c.offset_s) for c in muscle.analysis.contractions]
    if spans:
        meta = {"kind": "contractions", "channel": muscle.analysis.name}
        yield area(spans, (0.1, 0.7), axis_name, muscle.tone, meta)


def _trace(muscle: Muscle, axis_name: str, window_s: IntervalS) -> Spec:
    source = muscle.source
    indices = visible_indices(source.recorded_uv, source.sampling_rate_hz, window_s, POINTS)
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": {"kind": "trace", "channel": muscle.analysis.name},
        "x": packed(indices / source.sampling_rate_hz),
        "y": packed(source.recorded_uv[indices]),
        "xaxis": "x",
        "yaxis": axis_name,
        "line": {"width": 1, "color": muscle.tone},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _picture(
    muscle: Muscle,
    found: Spectrogram,
    axis_name: str,
    levels: tuple[float, float],
    bar: list[float] | None,
) -> Spec:
    """Return the spectrogram in the colour of its side, the louder the more ink; whole decibels are enough."""
    step = float(found.time_s[1] - found.time_s[0]) if found.time_s.size > 1 else 1.0
    colorbar = None if bar is None else _colorbar(bar)
    return {
        "type": "heatmap",
        "meta": {"kind": "spectrogram", "channel": muscle.analysis.name},
        "z": _decibels(found.level_db),
        "x0": float(found.time_s[0]),
        "dx": step,
        "y0": 0.0,
        "dy": float(found.frequency_hz[1]),
        "xaxis": "x",
        "yaxis": axis_name,
        "zmin": levels[0],
        "zmax": levels[1],
        "zsmooth": False,
        "colorscale": [[0, "@paper"], [0.6, muscle.tone], [1, "@text"]],
        "showscale": colorbar is not None,
        **({"colorbar": colorbar} if colorbar else {}),
        **(
            {"hovertemplate": f"{muscle.name}<br>%{{x:.2f}} s · %{{y:.0f}} Hz · %{{z}} dB<extra></extra>"}
            if muscle.judged
            else {"hoverinfo": "skip"}
        ),
    }


def _decibels(level_db: np.ndarray) -> Spec:
    """Return levels as whole decibels in one byte each, which is what a browser needs of them."""
    whole = np.clip(np.rint(level_db), -127, 127).astype("<i1")
    return {
        "dtype": "i1",
        "bdata": base64.b64encode(np.ascontiguousarray(whole).tobytes()).decode("ascii"),
        "shape": f"{whole.shape[0]}, {whole.shape[1]}",
    }


def _colorbar(extent: list[float]) -> Spec:
    return {
        "x": 1.0,
        "xanchor": "left",
        "xpad": 8,
        "y": extent[0],
        "yanchor": "bottom",
        "len": extent[1] - extent[0],
        "thickness": 10,
        "outlinewidth": 0,
        "nticks": 5,
        "title": {"text": "dB", "side": "top", "font": {"size": 12, "color": "@muted"}},
        "tickfont": {"size": 12, "color": "@muted"},
    }


def _left_out(muscle: Muscle, trace: str, picture: str, limit: float, top_hz: float) -> Iterator[Spec]:
    """Yield the hatching over what was left out, so that its bridges are not read as silence."""
    intervals = muscle.analysis.quality.masked_intervals_s if muscle.judged else ()
    if not intervals:
        return
    pattern = {
        "shape": "/",
        "fillmode": "overlay",
        "fgcolor": "@mask",
        "bgcolor": "@paper",
        "fgopacity": 0.6,
        "size": 7,
        "solidity": 0.2,
    }
    for axis_name, extent in ((trace, (-limit, limit)), (picture, (0.0, top_hz))):
        meta = {"kind": "masked", "channel": muscle.analysis.name}
        yield area(intervals, extent, axis_name, "@paper", meta, fillpattern=pattern)
