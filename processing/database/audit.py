"""The audit log: what people open and export is added here, what they change is added by the tables' triggers."""

from __future__ import annotations

from dataclasses import asdict

import psycopg

from processing.database.pool import Database
from processing.errors import NotFoundError
from processing.use_cases.read_models import Access, AuditEntry, AuditFilters, AuditPerson

_RECORD = "select app.record_access(%(action)s, %(table_name)s, %(row_key)s, %(reason)s, %(correlation_id)s)"

_LIST = """
with sessions as (
    select s.id, s.session_code from app.therapy_sessions s join app.patients p on p.id = s.patient_id
    where %(about)s in (s.session_code, p.code)
), keys as (
    select s.id::text as key from sessions s
    union select s.session_code from sessions s
    union select p.id::text from app.patients p where p.code = %(about)s
    union select p.code from app.patients p where p.code = %(about)s
    union select n.id::text from app.clinical_notes n join sessions s on s.id = n.session_id
    union select l.row_key from app.audit_log l join sessions s
          on s.id::text in (l.before ->> 'session_id', l.after ->> 'session_id')
          where l.table_name = 'clinical_notes'
), found as (
    select * from app.audit_log l
    where (%(table_name)s::text is null or l.table_name = %(table_name)s)
      and (%(row_key)s::text is null or l.row_key = %(row_key)s)
      and (%(actor)s::uuid is null or l.actor = %(actor)s)
      and (%(action)s::text is null or l.action = %(action)s)
      and (l.action <> 'read' or not %(without_reads)s)
      and (%(about)s::text is null or l.row_key in (select k.key from keys k))
      and (%(on_or_after)s::date is null or l.at >= %(on_or_after)s::date at time zone 'UTC')
      and (%(on_or_before)s::date is null or l.at < (%(on_or_before)s::date + 1) at time zone 'UTC')
      and (%(before_id)s::bigint is null or l.id < %(before_id)s)
    order by l.id desc
    limit %(limit)s
), named as (
    select f.*, case when f.row_key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then f.row_key::uuid end as key_id,
           coalesce(f.after ->> 'session_id', f.before ->> 'session_id')::uuid as session_id
    from found f
)
select l.id, l.at, l.actor::text as actor, a.display_name as actor_name, l.program, l.action, l.table_name,
       l.row_key, l.before, l.after, l.reason, l.correlation_id,
       coalesce(s.session_code, p.code, ns.session_code, u.display_name,
                case when l.row_key ~ '^P[0-9]{3}' then l.row_key end) as subject
from named l
left join app.user_profiles a on a.user_id = l.actor
left join app.clinical_notes n on n.id = l.key_id
left join app.therapy_sessions s on s.id = l.key_id
left join app.patients p on p.id = l.key_id
left join app.therapy_sessions ns on ns.id = coalesce(l.session_id, n.session_id)
left join app.user_profiles u on u.user_id = l.key_id and l.table_name = 'user_profiles'
order by l.id desc
"""

_PEOPLE = """
select user_id::text as user_id, display_name as name, role from app.user_profiles
where (select app.is_administrator()) order by display_name nulls last, user_id
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
    NotFoundError
        If there is nothing of this name, or the viewer may not see it: then nothing was opened.
    """
    values = {
        "action": action,
        "table_name": table_name,
        "row_key": row_key,
        "reason": reason,
        "correlation_id": correlation_id,
    }
    try:
        database.fetch_one(_RECORD, values)
    except psycopg.errors.NoDataFound as exc:
        raise NotFoundError(f"There is no '{row_key}' that could be opened.") from exc


def list_audit(database: Database, filters: AuditFilters) -> list[AuditEntry]:
    """Return the entries that match and may be seen, newest first."""
    rows = database.fetch_all(_LIST, asdict(filters))
    return [AuditEntry(entry_id=row.pop("id"), **row) for row in rows]


def list_people(database: Database) -> list[AuditPerson]:
    """Return every account, for choosing whose doings to see; empty for all but administrators."""
    return [AuditPerson(**row) for row in database.fetch_all(_PEOPLE)]
