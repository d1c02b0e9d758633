"""Signals for plots, made just in time and never stored, and the selection of the samples worth drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from processing.emg.conditioning import condition_channel, masked_intervals_s
from processing.emg.envelope import rms_envelope
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import IntervalS
from processing.errors import InvalidParameterError
from processing.recording import FloatArray, Recording, Side

_MIN_POINTS = 4
# Without type hints, like the rest of the library.
_DOWNSAMPLER: Any = MinMaxDownsampler()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelTraces:
    """What a plot of one channel needs; arrays are float32 of shape (n_samples,), microvolts.

    ``raw_uv`` is as recorded, offset and drop-outs included (NaN where the file has none). ``activated_uv``
    is the game's own envelope, None where the file does not hold it. ``masked_intervals_s`` were left out
    of the analysis; the envelope is 0 where nothing is left within its window. ``filtered_uv`` is the band-passed
    EMG that the envelope is made of: not drawn, but measured between two cursors.
    """

    name: str
    side: Side | None
    raw_uv: NDArray[np.float32]
    rms_envelope_uv: NDArray[np.float32]
    activated_uv: NDArray[np.float32] | None
    sampling_rate_hz: float
    masked_intervals_s: tuple[IntervalS, ...] = ()
    filtered_uv: NDArray[np.float32] | None = None


def compute_traces(
    recording: Recording, *, parameters: AnalysisParameters | None = None
) -> tuple[ChannelTraces, ...]:
    """Return the traces of every channel, in the recording's order.

    Parameters
    ----------
    recording : Recording
        Samples in volts.
    parameters : AnalysisParameters, optional
        Settings; the same as for the analysis, so that the envelope is the one that was measured.

    Returns
    -------
    tuple of ChannelTraces

    Raises
    ------
    InvalidParameterError
        If the sampling rate leaves no EMG band.
    """
    parameters = parameters or AnalysisParameters()
    fs = recording.metadata.sampling_rate_hz
    traces = []
    for info, raw_v in zip(recording.metadata.channels, recording.emg_v, strict=True):
        channel = condition_channel(raw_v, sampling_rate_hz=fs, parameters=parameters)
        short = parameters.envelope_window_s * fs > raw_v.size
        envelope = (
            np.zeros(raw_v.size)
            if short
            else rms_envelope(
                channel.filtered_v,
                sampling_rate_hz=fs,
                window_s=parameters.envelope_window_s,
                masked=channel.masked,
            )
        )
        activated_v = recording.activated_v.get(info.name)
        traces.append(
            ChannelTraces(
                name=info.name,
                side=info.side,
                raw_uv=_microvolts(raw_v),
                rms_envelope_uv=_microvolts(envelope),
                activated_uv=None if activated_v is None else _microvolts(activated_v),
                sampling_rate_hz=fs,
                masked_intervals_s=masked_intervals_s(channel),
                filtered_uv=_microvolts(channel.filtered_v),
            )
        )
    return tuple(traces)


def select_extrema(y: FloatArray, start: int, stop: int, n_points: int) -> NDArray[np.int64]:
    """Return the indices of the samples that draw a window of a signal without losing a peak.

    Parameters
    ----------
    y : ndarray of float, shape (n_samples,)
        The whole signal; NaN is ignored by the selection.
    start, stop : int
        The window, half-open; cut to the signal.
    n_points : int
        About how many samples to keep, at least 4.

    Returns
    -------
    indices : ndarray of int64, shape (n_kept,)
        Increasing indices into ``y``: the least and the greatest sample of equal stretches, and the
        window's first and last sample; so the global extremes are among them. At most ``n_points`` + 2 of
        them; all of a window that is no longer than that. Empty for an empty window.

    Raises
    ------
    InvalidParameterError
        If ``n_points`` is below 4.
    """
    if n_points < _MIN_POINTS:
        raise InvalidParameterError(f"n_points is {n_points}; at least {_MIN_POINTS} are needed")
    start, stop = max(start, 0), min(stop, y.size)
    if stop <= start:
        return np.empty(0, dtype=np.int64)
    if stop - start <= n_points + 2:
        return np.arange(start, stop, dtype=np.int64)
    window = np.ascontiguousarray(y[start:stop])
    chosen = _DOWNSAMPLER.downsample(window, n_out=n_points - n_points % 2).astype(np.int64)
    ends = np.array([0, window.size - 1], dtype=np.int64)
    indices: NDArray[np.int64] = np.unique(np.concatenate((chosen, ends))) + start
    return indices


def _microvolts(x_v: FloatArray) -> NDArray[np.float32]:
    """Return volts as float32 microvolts."""
    return np.asarray(1e6 * np.asarray(x_v, dtype=np.float64), dtype=np.float32)
