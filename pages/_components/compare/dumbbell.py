"""A and B as dumbbells: one small panel for each measure, each on an axis of its own unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pages._components import words
from pages._components.compare.rows import Row
from pages._components.review_figure.layout import long_name
from pages._components.review_figure.primitives import Spec, text
from pages._components.signal_details.grid import axis, legend_glyph, legend_line, nothing
from processing.language import gettext as _
from processing.scoring.baseline import Span

PANEL, HEADING, BOTTOM, LEFT, RIGHT, GAP = 84, 24, 42, 46, 12, 0.055
COLUMN_PX = 300
NOMINAL_WIDTH_PX = 1150.0
SYMBOLS = {"left": "circle", "right": "triangle-up", None: "square"}
SHIFT = 0.17  # A stands above the middle of its row, B below
TOPS = {"good": 4.0, "hold": 2.5, "amplitude": 1.0, "symmetry": 100.0, "effort": 10.0, "pressure": 60.0}


def dumbbell_figure(rows: Sequence[Row], *, revision: str, width_px: float = NOMINAL_WIDTH_PX) -> Spec:
    """Return data and layout: rows of one measure share a panel, the left leg above the right."""
    panels = [list(group) for _panel, group in groupby(rows, key=lambda row: row.panel)]
    n_columns = columns(width_px)
    height = -(-len(panels) // n_columns) * (HEADING + PANEL + BOTTOM)
    layout = _layout(height, f"{revision}:{n_columns}")
    data: list[Spec] = [nothing("x", "y")]
    for position, panel in enumerate(panels):
        x, y = f"x{position + 2}", f"y{position + 2}"
        across, upright = _place(position, n_columns, height)
        top = _top(panel)
        heights = {id(row): float(len(panel) - 1 - i) for i, row in enumerate(panel)}
        empty = all(value is None for row in panel for value in _shown(row))
        layout[long_name(x)] = axis(
            panel[0].unit, across, y, range=[-0.03 * top, 1.06 * top], nticks=6, showticklabels=not empty
        )
        layout[long_name(y)] = axis(
            "",
            upright,
            x,
            range=[-0.6, len(panel) - 0.4],
            tickvals=[heights[id(row)] for row in panel],
            ticktext=[words.side_mark(row.side) if row.side else "" for row in panel],
            showgrid=False,
        )
        heading = f"<b>{panel[0].label}</b>"
        layout["annotations"].append(
            text(heading, across[0], upright[1], size=13, xanchor="left", yanchor="bottom")
        )
        data.append(nothing(x, y))
        for row in panel:
            layout["annotations"] += list(_words(row, heights[id(row)], x, y))
            layout["annotations"] += list(_arrow(row, heights[id(row)], x, y))
            data += list(_marks(row, heights[id(row)], x, y))
            layout["shapes"] += list(_expected(row, heights[id(row)], x, y))
    return {"data": data, "layout": layout, "legend": _legend()}


def columns(width_px: float) -> int:
    """Return how many panels stand side by side on so many pixels."""
    return min(3, max(1, int(width_px / COLUMN_PX)))


def panel_share(n_columns: int) -> float:
    """Return the width of one panel in fractions of the figure."""
    return (1 - (n_columns - 1) * GAP) / n_columns


def _layout(height: int, revision: str) -> Spec:
    return {
        "height": height,
        "margin": {"l": LEFT, "r": RIGHT, "t": 0, "b": 0},
        "uirevision": revision,
        "dragmode": False,
        "hovermode": "closest",
        "font": {"size": 13, "color": "@text"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "showlegend": False,
        "annotations": [],
        "shapes": [],
        # Nothing is drawn on these: the browser tells their width, which is the whole figure's.
        "xaxis": {"domain": [0, 1], "visible": False, "fixedrange": True},
        "yaxis": {"domain": [0, 1], "visible": False, "fixedrange": True},
    }


def _place(position: int, n_columns: int, height: int) -> tuple[list[float], list[float]]:
    """Return the extents of a panel in fractions of the figure."""
    column, line = position % n_columns, position // n_columns
    width = panel_share(n_columns)
    left = column * (width + GAP)
    top = line * (HEADING + PANEL + BOTTOM) + HEADING
    return [left, min(1.0, left + width)], [1 - (top + PANEL) / height, 1 - top / height]


def _top(panel: Sequence[Row]) -> float:
    """Return the end of a panel's axis: everything that is shown, and what was expected."""
    known = [value[1] for row in panel for value in _shown(row) if value is not None]
    expected = [float(n) for row in panel for n in row.expected if n is not None]
    return max([TOPS[panel[0].panel], *known, *expected])


def _shown(row: Row) -> tuple[Span | None, Span | None]:
    """Return both values; none where the guard forbids the comparison."""
    return (row.a, row.b) if row.comparable else (None, None)


def _marks(row: Row, height: float, x: str, y: str) -> Iterator[Spec]:
    """Yield A hollow and B filled; a range is a dotted bar between two ends."""
    tone, symbol = (f"@{row.side}" if row.side else "@text"), SYMBOLS[row.side]
    for which, value in zip("ab", _shown(row), strict=True):
        if value is None:
            continue
        at = height + (SHIFT if which == "a" else -SHIFT)
        base = {"type": "scatter", "xaxis": x, "yaxis": y, "showlegend": False}
        meta = {"kind": "range" if value[0] < value[1] else "value", "session": which, "panel": row.panel}
        unit = f"{words.THIN}{row.unit}"
        if value[0] < value[1]:
            yield {
                **base,
                "mode": "lines+markers",
                "meta": {**meta, "side": row.side},
                "x": list(value),
                "y": [at, at],
                "line": {"width": 2, "color": tone, "dash": "dot"},
                "marker": {"symbol": "line-ns", "size": 10, "line": {"width": 2, "color": tone}},
                "hovertemplate": f"{which.upper()}: %{{x:.3r}}{unit}<extra></extra>",
            }
            continue
        yield {
            **base,
            "mode": "markers+text",
            "meta": {**meta, "side": row.side},
            "x": [value[0]],
            "y": [at],
            "text": [which.upper()],
            "textposition": _beside(row, which),
            "textfont": {"size": 11, "color": "@muted"},
            "cliponaxis": False,
            "marker": {
                "symbol": f"{symbol}-open" if which == "a" else symbol,
                "size": 10,
                "color": tone,
                "line": {"width": 2, "color": tone},
            },
            "hovertemplate": f"{which.upper()}: %{{x:.3r}}{unit}<extra></extra>",
        }


def _beside(row: Row, which: str) -> str:
    """Return the side of a mark on which its letter does not stand in the way of the other mark."""
    a, b = _shown(row)
    falling = a is not None and b is not None and b[0] < a[0]
    return "middle right" if falling == (which == "a") else "middle left"


def _arrow(row: Row, height: float, x: str, y: str) -> Iterator[Spec]:
    """Yield an arrow from A to B where both are known exactly and differ."""
    a, b = _shown(row)
    if a is None or b is None or a[0] != a[1] or b[0] != b[1] or a[0] == b[0]:
        return
    tone = f"@{row.side}" if row.side else "@text"
    yield {
        "x": b[0],
        "y": height - SHIFT,
        "ax": a[0],
        "ay": height + SHIFT,
        "xref": x,
        "yref": y,
        "axref": x,
        "ayref": y,
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "arrowsize": 1,
        "arrowwidth": 1.6,
        "arrowcolor": tone,
        "standoff": 7,
        "startstandoff": 6,
    }


def _words(row: Row, height: float, x: str, y: str) -> Iterator[Spec]:
    """Yield what is to be said where a value is not drawn, beside the other one where that is."""
    said = _missing(row)
    if not said:
        return
    a, b = _shown(row)
    at = height + (SHIFT if a is None else 0) - (SHIFT if b is None else 0)
    known = a is not None or b is not None
    place = {"xref": f"{x} domain", "yref": y, "xanchor": "right" if known else "left", "yanchor": "middle"}
    yield text(said, 0.99 if known else 0.01, at, size=12, color="@muted", **place)


def _missing(row: Row) -> str:
    if row.side is not None and not all(row.judged):
        return _("not judged in {who}").format(who=_who(not row.judged[0], not row.judged[1]))
    if not row.comparable:
        return _("not comparable")
    absent = (row.a is None, row.b is None)
    if not any(absent):
        return ""
    recorded = row.panel in ("effort", "pressure")
    said = _("not recorded in {who}") if recorded else _("not assessable in {who}")
    return said.format(who=_who(*absent))


def _who(a: bool, b: bool) -> str:
    return _("A and B") if a and b else "A" if a else "B"


def _expected(row: Row, height: float, x: str, y: str) -> Iterator[Spec]:
    """Yield a short line at the number of contractions that was expected."""
    for n in {n for n in row.expected if n is not None}:
        at = {"x0": n, "x1": n, "y0": height - 0.45, "y1": height + 0.45, "xref": x, "yref": y}
        yield {
            "type": "line",
            **at,
            "layer": "below",
            "line": {"width": 1.6, "color": "@muted", "dash": "dot"},
        }


def _legend() -> list[Spec]:
    return [
        legend_glyph(_("A (hollow)"), "○", "@text"),
        legend_glyph(_("B (filled)"), "●", "@text"),
        legend_line(_("range: no MVC recorded"), "@text", 2, "dotted"),
        legend_line(_("expected contractions"), "@muted", 1, "dotted"),
    ]
