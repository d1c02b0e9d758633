"""Counts of looks at signals: added in batches, read as one set of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from processing.database.pool import Database
from processing.errors import AccessDeniedError
from processing.use_cases.cache_report import CacheFigures
from processing.use_cases.trace_use import SessionUse

_ADD = "select app.add_trace_use(%(rows)s::text::jsonb)"

# A plot counts as opened however often and by whomever. Sessions from before counting began are left out of the
# shares: whether anybody looked at them is not recorded.
_FIGURES = """
with begun as (
    select since from app.trace_use_begun
), counted as (
    select s.id, s.received_at, exists (
        select from app.trace_use u where u.session_id = s.id and u.drawn > 0) as opened
    from app.therapy_sessions s, begun
    where s.result_version > 0 and s.received_at >= begun.since
), sessions as (
    select count(*) as n_sessions, count(*) filter (where opened) as n_opened,
           count(*) filter (where received_at >= now() - make_interval(days => %(days)s)) as n_recent,
           count(*) filter (where opened and received_at >= now() - make_interval(days => %(days)s))
               as n_recent_opened
    from counted
), by_session as (
    select sum(u.looks) as looks, sum(u.drawn) as drawn, sum(u.memory_hits) as memory_hits,
           sum(u.shared_hits) as shared_hits, sum(u.builds) as builds, sum(u.slow_builds) as slow_builds,
           sum(u.build_s) as build_s, max(u.longest_build_s) as longest_build_s
    from app.trace_use u
    where u.day > (now() at time zone 'UTC')::date - %(days)s
    group by u.session_id
), looks as (
    select coalesce(sum(looks), 0)::bigint as looks, coalesce(sum(drawn), 0)::bigint as drawn,
           coalesce(sum(memory_hits), 0)::bigint as memory_hits,
           coalesce(sum(shared_hits), 0)::bigint as shared_hits,
           coalesce(sum(builds), 0)::bigint as builds, coalesce(sum(slow_builds), 0)::bigint as slow_builds,
           coalesce(sum(build_s), 0) as build_s, max(longest_build_s) as longest_build_s,
           coalesce(sum(builds - 1) filter (where builds > 1), 0)::bigint as rebuilds
    from by_session
)
select begun.since, %(days)s::integer as days, sessions.*, looks.*,
       (select count(*) from app.therapy_sessions s
        where s.result_version > 0 and s.received_at < begun.since) as n_before
from begun, sessions, looks
"""


def add_use(database: Database, uses: Sequence[SessionUse]) -> None:
    """Add counts to what is stored; sessions that no longer exist are left out."""
    rows = [{**asdict(use), "day": use.day.isoformat()} for use in uses]
    database.execute(_ADD, {"rows": orjson.dumps(rows).decode()})


def read_figures(database: Database, *, days: int) -> CacheFigures:
    """Return what was counted.

    Parameters
    ----------
    days : int
        How far back looks and builds count, and sessions count as recent, in days.

    Raises
    ------
    AccessDeniedError
        If the person whom these connections act for is no administrator.
    """
    row = database.fetch_one(_FIGURES, {"days": days})
    if row is None:
        raise AccessDeniedError("What was counted about the caches is shown to administrators.")
    return CacheFigures(**row)
