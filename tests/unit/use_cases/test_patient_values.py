"""What a patient still lacks, and what may be stored about who they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from processing.errors import InvalidParameterError
from processing.use_cases.patients import PatientIdentity, PatientSummary

TODAY = date(2026, 3, 1)
COMPLETE = PatientSummary(
    code="P014",
    revision=1,
    therapist_id="t",
    therapist_name="Dr Peeters",
    site="Ward A",
    n_sessions=3,
    n_failed=0,
    last_session_at=None,
    prescribed_from=date(2026, 1, 5),
    mvc_left_on=TODAY,
    mvc_right_on=TODAY,
    has_identity=True,
)


@pytest.mark.parametrize(
    ("measured_on", "missing"),
    [
        (TODAY - timedelta(days=30), ()),
        (TODAY - timedelta(days=31), ("newer MVC left",)),
        (None, ("MVC left",)),
    ],
)
def test_an_mvc_is_asked_for_again_only_once_it_is_stale(
    measured_on: date | None, missing: tuple[str, ...]
) -> None:
    patient = replace(COMPLETE, mvc_left_on=measured_on)
    assert patient.missing(today=TODAY, stale_after_days=30) == missing


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"family_name": "W" * 201}, "The family name has 201 letters; expected 1 to 200"),
        ({"given_name": ""}, "The given name has 0 letters; expected 1 to 200"),
        ({"hospital_number": "9" * 51}, "The hospital number has 51 letters; expected 1 to 50"),
        ({"birth_date": date(1899, 12, 31)}, "birth date lies before 1900 or in the future"),
        ({"birth_date": date.today() + timedelta(days=2)}, "birth date lies before 1900 or in the future"),
    ],
)
def test_an_identity_that_cannot_be_is_refused_without_repeating_it(
    values: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidParameterError, match=words) as refused:
        PatientIdentity(**values)
    assert not [value for value in values.values() if value and str(value) in str(refused.value)]


def test_the_longest_and_oldest_that_may_be_stored_are_kept() -> None:
    identity = PatientIdentity("W" * 200, "A", date(1900, 1, 1), "9" * 50)
    assert (len(identity.family_name or ""), identity.empty) == (200, False)
    assert PatientIdentity().empty
