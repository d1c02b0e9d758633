"""How long each contraction lasted against the time to hold: a bar for each, and how often which length occurred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pages._components import counted, words
from pages._components.classes import CONTRACTION_CLASSES, contraction_class
from pages._components.inspector.aligned_panels import Muscle
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.primitives import Spec, text
from pages._components.signal_details.grid import Grid, axis, grid_layout, legend_glyph, legend_line, nothing
from processing.language import gettext as _

PANEL_HEIGHT = 230
BIN_S = 0.25
BARS_SHARE, BETWEEN = 0.74, 0.02


def duration_figure(
    muscles: Sequence[Muscle], selected: tuple[str, int] | None, *, revision: str = "0"
) -> Spec:
    """Return data and layout: for each muscle its durations one by one, and beside them their histogram."""
    grid = Grid(len(muscles), PANEL_HEIGHT)
    layout = {**grid_layout(grid, revision), "bargap": 0.25, "barmode": "overlay"}
    top = longest_s(muscles)
    bin_s = BIN_S if top <= 40 * BIN_S else top / 40
    most = max(1, *(int(histogram(m, bin_s)[1].max(initial=0)) for m in muscles))
    data: list[Spec] = []
    for position, muscle in enumerate(muscles):
        number = 2 * position + 1
        x, y = ("x", "y") if number == 1 else (f"x{number}", f"y{number}")
        x2, y2 = f"x{number + 1}", f"y{number + 1}"
        low, high = grid.across(position)
        cut = low + BARS_SHARE * (high - low)
        n = max(1, len(muscle.contractions))
        layout[long_name(x)] = axis(
            _("Contraction (number)"), [low, cut], y, range=[0.4, n + 0.6], dtick=max(1, -(-n // 12)), tick0=1
        )
        layout[long_name(y)] = axis(_("Duration (s)"), grid.upright(position), x, range=[0, top], nticks=6)
        layout[long_name(x2)] = axis(
            _("How many"),
            [cut + BETWEEN * (high - low), high],
            y2,
            range=[0, 1.1 * most],
            nticks=4,
            tickformat="d",
        )
        layout[long_name(y2)] = axis(
            "", grid.upright(position), x2, range=[0, top], matches=y, showticklabels=False
        )
        layout["annotations"].append(grid.heading(position, heading(muscle)))
        layout["annotations"] += list(_target_words(muscle, x, y))
        for across in (x, x2):
            layout["shapes"] += list(_target(muscle, across, y if across == x else y2))
        data += [*_bars(muscle, selected, x, y), *_histogram(muscle, bin_s, x2, y2)]
    return {"data": data, "layout": layout, "legend": _legend(muscles)}


def heading(muscle: Muscle) -> str:
    """Say whose panel it is and how many contractions were held."""
    if not muscle.judged:
        return f"<b>{muscle.label}</b> · {muscle.not_judged}"
    held = sum(c.meets_duration for c in muscle.contractions)
    target = words.number(muscle.targets.target_duration_s, "s")
    return f"<b>{muscle.label}</b> · {counted.held_of(held, len(muscle.contractions), target)}"


def longest_s(muscles: Sequence[Muscle]) -> float:
    """Return the duration at the top of every panel."""
    durations = [c.duration_s for m in muscles for c in m.contractions]
    targets = [m.targets.target_duration_s for m in muscles]
    return max([1.18 * t for t in targets] + [1.1 * d for d in durations], default=1.0)


def histogram(muscle: Muscle, bin_s: float = BIN_S) -> tuple[np.ndarray, np.ndarray]:
    """Return the bins' edges in seconds and how many durations lie in each, the lower edge included."""
    durations = np.array([c.duration_s for c in muscle.contractions])
    n_bins = 1 + int(np.floor(durations.max(initial=0.0) / bin_s))
    edges = bin_s * np.arange(n_bins + 1)
    counts = np.bincount(np.floor(durations / bin_s).astype(int), minlength=n_bins)
    return edges, counts if durations.size else np.zeros(n_bins, dtype=int)


def _legend(muscles: Sequence[Muscle]) -> list[Spec]:
    kinds = {contraction_class(c) for m in muscles if m.judged for c in m.contractions}
    entries = [
        legend_glyph(kind.word, kind.glyph, f"@{kind.key}") for kind in CONTRACTION_CLASSES if kind in kinds
    ]
    return [*entries, legend_line(_("time to hold"), "@text", 2, "dashed")]


def _bars(muscle: Muscle, selected: tuple[str, int] | None, x: str, y: str) -> Iterator[Spec]:
    """Yield one trace of bars for each class, with its symbol on top of every bar."""
    yield nothing(x, y)
    known = list(enumerate(muscle.contractions))
    groups = [(k, [(i, c) for i, c in known if contraction_class(c) is k]) for k in CONTRACTION_CLASSES]
    for kind, members in groups:
        if not members:
            continue
        color, fill = (f"@{kind.key}", f"@{kind.key}_fill") if muscle.judged else ("@game", "@mask_fill")
        widths = [3 if (muscle.channel, i) == selected else 1 for i, _c in members]
        hover = _("{muscle} {number}: {duration}, {result}").format(
            muscle=muscle.name, number="%{x}", duration="%{y:.2f} s", result=kind.word
        )
        yield {
            "type": "bar",
            "meta": {"kind": "duration", "class": kind.key, "channel": muscle.channel},
            "x": [i + 1 for i, _c in members],
            "y": [c.duration_s for _i, c in members],
            "xaxis": x,
            "yaxis": y,
            "marker": {"color": fill, "line": {"width": widths, "color": color}},
            "text": [kind.glyph if muscle.judged else ""] * len(members),
            "textposition": "outside",
            "textfont": {"size": 11, "color": color},
            "cliponaxis": False,
            "showlegend": False,
            **({"hovertemplate": f"{hover}<extra></extra>"} if muscle.judged else {"hoverinfo": "skip"}),
        }


def _histogram(muscle: Muscle, bin_s: float, x: str, y: str) -> Iterator[Spec]:
    edges, counts = histogram(muscle, bin_s)
    filled = [int(i) for i in np.flatnonzero(counts)]
    if not filled:
        yield nothing(x, y)
        return
    yield {
        "type": "bar",
        "orientation": "h",
        "meta": {"kind": "histogram", "channel": muscle.channel},
        "x": [int(counts[i]) for i in filled],
        "y": [float(edges[i]) + bin_s / 2 for i in filled],
        "width": [0.92 * bin_s] * len(filled),
        "xaxis": x,
        "yaxis": y,
        "marker": {"color": muscle.pale, "line": {"width": 1, "color": muscle.tone}},
        "showlegend": False,
        "customdata": [words.span(edges[i], edges[i + 1]) for i in filled],
        "hovertemplate": _("{n} lasted {duration}").format(n="%{x}", duration="%{customdata}")
        + "<extra></extra>",
    }


def _target(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    level = muscle.targets.target_duration_s
    yield {
        "type": "line",
        "xref": f"{x} domain",
        "yref": y,
        "x0": 0,
        "x1": 1,
        "y0": level,
        "y1": level,
        "layer": "above",
        "line": {"width": 1.8, "color": "@text", "dash": "dash"},
    }


def _target_words(muscle: Muscle, x: str, y: str) -> Iterator[Spec]:
    said = _("target {target}").format(target=words.number(muscle.targets.target_duration_s, "s"))
    at = {
        "xref": f"{x} domain",
        "yref": y,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": 4,
        "bgcolor": "@paper",
        "opacity": 0.9,
    }
    yield text(said, 0, muscle.targets.target_duration_s, size=12, **at)
