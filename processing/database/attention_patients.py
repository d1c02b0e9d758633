"""What is recorded of every patient, as the rules of the page Today look at it; quick for a thousand at once.

Of everybody it reads what decides how they stand: one row of packed results, and three look-ups in an index for the
first days and the last one. What only a row that is shown needs, its fourteen days and its newest session, is read
for named patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import overload

from psycopg.rows import DictRow

from processing.database.result_rows import Connection
from processing.scoring.attention import LONE_DAY_GAP_DAYS, LegFacts, SessionFacts, UnreadableFiles
from processing.use_cases.attention import RecentDays, RecordedPatient

# Two weeks have some 30 games, 42 with one a meal; copies of a recording stand beside it.
_MOST_OF_A_STRIP = 60

# A recording without a date counts on the day of its arrival; one that arrives again is still the first one.
_NO_COPY = """
(y.undated is null or not exists (
    select from app.session_summaries o where o.patient_id = y.patient_id and o.undated = y.undated
      and (o.session_at, o.session_id) < (y.session_at, y.session_id)))
"""

# The results of a patient are one text, kept by a trigger (``app.pack_results``), of which only those are taken apart
# that a rule looks at.
OVERVIEW = f"""
select p.code, p.therapist::text as therapist_id, c.display_name as therapist_name, p.site,
       coalesce(t.n_sessions, 0) as n_sessions, r.results, s.at as seen_at,
       case when f.at is null then '{{}}'::timestamp[]
            when g.at is null or g.at::date - f.at::date <= {LONE_DAY_GAP_DAYS} then array[f.at]
            else array(
                with recursive opening (at, alone) as (
                    select f.at, true
                    union all
                    select n.at, n.at::date - o.at::date > {LONE_DAY_GAP_DAYS}
                    from opening o, lateral (
                        select y.session_at as at from app.session_summaries y
                        where y.patient_id = p.id and y.session_at >= (o.at::date + 1)::timestamp
                        order by y.session_at limit 1) n
                    where o.alone)
                select at from opening) end as openings
from app.patients p
left join app.patient_totals t on t.patient_id = p.id
left join app.colleagues() c on c.user_id = p.therapist
left join lateral (
    select y.session_at as at from app.session_summaries y
    where y.patient_id = p.id order by y.session_at limit 1) f on true
left join lateral (
    select y.session_at as at from app.session_summaries y
    where y.patient_id = p.id and y.session_at >= (f.at::date + 1)::timestamp
    order by y.session_at limit 1) g on true
left join lateral (
    select y.session_at as at from app.session_summaries y
    where y.patient_id = p.id and y.session_at < (%(today)s::date + 1)::timestamp
    order by y.session_at desc limit 1) s on true
left join app.newest_results r on r.patient_id = p.id
where %(codes)s::text[] is null or p.code = any(%(codes)s)
order by p.code
"""

# Those that could not be read are counted apart, so that however many of them hide no session.
_RECENT = f"""
select p.code, coalesce(d.code, n.code) as latest_code, coalesce(d.at, n.at) as latest_at,
       array(select distinct y.session_at from app.session_summaries y
             where y.patient_id = p.id and y.session_at < (%(today)s::date + 2)::timestamp and y.status <> 'failed'
               and {_NO_COPY}
             order by y.session_at desc limit {_MOST_OF_A_STRIP}) as done_at,
       array(select distinct y.session_at from app.session_summaries y
             where y.patient_id = p.id and y.session_at < (%(today)s::date + 2)::timestamp and y.status = 'failed'
             order by y.session_at desc limit {_MOST_OF_A_STRIP}) as unread_at
from app.patients p
left join lateral (
    select s.session_code as code, y.session_at as at
    from app.session_summaries y join app.therapy_sessions s on s.id = y.session_id
    where y.patient_id = p.id and s.result_version > 0 and y.session_at < (%(today)s::date + 2)::timestamp
      and {_NO_COPY}
    order by y.session_at desc, y.session_id desc limit 1) d on true
left join lateral (
    select s.session_code as code, s.session_at as at from app.therapy_sessions s
    where s.patient_id = p.id and d.code is null order by s.session_at desc, s.id desc limit 1) n on true
where p.code = any(%(codes)s)
"""

# What was put aside in the Inbox needs nobody, until something happens to it again.
_UNREADABLE = """
select p.code, count(*) as n_files, (array_agg(s.session_code order by s.session_at desc))[1] as session_code,
       max(s.session_at) as at
from app.therapy_sessions s
join app.patients p on p.id = s.patient_id
left join app.inbox_dismissals d on d.session_id = s.id and d.dismissed_at >= s.updated_at
where s.processing_status = 'failed' and d.id is null and (%(codes)s::text[] is null or p.code = any(%(codes)s))
group by p.code
"""


def read_patients(
    connection: Connection, today: date, codes: Sequence[str] | None = None
) -> list[RecordedPatient]:
    """Return what is recorded of the patients whom the viewer may see, by code; all, or those named.

    Only of patients who are named, ``recent`` is read, too.
    """
    wanted = {"today": today, "codes": None if codes is None else list(codes)}
    rows = connection.execute(OVERVIEW.encode(), wanted).fetchall()
    failed = connection.execute(_UNREADABLE, {"codes": wanted["codes"]}).fetchall()
    shown = [] if codes is None else connection.execute(_RECENT.encode(), wanted).fetchall()
    recent = {row["code"]: _recent(row) for row in shown}
    unreadable = {
        row["code"]: UnreadableFiles(row["n_files"], row["session_code"], row["at"]) for row in failed
    }
    # What a tablet dated after tomorrow is no newest session: it would hide every later one.
    before = today + timedelta(days=2)
    return [_patient(row, before, unreadable, recent) for row in rows]


def _patient(
    row: DictRow, before: date, unreadable: Mapping[str, UnreadableFiles], recent: Mapping[str, RecentDays]
) -> RecordedPatient:
    return RecordedPatient(
        code=row["code"],
        therapist_id=row["therapist_id"],
        therapist_name=row["therapist_name"],
        site=row["site"],
        n_sessions=row["n_sessions"],
        openings=tuple(row["openings"]),
        seen_at=row["seen_at"],
        sessions=PackedSessions(row["results"], before=before),
        unreadable=unreadable.get(row["code"]),
        recent=recent.get(row["code"]),
    )


def _recent(row: DictRow) -> RecentDays:
    done: set[datetime] = set(row["done_at"])
    return RecentDays(
        done_at=tuple(sorted(done)),
        unread_at=tuple(sorted(set(row["unread_at"]) - done)),
        latest_code=row["latest_code"],
        latest_at=row["latest_at"],
    )


class PackedSessions(Sequence[SessionFacts]):
    """Sessions before a day in one text, as the database gave it; taken apart one by one when they are looked at.

    Rules look at the first few of twelve, and the page at those of twenty patients in a thousand.
    """

    __slots__ = ("_parts",)

    def __init__(self, packed: str | None, *, before: date) -> None:
        end = before.isoformat()
        # The time stands first, as ISO 8601 has it, so that texts compare as days do.
        self._parts = [part for part in packed.split(";") if part < end] if packed else []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._parts)

    @overload
    def __getitem__(self, index: int) -> SessionFacts: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SessionFacts]: ...

    def __getitem__(self, index: int | slice) -> SessionFacts | Sequence[SessionFacts]:
        """Return one session, or several."""
        if isinstance(index, slice):
            return [_unpacked(part) for part in self._parts[index]]
        return _unpacked(self._parts[index])

    def __iter__(self) -> Iterator[SessionFacts]:
        """Yield them, newest first."""
        return map(_unpacked, self._parts)


# A page looks at the same results again every half a minute, and so do its other readers.
@lru_cache(maxsize=20_000)
def _unpacked(packed: str) -> SessionFacts:
    at, *fields = packed.split(",")
    effort = fields.pop()
    return SessionFacts(
        datetime.fromisoformat(at),
        "analysed",
        _leg(fields[:4]),
        _leg(fields[4:]),
        float(effort) if effort else None,
    )


def _leg(fields: Sequence[str]) -> LegFacts | None:
    verdict, good, at_most, expected = fields
    if not verdict:
        return None
    # Only where the least and the most agree is a number known.
    return LegFacts(
        verdict,  # type: ignore[arg-type]
        int(good) if good and good == at_most else None,
        int(expected) if expected else None,
    )
