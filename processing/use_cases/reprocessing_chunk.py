"""One chunk of a run in the worker: each session is tried or applied by itself, and what is done stays done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import structlog

from processing.emg.corrections import LogEntry
from processing.errors import NotFoundError, PermanentError, ReaderCrashedError, TransientError
from processing.ports import ObjectStore
from processing.use_cases.corrections import apply_log
from processing.use_cases.process_session import (
    ClaimedSession,
    FreshAnalysis,
    InputsOnDay,
    Reader,
    analyse_claimed,
    read_object,
)
from processing.use_cases.read_models import SessionInputs, SessionResult
from processing.use_cases.reprocessing import (
    Candidate,
    Digest,
    Phase,
    RunItem,
    compare_digests,
    digest_of,
)
from processing.use_cases.rescore import rescore
from processing.version import PIPELINE_VERSION

_FAILURES = (PermanentError, ReaderCrashedError)
BUSY = "The recording is just being analysed, so there is nothing to compare with."
OTHER_PROGRAM = (
    "The program was updated since the dry run, which says nothing about the new one: try it again."
)
DEFECT = "Given up because of a defect in this program; the details are in the worker's log."
CHANGED = "The session changed since the dry run, so its result stays as it is."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SessionNow:
    """A session as it stands: what it is analysed with, and what it shows.

    ``result`` is None where it shows none: it could not be read. ``busy`` says that an analysis is under way.
    """

    claimed: ClaimedSession
    result_version: int
    result: SessionResult | None
    log: Sequence[LogEntry]
    busy: bool


class RunRecords(InputsOnDay, Protocol):
    """What a chunk needs from the database."""

    def candidate(self, run_id: int, phase: Phase) -> Candidate | None:
        """Return what is tried or applied; None once it was cancelled, or is gone."""

    def waiting(self, run_id: int, phase: Phase, first: int, last: int) -> Sequence[RunItem]:
        """Return the sessions of a chunk that are still to be done."""

    def session_now(self, session_id: str) -> SessionNow:
        """Return how a session stands; NotFoundError if it is gone."""

    def note_tried(self, run_id: int, item: RunItem) -> None:
        """Keep how a session came out."""

    def store_applied(
        self, run_id: int, item: RunItem, fresh: FreshAnalysis, *, object_version: str, candidate: Candidate
    ) -> None:
        """Store a new result version and note it, all or nothing; or note why it was not applied."""

    def note_not_applied(self, run_id: int, number: int, message: str) -> None:
        """Keep why a session's result stays as it is."""


def run_chunk(
    run_id: int,
    phase: Phase,
    first: int,
    last: int,
    *,
    records: RunRecords,
    store: ObjectStore,
    reader: Reader,
) -> str:
    """Try or apply the sessions from ``first`` to ``last`` that are left, and return what became of the chunk.

    Raises
    ------
    TransientError
        If the store or the database failed in a way that may pass; the caller runs the chunk again, which goes on
        with what is left.
    """
    for item in records.waiting(run_id, phase, first, last):
        candidate = records.candidate(run_id, phase)
        if candidate is None:
            return "cancelled"
        try:
            if phase == "try":
                records.note_tried(run_id, _tried(item, candidate, records, store, reader))
            else:
                _apply(run_id, item, candidate, records, store, reader)
        except NotFoundError:
            continue  # the session was deleted, and its item with it
        except TransientError:
            raise
        except Exception as error:
            # Whatever is wrong with one session is no reason to leave the others undone.
            _log.exception("research_item_failed", run_id=run_id, phase=phase, session=item.session_code)
            message = str(error) if isinstance(error, PermanentError) else DEFECT
            _give_up(run_id, item, phase, message, records)
    return "done"


def _give_up(run_id: int, item: RunItem, phase: Phase, message: str, records: RunRecords) -> None:
    if phase == "try":
        records.note_tried(run_id, replace(item, outcome="skipped", message=message))
    else:
        records.note_not_applied(run_id, item.number, message)


def try_one(
    session_id: str,
    session_code: str,
    candidate: Candidate,
    *,
    records: RunRecords,
    store: ObjectStore,
    reader: Reader,
) -> RunItem:
    """Return how one session comes out under a candidate; nothing is stored.

    Raises
    ------
    NotFoundError
        If the session is gone.
    TransientError
        If the store or the database failed in a way that may pass.
    """
    return _tried(RunItem(1, session_id, session_code), candidate, records, store, reader)


def _tried(
    item: RunItem, candidate: Candidate, records: RunRecords, store: ObjectStore, reader: Reader
) -> RunItem:
    now = records.session_now(item.session_id)
    if now.busy:
        return replace(item, seen_version=now.result_version, outcome="skipped", message=BUSY)
    before = None if now.result is None else _digest(now.result)
    try:
        after = _preview(now, candidate, records, store, reader)
    except _FAILURES as error:
        outcome, _ = compare_digests(before, None)
        return replace(
            item, seen_version=now.result_version, outcome=outcome, before=before, message=str(error)
        )
    outcome, changes = compare_digests(before, after)
    return replace(
        item, seen_version=now.result_version, outcome=outcome, changes=changes, before=before, after=after
    )


def _preview(
    now: SessionNow, candidate: Candidate, records: RunRecords, store: ObjectStore, reader: Reader
) -> Digest:
    """Return what applying would show: analysed anew, with people's corrections; nothing is stored."""
    fresh, _ = _analysed(now, candidate, records, store, reader)
    analysed = fresh.analysed
    inputs = _UnderCandidate(records, candidate).inputs_on(fresh.claimed, analysed.recorded_at)
    channels, score = rescore(analysed.channels, analysed.metadata, inputs)
    if now.log:
        detected = SessionResult(
            version=now.result_version,
            metadata=analysed.metadata,
            channels=channels,
            score=score,
            parameters={},
            pipeline_version=analysed.pipeline_version,
            file_sha256=analysed.sha256,
            analysed_at=datetime.now(UTC),
        )
        corrected = apply_log(detected, channels, now.log, inputs=inputs, signals=fresh.signals())
        channels, score = corrected.channels, corrected.score
    return digest_of(channels, score, pipeline_version=analysed.pipeline_version)


def _apply(
    run_id: int,
    item: RunItem,
    candidate: Candidate,
    records: RunRecords,
    store: ObjectStore,
    reader: Reader,
) -> None:
    now = records.session_now(item.session_id)
    if now.busy or now.result_version != item.seen_version:
        records.note_not_applied(run_id, item.number, CHANGED)
        return
    if item.after is None or item.after.pipeline_version != PIPELINE_VERSION:
        records.note_not_applied(run_id, item.number, OTHER_PROGRAM)
        return
    try:
        fresh, version = _analysed(now, candidate, records, store, reader)
    except _FAILURES as error:
        records.note_not_applied(run_id, item.number, str(error))
        return
    records.store_applied(run_id, item, fresh, object_version=version, candidate=candidate)


@dataclass(frozen=True, slots=True)
class _UnderCandidate:
    """What a session is measured against, under the rules that are tried."""

    records: RunRecords
    candidate: Candidate

    def inputs_on(self, claimed: ClaimedSession, recorded_at: datetime | None) -> SessionInputs:
        return self.candidate.inputs(self.records.inputs_on(claimed, recorded_at))


def _analysed(
    now: SessionNow, candidate: Candidate, records: RunRecords, store: ObjectStore, reader: Reader
) -> tuple[FreshAnalysis, str]:
    """Return a session's analysis under the candidate, and the version of the object that it read."""
    claimed = candidate.for_session(now.claimed)
    data, version = read_object(store, claimed.object_name)
    return (
        analyse_claimed(
            data,
            claimed,
            records=_UnderCandidate(records, candidate),
            reader=reader,
            object_version=version,
        ),
        version,
    )


def _digest(result: SessionResult) -> Digest:
    return digest_of(result.channels, result.score, pipeline_version=result.pipeline_version)
