"""The audit log as the administrator's page asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from processing.database import Database, audit
from processing.use_cases.read_models import AuditEntry, AuditFilters, AuditPerson


class AuditService:
    """Reads what was opened, changed and exported; the database gives it to administrators only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, filters: AuditFilters) -> Sequence[AuditEntry]:
        """Return what matches, newest first; empty for all but administrators."""
        return audit.list_audit(self._database, filters)

    def people(self) -> Sequence[AuditPerson]:
        """Return every account; empty for all but administrators."""
        return audit.list_people(self._database)
