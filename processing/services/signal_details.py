"""The frequencies of a session's signals, computed from its C3D when somebody looks; nothing of it is stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from processing.c3d import read_recording
from processing.emg.parameters import AnalysisParameters
from processing.emg.results import IntervalS
from processing.emg.spectra import SpectralSource, spectral_sources
from processing.emg.spectra_time import Spectrogram, compute_spectrogram
from processing.errors import NotFoundError, ReplacedRecordingError
from processing.ports import ObjectStore
from processing.services.side_map import analysed_map
from processing.services.stored_recording import read_recording_of
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.read_models import SessionResult, SessionReview
from processing.use_cases.signal_details import ChannelDetails, Part, channel_details
from processing.use_cases.trace_cache import BuildOnceCache
from processing.version import PIPELINE_VERSION

SourceCache = BuildOnceCache[tuple[SpectralSource, ...]]


def source_cache(max_bytes: int) -> SourceCache:
    """Return an empty cache of conditioned channels, bounded in bytes."""
    return BuildOnceCache(max_bytes, size_of=lambda sources: sum(source.n_bytes for source in sources) + 1024)


@dataclass(frozen=True, slots=True)
class SignalDetails:
    """Spectra, trends and spectrograms of a session that the caller was allowed to load.

    Every method takes the review that the viewer's own rights returned, which is the authorisation, and asks the
    cache after it. All raise what :meth:`sources` raises.
    """

    store: ObjectStore
    cache: SourceCache

    def sources(self, review: SessionReview) -> tuple[SpectralSource, ...]:
        """Return the session's conditioned channels, from memory or anew from its C3D.

        Raises
        ------
        NotFoundError
            If the file is no longer in the bucket, or there is no result to explain.
        ReplacedRecordingError
            If the bucket holds other bytes under this name than those that were analysed.
        StorageUnavailableError
            If the bucket does not answer.
        """
        result = _result_of(review)
        parameters = _parameters_of(result)

        def build() -> tuple[SpectralSource, ...]:
            summary = review.summary
            data = read_recording_of(self.store, summary.session_code, summary.object_name)
            if hashlib.sha256(data).hexdigest() != result.file_sha256:
                raise ReplacedRecordingError(
                    "The file was replaced after this analysis, so its signals are not drawn under these numbers. "
                    "The new file is analysed by itself; load the page again in a moment."
                )
            recording = read_recording(
                data,
                file_name=review.summary.object_name.rsplit("/", 1)[-1],
                channel_map=analysed_map(result.metadata),
            )
            return spectral_sources(recording, parameters=parameters)

        names = tuple(channel.name for channel in result.channels)
        return self.cache.get((result.file_sha256, names, parameters, PIPELINE_VERSION), build)

    def details(
        self, review: SessionReview, *, part: Part, window_s: IntervalS | None = None
    ) -> tuple[ChannelDetails, ...]:
        """Return the frequencies of every analysed channel, in the order of the analysis."""
        result, sources = _result_of(review), {source.name: source for source in self.sources(review)}
        parameters = _parameters_of(result)
        return tuple(
            channel_details(
                sources[channel.name], channel, part=part, window_s=window_s, parameters=parameters
            )
            for channel in result.channels
            if channel.name in sources
        )

    def spectrogram(self, review: SessionReview, channel: str, window_s: IntervalS) -> Spectrogram:
        """Return the spectrogram of a channel as recorded; NotFoundError for a channel that is not there."""
        source = next((source for source in self.sources(review) if source.name == channel), None)
        if source is None:
            raise NotFoundError(f"Session {review.summary.session_code} has no channel '{channel}'.")
        return compute_spectrogram(
            source.recorded_uv, sampling_rate_hz=source.sampling_rate_hz, window_s=window_s
        )


def _result_of(review: SessionReview) -> SessionResult:
    if review.result is None:
        raise NotFoundError(f"Session {review.summary.session_code} has no result yet.")
    return review.result


def _parameters_of(result: SessionResult) -> AnalysisParameters:
    """Return the settings that the result was made with, so that its numbers come out again."""
    return parameters_from_plain(result.parameters)
