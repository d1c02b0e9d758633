"""Figures as people compare them: today's way beside the way before, with the ratio."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity; ``before`` is None where there is nothing to compare with."""

    name: str
    now: float
    before: float | None
    unit: str
    n: int


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile of at least two values."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def print_figures(console: Console, figures: Sequence[Figure]) -> None:
    """Print one table."""
    table = Table("Figure", "Now", "Before", "Before / now", "n")
    for figure in figures:
        ratio = "" if figure.before is None else f"{figure.before / figure.now:.0f} x"
        before = "" if figure.before is None else f"{figure.before:.4g} {figure.unit}"
        table.add_row(figure.name, f"{figure.now:.4g} {figure.unit}", before, ratio, str(figure.n))
    console.print(table)
    console.print(
        "Before: the recording is analysed inside the request, and its time series are stored as JSON "
        "(raw, envelope and time axis of each channel)."
    )
