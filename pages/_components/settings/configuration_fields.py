"""A scoring configuration in fields with numbers, which make another one."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from processing.errors import InvalidParameterError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.scoring.configuration import (
    Denominator,
    EffortBand,
    RateWeights,
    ScoringConfiguration,
    Weights,
)

WEIGHTS = {
    "compliance": N_("Compliance"),
    "symmetry": N_("Symmetry"),
    "effort": N_("Effort"),
    "game": N_("Game points"),
}
RATES = {
    "completion": N_("Done of expected"),
    "intensity": N_("Strong enough"),
    "duration": N_("Held long enough"),
}
DENOMINATORS: dict[Denominator, str] = {
    "accepted": N_("those that were done (the trial's definition)"),
    "expected": N_("those that were expected"),
}
_MOST_BANDS = 6


def ask_configuration(start: ScoringConfiguration, *, key: str) -> ScoringConfiguration:
    """Draw the fields, filled from ``start``, and return the configuration that they make.

    Raises
    ------
    InvalidParameterError
        If the values make no sense together.
    """
    weights = _shares(WEIGHTS, asdict(start.weights), _("Weight of each part in the score"), f"{key}:weights")
    rates = _shares(
        RATES, asdict(start.rate_weights), _("Weight of each rate in a leg's compliance"), f"{key}:rates"
    )
    denominator = st.radio(
        _("Contractions at target are divided by"),
        list(DENOMINATORS),
        index=list(DENOMINATORS).index(start.rate_denominator),
        format_func=lambda each: _(DENOMINATORS[each]),
        key=f"{key}:denominator",
        help=_("Divided by those that were done, one perfect contraction of twelve scores well."),
    )
    bands, otherwise = _effort(start, key)
    low, high = _pressure(start, key)
    return ScoringConfiguration(
        weights=Weights(**weights),
        rate_weights=RateWeights(**rates),
        effort_bands=bands,
        effort_otherwise=otherwise,
        bfr_low_percent_aop=low,
        bfr_high_percent_aop=high,
        rate_denominator=denominator,
    )


def _shares(names: dict[str, str], start: dict[str, float], title: str, key: str) -> dict[str, float]:
    """Draw a field for each weight, and say what share of the whole they make."""
    st.markdown(f"**{title}**")
    columns = st.columns(4)
    found = {
        name: float(
            column.number_input(
                _(label), 0.0, 1000.0, float(start[name]), 0.05, format="%.4g", key=f"{key}:{name}"
            )
        )
        for column, (name, label) in zip(columns, names.items(), strict=False)
    }
    whole = sum(found.values())
    if whole <= 0:
        raise InvalidParameterError("All weights are 0; at least one must be positive.")
    st.caption(shares_words(names, found))
    return found


def shares_words(names: dict[str, str], weights: dict[str, float]) -> str:
    """Say what share of the whole each weight makes."""
    whole = sum(weights.values())
    return " · ".join(f"{_(label)} {100 * weights[name] / whole:.0f} %" for name, label in names.items())


def _effort(start: ScoringConfiguration, key: str) -> tuple[tuple[EffortBand, ...], float]:
    st.markdown(f"**{_('Score of the perceived effort (CR10)')}**")
    st.caption(_("The first row that holds the rating counts; both of its ends belong to it."))
    count = f"{key}:bands"
    st.session_state.setdefault(count, len(start.effort_bands))
    bands = []
    for row in range(st.session_state[count]):
        known = start.effort_bands[row] if row < len(start.effort_bands) else EffortBand(0.0, 10.0, 50.0)
        bands.append(_band(row, known, f"{key}:band:{row}"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        otherwise = st.number_input(
            _("Any other rating: score (0–100)"),
            0.0,
            100.0,
            start.effort_otherwise,
            5.0,
            format="%.4g",
            key=f"{key}:otherwise",
            width=240,
        )
        st.button(
            _("Add a row"),
            icon=":material/add:",
            key=f"{key}:more",
            on_click=_change_rows,
            args=(count, 1),
            disabled=len(bands) >= _MOST_BANDS,
        )
        st.button(
            _("Remove the last row"),
            icon=":material/remove:",
            key=f"{key}:less",
            on_click=_change_rows,
            args=(count, -1),
            disabled=len(bands) < 2,
        )
    return tuple(bands), float(otherwise)


def _band(row: int, known: EffortBand, key: str) -> EffortBand:
    low, high, score = st.columns(3)
    n = row + 1
    return EffortBand(
        float(
            low.number_input(
                _("Row {n}: from (CR10)").format(n=n), 0.0, 10.0, known.low, 0.5, "%.4g", key=f"{key}:low"
            )
        ),
        float(
            high.number_input(
                _("Row {n}: to (CR10)").format(n=n), 0.0, 10.0, known.high, 0.5, "%.4g", key=f"{key}:high"
            )
        ),
        float(
            score.number_input(
                _("Row {n}: score (0–100)").format(n=n),
                0.0,
                100.0,
                known.score,
                5.0,
                "%.4g",
                key=f"{key}:score",
            )
        ),
    )


def _change_rows(key: str, by: int) -> None:
    st.session_state[key] += by


def _pressure(start: ScoringConfiguration, key: str) -> tuple[float, float]:
    st.markdown(f"**{_('Cuff pressure within which the score counts')}**")
    low, high = st.columns(4)[:2]
    return (
        float(
            low.number_input(
                _("From (% AOP)"), 0.0, 150.0, start.bfr_low_percent_aop, 1.0, format="%.4g", key=f"{key}:low"
            )
        ),
        float(
            high.number_input(
                _("To (% AOP)"), 0.0, 150.0, start.bfr_high_percent_aop, 1.0, format="%.4g", key=f"{key}:high"
            )
        ),
    )
