"""What may be tried: targets, effort and pressure, in fields that start from what counts now."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages._components import state
from processing.emg.parameters import SessionTargets
from processing.language import gettext as _
from processing.language import mark as N_
from processing.use_cases.read_models import SessionInputs

# What people ask for: is the target too strict for this game's short bursts?
TRIES = {
    N_("60 % MVC"): {"percent": 60.0},
    N_("1 s"): {"hold": 1.0},
    N_("60 % MVC and 1 s"): {"percent": 60.0, "hold": 1.0},
}


def field_key(code: str, name: str) -> str:
    """Return a field's key in the session state."""
    return f"{state.WHAT_IF}{code}:{name}"


def start(code: str, inputs: SessionInputs) -> None:
    """Fill the fields with what counts now."""
    for name, value in _values(inputs).items():
        st.session_state[field_key(code, name)] = value


def ask(code: str, inputs: SessionInputs) -> SessionInputs:
    """Draw the fields and return the inputs that they make."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(_("Try"), width="content")
        for label, values in TRIES.items():
            st.button(_(label), key=field_key(code, f"try:{label}"), on_click=_try, args=(code, values))
        st.button(
            _("As now"),
            icon=":material/undo:",
            key=field_key(code, "reset"),
            on_click=start,
            args=(code, inputs),
        )
    two_legs = inputs.targets.right_expected_contractions or inputs.targets.right_target_percent_mvc
    columns = st.columns(3)
    percent = columns[0].number_input(
        _("Target intensity (% MVC)"), 1.0, 150.0, step=5.0, format="%.0f", key=field_key(code, "percent")
    )
    hold = columns[1].number_input(
        _("Target duration (s)"), 0.1, 60.0, step=0.5, format="%.1f", key=field_key(code, "hold")
    )
    expected = columns[2].number_input(_("Expected per leg"), 1, 200, key=field_key(code, "expected"))
    columns = st.columns(3)
    effort = columns[0].number_input(
        _("Effort (CR10)"),
        0.0,
        10.0,
        None,
        0.5,
        "%.4g",
        key=field_key(code, "effort"),
        placeholder=_("not recorded"),
    )
    pressure = columns[1].number_input(
        _("Cuff pressure (% AOP)"),
        0.0,
        150.0,
        None,
        1.0,
        "%.4g",
        key=field_key(code, "pressure"),
        placeholder=_("not measured"),
    )
    if two_legs:
        st.caption(_("The right leg has targets of its own; here both legs are tried with the same."))
    targets = SessionTargets(int(expected), float(percent), float(hold))
    if targets == _both(inputs.targets):
        targets = inputs.targets
    return replace(inputs, targets=targets, perceived_effort_cr10=effort, bfr_percent_aop=pressure)


def _values(inputs: SessionInputs) -> dict[str, float | int | None]:
    return {
        "percent": float(inputs.targets.target_percent_mvc),
        "hold": float(inputs.targets.target_duration_s),
        "expected": int(inputs.targets.expected_contractions),
        "effort": inputs.perceived_effort_cr10,
        "pressure": inputs.bfr_percent_aop,
    }


def _both(targets: SessionTargets) -> SessionTargets:
    return targets.for_side("left")


def _try(code: str, values: dict[str, float]) -> None:
    for name, value in values.items():
        st.session_state[field_key(code, name)] = value
