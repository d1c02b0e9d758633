"""What a report says of a leg in words: its finding, and where something was noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from processing.emg.results import IntervalS
from processing.reports.finding import finding, quality_lines
from processing.reports.wording import moment
from tests.unit.pages.fakes import DROPOUT_FINDING, TARGETS, make_quality
from tests.unit.reports.sources import leg, ordinary


def test_a_leg_that_never_contracted_is_said_so_with_what_was_expected() -> None:
    said = finding([leg("right"), leg("left", ())], TARGETS)
    assert said[0] == "Left: no contraction found, 4 expected."
    assert said[1].startswith("Right: 1 of 4 good")


@pytest.mark.parametrize(
    ("masked", "words"),
    [
        ([(20.0, 25.0)], "20–25\u202fs"),
        ([(20.0, 25.5)], "20.00–25.50\u202fs"),
        ([(float(t), t + 1.0) for t in range(5)], "0–1\u202fs, 1–2\u202fs, 2–3\u202fs and 2 more"),
    ],
    ids=["whole seconds", "measured", "many"],
)
def test_a_place_is_as_exact_as_it_was_judged(masked: list[IntervalS], words: str) -> None:
    channel = leg("left", quality=make_quality("doubtful", [DROPOUT_FINDING], masked))
    assert quality_lines(channel)[0].endswith(f"of the recording left out: {words}")


def test_what_was_left_out_without_a_place_was_left_out_throughout() -> None:
    quality = make_quality("not_judged", [DROPOUT_FINDING], [(0.0, 60.0)])
    nowhere = leg("left", (), quality=replace(quality, masked_intervals_s=()))
    assert quality_lines(nowhere)[0] == "100\u202f% of the recording left out: throughout"


def test_a_moment_whose_zone_nobody_stored_is_not_put_into_one() -> None:
    assert moment(ordinary(), datetime(2025, 3, 10, 12, 1)) == "10 Mar 2025, 12:01 (zone not recorded)"
