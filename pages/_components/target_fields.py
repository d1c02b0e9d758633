"""Fields for what contractions are measured against, a field for each leg where there are legs."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from processing.emg.parameters import SessionTargets
from processing.language import gettext as _


def target_fields(
    targets: SessionTargets, key: Callable[[str], str], *, with_legs: bool = True
) -> SessionTargets:
    """Ask what was prescribed; where no leg is named, nobody expects a number of contractions of it.

    ``key`` gives each field's key in the session state.
    """
    left, right = targets.for_side("left"), targets.for_side("right")
    if not with_legs:
        percent_at, hold_at = st.columns(2, vertical_alignment="bottom")
        with percent_at:
            percent = _percent(_("Target intensity (% MVC)"), left.target_percent_mvc, key("percent"))
        with hold_at:
            hold = _hold(left.target_duration_s, key("held"))
        return SessionTargets(
            left.expected_contractions,
            percent,
            hold,
            targets.right_expected_contractions,
            targets.right_target_percent_mvc,
        )
    places = iter(st.columns(5, vertical_alignment="bottom"))
    with next(places):
        expected_left = _expected(_("L ● Expected contractions"), left.expected_contractions, key("expected"))
    with next(places):
        expected_right = _expected(
            _("R ▲ Expected contractions"), right.expected_contractions, key("expected_right")
        )
    with next(places):
        percent_left = _percent(_("L ● Target (% MVC)"), left.target_percent_mvc, key("percent"))
    with next(places):
        percent_right = _percent(_("R ▲ Target (% MVC)"), right.target_percent_mvc, key("percent_right"))
    with next(places):
        hold = _hold(left.target_duration_s, key("held"))
    return SessionTargets(expected_left, percent_left, hold, expected_right, percent_right)


def _expected(label: str, value: int, key: str) -> int:
    return int(st.number_input(label, 1, 200, value, key=key))


def _percent(label: str, value: float, key: str) -> float:
    return float(st.number_input(label, 1.0, 150.0, value, 5.0, "%.0f", key=key))


def _hold(value: float, key: str) -> float:
    return float(st.number_input(_("Target duration (s)"), 0.1, 60.0, value, 0.5, "%.1f", key=key))
