"""The small form for what no file holds; an empty field stays *not recorded*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages._components import words
from pages._components.inputs_conflict import (
    Seen,
    conflict_notice,
    open_form,
    start_again,
    without_own_targets,
)
from pages._components.known_values import file_mvc_uv, known_values, patient_mvc, targets_line
from pages._components.mvc_passport.circumstances import circumstances, mvc_label
from pages._components.target_fields import target_fields
from processing.emg.results import ChannelAnalysis
from processing.errors import EditConflictError, ProcessingError
from processing.language import gettext as _
from processing.language import mark as N_
from processing.recording import RecordedMeasures, Side
from processing.services import Services
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.read_models import SessionInputs, SessionReview

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

FILE_FIRST = N_(
    "{value} in the file, which goes first: an entered value counts only for files that hold none."
)
ENTERED_FIRST = N_("{value} in the file. A value entered here goes first.")
SIDES: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True, slots=True)
class _Measure:
    """One value to enter: its field, and as ``rule`` what to say about the value that the file holds."""

    name: str
    label: str
    entered: float | None
    in_file: float | None
    high: float
    step: float
    unit: str
    rule: str
    of_patient: MvcMeasurement | None = None


def inputs_form(services: Services, review: SessionReview) -> None:
    """Ask for MVC, effort, pressure, points and targets, and rescore the session with them."""
    code = review.summary.session_code
    if services.notes.of_session(
        code
    ).may_write:  # who may write about a session may enter values, and nobody else
        st.subheader(_("Add what the file does not hold"), anchor=False)
        _form(services, review, code)
    else:
        st.subheader(_("What the session is measured against"), anchor=False)
        st.markdown(targets_line(review.inputs))
        st.caption(_("Values are entered by those who treat the patient."))
    st.page_link(
        "patients.py",
        label=_("Prescription and MVC passport of {patient}").format(patient=review.summary.patient_code),
        icon=":material/badge:",
        query_params={"patient": review.summary.patient_code},
    )


def _form(services: Services, review: SessionReview, code: str) -> None:
    revision = services.inputs_revision(code)
    seen = open_form(code, review.inputs, revision, lambda form: _key(code, form, "perceived_effort_cr10"))
    if seen.revision != revision:
        conflict_notice(code, seen, review.inputs)
    st.markdown(targets_line(review.inputs))
    scored = words.names_a_leg(review.result.channels if review.result else ())
    field_key = partial(_key, code, seen.form)
    with st.form("inputs", enter_to_submit=False):
        measures = _measures(review)
        columns = st.columns(len(measures), vertical_alignment="bottom")
        entered = {
            measure.name: _measure_field(column, measure, field_key(measure.name))
            for column, measure in zip(columns, measures, strict=True)
        }
        targets = target_fields(review.inputs.targets, field_key, with_legs=scored)
        with st.container(horizontal=True, vertical_alignment="center"):
            label = _("Save and score again") if scored else _("Save")
            saved = st.form_submit_button(label, icon=":material/save:")
            follow = review.inputs.targets_source == "session" and st.form_submit_button(
                _save_with_standing(review.inputs), icon=":material/undo:"
            )
        st.caption(_("Leave a field empty when it was not measured; nothing is filled in for it."))
    if saved or follow:
        inputs = replace(review.inputs, targets=targets, **entered)
        _save(services, code, without_own_targets(inputs) if follow else inputs, seen)


def _save_with_standing(inputs: SessionInputs) -> str:
    return (
        _("Save with the trial's targets")
        if inputs.prescription is None
        else _("Save with the prescription's targets")
    )


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
            _("Effort (CR10, 0–10)"),
            effort.entered,
            effort.in_file,
            10.0,
            0.5,
            "",
            ENTERED_FIRST,
        ),
        _Measure(
            "bfr_percent_aop",
            _("BFR pressure (% AOP)"),
            pressure.entered,
            pressure.in_file,
            150.0,
            1.0,
            pressure.unit,
            ENTERED_FIRST,
        ),
        _Measure(
            "game_max_points",
            _("Maximum game points"),
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
    return [
        _Measure(
            f"mvc_{side}_uv",
            mvc_label(side),
            inputs.mvc_left_uv if side == "left" else inputs.mvc_right_uv,
            file_mvc_uv(held, channels, side),
            20_000.0,
            1.0,
            "µV",
            FILE_FIRST,
            patient_mvc(inputs, side),
        )
        for side in SIDES
    ]


def _measure_field(column: DeltaGenerator, measure: _Measure, key: str) -> float | None:
    placeholder, hint = _("not recorded"), None
    if measure.in_file is not None:
        placeholder = _("{value} in the file").format(value=words.number(measure.in_file))
        hint = _(measure.rule).format(value=words.number(measure.in_file, measure.unit))
    elif measure.of_patient is not None:
        placeholder = _("{value}, the patient's").format(value=words.number(measure.of_patient.value_uv))
        hint = _("The patient's, {circumstances}. A value entered here counts for this session only.").format(
            circumstances=circumstances(measure.of_patient)
        )
    return column.number_input(
        measure.label,
        0.0,
        measure.high,
        measure.entered,
        measure.step,
        "%.4g",
        key=key,
        placeholder=placeholder,
        help=hint,
    )


def _key(code: str, form: int, name: str) -> str:
    return f"input:{code}:{name}" + (f":{form}" if form else "")


def _save(services: Services, code: str, inputs: SessionInputs, seen: Seen) -> None:
    try:
        services.save_inputs(code, inputs, expected_revision=seen.revision)
    except EditConflictError:
        st.rerun()  # the notice above the form says what the other one saved
    except ProcessingError as error:
        st.error(_("Not saved: {reason}").format(reason=words.told(str(error))), icon=":material/error:")
        return
    start_again(code, anew=True)
    st.toast(_("Saved; the session was scored again."), icon=":material/check:")
    st.rerun()
