"""What a dry run tries: analysis settings that are not the program's own, and scoring rules."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._components.settings.configuration_fields import ask_configuration
from pages._components.settings.parameter_words import BY_KEY, PARAMETERS, ParameterWords
from processing.language import gettext as _
from processing.scoring.configuration import ScoringConfiguration
from processing.use_cases.reprocessing import Candidate, check_candidate
from processing.use_cases.scoring_configurations import ScoringRules

_OWN, _OTHER = -1, -2
_STEPS = {"Hz": 5.0, "s": 0.05, "dB": 0.5, "µV": 10.0, "%": 1.0}
_IF_OFF = 50.0  # what a setting that is off begins at: the mains of Europe


def ask_candidate(rules: ScoringRules, *, key: str) -> Candidate:
    """Draw the fields and return what they make.

    Raises
    ------
    InvalidParameterError
        If the values make no sense together.
    """
    analysis, scoring = st.columns(2, gap="large")
    with analysis:
        settings = _ask_settings(key)
    with scoring:
        configuration = _ask_scoring(rules, key)
    return check_candidate(Candidate(settings, configuration))


def _ask_settings(key: str) -> dict[str, Any] | None:
    """Return the settings that are changed; None where every session keeps its own."""
    how = st.radio(
        _("Analysis settings"),
        ["program", "own"],
        format_func=lambda each: (
            _("The program's own, but for those below")
            if each == "program"
            else _("As each session has them now")
        ),
        key=f"{key}:how",
    )
    if how == "own":
        return None
    chosen = st.multiselect(
        _("Settings to change"),
        [each.key for each in PARAMETERS],
        format_func=lambda name: _(BY_KEY[name].name),
        placeholder=_("None: all as the program has them"),
        key=f"{key}:settings",
    )
    return {name: _ask_value(BY_KEY[name], key) for name in chosen}


def _ask_value(parameter: ParameterWords, key: str) -> float | int:
    own, unit = parameter.own, parameter.unit
    label = f"{_(parameter.name)} ({unit})" if unit else _(parameter.name)
    if parameter.whole and isinstance(own, int):
        return int(
            st.number_input(
                label,
                0,
                None,
                own,
                1,
                key=f"{key}:value:{parameter.key}",
                help=_(parameter.meaning),
                width=320,
            )
        )
    start = _IF_OFF if own is None else float(own)
    return float(
        st.number_input(
            label,
            0.0,
            None,
            start,
            _STEPS.get(unit, 0.5) if start >= 1e-3 else start,
            format="%.6g",
            key=f"{key}:value:{parameter.key}",
            help=_(parameter.meaning),
            width=320,
        )
    )


def _ask_scoring(rules: ScoringRules, key: str) -> ScoringConfiguration | None:
    """Return the rules that are tried; None where every session keeps its own."""
    stored = {each.configuration_id: each for each in rules.configurations}

    def words(choice: int) -> str:
        if choice == _OWN:
            return _("As each session was scored")
        return _("Other values…") if choice == _OTHER else stored[choice].label

    choice = st.selectbox(
        _("Scoring rules"), [_OWN, *stored, _OTHER], format_func=words, key=f"{key}:scoring", width=320
    )
    if choice == _OWN:
        return None
    if choice != _OTHER:
        return stored[choice].configuration
    st.caption(
        _("Values that are no stored configuration can be tried, not applied: Settings keeps them first.")
    )
    return ask_configuration(rules.current.configuration, key=f"{key}:rules")
