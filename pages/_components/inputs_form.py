"""The small form for what no file holds; an empty field stays *not recorded*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from pages._components import words
from pages._components.known_values import file_mvc_uv, known_values
from processing.emg.parameters import SessionTargets
from processing.emg.results import ChannelAnalysis
from processing.errors import ProcessingError
from processing.recording import RecordedMeasures, Side
from processing.services import Services
from processing.use_cases.read_models import SessionInputs, SessionReview

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

EMPTY = "not recorded"
FILE_FIRST = ", which goes first: an entered value counts only for files that hold none."
ENTERED_FIRST = ". A value entered here goes first."
SIDES: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True, slots=True)
class _Measure:
    """One value to enter: its field, and what to say about the value that the file holds."""

    name: str
    label: str
    entered: float | None
    in_file: float | None
    high: float
    step: float
    unit: str
    rule: str


def inputs_form(services: Services, review: SessionReview) -> None:
    """Ask for MVC, effort, pressure, points and targets, and rescore the session with them."""
    st.subheader("Add what the file does not hold", anchor=False)
    code = review.summary.session_code
    scored = words.names_a_leg(review.result.channels if review.result else ())
    with st.form("inputs", enter_to_submit=False):
        measures = _measures(review)
        columns = st.columns(len(measures), vertical_alignment="bottom")
        entered = {
            measure.name: _measure_field(column, measure, code)
            for column, measure in zip(columns, measures, strict=True)
        }
        *targets_at, save_at = st.columns([1, 1, 1, 2], vertical_alignment="bottom")
        targets = _targets(targets_at, review.inputs.targets, code, with_expected=scored)
        label = "Save and score again" if scored else "Save"
        saved = save_at.form_submit_button(label, icon=":material/save:")
        st.caption("Leave a field empty when it was not measured; nothing is filled in for it.")
    if saved:
        _save(services, code, replace(review.inputs, targets=targets, **entered))


def _measures(review: SessionReview) -> list[_Measure]:
    """Return the fields in their order, with what the file holds for each."""
    inputs, result = review.inputs, review.result
    held = result.metadata.measures if result else RecordedMeasures()
    channels = result.channels if result else ()
    effort, pressure, points = known_values(inputs, held)
    legs = _mvc_measures(inputs, held, channels) if words.names_a_leg(channels) else []
    return [
        *legs,
        _Measure(
            "perceived_effort_cr10",
            "Effort (CR10, 0–10)",
            effort.entered,
            effort.in_file,
            10.0,
            0.5,
            "",
            ENTERED_FIRST,
        ),
        _Measure(
            "bfr_percent_aop",
            "BFR pressure (% AOP)",
            pressure.entered,
            pressure.in_file,
            150.0,
            1.0,
            pressure.unit,
            ENTERED_FIRST,
        ),
        _Measure(
            "game_max_points",
            "Maximum game points",
            points.entered,
            points.in_file,
            1e9,
            1.0,
            "",
            ENTERED_FIRST,
        ),
    ]


def _mvc_measures(
    inputs: SessionInputs, held: RecordedMeasures, channels: Sequence[ChannelAnalysis]
) -> list[_Measure]:
    left, right = (file_mvc_uv(held, channels, side) for side in SIDES)
    return [
        _Measure(
            "mvc_left_uv", "L ● MVC left (µV)", inputs.mvc_left_uv, left, 20_000.0, 1.0, "µV", FILE_FIRST
        ),
        _Measure(
            "mvc_right_uv", "R ▲ MVC right (µV)", inputs.mvc_right_uv, right, 20_000.0, 1.0, "µV", FILE_FIRST
        ),
    ]


def _measure_field(column: DeltaGenerator, measure: _Measure, code: str) -> float | None:
    placeholder, hint = EMPTY, None
    if measure.in_file is not None:
        placeholder = f"{words.number(measure.in_file)} in the file"
        hint = f"{words.number(measure.in_file, measure.unit)} in the file{measure.rule}"
    return column.number_input(
        measure.label,
        0.0,
        measure.high,
        measure.entered,
        measure.step,
        "%.4g",
        key=_key(code, measure.name),
        placeholder=placeholder,
        help=hint,
    )


def _targets(
    columns: Sequence[DeltaGenerator], targets: SessionTargets, code: str, *, with_expected: bool
) -> SessionTargets:
    """Ask what was prescribed; where no leg is named, nobody expects a number of contractions of it."""
    places = iter(columns)
    expected = targets.expected_contractions
    if with_expected:
        expected = next(places).number_input(
            "Expected contractions per leg", 1, 200, expected, key=_key(code, "expected")
        )
    percent = next(places).number_input(
        "Target intensity (% MVC)",
        1.0,
        150.0,
        targets.target_percent_mvc,
        5.0,
        "%.0f",
        key=_key(code, "percent"),
    )
    held = next(places).number_input(
        "Target duration (s)", 0.1, 60.0, targets.target_duration_s, 0.5, "%.1f", key=_key(code, "held")
    )
    return SessionTargets(int(expected), float(percent), float(held))


def _key(code: str, name: str) -> str:
    return f"input:{code}:{name}"


def _save(services: Services, code: str, inputs: SessionInputs) -> None:
    try:
        services.save_inputs(code, inputs)
    except ProcessingError as error:
        st.error(f"Not saved: {error}", icon=":material/error:")
        return
    st.toast("Saved; the session was scored again.", icon=":material/check:")
    st.rerun()
