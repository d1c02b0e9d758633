"""What lies between two moments of a recording, computed from every sample and never from the points of a plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from processing.emg.results import IntervalS
from processing.emg.traces import ChannelTraces
from processing.errors import InvalidParameterError
from processing.recording import BoolArray


@dataclass(frozen=True, slots=True)
class Between:
    """Amplitudes of one channel between two moments, in microvolts.

    ``mean_uv`` and ``peak_uv`` are those of the RMS envelope, ``rms_uv`` that of the band-passed EMG. All are None
    where nothing between the moments is left after the masks; ``masked_percent`` is the share that was left out.
    """

    duration_s: float
    mean_uv: float | None
    peak_uv: float | None
    rms_uv: float | None
    masked_percent: float


def measure_between(traces: ChannelTraces, start_s: float, stop_s: float) -> Between:
    """Return the amplitudes between two moments, whichever comes first.

    Parameters
    ----------
    traces : ChannelTraces
        The channel in microvolts.
    start_s, stop_s : float
        Seconds from the start of the recording; cut to it. The sample at each moment is included.

    Returns
    -------
    Between
        Samples that the analysis left out do not count.

    Raises
    ------
    InvalidParameterError
        If a moment is no number.
    """
    if not (np.isfinite(start_s) and np.isfinite(stop_s)):
        raise InvalidParameterError(
            f"The cursors stand at {start_s:g} and {stop_s:g} s; expected two moments."
        )
    low, high = sorted((start_s, stop_s))
    rate, n = traces.sampling_rate_hz, traces.raw_uv.size
    first, last = (int(np.clip(round(moment * rate), 0, max(0, n - 1))) for moment in (low, high))
    kept = ~_masked(traces, first, last + 1)
    duration_s = high - low
    if not kept.any():
        return Between(duration_s, None, None, None, 100.0)
    envelope = traces.rms_envelope_uv[first : last + 1][kept].astype(np.float64)
    rms = None
    if traces.filtered_uv is not None:
        filtered = traces.filtered_uv[first : last + 1][kept].astype(np.float64)
        rms = float(np.sqrt(np.mean(filtered**2)))
    masked_percent = 100.0 * float(np.count_nonzero(~kept)) / kept.size
    return Between(duration_s, float(envelope.mean()), float(envelope.max()), rms, masked_percent)


def _masked(traces: ChannelTraces, first: int, stop: int) -> BoolArray:
    """Return which samples from ``first`` up to ``stop`` were left out of the analysis."""
    masked: BoolArray = ~np.isfinite(traces.raw_uv[first:stop])
    for interval in traces.masked_intervals_s:
        begin, end = _samples(interval, traces.sampling_rate_hz)
        masked[max(0, begin - first) : max(0, end - first)] = True
    return masked


def _samples(interval_s: IntervalS, rate_hz: float) -> tuple[int, int]:
    return round(interval_s[0] * rate_hz), round(interval_s[1] * rate_hz)
