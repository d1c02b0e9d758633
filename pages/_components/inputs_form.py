"""The small form for what no file holds; an empty field stays *not recorded*."""

from __future__ import annotations

import streamlit as st

from processing.emg.parameters import SessionTargets
from processing.errors import ProcessingError
from processing.services import Services
from processing.use_cases.read_models import SessionInputs, SessionReview

EMPTY = "not recorded"


def inputs_form(services: Services, review: SessionReview) -> None:
    """Ask for MVC, effort, pressure, points and targets, and rescore the session with them."""
    st.subheader("Add what the file does not hold", anchor=False)
    inputs = review.inputs
    with st.form("inputs", enter_to_submit=False):
        left, right, effort, pressure, points = st.columns(5, vertical_alignment="bottom")
        with left:
            mvc_left = _field("L ● MVC left (µV)", inputs.mvc_left_uv, 0.0, 20000.0, _key(review, "mvc_left"))
        with right:
            mvc_right = _field(
                "R ▲ MVC right (µV)", inputs.mvc_right_uv, 0.0, 20000.0, _key(review, "mvc_right")
            )
        with effort:
            rpe = _field(
                "Perceived effort (CR10, 0–10)",
                inputs.perceived_effort_cr10,
                0.0,
                10.0,
                _key(review, "effort"),
                0.5,
            )
        with pressure:
            bfr = _field("BFR pressure (% AOP)", inputs.bfr_percent_aop, 0.0, 150.0, _key(review, "pressure"))
        with points:
            game = _field("Maximum game points", inputs.game_max_points, 0.0, 1e9, _key(review, "points"))
        expected_at, percent_at, held_at, save_at = st.columns([1, 1, 1, 2], vertical_alignment="bottom")
        targets = inputs.targets
        with expected_at:
            expected = st.number_input(
                "Expected contractions per leg",
                1,
                200,
                targets.expected_contractions,
                key=_key(review, "expected"),
            )
        with percent_at:
            percent = st.number_input(
                "Target intensity (% MVC)",
                1.0,
                150.0,
                targets.target_percent_mvc,
                5.0,
                "%.0f",
                key=_key(review, "percent"),
            )
        with held_at:
            held = st.number_input(
                "Target duration (s)",
                0.1,
                60.0,
                targets.target_duration_s,
                0.5,
                "%.1f",
                key=_key(review, "held"),
            )
        with save_at:
            saved = st.form_submit_button("Save and score again", icon=":material/save:")
        st.caption("Leave a field empty when it was not measured; nothing is filled in for it.")
    if saved:
        entered = SessionInputs(
            targets=SessionTargets(int(expected), float(percent), float(held)),
            mvc_left_uv=mvc_left,
            mvc_right_uv=mvc_right,
            perceived_effort_cr10=rpe,
            bfr_percent_aop=bfr,
            game_max_points=game,
        )
        _save(services, review, entered)


def _field(
    label: str, value: float | None, low: float, high: float, key: str, step: float = 1.0
) -> float | None:
    return st.number_input(label, low, high, value, step, "%.4g", key=key, placeholder=EMPTY)


def _key(review: SessionReview, name: str) -> str:
    return f"input:{review.summary.session_code}:{name}"


def _save(services: Services, review: SessionReview, inputs: SessionInputs) -> None:
    try:
        services.save_inputs(review.summary.session_code, inputs)
    except ProcessingError as error:
        st.error(f"Not saved: {error}", icon=":material/error:")
        return
    st.toast("Saved; the session was scored again.", icon=":material/check:")
    st.rerun()
