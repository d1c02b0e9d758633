"""The completeness meter: 25 items, and nothing counts that the session does not record."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from processing.emg.results import Mvc
from processing.recording import Side
from processing.reports.completeness import N_ITEMS, Item, completeness
from processing.reports.model import ReportSource
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.prescriptions import Prescription
from processing.use_cases.side_map import MappedChannel, SideMap
from processing.version import SOFTWARE_VERSION
from tests.unit.pages.fakes import make_review
from tests.unit.reports.sources import leg, ordinary, review_of, source_of, without_any_mvc, without_sides


def items(source: ReportSource) -> dict[str, Item]:
    return {item.key: item for item in completeness(source)}


def with_passport(**changes: object) -> ReportSource:
    source = source_of(review_of([leg("left"), leg("right")]))
    measured = MvcMeasurement(
        "left",
        250.0,
        date(2025, 3, 1),
        posture="seated, knee at 60°",
        electrode_placement="SENIAM",
        method="3 × 5 s",
    )
    measured = replace(measured, **{"same_electrodes": True, **changes})
    inputs = replace(
        source.review.inputs,
        patient_mvc_left=measured,
        patient_mvc_right=replace(measured, side="right"),
        perceived_effort_cr10=5.0,
        prescription=Prescription(date(2025, 3, 1), sets=3, reps=12),
    )
    return replace(source, review=replace(source.review, inputs=inputs))


def test_there_are_25_items_each_with_a_name_of_its_own() -> None:
    found = completeness(ordinary())
    assert N_ITEMS == len(found) == 25
    assert len({item.name for item in found}) == 25


def test_what_neither_file_nor_person_says_is_missing_even_where_the_protocol_says_it() -> None:
    found = items(ordinary())
    for key in ("muscle", "sensor", "contraction_type", "effort_language", "unit"):
        assert not found[key].stated, key
    assert found["muscle"].remark is not None
    assert "quadriceps" in found["muscle"].remark


def test_an_mvc_passport_states_placement_task_date_and_electrodes() -> None:
    found = items(with_passport())
    assert found["placement"].value == "SENIAM"
    assert found["normalisation_task"].value == "3 × 5 s, seated, knee at 60°"
    assert found["normalisation_date"].value == "1 Mar 2025"
    assert found["same_electrodes"].value == "electrodes stayed in place"
    assert found["sets"].value == "3 × 12"
    assert found["effort"].value == "Borg CR10: 5"
    assert sum(item.stated for item in found.values()) == 20


def test_a_measurement_that_is_silent_about_something_leaves_it_missing() -> None:
    found = items(with_passport(same_electrodes=None, posture=None, method=None))
    assert not found["same_electrodes"].stated
    assert not found["normalisation_task"].stated


def test_one_leg_without_a_measurement_leaves_its_circumstances_missing() -> None:
    source = with_passport()
    result = source.review.result
    assert result is not None
    left, right = result.channels
    other = replace(result, channels=(left, replace(right, mvc=Mvc(300.0, "file"))))
    found = items(replace(source, review=replace(source.review, result=other)))
    assert not found["placement"].stated
    assert (
        found["normalisation"].value
        == "Left: % of MVC, 250\u202fµV, the patient's; Right: % of MVC, 300\u202fµV, from the file"
    )


def test_a_session_peak_is_no_normalisation() -> None:
    assert not items(without_any_mvc())["normalisation"].stated


def test_channels_without_a_leg_have_no_side() -> None:
    assert not items(without_sides())["side"].stated


@pytest.mark.parametrize(
    ("side_from", "revision", "said"),
    [
        (("label", "label"), 0, "as the labels say"),
        (("label", "convention"), 0, "by the game's convention; the file does not say"),
        (("label", "person"), 1, "said by a person"),
    ],
)
def test_how_the_legs_are_known_stands_beside_them(side_from: Any, revision: int, said: str) -> None:
    legs: tuple[tuple[str, Side], ...] = (("CH1 Raw", "left"), ("CH2 Raw", "right"))
    channels = tuple(
        MappedChannel(key, key, "V", "emg", "A signal as EMG is.", side, True, known)
        for (key, side), known in zip(legs, side_from, strict=True)
    )
    found = items(replace(ordinary(), side_map=SideMap(channels, revision)))["side"]
    assert (found.value, found.remark) == ("CH1 Raw → Left, CH2 Raw → Right", said)


def test_a_unit_that_the_file_names_is_stated_and_an_assumed_one_is_not() -> None:
    source = ordinary()
    assert source.review.result is not None
    metadata = source.review.result.metadata
    named = tuple(replace(info, unit="mV", unit_assumed=False) for info in metadata.channels)
    result = replace(source.review.result, metadata=replace(metadata, channels=named))
    unit = items(replace(source, review=replace(source.review, result=result)))["unit"]
    assert (unit.value, unit.remark) == ("mV in the file, printed in µV", None)
    assert items(source)["unit"].remark == "V is assumed, the file names no unit; printed in µV"


def test_a_recording_without_a_channel_has_neither_unit_nor_side() -> None:
    found = items(source_of(review_of([])))
    assert not found["unit"].stated
    assert not found["side"].stated


def test_a_recording_without_a_date_has_no_time() -> None:
    review = make_review()
    review = replace(review, summary=replace(review.summary, recorded_at=None))
    assert not items(source_of(review))["time"].stated


def test_the_filters_printed_are_those_of_the_result_not_of_today() -> None:
    source = ordinary()
    assert source.review.result is not None
    older = replace(source.review.result, parameters={"bandpass_low_hz": 10.0, "mains_notch_hz": 50.0})
    filters = items(replace(source, review=replace(source.review, result=older)))["filter"].value
    assert filters is not None
    assert filters.startswith("Butterworth band-pass 10–450\u202fHz")
    assert filters.endswith("mains notch at 50\u202fHz")


def test_the_softwares_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert project["version"] == SOFTWARE_VERSION
