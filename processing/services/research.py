"""Dry runs, their application and the versions of a result, as the Research page asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.c3d import read_recording_isolated
from processing.database import Database, reprocessing, sessions
from processing.database.profiles import read_own_profile
from processing.database.reprocessing_worker import ReprocessingRecords
from processing.errors import AccessDeniedError, InvalidParameterError
from processing.ports import ObjectStore
from processing.use_cases.ingest_types import new_correlation_id
from processing.use_cases.plain_text import check_characters
from processing.use_cases.reprocessing import (
    Candidate,
    Outcome,
    Phase,
    ResultVersion,
    Run,
    RunItem,
    Selection,
    check_candidate,
)
from processing.use_cases.reprocessing_chunk import run_chunk, try_one

_RUNS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ResearchService:
    """Settings tried on many sessions; researchers and administrators only, which the database checks."""

    database: Database
    store: ObjectStore

    def sites(self) -> Sequence[str]:
        """Return every site of a patient."""
        return reprocessing.list_sites(self.database)

    def count(self, selection: Selection) -> int:
        """Return how many sessions a selection matches, at most one more than a run may have."""
        return len(reprocessing.matching_sessions(self.database, selection))

    def start(self, title: str, candidate: Candidate, selection: Selection) -> int:
        """Put a dry run on the queue and return its number; see :func:`reprocessing.start_run`."""
        title = check_characters(title, "name").strip()
        if not title:
            raise InvalidParameterError(
                "The dry run has no name; one line that says what is tried is expected."
            )
        return reprocessing.start_run(
            self.database, title[:200], candidate, selection, correlation_id=new_correlation_id("research")
        )

    def try_session(self, session_code: str, candidate: Candidate) -> RunItem:
        """Return at once how one session would come out; nothing is stored, and nothing is put on the queue.

        Raises
        ------
        AccessDeniedError
            If the viewer is neither researcher nor administrator.
        InvalidParameterError
            If the analysis does not know a setting, or could not work with its value.
        NotFoundError
            If there is no such session, or it may not be seen.
        StorageUnavailableError, DatabaseUnavailableError
            If the bucket or the database does not answer.
        """
        profile = None if self.database.identity is None else read_own_profile(self.database)
        if profile is not None and profile.role not in ("researcher", "administrator"):
            raise AccessDeniedError("Other settings are tried by researchers and administrators.")
        check_candidate(candidate)
        summary = sessions.load_review(self.database, session_code).summary
        return try_one(
            summary.session_id,
            summary.session_code,
            candidate,
            records=ReprocessingRecords(self.database),
            store=self.store,
            reader=read_recording_isolated,
        )

    def runs(self) -> Sequence[Run]:
        """Return the newest runs."""
        return reprocessing.list_runs(self.database, _RUNS_SHOWN)

    def run(self, run_id: int) -> Run:
        """Return one run; NotFoundError where there is none."""
        return reprocessing.read_run(self.database, run_id)

    def items(self, run_id: int, outcomes: Sequence[Outcome] | None = None) -> Sequence[RunItem]:
        """Return the sessions of a run, of some outcomes or all."""
        return reprocessing.list_items(self.database, run_id, outcomes)

    def cancel(self, run_id: int) -> bool:
        """Stop a run, or put aside what it found; False where that was done before."""
        return reprocessing.cancel_run(self.database, run_id)

    def apply(self, run_id: int, reason: str) -> None:
        """Put the application on the queue; see :func:`reprocessing.apply_run` for what is refused."""
        if not check_characters(reason, "reason").strip():
            raise InvalidParameterError("No reason is given; one sentence is expected.")
        reprocessing.apply_run(self.database, run_id, reason.strip()[:1000])

    def versions(self, session_code: str) -> Sequence[ResultVersion]:
        """Return every result version of a session, newest first."""
        return reprocessing.list_versions(self.database, session_code)

    # What the worker does.

    def work(self, run_id: int, phase: Phase, first: int, last: int) -> str:
        """Try or apply what is left of a chunk."""
        return run_chunk(
            run_id,
            phase,
            first,
            last,
            records=ReprocessingRecords(self.database),
            store=self.store,
            reader=read_recording_isolated,
        )

    def give_up(self, run_id: int, phase: Phase, first: int, last: int, message: str) -> None:
        """Keep that what is left of a chunk will not be done."""
        ReprocessingRecords(self.database).give_up(run_id, phase, first, last, message)

    def upkeep(self) -> int:
        """Queue runs again whose jobs are lost and forget old dry runs; return how many were queued."""
        records = ReprocessingRecords(self.database)
        records.forget_old()
        return records.rescue()
