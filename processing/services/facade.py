"""The use cases with their edges plugged in: what the entry points call."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from processing.c3d import read_metadata, read_recording, read_recording_isolated
from processing.database import Database, audit, ingest, sessions
from processing.database.identity import Actor
from processing.database.inputs import read_revision, save_inputs
from processing.database.profiles import read_own_profile
from processing.database.results import SessionRecords
from processing.emg.traces import ChannelTraces
from processing.notifications import build_notifiers
from processing.ports import ObjectStore
from processing.recording import RecordingMetadata
from processing.services.areas import Areas
from processing.services.corrections import signals_cache
from processing.services.erasure import ErasureService
from processing.services.housekeeping import Housekeeping
from processing.services.inbox import InboxService
from processing.services.operations import Operations
from processing.services.signal_details import source_cache
from processing.services.trace_counts import TraceCounts
from processing.services.traces import Traces, draw, is_of
from processing.settings import Settings
from processing.shared_cache import build_shared_cache
from processing.storage import GuardedStore
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.ingest_types import (
    SAME_CORRELATION,
    IngestOutcome,
    StorageEvent,
    new_correlation_id,
)
from processing.use_cases.operations import CacheFacts
from processing.use_cases.process_session import process_session
from processing.use_cases.profile import ViewerProfile
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
from processing.use_cases.second_level import SharedFacts
from processing.use_cases.session_pages import SessionPage, SessionPlace
from processing.use_cases.side_map import ChannelMap
from processing.use_cases.upload import save_upload

if TYPE_CHECKING:
    from procrastinate import App

    from processing.jobs.metrics import WorkerMetrics

# Header and parameters of a GHOSTLY file take 2 kB; laboratories with many channels need a little more.
_HEAD_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """A file that was analysed and plotted without being stored."""

    analysed: AnalysedRecording
    traces: tuple[ChannelTraces, ...]


class Services(Areas):
    """The use cases with their edges plugged in: what the entry points call.

    Every method raises children of ProcessingError, whose messages are meant for the people who read them.
    """

    def __init__(self, settings: Settings, *, database: Database, store: ObjectStore) -> None:
        self.settings = settings
        self.database = database
        self.store = store
        self._notifiers = build_notifiers(settings)
        self._traces = Traces(
            store,
            max_bytes=settings.trace_cache_bytes,
            second_level=build_shared_cache(settings),
            counts=TraceCounts(database),
        )
        self._sources = source_cache(settings.trace_cache_bytes // 4)
        self._measured = signals_cache(settings.trace_cache_bytes // 4)

    def for_viewer(self, identity: Actor) -> Services:
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

    def viewer_profile(self) -> ViewerProfile | None:
        """Return the account of the person these services act for, or None if it has no profile."""
        return read_own_profile(self.database)

    @property
    def inbox(self) -> InboxService:
        """Every file's state, and what a person does about it."""
        return InboxService(self.database, self.store, save_upload=self.save_upload)

    @property
    def trace_cache(self) -> Traces:
        """The signals that everybody's pictures come from; pages ask :meth:`load_traces` instead."""
        return self._traces

    @property
    def cache_facts(self) -> CacheFacts:
        """What this process's cache of traces did within the last hour."""
        return self._traces.cache_facts

    @property
    def shared_cache(self) -> SharedFacts | None:
        """How the cache that dashboards share stands, None where there is none."""
        return self._traces.shared_facts

    def serve_cache_metrics(self, port: int) -> None:
        """Answer scrapes about the cache of traces on the loopback interface until the process ends."""
        from processing.services.cache_metrics import serve_cache_metrics

        serve_cache_metrics(self._traces, port, storage_errors=lambda: self.storage_errors)

    @property
    def storage_errors(self) -> int:
        """How often the store failed in this process, where that is counted."""
        return self.store.breaker.n_failures if isinstance(self.store, GuardedStore) else 0

    def storage_pause_s(self) -> float:
        """Return for how long the store is not to be asked, in seconds; 0 where it may be."""
        return self.store.breaker.pause_s if isinstance(self.store, GuardedStore) else 0.0

    @property
    def operations(self) -> Operations:
        """Upkeep, and how the whole stands."""
        return Operations(
            self.database,
            self.store,
            ingest=partial(self.ingest, correlation_id=new_correlation_id("reconcile")),
            notifiers=self._notifiers,
        )

    @property
    def erasure(self) -> ErasureService:
        """Erasing a patient on request."""
        return ErasureService(self.database, self.store, forget=self.forget_recording)

    @property
    def housekeeping(self) -> Housekeeping:
        """Forgetting what is old and no result."""
        return Housekeeping(self.database, self.settings)

    # What the pages and the command line read.

    def list_sessions(self, filters: SessionFilters) -> list[SessionSummary]:
        """Return the sessions that match, newest first."""
        return sessions.list_sessions(self.database, filters)

    def page_of_sessions(self, filters: SessionFilters, place: SessionPlace | None = None) -> SessionPage:
        """Return the sessions that match beside a place of the list; without one, the newest."""
        return sessions.page_of_sessions(self.database, filters, place)

    def list_patient_codes(self) -> list[str]:
        """Return every patient code, in order."""
        return sessions.list_patient_codes(self.database)

    def list_parked_files(self) -> list[ParkedFile]:
        """Return files that arrived but belong to no patient."""
        return sessions.list_parked_files(self.database)

    def load_review(self, session_code: str) -> SessionReview:
        """Return everything stored about one session; NotFoundError if there is none."""
        return sessions.load_review(self.database, session_code)

    def forget_traces(self) -> None:
        """Empty the cache of traces: the next look builds them anew."""
        self._traces.clear()
        self._sources.clear()
        self._measured.clear()

    def forget_recording(self, file_sha256: str) -> None:
        """Forget what this process and the shared cache keep of one recording's signals, for good.

        Raises
        ------
        SharedCacheUnavailableError
            If the shared cache does not answer; what it has is gone REDIS_TTL_HOURS later at the latest.
        """
        for cache in (self._sources, self._measured):
            cache.forget(lambda key: is_of(key, file_sha256))
        self._traces.forget(file_sha256)

    # What a person does.

    def look_at(self, file_name: str, data: bytes, *, channel_map: ChannelMap | None = None) -> LookedAt:
        """Analyse and plot a file without storing anything; the map says which channel is which leg."""
        analysed = self.analyse_file(file_name, data, channel_map=channel_map)
        return LookedAt(analysed, self.draw_file(file_name, data, channel_map=channel_map))

    def analyse_file(
        self, file_name: str, data: bytes, *, channel_map: ChannelMap | None = None
    ) -> AnalysedRecording:
        """Analyse a file without storing anything."""
        reader = partial(read_recording, channel_map=channel_map)
        return analyse_bytes(data, file_name=file_name, reader=reader)

    def draw_file(
        self, file_name: str, data: bytes, *, channel_map: ChannelMap | None = None
    ) -> tuple[ChannelTraces, ...]:
        """Return the traces of a file that is not stored."""
        return draw(file_name, data, channel_map=channel_map)

    def save_upload(
        self, patient_code: str, file_name: str, data: bytes, *, channel_map: ChannelMap | None = None
    ) -> IngestOutcome:
        """Put a file into a patient's folder of the bucket and on the queue; a channel map is kept by ``side_map``."""
        ingest.check_may_upload(self.database, patient_code)  # before anything is in the bucket
        return save_upload(
            patient_code,
            file_name,
            data,
            store=self.store,
            ingest=partial(self.ingest, correlation_id=new_correlation_id("upload")),
            check=partial(read_recording, channel_map=channel_map),
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
        sessions.requeue(self.database, session_code, correlation_id=SAME_CORRELATION, force=False)

    def reprocess_session(self, session_code: str) -> int:
        """Ask for a new result version of a session and return the job's number."""
        return sessions.requeue(self.database, session_code, correlation_id=SAME_CORRELATION, force=True)

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
        """Return the state of each part, with ``ready`` for the whole."""
        return self.operations.readiness()

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

    def reconcile(self, *, thorough: bool = False) -> int:
        """Queue what is in the bucket but was never announced; return how many objects."""
        return self.operations.reconcile(thorough=thorough).n_queued or 0

    def rescue_orphans(self) -> int:
        """Queue sessions again whose job is lost; return how many."""
        return sessions.requeue_orphans(self.database, correlation_id=SAME_CORRELATION)

    def build_job_app(self, metrics: WorkerMetrics | None = None) -> App:
        """Return the queue application that runs these use cases."""
        from processing.jobs.application import build_job_app
        from processing.services.work import work_of

        return build_job_app(self.database.url, work_of(self), metrics)
