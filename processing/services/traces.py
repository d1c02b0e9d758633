"""The signals of a recording, drawn anew from its C3D when somebody looks, and kept in memory for a while."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Hashable
from dataclasses import replace

from processing.c3d import read_recording
from processing.emg.parameters import AnalysisParameters
from processing.emg.traces import ChannelTraces, compute_traces
from processing.errors import ReplacedRecordingError
from processing.ports import ObjectStore
from processing.services.side_map import analysed_map
from processing.services.stored_recording import read_recording_of
from processing.services.trace_counts import TraceCounts
from processing.use_cases.cache_use import RecentUse
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.operations import CacheFacts
from processing.use_cases.read_models import SessionReview
from processing.use_cases.second_level import SecondLevel, SharedFacts
from processing.use_cases.side_map import ChannelMap
from processing.use_cases.signal_source import SignalSource, source_of
from processing.use_cases.trace_cache import BuildOnceCache
from processing.use_cases.trace_use import BuildTimes, Look
from processing.version import PIPELINE_VERSION

TracesOfFile = tuple[ChannelTraces, ...]


class Traces:
    """Shared by all viewers of a process; whoever asks must have been admitted to the session before.

    Parameters
    ----------
    max_bytes : int
        Bound of what this process keeps in memory.
    second_level : SecondLevel, optional
        A cache shared with other processes, asked for what memory does not hold.
    counts : TraceCounts, optional
        Where each look is counted.
    """

    def __init__(
        self,
        store: ObjectStore,
        *,
        max_bytes: int,
        second_level: SecondLevel[TracesOfFile] | None = None,
        counts: TraceCounts | None = None,
    ) -> None:
        self._store = store
        self._cache: BuildOnceCache[TracesOfFile] = BuildOnceCache(max_bytes, size_of=_bytes)
        self._second_level = second_level
        self._counts = counts
        self.build_times = BuildTimes()
        self._recent = RecentUse()

    @property
    def cache(self) -> BuildOnceCache[TracesOfFile]:
        """The cache, for whoever counts its use."""
        return self._cache

    @property
    def shared_facts(self) -> SharedFacts | None:
        """How the cache shared with other processes stands, None where there is none."""
        return None if self._second_level is None else self._second_level.facts

    @property
    def cache_facts(self) -> CacheFacts:
        """What the caches did within the last hour: what had to be built anew was a miss."""
        return CacheFacts(*self._recent.last_hour())

    def load(self, review: SessionReview, *, drawn: bool = False) -> TracesOfFile:
        """Return the traces of a session, from memory, the shared cache, or built anew.

        Parameters
        ----------
        drawn : bool
            Whether they are for a picture; only that counts as a session whose plots were opened.

        Raises
        ------
        NotFoundError
            If the file is no longer in the bucket, or there is no result to draw it for.
        ReplacedRecordingError
            If the bucket holds other bytes under this name than those that were analysed.
        StorageUnavailableError
            If the bucket does not answer.
        """
        return self.of(source_of(review), drawn=drawn)

    def of(self, source: SignalSource, *, drawn: bool = False) -> TracesOfFile:
        """Return the traces of what a viewer was given as a session's source; as :meth:`load`."""
        asked, built_s, found = False, None, False

        def build() -> TracesOfFile:
            nonlocal built_s
            started = time.perf_counter()
            traces = self._build(source)
            built_s = time.perf_counter() - started
            self.build_times.add(built_s)
            return traces

        def find_or_build() -> TracesOfFile:
            nonlocal asked
            asked = True
            if self._second_level is None:
                return build()
            return self._second_level.get(source.file_sha256, repr(key[1:]), build)

        key = _key(source)
        sides = {channel.name: channel.side for channel in source.metadata.channels}
        try:
            traces = self._cache.get(key, find_or_build)
            found = True
        finally:
            self._recent.count(hit=found and built_s is None)
            self._count(
                source, Look(drawn, found and not asked, found and asked and built_s is None, build_s=built_s)
            )
        return tuple(replace(trace, side=sides.get(trace.name, trace.side)) for trace in traces)

    def at_hand(self, source: SignalSource) -> bool:
        """Whether :meth:`of` would answer from this process's memory, without work to speak of."""
        return _key(source) in self._cache

    def _build(self, source: SignalSource) -> TracesOfFile:
        data = read_recording_of(self._store, source.session_code, source.object_name)
        if hashlib.sha256(data).hexdigest() != source.file_sha256:
            raise ReplacedRecordingError(
                "The file was replaced after this analysis, so its signals are not drawn under these numbers. "
                "The new file is analysed by itself; load the page again in a moment."
            )
        # With the settings that the numbers below the picture came from.
        parameters = parameters_from_plain(source.parameters)
        channel_map = analysed_map(source.metadata)
        return draw(source.object_name, data, channel_map=channel_map, parameters=parameters)

    def _count(self, source: SignalSource, look: Look) -> None:
        if self._counts is not None:
            self._counts.count(source.session_code, look)

    def clear(self) -> None:
        """Forget every trace in this process's memory: the next look builds it anew, or asks the shared cache."""
        self._cache.clear()

    def forget(self, file_sha256: str) -> None:
        """Forget one recording in memory and in the shared cache.

        Raises
        ------
        SharedCacheUnavailableError
            If the shared cache does not answer; memory is cleared all the same.
        """
        self._cache.forget(lambda key: is_of(key, file_sha256))
        if self._second_level is not None:
            self._second_level.forget(file_sha256)

    def close(self) -> None:
        """Store the counts that are left, and leave the shared cache."""
        if self._counts is not None:
            self._counts.close()
        if self._second_level is not None:
            self._second_level.close()


def _key(source: SignalSource) -> tuple[Hashable, ...]:
    """Return what traces are kept under.

    By content: the traces of two files under one name must never be mistaken for each other. Not by side: a leg that
    was swapped is the same signal.
    """
    names = (channel.name for channel in source.metadata.channels)
    return (source.file_sha256, *names, parameters_from_plain(source.parameters), PIPELINE_VERSION)


def is_of(key: Hashable, file_sha256: str) -> bool:
    """Return whether a cache's key is one of a recording's; all of them begin with the hash of its content."""
    return isinstance(key, tuple) and key[0] == file_sha256


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
