"""Quantities as screens and papers print them: at most three significant figures, one unit, missing said as missing."""

from __future__ import annotations

import math

from processing.language.catalogues import gettext as _
from processing.language.catalogues import mark as N_
from processing.language.dates_numbers import with_decimal_sign

NOT_RECORDED = N_("— not recorded")
NOT_ASSESSABLE = N_("not assessable")
THIN = "\u202f"  # narrow no-break space between a number and its unit


def not_recorded() -> str:
    """Return the words for what was not recorded."""
    return _(NOT_RECORDED)


def not_assessable() -> str:
    """Return the words for what cannot be known from what was recorded."""
    return _(NOT_ASSESSABLE)


def number(value: float | None, unit: str = "", *, missing: str | None = None) -> str:
    """Format a quantity with at most three significant figures and its unit."""
    if value is None or not math.isfinite(value):
        return not_recorded() if missing is None else missing
    return _with_unit(_three_figures(value), unit)


def fixed(value: float | None, decimals: int, unit: str = "", *, missing: str | None = None) -> str:
    """Format a quantity whose values stand beside each other, always with the same decimals."""
    if value is None or not math.isfinite(value):
        return not_recorded() if missing is None else missing
    return _with_unit(f"{value:.{decimals}f}", unit)


def seconds(value: float | None, *, missing: str | None = None) -> str:
    """Format a measured time, to a hundredth of a second."""
    return fixed(value, 2, "s", missing=missing)


def span(start_s: float, stop_s: float) -> str:
    """Format a stretch of the recording, to a hundredth of a second."""
    return f"{fixed(start_s, 2)}–{fixed(stop_s, 2, 's')}"


def decibels(value: float | None, *, missing: str | None = None) -> str:
    """Format a ratio in decibels, to one decimal."""
    return fixed(value, 1, "dB", missing=missing)


def duration(length_s: float | None) -> str:
    """Format a recording's length in whole seconds."""
    return fixed(length_s, 0, "s")


def score_words(score: float | None, low: float | None, high: float | None) -> str:
    """Format a score as its picture shows it, to one decimal, or the range it could take, in whole points."""
    if score is not None:
        return fixed(score, 1)
    if low is None or high is None:
        return "—"
    return f"{low:.0f}–{high:.0f}" if round(low) != round(high) else f"{low:.0f}"


def yes_no(value: bool | None) -> str:
    """Return the answer in a word; None is not a no."""
    return not_assessable() if value is None else _("yes") if value else _("no")


def _with_unit(text: str, unit: str) -> str:
    shown = with_decimal_sign(text.replace("-", "−"))
    return f"{shown}{THIN}{unit}" if unit else shown


def _three_figures(value: float) -> str:
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(float(f"{value:.2e}"))))
    rounded = round(value, 2 - magnitude)
    text = f"{rounded:.{max(0, min(6, 2 - magnitude))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
