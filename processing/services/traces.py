"""The signals of a recording, drawn anew from its C3D when somebody looks, and kept in memory for a while."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from processing.c3d import read_recording
from processing.emg.parameters import AnalysisParameters
from processing.emg.traces import ChannelTraces, compute_traces
from processing.errors import NotFoundError, ReplacedRecordingError
from processing.ports import ObjectStore
from processing.services.side_map import analysed_map
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.operations import CacheFacts
from processing.use_cases.read_models import SessionReview
from processing.use_cases.side_map import ChannelMap
from processing.use_cases.trace_cache import BuildOnceCache
from processing.version import PIPELINE_VERSION


class Traces:
    """Shared by all viewers of a process; whoever asks must have been admitted to the session before."""

    def __init__(self, store: ObjectStore, *, max_bytes: int) -> None:
        self._store = store
        self._cache: BuildOnceCache[tuple[ChannelTraces, ...]] = BuildOnceCache(max_bytes, size_of=_bytes)

    @property
    def cache(self) -> BuildOnceCache[tuple[ChannelTraces, ...]]:
        """The cache, for whoever counts its use."""
        return self._cache

    @property
    def cache_facts(self) -> CacheFacts:
        """What the cache did within the last hour."""
        return CacheFacts(*self._cache.recent.last_hour())

    def load(self, review: SessionReview) -> tuple[ChannelTraces, ...]:
        """Return the traces of a session, from memory or built anew.

        Raises
        ------
        NotFoundError
            If the file is no longer in the bucket, or there is no result to draw it for.
        ReplacedRecordingError
            If the bucket holds other bytes under this name than those that were analysed.
        StorageUnavailableError
            If the bucket does not answer.
        """
        name, result = review.summary.object_name, review.result
        if result is None:
            raise NotFoundError(f"Session {review.summary.session_code} has no result yet.")
        parameters = parameters_from_plain(
            result.parameters
        )  # those that the numbers below the picture came from

        def build() -> tuple[ChannelTraces, ...]:
            data = self._store.read(name)
            if hashlib.sha256(data).hexdigest() != result.file_sha256:
                raise ReplacedRecordingError(
                    "The file was replaced after this analysis, so its signals are not drawn under these numbers. "
                    "The new file is analysed by itself; load the page again in a moment."
                )
            return draw(name, data, channel_map=analysed_map(result.metadata), parameters=parameters)

        # By content: the traces of two files under one name must never be mistaken for each other. Not by side: a leg
        # that was swapped is the same signal.
        sides = {channel.name: channel.side for channel in result.metadata.channels}
        built = self._cache.get((result.file_sha256, *sides, parameters, PIPELINE_VERSION), build)
        return tuple(replace(trace, side=sides.get(trace.name, trace.side)) for trace in built)

    def clear(self) -> None:
        """Forget every trace: the next look builds it anew."""
        self._cache.clear()


def draw(
    name: str,
    data: bytes,
    *,
    channel_map: ChannelMap | None = None,
    parameters: AnalysisParameters | None = None,
) -> tuple[ChannelTraces, ...]:
    """Return the traces of a file's bytes, without keeping them."""
    recording = read_recording(data, file_name=name.rsplit("/", 1)[-1], channel_map=channel_map)
    return compute_traces(recording, parameters=parameters or AnalysisParameters())


def _bytes(traces: tuple[ChannelTraces, ...]) -> int:
    return sum(
        array.nbytes
        for channel in traces
        for array in (channel.raw_uv, channel.rms_envelope_uv, channel.activated_uv, channel.filtered_uv)
        if array is not None
    )
