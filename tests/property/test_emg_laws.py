"""Laws that hold for every recording."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from processing.c3d import read_recording
from processing.emg.analysis import analyse_recording
from processing.emg.traces import select_extrema
from processing.recording import Recording
from tests.builders import make_c3d, make_recording

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
        assert other.onset_s == pytest.approx(one.onset_s - n_shift / FS, abs=0.02)
        assert other.offset_s == pytest.approx(one.offset_s - n_shift / FS, abs=0.02)
        assert other.plateau_uv == pytest.approx(one.plateau_uv, rel=0.05)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.permutations([0, 1, 2]))
def test_channels_do_not_know_of_each_other(seed: int, order: list[int]) -> None:
    plan = [[(2, 4), (7, 8)], [(5, 9)], [(1, 2), (12, 15)]]
    recording = make_recording(contractions_s=plan, n_channels=3, seed=seed)
    metadata = replace(recording.metadata, channels=tuple(recording.metadata.channels[i] for i in order))
    plain = analyse_recording(recording).channels
    shuffled = analyse_recording(Recording(metadata, recording.emg_v[order])).channels
    assert shuffled == tuple(plain[i] for i in order)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_the_sign_of_the_electrodes_does_not_matter(seed: int) -> None:
    recording = make_recording(contractions_s=[(2, 4), (7, 8), (12, 15)], n_channels=1, seed=seed)
    plain = analyse_recording(recording).channels[0]
    turned = analyse_recording(replace(recording, emg_v=-recording.emg_v)).channels[0]
    assert turned.contractions == plain.contractions
    assert turned.temporal == plain.temporal


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([3.0, 30.0]))
def test_backwards_every_onset_is_an_offset(seed: int, noise_uv: float) -> None:
    truth = [(2, 4), (7, 8), (12, 15)]
    recording = make_recording(contractions_s=truth, n_channels=1, seed=seed, noise_uv=noise_uv)
    plain = analyse_recording(recording).channels[0].contractions
    mirrored = replace(recording, emg_v=np.ascontiguousarray(recording.emg_v[:, ::-1]))
    back = analyse_recording(mirrored).channels[0].contractions
    assert len(back) == len(plain) == 3
    for one, other in zip(plain, reversed(back), strict=True):
        # Bins and windows begin elsewhere; the same ramp is found within their grid.
        assert other.onset_s == pytest.approx(20.0 - one.offset_s, abs=0.03)
        assert other.offset_s == pytest.approx(20.0 - one.onset_s, abs=0.03)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([("mV", 1e3), ("uV", 1e6)]))
def test_the_unit_of_the_file_changes_nothing(seed: int, unit: tuple[str, float]) -> None:
    recording = make_recording(contractions_s=[(2, 4), (7, 8), (12, 15)], n_channels=2, seed=seed)
    labels = ["CH1 Raw", "CH2 Raw"]
    volts = make_c3d(labels=labels, values=recording.emg_v, units=["V", "V"])
    name, per_volt = unit
    other = make_c3d(labels=labels, values=recording.emg_v.astype(float) * per_volt, units=[name, name])
    for one, two in zip(
        analyse_recording(read_recording(volts)).channels,
        analyse_recording(read_recording(other)).channels,
        strict=True,
    ):
        assert len(one.contractions) == len(two.contractions) == 3
        for a, b in zip(one.contractions, two.contractions, strict=True):
            assert b.onset_s == pytest.approx(a.onset_s, abs=0.002)
            assert b.plateau_uv == pytest.approx(a.plateau_uv, rel=1e-3)
            assert b.mdf_hz == pytest.approx(a.mdf_hz, rel=1e-3)


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
