"""The worker's side of a run: which sessions are left, how one stands, and how it came out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from processing.database.corrections import read_log
from processing.database.inputs import read_inputs
from processing.database.pool import Database
from processing.database.result_rows import Connection, read_result
from processing.database.results import read_first_read, write_result
from processing.database.side_map import read_channel_map
from processing.errors import NotFoundError
from processing.use_cases.document import parameters_from_plain
from processing.use_cases.process_session import ClaimedSession, FreshAnalysis
from processing.use_cases.read_models import RUNNING, SessionInputs
from processing.use_cases.reprocessing import (
    Candidate,
    Phase,
    RunItem,
    digest_from_plain,
    digest_to_plain,
)
from processing.use_cases.reprocessing_chunk import CHANGED, SessionNow
from processing.use_cases.scoring_configurations import scoring_from_plain

_LONGEST_MESSAGE = 2000

_CANDIDATE = """
select settings, scoring from app.reprocessing_runs
where id = %(run_id)s and cancelled_at is null and apply_cancelled_at is null
  and (apply_requested_at is null) = (%(phase)s = 'try')
"""

_WAITING = """
select i.number, i.session_id, s.session_code, i.seen_version, i.after
from app.reprocessing_items i join app.therapy_sessions s on s.id = i.session_id
where i.run_id = %(run_id)s and i.number between %(first)s and %(last)s
  and case when %(phase)s = 'try' then i.outcome is null
      else i.outcome in ('same', 'changed', 'newly_read') and i.applied_at is null end
order by i.number
"""

_SESSION = """
select s.session_code, s.object_name, s.result_version, s.processing_status, p.object_version, p.changed_settings
from app.therapy_sessions s
left join app.processing_parameters p on (p.session_id, p.result_version) = (s.id, s.result_version)
where s.id = %(session_id)s
"""

_NOTE_TRIED = """
update app.reprocessing_items
set seen_version = %(seen_version)s, outcome = %(outcome)s, changes = %(changes)s, before = %(before)s,
    after = %(after)s, message = %(message)s, tried_at = now()
where run_id = %(run_id)s and number = %(number)s and outcome is null
"""

_NOTE_NOT_APPLIED = """
update app.reprocessing_items set apply_message = %(message)s, applied_at = now()
where run_id = %(run_id)s and number = %(number)s and applied_at is null
"""

_LOCK = """
select result_version, processing_status, object_version from app.therapy_sessions
where id = %(session_id)s for update
"""

_NOTE_APPLIED = """
update app.reprocessing_items set applied_version = %(version)s, applied_at = now()
where run_id = %(run_id)s and number = %(number)s and applied_at is null
"""

_GIVE_UP_TRYING = """
update app.reprocessing_items set outcome = 'skipped', message = %(message)s, tried_at = now()
where run_id = %(run_id)s and number between %(first)s and %(last)s and outcome is null
"""

_GIVE_UP_APPLYING = """
update app.reprocessing_items set apply_message = %(message)s, applied_at = now()
where run_id = %(run_id)s and number between %(first)s and %(last)s
  and outcome in ('same', 'changed', 'newly_read') and applied_at is null
"""

_FORGET = """
delete from app.reprocessing_runs
where apply_requested_at is null and created_at < now() - interval '30 days'
"""


class ReprocessingRecords:
    """Implements ``reprocessing_chunk.RunRecords``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidate(self, run_id: int, phase: Phase) -> Candidate | None:
        """Return what is tried or applied; None once it was cancelled, or is gone."""
        row = self._database.fetch_one(_CANDIDATE, {"run_id": run_id, "phase": phase})
        if row is None:
            return None
        scoring = None if row["scoring"] is None else scoring_from_plain(row["scoring"])
        return Candidate(row["settings"], scoring)

    def waiting(self, run_id: int, phase: Phase, first: int, last: int) -> Sequence[RunItem]:
        """Return the sessions of a chunk that are still to be done."""
        values = {"run_id": run_id, "phase": phase, "first": first, "last": last}
        return [
            RunItem(
                number=row["number"],
                session_id=str(row["session_id"]),
                session_code=row["session_code"],
                seen_version=row["seen_version"],
                after=None if row["after"] is None else digest_from_plain(row["after"]),
            )
            for row in self._database.fetch_all(_WAITING, values)
        ]

    def session_now(self, session_id: str) -> SessionNow:
        """Return how a session stands; NotFoundError if it is gone."""
        with self._database.transaction() as connection:
            row = connection.execute(_SESSION, {"session_id": session_id}).fetchone()
            if row is None:
                raise NotFoundError(f"Session {session_id} does not exist.")
            shown = row["processing_status"] == "completed"
            result = (
                read_result(connection, session_id=session_id, result_version=row["result_version"])
                if shown
                else None
            )
            claimed = ClaimedSession(
                session_id=session_id,
                session_code=row["session_code"],
                object_name=row["object_name"],
                run_token="",  # nothing is claimed: the version is what a later change is known by
                analysed_object_version=row["object_version"],
                inputs=read_inputs(connection, session_id),
                channel_map=read_channel_map(connection, session_id),
                parameters=parameters_from_plain(row["changed_settings"] or {}),
                first_read=read_first_read(connection, session_id),
            )
            log = read_log(connection, session_id)
        return SessionNow(claimed, row["result_version"], result, log, row["processing_status"] in RUNNING)

    def inputs_on(self, claimed: ClaimedSession, recorded_at: datetime | None) -> SessionInputs:
        """Return what the session is measured against if it was recorded then; None: as far as is known."""
        with self._database.transaction() as connection:
            return read_inputs(connection, claimed.session_id, recorded_at=recorded_at)

    def note_tried(self, run_id: int, item: RunItem) -> None:
        """Keep how a session came out."""
        self._database.execute(
            _NOTE_TRIED,
            {
                "run_id": run_id,
                "number": item.number,
                "seen_version": item.seen_version,
                "outcome": item.outcome,
                "changes": Jsonb(list(item.changes)),
                "before": None if item.before is None else Jsonb(digest_to_plain(item.before)),
                "after": None if item.after is None else Jsonb(digest_to_plain(item.after)),
                "message": item.message and item.message[:_LONGEST_MESSAGE],
            },
        )

    def store_applied(
        self, run_id: int, item: RunItem, fresh: FreshAnalysis, *, object_version: str, candidate: Candidate
    ) -> None:
        """Store a new result version and note it, all or nothing; or note why it was not applied."""
        claimed = fresh.claimed
        with self._database.transaction() as connection:
            if not _as_seen(connection, claimed, item, object_version):
                connection.execute(
                    _NOTE_NOT_APPLIED, {"run_id": run_id, "number": item.number, "message": CHANGED}
                )
                return
            recorded_at = fresh.analysed.recorded_at
            inputs = candidate.inputs(read_inputs(connection, claimed.session_id, recorded_at=recorded_at))
            version = (item.seen_version or 0) + 1
            write_result(
                connection,
                fresh,
                inputs,
                result_version=version,
                object_version=object_version,
                reprocessing_run=run_id,
            )
            connection.execute(_NOTE_APPLIED, {"run_id": run_id, "number": item.number, "version": version})

    def note_not_applied(self, run_id: int, number: int, message: str) -> None:
        """Keep why a session's result stays as it is."""
        values = {"run_id": run_id, "number": number, "message": message[:_LONGEST_MESSAGE]}
        self._database.execute(_NOTE_NOT_APPLIED, values)

    def give_up(self, run_id: int, phase: Phase, first: int, last: int, message: str) -> None:
        """Keep that what is left of a chunk will not be done."""
        self._database.execute(
            _GIVE_UP_TRYING if phase == "try" else _GIVE_UP_APPLYING,
            {"run_id": run_id, "first": first, "last": last, "message": message[:_LONGEST_MESSAGE]},
        )

    def forget_old(self) -> int:
        """Delete runs that were never applied and are older than they are kept; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(_FORGET).rowcount

    def rescue(self) -> int:
        """Queue runs again whose jobs are lost; return how many."""
        row = self._database.fetch_one("select app.rescue_reprocessing() as n")
        return 0 if row is None else int(row["n"])


def _as_seen(connection: Connection, claimed: ClaimedSession, item: RunItem, object_version: str) -> bool:
    """Lock a session; return whether its result and its file are still those that the dry run compared with."""
    row: Any = connection.execute(_LOCK, {"session_id": claimed.session_id}).fetchone()
    if row is None:
        raise NotFoundError(f"Session {claimed.session_code} does not exist any more.")
    same_file = row["processing_status"] != "completed" or row["object_version"] == object_version
    return (
        row["result_version"] == item.seen_version and row["processing_status"] not in RUNNING and same_file
    )
