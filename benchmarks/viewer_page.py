"""The two other ways to draw a recording, as one Streamlit page: all points, and what plotly-resampler would send.

Run by ``benchmarks.viewer`` with the recording in BENCH_RECORDING; ``?way=all`` or ``?way=resampler``.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots
from tsdownsample import MinMaxLTTBDownsampler

from processing.c3d import read_recording
from processing.emg.traces import ChannelTraces, compute_traces

SHOWN_SAMPLES = 1000  # plotly-resampler's default for each trace
ZOOM_S = (20.0, 40.0)


def _aggregated(y: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Return the indices that plotly-resampler's default aggregator keeps of a window."""
    if stop - start <= SHOWN_SAMPLES:
        return np.arange(start, stop)
    window = np.ascontiguousarray(y[start:stop])
    return np.asarray(MinMaxLTTBDownsampler().downsample(window, n_out=SHOWN_SAMPLES)).astype(int) + start


def _figure(traces: tuple[ChannelTraces, ...], way: str, window: tuple[float, float] | None) -> go.Figure:
    figure = make_subplots(rows=len(traces), shared_xaxes=True)
    for row, channel in enumerate(traces, start=1):
        rate, n = channel.sampling_rate_hz, channel.raw_uv.size
        start, stop = (0, n) if window is None else (int(window[0] * rate), int(window[1] * rate))
        for y in (channel.raw_uv, channel.rms_envelope_uv):
            kept = np.arange(n) if way == "all" else _aggregated(y, start, stop)
            line = go.Scatter(x=kept / rate, y=y[kept], mode="lines", line_width=1)
            figure.add_trace(line, row=row, col=1)
    figure.update_layout(height=600, showlegend=False, dragmode="zoom", uirevision=str(window))
    if window is not None:
        figure.update_xaxes(range=list(window))
    return figure


@st.fragment
def _drawn(traces: tuple[ChannelTraces, ...], way: str) -> None:
    zoomed = st.button("Closer", key="closer", shortcut="I")
    whole = st.button("Whole", key="whole", shortcut="W")
    if zoomed or whole:
        st.session_state["window"] = ZOOM_S if zoomed else None
    st.plotly_chart(_figure(traces, way, st.session_state.get("window")), key="chart")


if __name__ == "__main__":  # as Streamlit runs it
    path = Path(os.environ["BENCH_RECORDING"])
    recording = read_recording(path.read_bytes(), file_name=path.name)
    _drawn(compute_traces(recording), st.query_params.get("way", "all"))
