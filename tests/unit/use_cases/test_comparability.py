"""Which amplitudes may be compared, and why the others may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from processing.use_cases.comparability import LegOfSession, comparability
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.mvc_breaks import Reference
from tests.unit.pages.fakes import make_channel, make_quality


def patients(day: int = 1, value_uv: float = 250.0, **changes: Any) -> Reference:
    measurement = MvcMeasurement("left", value_uv, date(2026, 3, day), **changes)
    return Reference("left", value_uv, "patient", measurement)


def of_file(value_uv: float) -> Reference:
    return Reference("left", value_uv, "file")


PEAK = Reference("left", None, None)
LEG = LegOfSession("left", make_channel("left"), "V", True, "0.3.0", patients())


def kinds(a: LegOfSession, b: LegOfSession) -> list[str]:
    return [obstacle.kind for obstacle in comparability(a, b).obstacles]


def references(a: Reference, b: Reference) -> list[str]:
    return kinds(replace(LEG, reference=a), replace(LEG, reference=b))


def test_one_mvc_for_both_sessions_makes_amplitudes_comparable() -> None:
    assert comparability(LEG, LEG).amplitude
    assert references(of_file(310.0), of_file(310.0)) == []


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({"pipeline_version": None}, "no_result"),
        ({"analysis": None}, "no_leg"),
        ({"analysis": make_channel("left", quality=make_quality("not_judged"))}, "not_judged"),
        ({"unit": "mV"}, "unit"),
        ({"unit_assumed": False}, "unit"),
        ({"pipeline_version": "1.0.0"}, "pipeline"),
        ({"reference": PEAK}, "no_mvc"),
        ({"reference": patients(8)}, "other_mvc"),
        ({"reference": of_file(250.0)}, "other_mvc"),
        ({"reference": patients(same_electrodes=False)}, "electrodes_moved"),
    ],
)
def test_each_obstacle_alone_forbids_it_in_both_directions(change: dict[str, Any], obstacle: str) -> None:
    other = replace(LEG, **change)
    assert kinds(LEG, other) == kinds(other, LEG) == [obstacle]


def test_a_smaller_step_of_the_version_forbids_nothing() -> None:
    assert kinds(LEG, replace(LEG, pipeline_version="0.9.1")) == []


def test_two_session_peaks_are_never_compared_whatever_their_values() -> None:
    assert references(PEAK, PEAK) == ["no_mvc"]


def test_electrodes_stated_in_one_place_allow_it_with_another_mvc() -> None:
    a, b = patients(1, electrode_placement="2/3 line"), patients(8, 270.0, electrode_placement="2/3 Line")
    assert references(a, b) == []


def test_electrodes_stated_elsewhere_forbid_it() -> None:
    a, b = patients(1, electrode_placement="2/3 line"), patients(8, electrode_placement="lower")
    assert references(a, b) == ["electrodes"]


def test_who_is_at_fault_is_said() -> None:
    unjudged = replace(LEG, analysis=make_channel("left", quality=make_quality("not_judged")))
    (obstacle,) = comparability(LEG, unjudged).obstacles
    assert (obstacle.in_a, obstacle.in_b) == (False, True)
