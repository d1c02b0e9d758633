"""Counts of looks at signals, stored every few seconds by a thread of their own, so that no page waits for it."""

from __future__ import annotations

import threading

import structlog

from processing.database import Database
from processing.database.trace_use import add_use
from processing.errors import ProcessingError
from processing.use_cases.trace_use import Look, UseLedger

# A process that is killed loses what it counted since; a page that is drawn anew counts again anyway.
_EVERY_S = 5.0
_AT_A_TIME = 500

_log = structlog.get_logger(__name__)


class TraceCounts:
    """Counts in memory at once, in the database soon; a database that is away delays it and fails nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ledger = UseLedger()
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def count(self, session_code: str, look: Look) -> None:
        """Count one look at a session."""
        self._ledger.count(session_code, look)
        with self._starting:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._keep_storing, name="trace-counts", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Store what was counted; what a database that is away does not take is kept for the next time."""
        uses = self._ledger.take()
        for start in range(0, len(uses), _AT_A_TIME):
            try:
                add_use(self._database, uses[start : start + _AT_A_TIME])
            except ProcessingError as error:
                self._ledger.put_back(uses[start:])
                _log.warning("trace_counts_not_stored", error=error.kind)
                return

    def close(self) -> None:
        """Store what is left, and end."""
        self._ended.set()
        with self._starting:
            thread = self._thread
        if thread is not None:
            thread.join()
            self.flush()

    def _keep_storing(self) -> None:
        while not self._ended.wait(_EVERY_S):
            try:
                self.flush()
            except Exception:  # a defect costs these counts, and must not end the counting in silence
                _log.exception("trace_counts_failed")
