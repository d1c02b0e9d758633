"""What the older product did not store, or stored oddly, is left out rather than made up."""

from __future__ import annotations

from typing import Any

import pytest

from processing.use_cases.older_results import OlderResult, older_channels, older_counts, older_score

WHOLE = {"start_time_ms": 1000.0, "end_time_ms": 2000.0, "max_amplitude": 2e-4, "mean_amplitude": 1e-4}


def older(analytics: dict[str, Any]) -> OlderResult:
    return OlderResult(analytics, 990.0, 60.0, None, expected=12)


@pytest.mark.parametrize(
    "damage",
    [
        {"end_time_ms": None},
        {"start_time_ms": "early"},
        {"end_time_ms": 999.0},
        {"max_amplitude": float("nan")},
        {"mean_amplitude": True},
    ],
    ids=["no end", "a word", "ends before it begins", "not a number", "a truth value"],
)
def test_a_contraction_that_is_not_whole_is_left_out_and_still_counted(damage: dict[str, Any]) -> None:
    stored = older({"CH1": {"contraction_count": 2, "contractions": [WHOLE, {**WHOLE, **damage}]}})
    (channel,) = older_channels(stored)
    assert [(c.onset_s, c.offset_s, c.peak_uv) for c in channel.contractions] == [
        (1.0, 2.0, pytest.approx(200.0))
    ]
    assert older_counts(stored) == [2]


def test_a_leg_of_which_the_older_product_stored_nothing_was_not_recorded() -> None:
    score = older_score(older({"CH1": {"contraction_count": 5, "good_contraction_count": 3}}))
    assert (score.left.n_accepted, score.left.n_good, score.left.expected) == (5, 3, 12)
    assert (score.right.n_accepted, score.right.n_good, score.right.note) == (0, None, "not recorded")
    assert (score.total, score.low, score.high) == (None, 0.0, 100.0)
