"""Erasing one patient on request: files, rows, queue, cache and what the audit log says, so that it can be repeated.

The order makes a crash harmless. First the code is closed, so that neither an event nor the reconciliation brings the
patient back. Then the files go, while the rows still know them; then the rows, in one transaction; then whatever
arrived meanwhile. Whoever repeats the command after a crash goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from processing.database import Database, erasure
from processing.errors import NotFoundError
from processing.ports import ObjectStore
from processing.use_cases.erasure import ErasedPatient, ErasurePlan, ErasureReport, ErasureSubject
from processing.use_cases.upload import check_patient_code

_POLL_S = 0.5


class ErasureService:
    """What the operator does when a patient asks to be forgotten.

    Parameters
    ----------
    forget : callable
        Takes the SHA-256 of a recording and deletes what caches beyond this process hold of it.
    jobs_wait_s : float
        How long analyses under way are waited for.
    """

    def __init__(
        self,
        database: Database,
        store: ObjectStore,
        *,
        forget: Callable[[str], object],
        jobs_wait_s: float = 60.0,
    ) -> None:
        self._database = database
        self._store = store
        self._forget = forget
        self._jobs_wait_s = jobs_wait_s

    def plan(self, code: str) -> ErasurePlan:
        """Return what an erasure would delete, and change nothing.

        Raises
        ------
        NotFoundError
            If nothing is known of this code: no patient, no file, no erasure.
        """
        code = check_patient_code(code)
        subject = erasure.read_subject(self._database, code, self._store.bucket)
        files = self._files(subject)
        earlier = erasure.find_erasure(self._database, code)
        if subject.patient_id is None and not files and earlier is None and not subject.n_rows:
            raise NotFoundError(f"There is no patient '{code}', and no file in the folder '{code}/'.")
        return ErasurePlan(subject, tuple(files), earlier)

    def erase(self, code: str, *, reason: str, requested_by: str) -> ErasureReport:
        """Erase a patient, or complete an erasure that was interrupted; see the module for the order.

        Raises
        ------
        AccessDeniedError
            If the database role may not set triggers aside.
        NotFoundError
            If nothing is known of this code.
        TransientError
            If database or bucket do not answer; the code stays closed, and the command can be repeated.
        """
        erasure.check_may_erase(self._database)
        plan = self.plan(code)
        subject = plan.subject
        closed = erasure.close_code(self._database, subject.code, reason=reason, requested_by=requested_by)
        plan = self.plan(subject.code)  # what arrived until the code was closed
        subject = plan.subject
        n_files = self._remove(subject.code, plan.files)
        for file_hash in subject.file_hashes:
            self._forget(file_hash)
        n_rows = erasure.erase_rows(self._database, subject, self._store.bucket)
        n_files += self._remove(subject.code, self._files(subject))
        return self._report(subject, closed, n_files, n_rows)

    def restore_erasure(self, erased: ErasedPatient) -> ErasureReport:
        """Erase again what an older copy of the data brought back; the code is closed even if there was nothing."""
        erasure.close_code(
            self._database, erased.code, reason=erased.reason, requested_by=erased.requested_by
        )
        return self.erase(erased.code, reason=erased.reason, requested_by=erased.requested_by)

    def erased_patients(self) -> list[ErasedPatient]:
        """Return every erasure so far, by code."""
        return erasure.list_erasures(self._database)

    def _remove(self, code: str, files: Sequence[str]) -> int:
        n_removed = self._store.remove(files)
        erasure.note_files(self._database, code, n_removed)
        return n_removed

    def _files(self, subject: ErasureSubject) -> list[str]:
        return [*self._store.list_folder(subject.code), *subject.objects]

    def _report(
        self, subject: ErasureSubject, closed: ErasedPatient, n_files: int, n_rows: dict[str, int]
    ) -> ErasureReport:
        bucket = self._store.bucket
        n_running = self._wait_for_jobs(subject)
        remaining = erasure.find_remains(self._database, subject, bucket)
        mentions = erasure.find_mentions(self._database, subject)
        if not remaining and not n_running:
            erasure.complete(self._database, subject.code)
        return ErasureReport(
            erased=erasure.find_erasure(self._database, subject.code) or closed,
            n_files=n_files,
            n_rows=n_rows,
            remaining=remaining,
            mentions=mentions,
            same_elsewhere=subject.same_elsewhere,
            n_running=n_running,
        )

    def _wait_for_jobs(self, subject: ErasureSubject) -> int:
        """Let analyses that are under way find their session gone; return how many did not end in time."""
        deadline = time.monotonic() + self._jobs_wait_s
        while n_held := erasure.end_jobs(self._database, subject, self._store.bucket):
            if time.monotonic() > deadline:
                return n_held
            time.sleep(_POLL_S)
        return 0
