"""A change for a patient changes sessions: which, and how; written and judged again in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from processing.database.inputs import read_inputs_of, rejudge
from processing.database.pool import Database
from processing.database.result_rows import Connection
from processing.errors import NotFoundError
from processing.use_cases.rescore import Effects, JudgedAgain, ScoreRange

# The locks keep results from being stored, and other values from being entered, until all is judged again.
_LOCK = """
select s.id, s.session_code, s.result_version from app.therapy_sessions s
where s.patient_id = %(patient_id)s order by s.id for update of s
"""

_PATIENT = "select id from app.patients where code = %(patient_code)s"

_SCORE = """
select total, low, high from app.performance_scores
where session_id = %(session_id)s and result_version = %(result_version)s
"""

_REASON = "select set_config('app.reason', %(reason)s, true)"

# Whoever has one of these sessions open for editing is told.
_TOUCH = "update app.session_settings set updated_at = now() where session_id = any(%(session_ids)s)"

Write = Callable[[Connection, Any], None]


def change_of_patient(
    database: Database, patient_code: str, write: Write, *, reason: str, dry_run: bool = False
) -> Effects:
    """Do something that changes what a patient's sessions are measured against, and judge those sessions again.

    Parameters
    ----------
    database : Database
        Acting as the person who does it.
    patient_code : str
        Whose sessions.
    write : callable
        ``write(connection, patient_id)`` makes the change; its errors undo everything.
    reason : str
        One line for the audit log; how many sessions were judged again is added.
    dry_run : bool
        Only say what would change.

    Returns
    -------
    Effects

    Raises
    ------
    NotFoundError
        If there is no such patient, or they may not be seen.
    AccessDeniedError, EditConflictError
        Whatever ``write`` meets.
    """
    with database.transaction() as connection:
        patient = connection.execute(_PATIENT, {"patient_code": patient_code}).fetchone()
        if patient is None:
            raise NotFoundError(f"There is no patient '{patient_code}'.")
        sessions = connection.execute(_LOCK, {"patient_id": patient["id"]}).fetchall()
        ids = [row["id"] for row in sessions]
        before = read_inputs_of(connection, ids)
        with connection.transaction(force_rollback=True):
            write(connection, patient["id"])
            after = read_inputs_of(connection, ids)
        affected = [row for row in sessions if before[str(row["id"])] != after[str(row["id"])]]
        affected.sort(key=lambda row: row["session_code"])
        with connection.transaction(force_rollback=dry_run):
            _note_reason(connection, reason, sum(row["result_version"] > 0 for row in affected))
            write(connection, patient["id"])
            connection.execute(_TOUCH, {"session_ids": [row["id"] for row in affected]})
            judged = [_judge_again(connection, row, after[str(row["id"])]) for row in affected]
    return Effects(tuple(each for each in judged if each is not None), n_waiting=judged.count(None))


def _note_reason(connection: Connection, reason: str, n_judged: int) -> None:
    sessions = "session" if n_judged == 1 else "sessions"
    connection.execute(_REASON, {"reason": f"{reason}; {n_judged} {sessions} judged again"})


def _judge_again(connection: Connection, row: Any, inputs: Any) -> JudgedAgain | None:
    """Return how a session's score moved, or None while it has no result that could."""
    key = {"session_id": row["id"], "result_version": row["result_version"]}
    before = connection.execute(_SCORE, key).fetchone()
    if before is None or not rejudge(connection, row["id"], row["result_version"], inputs):
        return None
    after = connection.execute(_SCORE, key).fetchone()
    assert after is not None  # the row was updated under a lock
    return JudgedAgain(row["session_code"], ScoreRange(**before), ScoreRange(**after))
