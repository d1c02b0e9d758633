"""Values that nobody can mean are refused by name, with what was expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from processing.errors import InvalidParameterError
from processing.scoring.configuration import ScoringConfiguration, Weights
from processing.use_cases.mvc import MvcMeasurement
from processing.use_cases.scoring_configurations import (
    ConfigurationChoice,
    ScoringRules,
    StoredConfiguration,
    check_new_version,
    differences,
)

OWN = ScoringConfiguration(weights=Weights(1.0, 0.0, 0.0, 0.0))
RULES = ScoringRules(
    (
        StoredConfiguration(
            1, "trial", 1, ScoringConfiguration(), True, None, datetime(2026, 1, 1, tzinfo=UTC)
        ),
    ),
    ConfigurationChoice(0, None),
)


@pytest.mark.parametrize(
    ("name", "configuration", "words"),
    [
        ("", OWN, "The name has 0 letters; expected 1 to 100"),
        ("x" * 101, OWN, "The name has 101 letters"),
        ("site", replace(OWN, weights=Weights(2000.0, 0.0, 0.0, 0.0)), "is 2000; expected 0 to 1000"),
        ("trial", OWN, "'trial' is the trial's own definition"),
        ("site", ScoringConfiguration(), "These are the values of 'trial v1'"),
    ],
)
def test_a_version_that_nobody_could_tell_from_another_is_refused(
    name: str, configuration: ScoringConfiguration, words: str
) -> None:
    with pytest.raises(InvalidParameterError, match=words):
        check_new_version(RULES, name, configuration)


def test_a_new_version_with_values_of_its_own_is_taken_and_its_differences_are_named() -> None:
    check_new_version(RULES, "site", OWN)
    named = {name: (before, after) for name, before, after in differences(ScoringConfiguration(), OWN)}
    assert named["weights.compliance"][1] == 1.0
    assert all(before != after for before, after in named.values())
    assert differences(OWN, OWN) == []


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"value_uv": 0.0}, "left leg is 0 µV; expected 1 to 20000"),
        ({"value_uv": float("nan")}, "left leg is nan µV"),
        ({"measured_on": date(1999, 12, 31)}, "measured on 1999-12-31; expected 2000 or later"),
        ({"posture": ""}, "The posture has 0 letters"),
        ({"note": "x" * 10_000}, "The note has 10000 letters"),
    ],
)
def test_an_mvc_that_nobody_can_have_measured_is_refused(parts: dict[str, Any], words: str) -> None:
    known = {"side": "left", "value_uv": 200.0, "measured_on": date(2026, 3, 1)}
    with pytest.raises(InvalidParameterError, match=words):
        MvcMeasurement(**known | parts)
