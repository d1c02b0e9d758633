"""The spectrum of each muscle: what was asked for against the rest, the EMG band, mains lines, MNF and MDF."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from pages._components import words
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.primitives import Spec, packed, text
from pages._components.signal_details.grid import Grid, axis, grid_layout, legend_line, nothing
from pages._components.signal_details.muscles import Muscle
from pages._components.signal_details.sentences import hertz, mains_words
from processing.emg.spectrum import PowerSpectrum
from processing.language import gettext as _
from processing.language import mark as N_

PANEL_HEIGHT = 250
DECADES = 6
NAMED_SHARE_PERCENT = 1.0
HIGHEST_HZ = 500.0
PART_NAMES = {
    "contractions": N_("contractions"),
    "window": N_("visible window"),
    "whole": N_("whole recording"),
}


def spectrum_figure(muscles: Sequence[Muscle], *, revision: str = "0") -> Spec:
    """Return data and layout: one panel for each muscle, all on one scale."""
    grid = Grid(len(muscles), PANEL_HEIGHT)
    layout = grid_layout(grid, revision)
    data: list[Spec] = []
    extent = level_range(muscles)
    for position, muscle in enumerate(muscles):
        x, y = grid.axes(position)
        top_hz = min(HIGHEST_HZ, muscle.source.sampling_rate_hz / 2)
        layout[long_name(x)] = axis(
            _("Frequency (Hz)"), grid.across(position), y, range=[0, top_hz], dtick=50, tickangle=0
        )
        layout[long_name(y)] = axis(
            _("µV² per Hz"), grid.upright(position), x, type="log", range=list(extent), **_decades(extent)
        )
        layout["annotations"].append(grid.heading(position, heading(muscle)))
        layout["shapes"] += [_band(muscle, x, y)]
        data += [nothing(x, y), *_curves(muscle, x, y)]
        for mark in (_mains(muscle, x, y), _centres(muscle, x, y)):
            for shape, label in mark:
                layout["shapes"].append(shape)
                layout["annotations"] += [label] if label else []
    return {"data": data, "layout": layout, "legend": _legend(muscles)}


def _legend(muscles: Sequence[Muscle]) -> list[Spec]:
    return [
        legend_line(_(PART_NAMES[muscles[0].details.part]), "@text", 3),
        legend_line(_("rest (noise)"), "@muted", 2),
        legend_line(_("EMG band"), "@window_fill", 10),
        legend_line(_("median frequency MDF"), "@text", 2),
        legend_line(_("mean frequency MNF"), "@text", 2, "dashed"),
        legend_line(_("mains and its harmonics"), "@muted", 1, "dotted"),
    ]


def heading(muscle: Muscle) -> str:
    """Say whose panel it is and its frequencies, or why they are withheld."""
    if not muscle.judged:
        return f"<b>{muscle.label}</b> · {muscle.not_judged}"
    found = muscle.details.frequencies
    if found.mdf_hz is None:
        return f"<b>{muscle.label}</b> · {_('nothing long enough for a spectrum')}"
    said = _("median frequency {mdf}, mean {mnf}").format(mdf=hertz(found.mdf_hz), mnf=hertz(found.mnf_hz))
    return f"<b>{muscle.label}</b> · {said}"


def level_range(muscles: Sequence[Muscle]) -> tuple[float, float]:
    """Return the decades to show, as powers of ten, the same for all; how high they reach is up to those judged."""
    anybody = any(muscle.judged for muscle in muscles)
    peaks, floors = [], []
    for muscle in muscles:
        for spectrum in (muscle.details.selected, muscle.details.rest):
            if spectrum is None:
                continue
            inside = _inside(spectrum, muscle.details.band_hz)
            if inside.size and inside.max() > 0:
                if muscle.judged or not anybody:
                    peaks.append(float(inside.max()))
                floors.append(float(np.quantile(inside[inside > 0], 0.05)))
    if not peaks:
        return -3.0, 2.0
    top = math.log10(max(peaks)) + 0.8
    return max(math.log10(min(floors)) - 0.3, top - DECADES), top


def _inside(spectrum: PowerSpectrum, band_hz: tuple[float, float]) -> np.ndarray:
    """Return the densities within the EMG band."""
    f = spectrum.frequency_hz
    return np.asarray(spectrum.psd_v2_per_hz[(f >= band_hz[0]) & (f <= band_hz[1])])


def _decades(extent: tuple[float, float]) -> Spec:
    """Return the ticks of a logarithmic axis, written out."""
    powers = range(math.ceil(extent[0]), math.floor(extent[1]) + 1)
    return {
        "tickmode": "array",
        "tickvals": [10.0**power for power in powers],
        "ticktext": [words.fixed(10.0**power, max(0, -power)) for power in powers],
    }


def _curves(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    """Yield the rest first, so that what was asked for lies on top."""
    styles = (
        ("rest", muscle.details.rest, {"color": "@muted", "width": 1.2}),
        ("selected", muscle.details.selected, {"color": muscle.tone, "width": 2.4}),
    )
    for kind, spectrum, line in styles:
        if spectrum is None:
            continue
        said = _("rest") if kind == "rest" else _(PART_NAMES[muscle.details.part])
        density = _("{density} µV² per Hz").format(density="%{y:.3r}")
        hover = f"{muscle.name}, {said}<br>%{{x:.0f}} Hz · {density}<extra></extra>"
        yield {
            "type": "scatter",
            "mode": "lines",
            "name": f"{muscle.name} {said}",
            "meta": {"kind": kind, "channel": muscle.analysis.name},
            "x": packed(spectrum.frequency_hz[1:]),
            "y": packed(np.maximum(spectrum.psd_v2_per_hz[1:], 1e-12)),
            "xaxis": x,
            "yaxis": y,
            "line": line,
            "showlegend": False,
            **({"hovertemplate": hover} if muscle.judged else {"hoverinfo": "skip"}),
        }


def _band(muscle: Muscle, x: str, y: str) -> Spec:
    """Return the shade over the EMG band."""
    low, high = muscle.details.band_hz
    return {
        "type": "rect",
        "xref": x,
        "yref": f"{y} domain",
        "x0": low,
        "x1": high,
        "y0": 0,
        "y1": 1,
        "fillcolor": "@window_fill",
        "opacity": 0.45,
        "line": {"width": 0},
        "layer": "below",
    }


def _mains(muscle: Muscle, x: str, y: str) -> Iterator[tuple[Spec, Spec | None]]:
    """Yield each mains line, with its share of the power where that is worth a word."""
    named = 0
    for position, line in enumerate(muscle.details.mains):
        label = None
        worth = position == 0 or line.share_percent >= NAMED_SHARE_PERCENT
        if muscle.judged and worth:
            label = text(
                mains_words(line),
                line.frequency_hz,
                0.99 - 0.09 * (named % 3),
                size=12,
                xref=x,
                yref=f"{y} domain",
                xanchor="left",
                yanchor="top",
                xshift=3,
                bgcolor="@paper",
                opacity=0.94,
                borderpad=1,
            )
            named += 1
        yield _upright(line.frequency_hz, x, y, {"width": 1, "dash": "dot", "color": "@muted"}), label


def _centres(muscle: Muscle, x: str, y: str) -> Iterator[tuple[Spec, Spec | None]]:
    """Yield MDF and MNF, named beside the axis; nothing of a channel that is not judged."""
    found = muscle.details.frequencies
    if not muscle.judged or found.mdf_hz is None or found.mnf_hz is None:
        return
    mdf_first = found.mdf_hz <= found.mnf_hz
    for name, frequency, dash, first in (
        (_("MDF"), found.mdf_hz, "solid", mdf_first),
        (_("MNF"), found.mnf_hz, "dash", not mdf_first),
    ):
        label = text(
            name,
            frequency,
            0.02,
            size=12,
            xref=x,
            yref=f"{y} domain",
            xanchor="right" if first else "left",
            yanchor="bottom",
            xshift=-3 if first else 3,
        )
        yield _upright(frequency, x, y, {"width": 2, "dash": dash, "color": muscle.tone}), label


def _upright(frequency_hz: float, x: str, y: str, line: Spec) -> Spec:
    return {
        "type": "line",
        "xref": x,
        "yref": f"{y} domain",
        "x0": frequency_hz,
        "x1": frequency_hz,
        "y0": 0,
        "y1": 1,
        "line": line,
        "layer": "above",
    }
