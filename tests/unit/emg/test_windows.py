"""Windows of a signal as programs ask for them: real samples, extremes kept, gaps seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from processing.emg.traces import ChannelTraces, compute_traces
from processing.emg.windows import select_points, signal_window
from processing.errors import InvalidParameterError, NotFoundError
from tests.builders import make_recording


def signal(seed: int, n: int, gaps: list[tuple[int, int]]) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).normal(0, 100, n).astype(np.float32)
    for start, length in gaps:
        values[start : start + length] = np.nan
    return values


gap_lists = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 400)), max_size=5)


@given(st.integers(0, 50), st.integers(1, 3000), gap_lists, st.integers(2, 400))
def test_a_selection_keeps_order_bounds_extremes_and_the_number_that_was_asked_for(
    seed: int, n: int, gaps: list[tuple[int, int]], points: int
) -> None:
    values = signal(seed, n, gaps)
    chosen = select_points(values, points)
    assert 1 <= chosen.size <= max(points, 1)
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] >= 0
    assert chosen[-1] < n
    if not np.isnan(values).all():
        assert np.nanmax(values[chosen]) == np.nanmax(values)
        assert np.nanmin(values[chosen]) == np.nanmin(values)


@given(st.integers(0, 50), st.integers(1, 3000), gap_lists, st.integers(3, 400))
def test_no_two_chosen_samples_join_across_a_gap(
    seed: int, n: int, gaps: list[tuple[int, int]], points: int
) -> None:
    values = signal(seed, n, gaps)
    chosen = select_points(values, points)
    for one, other in pairwise(chosen):
        if not np.isnan(values[[one, other]]).any():
            assert not np.isnan(values[one:other]).any()


def traces(**how: object) -> ChannelTraces:
    return compute_traces(make_recording(duration_s=30.0, **how))[0]  # type: ignore[arg-type]


def test_a_window_with_fewer_samples_than_points_is_all_of_them_at_the_full_rate() -> None:
    trace = traces()
    window = signal_window(trace, window_s=(2.0, 3.0))
    assert (window.selection, window.n_samples_in_window, window.time_s.size) == ("all", 990, 990)
    assert window.time_s[0] == 2.0
    assert np.array_equal(window.values_uv, trace.raw_uv[1980:2970])


def test_a_longer_window_holds_real_samples_its_ends_and_its_peak() -> None:
    trace = traces()
    window = signal_window(trace, points=200)
    assert window.selection == "min-max"
    assert 100 < window.time_s.size <= 200
    at = np.round(window.time_s * window.sampling_rate_hz).astype(int)
    assert np.array_equal(window.values_uv, trace.raw_uv[at])
    assert at[0] == 0
    assert at[-1] == trace.raw_uv.size - 1
    assert window.values_uv.max() == trace.raw_uv.max()


@pytest.mark.parametrize("points", [20_000, 60])
def test_what_was_left_out_has_no_envelope_however_few_points_there_are(points: int) -> None:
    trace = traces(dropouts_s=[10.0])
    window = signal_window(trace, kind="envelope", points=points)
    around = np.isnan(window.values_uv)
    assert around.any()
    assert (abs(window.time_s[around] - 10.135) < 0.2).all()  # 270 samples, and the guards beside them
    inside = (window.time_s >= 10.0) & (window.time_s < 10.27)
    assert np.isnan(window.values_uv[inside]).all()
    assert not np.isnan(signal_window(trace, kind="raw", points=points).values_uv).any()


def test_a_signal_that_the_file_lacks_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="'CH1' has no signal 'activated': not recorded in this file"):
        signal_window(replace(traces(), activated_uv=None), kind="activated")


@pytest.mark.parametrize("points", [1, 20_001])
def test_a_number_of_points_out_of_bounds_is_refused(points: int) -> None:
    with pytest.raises(InvalidParameterError, match=f"points is {points}; expected 2 to 20000"):
        signal_window(traces(), points=points)


@pytest.mark.parametrize("window", [(40.0, 50.0), (5.0, 5.0), (6.0, 5.0), (-1e308, -1.0), (1.0, 1.0000001)])
def test_a_window_without_a_sample_is_refused(window: tuple[float, float]) -> None:
    with pytest.raises(InvalidParameterError, match=r"holds no sample of a recording of 30\.00 s"):
        signal_window(traces(), window_s=window)
