"""Amplitude, spectrum, fatigue and steadiness of a channel: columns of the table of channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from processing.exports.columns import ANALYSIS, Column, Value, integer, number
from processing.exports.model import ExportedChannel as Row
from processing.language import mark as N_

_NONE = N_("no contraction was found")
_SHORT = N_("too little of the contractions can be used for a spectrum")
_NO_TREND = N_("too few contractions or too much noise for a trend: missing_because says which")
_FEW = N_("fewer than two windows, or a result of pipeline 0.1.0")


def _of(part: str, name: str) -> Callable[[Row], Value]:
    """Return what reads one value of a part of the analysis; a part may be missing as a whole."""

    def read(row: Row) -> Value:
        found: Any = getattr(row.channel, part)
        value: Value = None if found is None else getattr(found, name)
        return value

    return read


MEASURES: tuple[Column[Row], ...] = (
    number(
        "rms_uv",
        "µV",
        N_("RMS amplitude of all contractions"),
        ANALYSIS,
        _of("amplitude", "rms_uv"),
        missing=_NONE,
    ),
    number(
        "mav_uv",
        "µV",
        N_("Mean absolute value of all contractions"),
        ANALYSIS,
        _of("amplitude", "mav_uv"),
        missing=_NONE,
    ),
    number(
        "peak_uv",
        "µV",
        N_("Highest peak of the RMS envelope"),
        ANALYSIS,
        _of("amplitude", "peak_uv"),
        missing=_NONE,
    ),
    number(
        "plateau_uv",
        "µV",
        N_("Median of the plateaus"),
        ANALYSIS,
        _of("amplitude", "plateau_uv"),
        missing=_NONE,
    ),
    number(
        "time_under_tension_s",
        "s",
        N_("Sum of the contractions' durations"),
        ANALYSIS,
        _of("amplitude", "time_under_tension_s"),
    ),
    number(
        "mnf_hz",
        "Hz",
        N_("Mean frequency of all contractions"),
        ANALYSIS,
        _of("spectrum", "mnf_hz"),
        missing=_SHORT,
    ),
    number(
        "mdf_hz",
        "Hz",
        N_("Median frequency of all contractions"),
        ANALYSIS,
        _of("spectrum", "mdf_hz"),
        missing=_SHORT,
    ),
    number(
        "mdf_slope_hz_per_contraction",
        "Hz/contraction",
        N_("Slope of the median frequency from contraction to contraction"),
        ANALYSIS,
        _of("fatigue", "mdf_slope_hz_per_contraction"),
        missing=_NO_TREND,
    ),
    number(
        "mdf_slope_ci95_low",
        "Hz/contraction",
        N_("Lower end of the slope's 95 % confidence interval"),
        ANALYSIS,
        _of("fatigue", "ci95_low"),
        missing=_NO_TREND,
    ),
    number(
        "mdf_slope_ci95_high",
        "Hz/contraction",
        N_("Upper end of the slope's 95 % confidence interval"),
        ANALYSIS,
        _of("fatigue", "ci95_high"),
        missing=_NO_TREND,
    ),
    number(
        "mdf_slope_percent_per_min",
        "%/min",
        N_("Slope of the median frequency over time, in percent of its first value"),
        ANALYSIS,
        _of("fatigue", "mdf_slope_percent_per_min"),
        missing=_NO_TREND,
    ),
    number(
        "mdf_slope_r_squared",
        "",
        N_("Share of the variance of the median frequency that the slope explains"),
        ANALYSIS,
        _of("fatigue", "r_squared"),
        missing=_NO_TREND,
    ),
    integer("mdf_slope_n", N_("Contractions that the slope could use"), ANALYSIS, _of("fatigue", "n")),
    number(
        "fi_nsm5",
        "",
        N_("Spectral fatigue index FInsm5 of Dimitrov 2006, relative to the first contractions"),
        ANALYSIS,
        _of("fatigue", "fi_nsm5"),
        missing=_NO_TREND,
    ),
    number(
        "rms_windows_mean_uv",
        "µV",
        N_("Mean RMS amplitude over windows of the whole recording"),
        ANALYSIS,
        _of("temporal", "rms_mean_uv"),
        missing=_FEW,
    ),
    number(
        "rms_windows_cv_percent",
        "%",
        N_("Coefficient of variation of RMS amplitude over those windows"),
        ANALYSIS,
        _of("temporal", "rms_cv_percent"),
        missing=_FEW,
    ),
    number(
        "rms_active_mean_uv",
        "µV",
        N_("Mean RMS amplitude over windows that lie in contractions"),
        ANALYSIS,
        _of("temporal", "active_rms_mean_uv"),
        missing=_FEW,
    ),
    number(
        "rms_active_cv_percent",
        "%",
        N_("Coefficient of variation of RMS amplitude over windows that lie in contractions"),
        ANALYSIS,
        _of("temporal", "active_rms_cv_percent"),
        missing=_FEW,
    ),
)
