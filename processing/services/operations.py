"""Keeping the path from bucket to result complete, and saying how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from processing.database import Database, filing, operations, sessions
from processing.database.notifications import NotificationOutbox
from processing.errors import NotFoundError, ProcessingError
from processing.ports import Notifier, ObjectStore
from processing.use_cases.ingest_types import SAME_CORRELATION
from processing.use_cases.notify import raise_alerts, send_notifications
from processing.use_cases.operations import (
    HourOfWork,
    OperationsFacts,
    ReconciliationRun,
    find_alerts,
    readiness,
)
from processing.use_cases.reconcile import Ingest, Reconciled, announce, reconcile


class Operations:
    """What upkeep does, and what whoever looks after the system is shown."""

    def __init__(
        self, database: Database, store: ObjectStore, *, ingest: Ingest, notifiers: Sequence[Notifier] = ()
    ) -> None:
        self._database = database
        self._store = store
        self._ingest = ingest
        self._notifiers = notifiers

    def facts(self) -> OperationsFacts:
        """Return how the whole stands; AccessDeniedError for a person who is no administrator."""
        return operations.read_operations(self._database)

    def readiness(self) -> dict[str, Any]:
        """Return the state of each part for a monitoring system; raises nothing that is foreseen."""
        facts, database_error, storage_error = None, None, None
        try:
            facts = self.facts()
        except ProcessingError as error:
            database_error = error.kind
        try:
            self._store.check()
        except ProcessingError as error:
            storage_error = error.kind
        return readiness(facts, database_error=database_error, storage_error=storage_error)

    def list_hours(self) -> list[HourOfWork]:
        """Return the past day hour by hour; empty for whoever is no administrator."""
        return operations.list_hours(self._database)

    def list_runs(self, limit: int = 60) -> list[ReconciliationRun]:
        """Return the newest reconciliations; none for whoever is no administrator."""
        return operations.list_runs(self._database, limit)

    def announce_change(self, name: str) -> str:
        """Look at one object that somebody says changed; return what became of it.

        Raises
        ------
        TransientError
            If store or database do not answer; the reconciliation will find the object.
        """
        bucket = self._store.bucket
        try:
            stored = self._store.stat(name)
        except NotFoundError:
            operations.note_object(self._database, bucket, name, present=False)
            return "removed"
        if operations.is_settled(self._database, bucket, name, stored.version):
            operations.note_object(self._database, bucket, name, present=True)
            return "settled"
        return announce(stored, bucket, "reconcile", self._ingest).outcome

    def note_removed(self, object_name: str) -> str | None:
        """Keep that an object was deleted; return the code of its session, None if there is none."""
        return operations.note_object(self._database, self._store.bucket, object_name, present=False)

    def tell_operator(self) -> int:
        """Raise alerts and send what waits in the outbox; return how many messages were taken.

        Without an address nothing is sent, and messages of failures stay for the Operations page.
        """
        outbox = NotificationOutbox(self._database)
        if self._notifiers:
            raise_alerts(find_alerts(self.facts()), outbox)
        return send_notifications(outbox, self._notifiers)

    def reconcile(self, *, thorough: bool = False) -> ReconciliationRun:
        """Bring back sessions whose job is lost, then compare bucket and sessions; keep what was found.

        ``thorough`` looks at every object, also at those that did not change since the last comparison.

        Raises
        ------
        ProcessingError
            Whatever store or database raise; the run is kept as failed where that is still possible.
        """
        started_at = datetime.now(UTC)
        try:
            n_rescued = sessions.requeue_orphans(self._database, correlation_id=SAME_CORRELATION)
            found = self._compare(started_at, thorough)
        except ProcessingError as error:
            self._keep_failure(started_at, error)
            raise
        run = ReconciliationRun(
            started_at,
            datetime.now(UTC),
            found.n_listed,
            found.n_queued,
            n_rescued,
            found.n_missing,
            None,
            None,
        )
        operations.add_run(self._database, run)
        return run

    def _compare(self, started_at: datetime, thorough: bool) -> Reconciled:
        database, bucket = self._database, self._store.bucket
        return reconcile(
            self._store,
            settled=lambda: sessions.settled_object_versions(database, bucket),
            ingest=self._ingest,
            parked=lambda: filing.parked_names(database, bucket),
            forget=partial(filing.forget_parked, database, bucket),
            note_missing=lambda names: operations.note_missing(database, bucket, names, started_at),
            compared_at=None if thorough else operations.last_compared_at(database),
        )

    def _keep_failure(self, started_at: datetime, error: ProcessingError) -> None:
        run = ReconciliationRun(started_at, datetime.now(UTC), None, None, None, None, error.kind, str(error))
        try:
            operations.add_run(self._database, run)
        except ProcessingError:
            return  # the database itself is away; its error is already on its way to the caller
