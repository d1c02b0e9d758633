"""The audit log: what people open and export is added here, what they change is added by the tables' triggers."""

from __future__ import annotations

from processing.database.pool import Database
from processing.use_cases.read_models import Access, AuditEntry, AuditFilters

_RECORD = "select app.record_access(%(action)s, %(table_name)s, %(row_key)s, %(reason)s, %(correlation_id)s)"

_LIST = """
select l.id, l.at, l.actor::text as actor, p.display_name as actor_name, l.program, l.action, l.table_name,
       l.row_key, l.before, l.after, l.reason, l.correlation_id
from app.audit_log l
left join app.user_profiles p on p.user_id = l.actor
where (%(table_name)s::text is null or l.table_name = %(table_name)s)
  and (%(row_key)s::text is null or l.row_key = %(row_key)s)
  and (%(actor)s::uuid is null or l.actor = %(actor)s)
  and (%(before_id)s::bigint is null or l.id < %(before_id)s)
order by l.id desc
limit %(limit)s
"""


def record_access(
    database: Database,
    action: Access,
    table_name: str,
    row_key: str,
    *,
    reason: str | None = None,
    correlation_id: str | None = None,
) -> None:
    """Keep that the person whom these connections act for opened or exported something.

    Raises
    ------
    AccessDeniedError
        If nobody is signed in.
    """
    database.fetch_one(
        _RECORD,
        {
            "action": action,
            "table_name": table_name,
            "row_key": row_key,
            "reason": reason,
            "correlation_id": correlation_id,
        },
    )


def list_audit(database: Database, filters: AuditFilters) -> list[AuditEntry]:
    """Return the entries that match and may be seen, newest first."""
    rows = database.fetch_all(
        _LIST,
        {
            "table_name": filters.table_name,
            "row_key": filters.row_key,
            "actor": filters.actor,
            "before_id": filters.before_id,
            "limit": filters.limit,
        },
    )
    return [AuditEntry(entry_id=row.pop("id"), **row) for row in rows]
