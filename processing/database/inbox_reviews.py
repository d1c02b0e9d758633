"""Who looked a session over: a mark on exactly what they saw."""

from __future__ import annotations

from processing.database.pool import Database
from processing.errors import NotFoundError
from processing.use_cases.inbox import ReviewMark

_READ = """
select c.result_version, c.computed_at as judged_at, w.display_name as reviewed_by, r.reviewed_at,
       r.result_version as reviewed_version, r.judged_at as reviewed_judged_at
from app.therapy_sessions s
join app.performance_scores c on c.session_id = s.id and c.result_version = s.result_version
left join app.session_reviews r on r.session_id = s.id
left join app.colleagues() w on w.user_id = r.reviewed_by
where s.session_code = %(session_code)s
"""

# Whether the session may be marked, the policies say; for an update of nothing that is the lock's answer.
_MARK = """
insert into app.session_reviews (session_id, result_version, judged_at)
select s.id, %(result_version)s, %(judged_at)s from app.therapy_sessions s where s.session_code = %(session_code)s
on conflict (session_id) do update set result_version = excluded.result_version, judged_at = excluded.judged_at
returning session_id
"""

_UNMARK = """
delete from app.session_reviews
where session_id = (select s.id from app.therapy_sessions s where s.session_code = %(session_code)s)
"""


def read_mark(database: Database, session_code: str) -> ReviewMark | None:
    """Return a session's mark, or None while it has no result that could be reviewed."""
    row = database.fetch_one(_READ, {"session_code": session_code})
    return None if row is None else ReviewMark(**row)


def mark_reviewed(database: Database, session_code: str, mark: ReviewMark) -> None:
    """Keep that the viewer looked over what ``mark`` names.

    Raises
    ------
    NotFoundError
        If no session has this code.
    AccessDeniedError
        If the session is not the viewer's to review.
    """
    row = database.fetch_one(
        _MARK,
        {
            "session_code": session_code,
            "result_version": mark.result_version,
            "judged_at": mark.judged_at,
        },
    )
    if row is None:
        raise NotFoundError(f"There is no session '{session_code}'.")


def unmark(database: Database, session_code: str) -> None:
    """Take the mark off a session again."""
    with database.transaction() as connection:
        connection.execute(_UNMARK, {"session_code": session_code})
