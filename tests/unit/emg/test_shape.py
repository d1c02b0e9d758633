"""The form of contractions without size and length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.emg.shape import normalised_shapes
from processing.errors import InvalidParameterError

RATE = 100.0


def ramp(n: int, peak: float) -> np.ndarray:
    return np.linspace(0.0, peak, n)


def test_a_ramp_stays_a_ramp_from_nought_to_a_hundred_percent() -> None:
    y = np.concatenate([np.zeros(50), ramp(101, 7.0), np.zeros(50)])
    shapes = normalised_shapes(y, [(0.5, 1.51)], sampling_rate_hz=RATE, n_points=11)
    np.testing.assert_allclose(shapes.values[0], np.arange(0, 101, 10), atol=1e-4)
    np.testing.assert_allclose(shapes.time_s, np.arange(0, 101, 10))


@given(st.floats(0.01, 1000), st.integers(2, 5))
def test_neither_size_nor_length_changes_the_shape(scale: float, stretch: int) -> None:
    first = normalised_shapes(ramp(101, 1.0), [(0.0, 1.01)], sampling_rate_hz=RATE)
    other = normalised_shapes(ramp(100 * stretch + 1, scale), [(0.0, stretch + 0.01)], sampling_rate_hz=RATE)
    np.testing.assert_allclose(first.values, other.values, atol=1e-3)


def test_a_contraction_that_touches_what_is_left_out_is_left_out_too() -> None:
    y = np.ones(400)
    shapes = normalised_shapes(
        y, [(0.5, 1.0), (2.0, 3.0)], sampling_rate_hz=RATE, masked_intervals_s=[(0.9, 1.2)]
    )
    assert np.isnan(shapes.values[0]).all()
    assert np.isfinite(shapes.values[1]).all()


def test_one_point_is_no_shape() -> None:
    with pytest.raises(InvalidParameterError, match="1 points at 100 Hz; expected 2 or more"):
        normalised_shapes(np.ones(10), [(0.0, 0.1)], sampling_rate_hz=RATE, n_points=1)
