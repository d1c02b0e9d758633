"""Corrections as the pages ask for them: saved with everything that follows, in one step."""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from dataclasses import dataclass

from processing.c3d import read_recording
from processing.database import Database
from processing.database.corrections import save_change
from processing.emg.corrections import Correction
from processing.emg.corrections_apply import room_for
from processing.emg.corrections_candidates import Candidate, likeliest_doubles, likeliest_misses
from processing.emg.measures import ChannelSignals, recording_signals
from processing.errors import NotFoundError, ProcessingError, ReplacedRecordingError, StorageUnavailableError
from processing.ports import ObjectStore
from processing.services.side_map import analysed_map
from processing.services.stored_recording import read_recording_of
from processing.use_cases.corrections import Change, shown_intervals
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.read_models import SessionResult, SessionReview
from processing.use_cases.trace_cache import BuildOnceCache
from processing.version import PIPELINE_VERSION

SignalsCache = BuildOnceCache[dict[str, ChannelSignals]]

# Those that say that there is nothing to measure on, while accepting and rejecting goes on.
_NO_SIGNALS = (NotFoundError, ReplacedRecordingError, StorageUnavailableError)


def signals_cache(max_bytes: int) -> SignalsCache:
    """Return an empty cache of what contractions are measured on, bounded in bytes."""
    return BuildOnceCache(max_bytes, size_of=lambda channels: sum(c.nbytes for c in channels.values()) + 1024)


@dataclass(frozen=True, slots=True)
class CorrectionService:
    """What a person changes about the contractions of a session that they were allowed to load."""

    database: Database
    store: ObjectStore
    cache: SignalsCache

    def save(self, review: SessionReview, change: Change) -> None:
        """Add a change to the log of the session as the person saw it; counts, measures and score follow.

        Accepting and rejecting works without the recording; RMS, MAV, spectrum and fatigue then stay as detected and
        say so.

        Raises
        ------
        EditConflictError
            If somebody else corrected the session, or it was analysed anew, since the review was loaded.
        InvalidParameterError
            If the change has no place among the contractions, or there is nothing to undo or redo.
        UnusableSignalError
            If what would count cannot be measured.
        NotFoundError
            If the session does not exist or may not be corrected under this sign-in.
        """
        result = _result_of(review)
        signals: dict[str, ChannelSignals] | None = None
        with suppress(*_NO_SIGNALS):
            signals = self.signals(review)
        save_change(
            self.database,
            review.summary.session_code,
            change,
            seen_revision=review.corrections.revision,
            seen_version=result.version,
            signals=signals,
        )

    def fitted(self, review: SessionReview, change: Correction) -> Correction:
        """Return a move as far as neighbours and the ends of the recording leave room, as for a dragged edge."""
        result = _result_of(review)
        channel = next((c for c in result.channels if c.name == change.channel), None)
        if channel is None:
            raise NotFoundError(f"This recording has no channel '{change.channel}'.")
        return room_for(shown_intervals(channel), change, length_s=result.metadata.duration_s)

    def candidates(self, review: SessionReview) -> dict[str, tuple[Candidate, ...]]:
        """Return, by channel, the likeliest misses where fewer count than expected, then the likeliest double."""
        result = _result_of(review)
        signals: dict[str, ChannelSignals] = {}
        with suppress(*_NO_SIGNALS):
            signals = self.signals(review)
        found = {}
        for channel in result.channels:
            missing = review.inputs.targets.for_side(channel.side).expected_contractions - len(
                channel.contractions
            )
            misses = likeliest_misses(
                channel,
                length_s=result.metadata.duration_s,
                signals=signals.get(channel.name),
                most=max(0, min(2, missing)),
            )
            found[channel.name] = (*misses, *likeliest_doubles(channel))
        return found

    def signals(self, review: SessionReview) -> dict[str, ChannelSignals]:
        """Return what the session's contractions are measured on, from memory or anew from its C3D.

        Raises
        ------
        NotFoundError
            If the file is no longer in the bucket, or there is no result.
        ReplacedRecordingError
            If the bucket holds other bytes under this name than those that were analysed.
        StorageUnavailableError
            If the bucket does not answer.
        """
        result, name = _result_of(review), review.summary.object_name
        parameters = parameters_from_plain(result.parameters)

        def build() -> dict[str, ChannelSignals]:
            data = read_recording_of(self.store, review.summary.session_code, name)
            if hashlib.sha256(data).hexdigest() != result.file_sha256:
                raise ReplacedRecordingError(
                    "The file was replaced after this analysis, so nothing is measured on it under these numbers."
                )
            recording = read_recording(
                data, file_name=name.rsplit("/", 1)[-1], channel_map=analysed_map(result.metadata)
            )
            return recording_signals(recording, parameters)

        names = tuple(channel.name for channel in result.channels)
        return self.cache.get((result.file_sha256, names, parameters, PIPELINE_VERSION), build)

    def prepare(self, review: SessionReview) -> None:
        """Make the first correction as quick as the next ones: read the recording while the person looks."""

        def read() -> None:
            with suppress(ProcessingError):  # said when it matters
                self.signals(review)

        threading.Thread(target=read, name="prepare-corrections", daemon=True).start()


def _result_of(review: SessionReview) -> SessionResult:
    if review.result is None:
        raise NotFoundError(f"Session {review.summary.session_code} has no result yet.")
    return review.result
