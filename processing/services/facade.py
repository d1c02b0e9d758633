"""The use cases with their edges plugged in: what the entry points call."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from processing.c3d import read_metadata, read_recording, read_recording_isolated
from processing.database import Database, audit, ingest, sessions
from processing.database.identity import Identity
from processing.database.inputs import read_revision, save_inputs
from processing.database.results import SessionRecords
from processing.emg.parameters import AnalysisParameters
from processing.emg.traces import ChannelTraces, compute_traces
from processing.errors import NotFoundError, ReplacedRecordingError
from processing.ports import ObjectStore
from processing.recording import RecordingMetadata
from processing.settings import Settings
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.ingest_types import IngestOutcome, StorageEvent
from processing.use_cases.process_session import process_session
from processing.use_cases.read_models import (
    Access,
    AuditEntry,
    AuditFilters,
    ParkedFile,
    SessionFilters,
    SessionInputs,
    SessionReview,
    SessionSummary,
)
from processing.use_cases.reconcile import reconcile
from processing.use_cases.trace_cache import BuildOnceCache
from processing.use_cases.upload import save_upload
from processing.version import PIPELINE_VERSION

if TYPE_CHECKING:
    from procrastinate import App

# Header and parameters of a GHOSTLY file take 2 kB; laboratories with many channels need a little more.
_HEAD_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """A file that was analysed and plotted without being stored."""

    analysed: AnalysedRecording
    traces: tuple[ChannelTraces, ...]


class Services:
    """The use cases with their edges plugged in: what the entry points call.

    Every method raises children of ProcessingError, whose messages are meant for the people who read them.
    """

    def __init__(self, settings: Settings, *, database: Database, store: ObjectStore) -> None:
        self.settings = settings
        self.database = database
        self.store = store
        self._traces: BuildOnceCache[tuple[ChannelTraces, ...]] = BuildOnceCache(
            settings.trace_cache_bytes, size_of=_traces_bytes
        )

    def for_viewer(self, identity: Identity) -> Services:
        """Return these services as one person has them; files and the cache of traces stay shared.

        Every statement then runs under the person's row-level security, so whatever a page forgets to check, the
        database does not.

        Raises
        ------
        AccessDeniedError
            If nobody is named, or the sign-in has expired.
        """
        theirs = copy.copy(self)
        theirs.database = self.database.acting_as(identity)
        return theirs

    # What the pages and the command line read.

    def list_sessions(self, filters: SessionFilters) -> list[SessionSummary]:
        """Return the sessions that match, newest first."""
        return sessions.list_sessions(self.database, filters)

    def list_patient_codes(self) -> list[str]:
        """Return every patient code, in order."""
        return sessions.list_patient_codes(self.database)

    def list_parked_files(self) -> list[ParkedFile]:
        """Return files that arrived but belong to no patient."""
        return sessions.list_parked_files(self.database)

    def load_review(self, session_code: str) -> SessionReview:
        """Return everything stored about one session; NotFoundError if there is none."""
        return sessions.load_review(self.database, session_code)

    def load_traces(self, review: SessionReview) -> tuple[ChannelTraces, ...]:
        """Return the traces of a session, from memory or built anew from its C3D.

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

        def build() -> tuple[ChannelTraces, ...]:
            data = self.store.read(name)
            if hashlib.sha256(data).hexdigest() != result.file_sha256:
                raise ReplacedRecordingError(
                    "The file was replaced after this analysis, so its signals are not drawn under these numbers. "
                    "The new file is analysed by itself; load the page again in a moment."
                )
            return self._build_traces(name, data)

        # By content: the traces of two files under one name must never be mistaken for each other.
        return self._traces.get((result.file_sha256, AnalysisParameters(), PIPELINE_VERSION), build)

    def forget_traces(self) -> None:
        """Empty the cache of traces: the next look builds them anew."""
        self._traces.clear()

    # What a person does.

    def look_at(self, file_name: str, data: bytes) -> LookedAt:
        """Analyse and plot a file without storing anything."""
        analysed = analyse_bytes(data, file_name=file_name, reader=read_recording)
        return LookedAt(analysed, self._build_traces(file_name, data))

    def save_upload(self, patient_code: str, file_name: str, data: bytes) -> IngestOutcome:
        """Put a file into a patient's folder of the bucket and on the queue."""
        ingest.check_may_upload(self.database, patient_code)  # before anything is in the bucket
        return save_upload(
            patient_code,
            file_name,
            data,
            store=self.store,
            ingest=partial(self.ingest, correlation_id="upload"),
            check=read_recording,
        )

    def inputs_revision(self, session_code: str) -> int | None:
        """Return the revision to hand to :meth:`save_inputs`, or None if there is no such session."""
        return read_revision(self.database, session_code)

    def save_inputs(
        self, session_code: str, inputs: SessionInputs, *, expected_revision: int | None = None
    ) -> None:
        """Store what a person entered; counts and score follow from the stored statistics at once.

        Raises
        ------
        EditConflictError
            If somebody else saved since ``expected_revision``.
        """
        save_inputs(self.database, session_code, inputs, expected_revision=expected_revision)

    def record_access(self, action: Access, session_code: str, *, reason: str | None = None) -> None:
        """Keep in the audit log that the viewer opened or exported a session."""
        audit.record_access(self.database, action, "therapy_sessions", session_code, reason=reason)

    def list_audit(self, filters: AuditFilters) -> list[AuditEntry]:
        """Return what was opened, changed and exported, newest first; empty for all but administrators."""
        return audit.list_audit(self.database, filters)

    def retry_session(self, session_code: str) -> None:
        """Put a session that could not be read on the queue again."""
        sessions.requeue(self.database, session_code, correlation_id="retry", force=False)

    def reprocess_session(self, session_code: str) -> int:
        """Ask for a new result version of a session and return the job's number."""
        return sessions.requeue(self.database, session_code, correlation_id="reprocess", force=True)

    # What arrives, and what the worker does about it.

    def ingest(self, event: StorageEvent, *, event_id: str, correlation_id: str) -> IngestOutcome:
        """Store an event with its session and job in one transaction."""
        return ingest.ingest_event(self.database, event, event_id=event_id, correlation_id=correlation_id)

    def record_ignored(self, event_id: str, body: dict[str, Any], reason: str) -> bool:
        """Store a signed event that asks for nothing; return whether it is new."""
        return ingest.record_ignored(self.database, event_id, body, reason)

    def peek_metadata(self, name: str) -> RecordingMetadata:
        """Read a recording's header and parameters without its samples."""
        return read_metadata(self.store.read_head(name, _HEAD_BYTES), file_name=name.rsplit("/", 1)[-1])

    def session_status(self, session_code: str) -> dict[str, Any] | None:
        """Return the state of a session as plain values, or None if there is none."""
        return sessions.session_status(self.database, session_code)

    def check_ready(self) -> dict[str, Any]:
        """Ask the database; raises DatabaseUnavailableError if it does not answer."""
        return {"ready": True, "waiting": sessions.count_waiting(self.database)}

    def analyse_session(self, session_id: str, force: bool = False) -> str:
        """Run one analysis job."""
        return process_session(
            session_id,
            records=SessionRecords(self.database),
            store=self.store,
            reader=read_recording_isolated,
            force=force,
        )

    def give_up_session(self, session_id: str, kind: str, message: str) -> None:
        """Mark a session as failed whoever holds it."""
        SessionRecords(self.database).store_failure(session_id, kind=kind, message=message)

    def reconcile(self) -> int:
        """Queue what is in the bucket but was never announced; return how many objects."""
        return reconcile(
            self.store,
            settled=lambda: sessions.settled_object_versions(self.database, self.store.bucket),
            ingest=partial(self.ingest, correlation_id="reconcile"),
        )

    def rescue_orphans(self) -> int:
        """Queue sessions again whose job is lost; return how many."""
        return sessions.requeue_orphans(self.database, correlation_id="rescue")

    def build_job_app(self) -> App:
        """Return the queue application that runs these use cases."""
        from processing.jobs.application import Work, build_job_app

        return build_job_app(
            self.database.url,
            Work(
                analyse=self.analyse_session,
                give_up=self.give_up_session,
                reconcile=self.reconcile,
                rescue_orphans=self.rescue_orphans,
            ),
        )

    def _build_traces(self, name: str, data: bytes) -> tuple[ChannelTraces, ...]:
        recording = read_recording(data, file_name=name.rsplit("/", 1)[-1])
        return compute_traces(recording, parameters=AnalysisParameters())


def _traces_bytes(traces: tuple[ChannelTraces, ...]) -> int:
    return sum(
        array.nbytes
        for channel in traces
        for array in (channel.raw_uv, channel.rms_envelope_uv, channel.activated_uv)
        if array is not None
    )
