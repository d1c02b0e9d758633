"""The past day in two pictures: how much was analysed, and how long it took. Pure, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.language import gettext as _
from processing.language.quantities import fixed
from processing.use_cases.operations import HourOfWork

_HEIGHT_PX = 240


def throughput_figure(hours: Sequence[HourOfWork]) -> dict[str, Any]:
    """Return bars of what was analysed and what failed, an hour each; failed ones are hatched."""
    x = _hours(hours)
    bars = [
        _bars(x, [hour.analysed for hour in hours], _("Analysed"), "@part0", ""),
        _bars(x, [hour.failed for hour in hours], _("Failed"), "@ribbon_doubtful", "/"),
    ]
    return {"data": bars, "layout": _layout(_("Recordings an hour")) | {"barmode": "stack"}}


def latency_figure(hours: Sequence[HourOfWork]) -> dict[str, Any]:
    """Return how long it took from arrival to result, and the analysis alone, hour by hour."""
    x = _hours(hours)
    lines = [
        _line(
            x,
            [hour.arrival_p95_s for hour in hours],
            _("Arrival to result, 95 of 100"),
            "@part2",
            "dash",
            "diamond",
        ),
        _line(
            x,
            [hour.arrival_p50_s for hour in hours],
            _("Arrival to result, median"),
            "@part2",
            "solid",
            "circle",
        ),
        _line(
            x,
            _seconds(hour.analysis_p50_ms for hour in hours),
            _("Analysis alone, median"),
            "@part0",
            "dot",
            "square",
        ),
    ]
    return {"data": lines, "layout": _layout(_("Seconds (s)"))}


def throughput_sentence(hours: Sequence[HourOfWork]) -> str:
    """Say what the first picture shows."""
    analysed, failed = sum(hour.analysed for hour in hours), sum(hour.failed for hour in hours)
    if not analysed and not failed:
        return _("No recording was analysed within the last 24 hours.")
    busiest = max(hours, key=lambda hour: hour.analysed + hour.failed)
    return _(
        "{analysed} analysed and {failed} failed within the last 24 hours; most, {most}, in the hour from {time} UTC."
    ).format(
        analysed=analysed,
        failed=failed,
        most=busiest.analysed + busiest.failed,
        time=f"{busiest.hour:%H:%M}",
    )


def latency_sentence(hours: Sequence[HourOfWork]) -> str:
    """Say what the second picture shows."""
    known = [hour for hour in hours if hour.arrival_p95_s is not None]
    if not known:
        return _("No first result within the last 24 hours, so no time from arrival to result.")
    slowest = max(known, key=lambda hour: hour.arrival_p95_s or 0.0)
    return _(
        "From arrival to result, 95 of 100 took at most {seconds} in the slowest hour, from {time} UTC."
    ).format(seconds=fixed(slowest.arrival_p95_s, 1, "s"), time=f"{slowest.hour:%H:%M}")


def _bars(x: list[str], y: list[int], name: str, colour: str, shape: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": x,
        "y": y,
        "name": name,
        "marker": {"color": colour, "pattern": {"shape": shape, "fgcolor": "@text", "size": 5}},
        "hovertemplate": "%{x}: %{y} " + name.lower() + "<extra></extra>",
    }


def _line(
    x: list[str], y: Sequence[float | None], name: str, colour: str, dash: str, symbol: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": list(y),
        "name": name,
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"color": colour, "symbol": symbol, "size": 7},
        "connectgaps": False,
        "hovertemplate": "%{x}: %{y:.2f} s<extra>" + name + "</extra>",
    }


def _layout(y_title: str) -> dict[str, Any]:
    axis = {"gridcolor": "@grid", "linecolor": "@grid", "tickfont": {"color": "@muted", "size": 12}}
    return {
        "height": _HEIGHT_PX,
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"color": "@text", "size": 13},
        "bargap": 0.25,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        "xaxis": axis
        | {
            "type": "category",
            "nticks": 12,
            "title": {"text": _("Hour of the day (UTC)")},
            "fixedrange": True,
        },
        "yaxis": axis | {"rangemode": "tozero", "title": {"text": y_title}, "fixedrange": True, "nticks": 5},
    }


def _hours(hours: Sequence[HourOfWork]) -> list[str]:
    return [f"{hour.hour:%H:%M}" for hour in hours]


def _seconds(milliseconds: Any) -> list[float | None]:
    return [None if value is None else value / 1000.0 for value in milliseconds]
