"""Contractions laid over each other at their onset."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from processing.emg.aligned import align_at_onset, quartile_band, thin
from processing.errors import InvalidParameterError

FS = 100.0


def aligned(y: np.ndarray, spans: list[tuple[float, float]], **more: object) -> np.ndarray:
    return align_at_onset(y, spans, sampling_rate_hz=FS, before_s=0.2, after_s=1.0, **more).values  # type: ignore[arg-type]


def test_every_row_is_the_signal_with_its_onset_at_zero() -> None:
    y = np.arange(1000.0)
    found = align_at_onset(y, [(2.0, 2.5), (6.0, 6.3)], sampling_rate_hz=FS, before_s=0.2, after_s=1.0)
    onset = int(np.flatnonzero(found.time_s == 0)[0])
    assert found.values.shape == (2, 121)
    assert found.values[:, onset].tolist() == [200.0, 600.0]
    assert found.values[1].tolist() == list(range(580, 701))


def test_a_row_ends_where_the_next_contraction_begins() -> None:
    found = aligned(np.ones(1000), [(2.0, 2.4), (2.7, 3.0)])
    assert np.flatnonzero(np.isfinite(found[0])).max() == 20 + 69
    assert np.flatnonzero(np.isfinite(found[1])).min() == 0


def test_a_row_begins_where_the_previous_contraction_ended() -> None:
    found = aligned(np.ones(1000), [(2.0, 2.6), (2.7, 3.0)])
    assert np.flatnonzero(np.isfinite(found[1])).min() == 10


def test_nothing_is_drawn_outside_the_recording_or_under_a_mask() -> None:
    found = aligned(np.ones(250), [(0.1, 0.4), (2.0, 2.2)], masked_intervals_s=[(2.1, 2.2)])
    assert np.isnan(found[0, :10]).all()
    assert np.isnan(found[1, 30:40]).all()
    assert np.isfinite(found[1, [29, 40]]).all()
    assert np.isnan(found[1, 70:]).all()


def test_a_signal_that_is_masked_later_is_not_changed() -> None:
    y = np.ones(500, dtype=np.float32)
    aligned(y, [(1.0, 2.0)], masked_intervals_s=[(1.0, 2.0)])
    assert np.isfinite(y).all()


def test_no_contractions_are_no_rows() -> None:
    assert aligned(np.ones(500), []).shape == (0, 121)


@pytest.mark.parametrize(
    ("rate", "before", "after"), [(0.0, 0.1, 1.0), (100.0, -0.1, 1.0), (100.0, 0.1, 0.0)]
)
def test_impossible_settings_are_refused(rate: float, before: float, after: float) -> None:
    with pytest.raises(InvalidParameterError, match="cannot be aligned"):
        align_at_onset(np.ones(10), [], sampling_rate_hz=rate, before_s=before, after_s=after)


def test_the_band_is_that_of_numpy() -> None:
    rng = np.random.default_rng(2)
    y = rng.standard_normal(5000)
    found = align_at_onset(
        y, [(float(t), t + 0.5) for t in range(1, 40, 3)], sampling_rate_hz=FS, before_s=0.2, after_s=1.0
    )
    band = quartile_band(found)
    expected = np.percentile(found.values.astype(float), [25, 50, 75], axis=0)
    assert np.allclose([band.lower, band.median, band.upper], expected)
    assert band.n.tolist() == [13] * 121


def test_a_moment_that_few_contractions_reach_has_no_median() -> None:
    found = align_at_onset(
        np.ones(1000),
        [(1.0, 1.3), (1.5, 1.8), (2.0, 2.3), (5.0, 6.0)],
        sampling_rate_hz=FS,
        before_s=0.1,
        after_s=1.0,
    )
    band = quartile_band(found)
    onset = int(np.flatnonzero(found.time_s == 0)[0])
    assert band.median[onset] == 1.0
    assert np.isnan(band.median[-1])
    assert band.n[-1] == 2


@given(
    values=some.lists(some.floats(-1e3, 1e3, width=32) | some.just(float("nan")), min_size=1, max_size=400),
    n_points=some.integers(4, 60),
)
def test_thinning_keeps_extremes_and_gaps(values: list[float], n_points: int) -> None:
    y = np.array(values, dtype=np.float32)
    kept = thin(y, n_points)
    assert np.all(np.diff(kept) > 0)
    if np.isfinite(y).any():
        assert np.nanmax(y[kept]) == np.nanmax(y)
        assert np.nanmin(y[kept]) == np.nanmin(y)
        for one, other in pairwise(kept):
            drawn = np.isfinite(y[[one, other]]).all()
            assert not drawn or np.isfinite(y[one:other]).all(), "a line is drawn across a gap"
    else:
        assert kept.size == 0
