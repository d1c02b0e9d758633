"""Between two cursors every sample counts, except those that were left out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.emg.between import measure_between
from processing.emg.traces import ChannelTraces, compute_traces
from processing.errors import InvalidParameterError
from tests.builders import make_recording

RATE_HZ = 1000.0


def traces_of(
    envelope: np.ndarray, filtered: np.ndarray | None = None, masked: tuple[tuple[float, float], ...] = ()
) -> ChannelTraces:
    y = np.asarray(envelope, dtype=np.float32)
    return ChannelTraces(
        name="CH1",
        side="left",
        raw_uv=y,
        rms_envelope_uv=y,
        activated_uv=None,
        sampling_rate_hz=RATE_HZ,
        masked_intervals_s=masked,
        filtered_uv=y if filtered is None else np.asarray(filtered, dtype=np.float32),
    )


def test_mean_peak_and_rms_of_a_known_signal() -> None:
    time_s = np.arange(5000) / RATE_HZ
    sine = 100.0 * np.sin(2 * np.pi * 50 * time_s)
    found = measure_between(traces_of(time_s, sine), 1.0, 2.999)
    assert found.duration_s == pytest.approx(1.999)
    assert found.mean_uv == pytest.approx(2.0, rel=1e-3)
    assert found.peak_uv == pytest.approx(2.999, rel=1e-6)
    assert found.rms_uv == pytest.approx(100 / math.sqrt(2), rel=1e-3)
    assert found.masked_percent == 0


def test_a_spike_of_one_sample_is_the_peak_however_long_the_stretch() -> None:
    y = np.zeros(200_000)
    y[123_457] = 999.0
    assert measure_between(traces_of(y), 0.0, 199.9).peak_uv == pytest.approx(999.0)


def test_what_was_left_out_does_not_count() -> None:
    y = np.ones(1000)
    y[400:600] = 5000.0
    found = measure_between(traces_of(y, masked=((0.4, 0.6),)), 0.0, 0.999)
    assert found.peak_uv == found.mean_uv == found.rms_uv == 1.0
    assert found.masked_percent == pytest.approx(20.0)


def test_a_stretch_that_is_left_out_altogether_has_no_amplitude() -> None:
    found = measure_between(traces_of(np.ones(1000), masked=((0.0, 1.0),)), 0.2, 0.5)
    assert (found.mean_uv, found.peak_uv, found.rms_uv) == (None, None, None)


def test_a_moment_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="expected two moments"):
        measure_between(traces_of(np.ones(10)), float("nan"), 1.0)


@given(st.floats(-5, 15), st.floats(-5, 15))
def test_the_order_of_the_cursors_does_not_matter(a: float, b: float) -> None:
    traces = traces_of(np.arange(10_000.0))
    assert measure_between(traces, a, b) == measure_between(traces, b, a)


def test_the_traces_of_a_recording_hold_what_is_measured() -> None:
    (left, _) = compute_traces(make_recording(contractions_s=[(2.0, 4.0)]))
    inside, outside = measure_between(left, 2.5, 3.5), measure_between(left, 6.0, 7.0)
    assert inside.rms_uv is not None
    assert outside.rms_uv is not None
    assert inside.rms_uv > 10 * outside.rms_uv
    assert inside.rms_uv == pytest.approx(inside.mean_uv, rel=0.1)
