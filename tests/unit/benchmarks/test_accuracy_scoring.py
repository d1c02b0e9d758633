"""Counting of hits, misses and false detections, by known answers."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.accuracy.detectors import Found, FoundInChannel
from benchmarks.accuracy.efforts import TrueContraction
from benchmarks.accuracy.scoring import Tally, score_channel
from benchmarks.accuracy.session import SAMPLING_RATE_HZ, Channel


def _channel(*truth: tuple[float, float], lost: tuple[float, float] | None = None) -> Channel:
    n_samples = round(60 * SAMPLING_RATE_HZ)
    flags = np.zeros(n_samples, dtype=np.bool_)
    if lost is not None:
        flags[round(lost[0] * SAMPLING_RATE_HZ) : round(lost[1] * SAMPLING_RATE_HZ)] = True
    return Channel(np.zeros(n_samples), flags, tuple(TrueContraction(a, b, 200.0) for a, b in truth), 20.0)


def _found(*found: tuple[float, float]) -> FoundInChannel:
    return FoundInChannel(tuple(Found(a, b) for a, b in found))


def _counts(tally: Tally) -> tuple[int, int, int]:
    return tally.hits, tally.false, tally.missed


def test_an_exact_detection_is_a_hit_without_error():
    tally = score_channel(_channel((1.0, 3.0)), _found((1.0, 3.0)))
    assert _counts(tally) == (1, 0, 0)
    assert tally.f1 == 1.0
    assert tally.onset_ms == [0.0]


def test_errors_are_positive_when_late():
    tally = score_channel(_channel((1.0, 3.0)), _found((1.02, 2.97)))
    assert tally.onset_ms == pytest.approx([20.0])
    assert tally.offset_ms == pytest.approx([-30.0])


def test_less_than_half_an_overlap_is_a_miss_and_a_false_detection():
    assert _counts(score_channel(_channel((1.0, 3.0)), _found((1.0, 1.9)))) == (0, 1, 1)


def test_a_contraction_is_matched_only_once():
    assert _counts(score_channel(_channel((1.0, 3.0)), _found((1.0, 2.2), (2.2, 3.0)))) == (1, 1, 0)


def test_one_detection_over_two_contractions_is_one_hit_at_most():
    assert _counts(score_channel(_channel((1.0, 3.0), (3.3, 4.0)), _found((1.0, 4.0)))) == (1, 0, 1)


def test_a_detection_around_a_lost_part_overlaps_fully():
    channel = _channel((1.0, 2.0), lost=(1.3, 1.7))
    assert _counts(score_channel(channel, _found((1.0, 2.0)))) == (1, 0, 0)


def test_a_contraction_that_is_mostly_lost_counts_neither_way():
    channel = _channel((1.0, 1.5), lost=(0.9, 1.4))
    assert _counts(score_channel(channel, _found())) == (0, 0, 0)
    assert _counts(score_channel(channel, _found((1.0, 1.5)))) == (0, 0, 0)


def test_an_edge_in_a_lost_part_has_no_error():
    channel = _channel((1.0, 3.0), lost=(0.9, 1.2))
    tally = score_channel(channel, _found((1.2, 3.0)))
    assert tally.onset_ms == []
    assert tally.offset_ms == [0.0]


def test_a_detection_of_a_drop_out_at_rest_is_false():
    assert _counts(score_channel(_channel(lost=(5.0, 5.3)), _found((5.0, 5.3)))) == (0, 1, 0)


def test_false_detections_are_counted_per_minute():
    tally = score_channel(_channel(), _found((5.0, 5.3), (7.0, 8.0)))
    assert tally.f1 is None
    assert tally.false_per_minute == pytest.approx(2.0, rel=1e-3)
