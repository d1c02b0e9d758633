"""The steps from 100 down to the score as they are printed, and what each says that it rests on."""

from __future__ import annotations

import pytest

from processing.reports.score import printed_steps, total_words
from processing.use_cases.analyse import score_channels
from tests.unit.pages.fakes import TARGETS, make_contraction, make_metadata
from tests.unit.reports.sources import leg

LEGS = tuple(leg(side, [make_contraction(5.0), make_contraction(15.0, 0.6)]) for side in ("left", "right"))


def test_a_cuff_pressure_outside_its_band_takes_all_that_was_left() -> None:
    score = score_channels(LEGS, metadata=make_metadata(LEGS), targets=TARGETS, bfr_percent_aop=60.0)
    *others, pressure = printed_steps(score, LEGS, TARGETS)
    assert total_words(score) == "0.0"
    assert (pressure.name, pressure.fact, pressure.kind) == ("Cuff pressure", "outside its band", "lost")
    lost = [float(step.cost.replace("−", "-")) for step in (*others, pressure) if step.kind == "lost"]
    assert sum(lost) == pytest.approx(-100.0)
    assert (pressure.start, pressure.stop) == (pytest.approx(-lost[-1]), pytest.approx(0.0))


def test_a_leg_whose_contractions_are_not_at_hand_is_told_by_the_scores_own_rate() -> None:
    score = score_channels(LEGS, metadata=make_metadata(LEGS), targets=TARGETS)
    counted, told = (
        {
            step.name: step.fact
            for step in printed_steps(score, channels, TARGETS)
            if step.mark.startswith("L")
        }
        for channels in (LEGS, ())
    )
    assert list(counted.values()) == ["2 of 4", "2 of 2", "1 of 2"]
    assert list(told.values()) == ["2 of 4", "100\u202f%", "50\u202f%"]
