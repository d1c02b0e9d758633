"""Forgetting what need not be kept, by the periodic job and by command."""

from __future__ import annotations

from dataclasses import asdict

import structlog

from processing.database import Database
from processing.database.housekeeping import DatabaseAttic
from processing.settings import Settings
from processing.use_cases.housekeeping import Retention, Tidied, keep_house

_log = structlog.get_logger(__name__)


class Housekeeping:
    """Deletes finished jobs, bodies of events, messages and runs of the reconciliation once they are old."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._attic = DatabaseAttic(database)
        self.keep = Retention(
            finished_jobs_days=settings.keep_finished_jobs_days,
            event_bodies_days=settings.keep_event_bodies_days,
            notifications_days=settings.keep_notifications_days,
            reconciliation_runs_days=settings.keep_reconciliation_runs_days,
        )

    def run(self) -> Tidied:
        """Forget what is old; a backlog is worked off over several runs.

        Raises
        ------
        DatabaseUnavailableError
            If the database goes away; what was forgotten until then stays so.
        """
        tidied = keep_house(self._attic, self.keep)
        if tidied.total:
            _log.info("house_kept", **asdict(tidied))
        return tidied
