"""Laws that hold for every recording."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from processing.emg.analysis import analyse_recording
from processing.emg.traces import select_extrema
from tests.builders import make_recording

FS = 990.0


@settings(max_examples=15, deadline=None)
@given(st.floats(0.05, 20.0), st.integers(0, 1000))
def test_scaling_emg_scales_amplitude_and_leaves_time_and_frequency_alone(factor: float, seed: int) -> None:
    recording = make_recording(contractions_s=[(2, 4), (7, 8), (12, 15)], n_channels=1, seed=seed)
    # A power of two keeps float32 exact, so that no threshold is crossed by rounding alone.
    factor = 2.0 ** round(np.log2(factor))
    plain = analyse_recording(recording).channels[0]
    scaled = analyse_recording(replace(recording, emg_v=np.float32(factor) * recording.emg_v)).channels[0]
    assert [c.onset_s for c in scaled.contractions] == [c.onset_s for c in plain.contractions]
    for one, other in zip(plain.contractions, scaled.contractions, strict=True):
        assert other.plateau_uv == pytest.approx(factor * one.plateau_uv, rel=1e-6)
        assert other.mdf_hz == pytest.approx(one.mdf_hz, rel=1e-6)
    assert scaled.quality.snr_db == pytest.approx(plain.quality.snr_db, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(990, 5 * 990), st.integers(0, 1000))
def test_a_later_start_shifts_contractions_and_changes_nothing_else(n_shift: int, seed: int) -> None:
    # An edge may move by a few chance samples near the crossing, since the noise floor is estimated anew.
    recording = make_recording(contractions_s=[(6, 8), (11, 13), (16, 18)], n_channels=1, seed=seed)
    later = analyse_recording(replace(recording, emg_v=recording.emg_v[:, n_shift:])).channels[0]
    plain = analyse_recording(recording).channels[0]
    assert len(later.contractions) == len(plain.contractions) == 3
    for one, other in zip(plain.contractions, later.contractions, strict=True):
        assert other.onset_s == pytest.approx(one.onset_s - n_shift / FS, abs=0.06)
        assert other.plateau_uv == pytest.approx(one.plateau_uv, rel=0.05)


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(
        np.float32,
        st.integers(2, 8000),
        elements=st.floats(-(2**-8), 2**-8, width=32) | st.just(np.nan),
        fill=st.sampled_from([0.0, 1e-6, -5.5e-3]).map(np.float32),
    ),
    st.integers(0, 100),
)
def test_any_samples_give_ordered_disjoint_contractions_inside_the_recording(
    samples_v: np.ndarray, seed: int
) -> None:
    noise = np.random.default_rng(seed).standard_normal(samples_v.size).astype(np.float32)
    recording = make_recording(n_channels=1, duration_s=1, contractions_s=())
    channel = analyse_recording(replace(recording, emg_v=(samples_v + 1e-5 * noise)[np.newaxis])).channels[0]
    activities = sorted(
        [(c.onset_s, c.offset_s) for c in channel.contractions]
        + [(f.onset_s, f.offset_s) for f in channel.faint]
    )
    assert all(onset < offset for onset, offset in activities)
    assert all(one[1] <= other[0] for one, other in pairwise(activities))
    assert not activities or (activities[0][0] >= 0 and activities[-1][1] <= samples_v.size / FS)


@settings(max_examples=100, deadline=None)
@given(
    arrays.arrays(np.float32, st.integers(1, 3000), elements=st.floats(-1e4, 1e4, width=32)),
    st.integers(4, 500),
    st.data(),
)
def test_the_selection_keeps_the_extremes_and_the_ends_of_its_window(
    y: np.ndarray, n_points: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, y.size - 1))
    stop = data.draw(st.integers(start + 1, y.size))
    chosen = select_extrema(y, start, stop, n_points)
    window = y[start:stop]
    assert chosen[0] == start
    assert chosen[-1] == stop - 1
    assert np.all(np.diff(chosen) > 0)
    assert chosen.size <= n_points + 2
    assert y[chosen].max() == window.max()
    assert y[chosen].min() == window.min()
