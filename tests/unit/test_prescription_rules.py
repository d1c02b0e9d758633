"""Targets of each leg, and which of a patient's entries holds on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from processing.emg.parameters import SessionTargets
from processing.emg.results import Mvc
from processing.errors import InvalidParameterError
from processing.use_cases.mvc import MvcEntry, MvcMeasurement, standing_measurements
from processing.use_cases.prescriptions import Prescription, PrescriptionEntry, prescription_on
from processing.use_cases.process_session import entered_mvc
from processing.use_cases.read_models import SessionInputs

NOW = datetime(2025, 3, 20, tzinfo=UTC)


def _entries(*days: tuple[int, float, bool]) -> list[PrescriptionEntry]:
    return [
        PrescriptionEntry(number, Prescription(date(2025, 3, day), hold_s=hold), withdrawn, NOW, None)
        for number, (day, hold, withdrawn) in enumerate(days, start=1)
    ]


@pytest.mark.parametrize(("day", "hold"), [(1, None), (3, 2.0), (9, 2.0), (10, 4.0), (30, 4.0)])
def test_a_prescription_holds_from_its_day_until_the_next(day: int, hold: float | None) -> None:
    found = prescription_on(_entries((3, 2.0, False), (10, 4.0, False)), date(2025, 3, day))
    assert (found and found.prescription.hold_s) == hold


def test_the_last_entry_for_a_day_counts_and_a_withdrawn_one_as_none() -> None:
    entries = _entries((3, 2.0, False), (10, 4.0, False), (10, 5.0, False))
    on = date(2025, 3, 12)
    assert (prescription_on(entries, on) or entries[0]).prescription.hold_s == 5.0
    withdrawn = [*entries, *_entries(*[(10, 5.0, True)] * 4)[3:]]
    assert (prescription_on(withdrawn, on) or entries[1]).prescription.hold_s == 2.0


def test_measurements_of_one_leg_do_not_end_those_of_the_other() -> None:
    entries = [
        MvcEntry(1, MvcMeasurement("left", 200, date(2025, 3, 1)), False, NOW, None),
        MvcEntry(2, MvcMeasurement("right", 300, date(2025, 3, 5)), False, NOW, None),
    ]
    assert [e.measurement.value_uv for e in standing_measurements(entries, "left")] == [200]


def test_a_leg_has_its_own_targets_only_where_it_was_given_some() -> None:
    targets = SessionTargets(12, 75.0, 2.0, right_expected_contractions=8, right_target_percent_mvc=75.0)
    assert targets.for_side("left") == targets.for_side(None) == SessionTargets(12, 75.0, 2.0)
    assert targets.for_side("right") == SessionTargets(8, 75.0, 2.0)
    assert targets.right_target_percent_mvc is None  # the same value for both is one value
    with pytest.raises(InvalidParameterError, match="right_expected_contractions is 0"):
        SessionTargets(right_expected_contractions=0)


def test_a_session_s_own_mvc_goes_before_the_patient_s() -> None:
    of_patient = MvcMeasurement("left", 200, date(2025, 3, 1))
    inputs = SessionInputs(patient_mvc_left=of_patient, mvc_right_uv=150)
    assert entered_mvc(inputs) == {"left": Mvc(200, "patient"), "right": Mvc(150, "session")}
    own = SessionInputs(patient_mvc_left=of_patient, mvc_left_uv=180)
    assert entered_mvc(own) == {"left": Mvc(180, "session")}


def test_where_targets_come_from_follows_from_what_they_are() -> None:
    prescription = Prescription(date(2025, 3, 1), hold_s=3.0)
    assert SessionInputs().targets_source == "default"
    assert (
        SessionInputs(targets=prescription.targets, prescription=prescription).targets_source
        == "prescription"
    )
    assert SessionInputs(prescription=prescription).targets_source == "session"


@pytest.mark.parametrize("value", [0.5, 20_001, float("nan")])
def test_an_mvc_that_nobody_can_have_measured_is_refused(value: float) -> None:
    with pytest.raises(InvalidParameterError, match="MVC of the left leg"):
        MvcMeasurement("left", value, date(2025, 3, 1))
