"""What an export adds to a session's review, and the trace that it leaves in the audit log before it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from processing.database.pool import Database
from processing.errors import AccessDeniedError, NotFoundError

# The patient's sessions that the viewer may see, in order of time.
_PLACES = """
select session_code, number, study_day, scoring_name, scoring_version, scoring
from (
    select s.session_code,
           row_number() over (partition by s.patient_id order by s.session_at, s.id) as number,
           s.session_at::date - min(s.session_at::date) over (partition by s.patient_id) + 1 as study_day,
           c.name as scoring_name, c.version as scoring_version, c.configuration as scoring
    from app.therapy_sessions s
    left join app.performance_scores p on p.session_id = s.id and p.result_version = s.result_version
    left join app.scoring_configuration c on c.id = p.scoring_configuration_id
    where s.patient_id in (select x.patient_id from app.therapy_sessions x where x.session_code = any(%(codes)s))
) placed
where session_code = any(%(codes)s)
"""

_CODES = """
select s.session_code from app.therapy_sessions s join app.patients p on p.id = s.patient_id
where s.id = any(%(ids)s::uuid[]) order by p.code, s.session_at, s.id
"""

_AS_PERSON = """
select app.record_access('export', 'therapy_sessions', code, %(reason)s, %(correlation_id)s)
from unnest(%(codes)s::text[]) as code
"""

# A command of the operator acts for nobody; the log then names the program alone.
_AS_OWNER = """
insert into app.audit_log (action, table_name, row_key, reason, correlation_id)
select 'export', 'therapy_sessions', code, %(reason)s, %(correlation_id)s from unnest(%(codes)s::text[]) as code
"""

_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """Where a session stands among its patient's, and the scoring configuration of its newest score."""

    number: int
    study_day: int
    scoring_name: str | None
    scoring_version: int | None
    scoring: dict[str, Any] | None


def read_places(database: Database, session_codes: Sequence[str]) -> dict[str, SessionPlace]:
    """Return the place of each session that the viewer may see, by its code."""
    rows = database.fetch_all(_PLACES, {"codes": list(session_codes)})
    return {row.pop("session_code"): SessionPlace(**row) for row in rows}


def read_codes(database: Database, session_ids: Sequence[str]) -> list[str]:
    """Return the codes of sessions, in the order of their patients and their time."""
    rows = database.fetch_all(_CODES, {"ids": list(session_ids)})
    return [str(row["session_code"]) for row in rows]


def record_exports(
    database: Database, session_codes: Sequence[str], reason: str, *, correlation_id: str | None = None
) -> None:
    """Keep in the audit log that sessions are exported: one entry each, all or nothing.

    Raises
    ------
    AccessDeniedError
        If the person may not export; nothing may leave then.
    NotFoundError
        If one of the sessions is gone, or may not be seen.
    """
    statement = _AS_OWNER if database.identity is None else _AS_PERSON
    values = {
        "codes": list(session_codes),
        "reason": reason[:_LONGEST_REASON],
        "correlation_id": correlation_id,
    }
    with database.transaction() as connection:
        try:
            written = connection.execute(statement.encode(), values).rowcount
        except psycopg.errors.NoDataFound as exc:
            raise NotFoundError("One of the sessions is not there any more; nothing was exported.") from exc
        if written != len(session_codes):
            raise AccessDeniedError("The export could not be kept in the audit log, so nothing was exported.")
