"""The frequencies of made-up sessions: the real computation on made-up samples, without a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from processing.emg.filters import bandpass
from processing.emg.spectra import SpectralSource
from processing.emg.traces import ChannelTraces
from processing.ports import ObjectStore
from processing.services.signal_details import SignalDetails, source_cache
from processing.use_cases.read_models import SessionReview


class FakeSignalDetails(SignalDetails):
    """Spectra and spectrograms of the traces that the fake services return."""

    def __init__(self, load_traces: Callable[[SessionReview], tuple[ChannelTraces, ...]]) -> None:
        super().__init__(cast(ObjectStore, None), source_cache(1))
        object.__setattr__(self, "_load_traces", load_traces)

    def sources(self, review: SessionReview) -> tuple[SpectralSource, ...]:
        assert review.result is not None
        load: Any = self._load_traces  # type: ignore[attr-defined]
        return tuple(source_of(trace) for trace in load(review))


def source_of(trace: ChannelTraces) -> SpectralSource:
    """Return the channel as the analysis would condition it: what is masked is a straight line."""
    masked = np.zeros(trace.raw_uv.size, dtype=bool)
    for start, stop in trace.masked_intervals_s:
        masked[round(start * trace.sampling_rate_hz) : round(stop * trace.sampling_rate_hz)] = True
    recorded = np.where(masked, 0.0, trace.raw_uv).astype(np.float32)
    filtered = bandpass(recorded, sampling_rate_hz=trace.sampling_rate_hz).astype(np.float32)
    return SpectralSource(trace.name, trace.sampling_rate_hz, 50.0, recorded, filtered, masked)
